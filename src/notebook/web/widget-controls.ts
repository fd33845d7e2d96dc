/** How each kind of control is drawn: the browser's own elements, so that keyboards and screen readers know them. */
import type { Option, WidgetKind, WidgetNode, WidgetValue } from "../widgets/node.js";
import { el } from "./dom.js";
import type { Draw, Field, WidgetPage } from "./widget-page.js";

/** Options that are drawn at once; the filter finds the others. */
const maxOptions = 500;

const textOf = (value: WidgetValue): string => (typeof value === "string" ? value : "");
const wordsFor = (node: WidgetNode): string => (node.label === "" ? (node.help ?? node.kind) : node.label);

/** A number as elements have it; nothing for anything else. */
const numberText = (value: WidgetValue): string => (typeof value === "number" ? String(value) : "");

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** A label, the control, what comes behind it, and the help that is read with it. */
function field(node: WidgetNode, page: WidgetPage, input: Input, ...behind: readonly Node[]): HTMLElement {
  input.id = page.idOf(node);
  input.disabled = node.disabled === true;
  const tall = input instanceof HTMLTextAreaElement || (input instanceof HTMLSelectElement && input.size > 1);
  const box = el("div", { class: tall ? "hb-w-field hb-w-tall" : "hb-w-field" });
  if (node.label === "") input.setAttribute("aria-label", wordsFor(node));
  else {
    const label = el("label", { class: "hb-w-label" }, node.label);
    label.htmlFor = input.id;
    box.append(label);
  }
  box.append(input, ...behind);
  if (node.help !== undefined) {
    const help = el("div", { class: "hb-w-help" }, node.help);
    help.id = `${input.id}-help`;
    input.setAttribute("aria-describedby", help.id);
    box.append(help);
  }
  return box;
}

/** Follows the kernel's value, except while the person has changed something that was not sent. */
function editable<E extends Input>(input: E, show: (value: WidgetValue) => void, commit: () => void): Field["update"] {
  let dirty = false;
  input.addEventListener("input", () => (dirty = true));
  input.addEventListener("change", () => {
    dirty = false;
    commit();
  });
  return value => {
    if (!dirty) show(value);
  };
}

const text: Draw = (node, page) => {
  const input = node.rows === undefined ? el("input", { type: "text" }) : el("textarea");
  input.className = "hb-w-in hb-w-text";
  input.placeholder = node.placeholder ?? "";
  input.spellcheck = false;
  if (input instanceof HTMLTextAreaElement) {
    input.rows = node.rows ?? 4;
    // A whole file: lines stay lines.
    if (input.rows > 10) {
      input.wrap = "off";
      input.classList.add("hb-code");
    }
  }
  const update = editable(
    input,
    value => {
      // Null: what was typed is not repeated, and stays.
      if (value !== null) input.value = textOf(value);
    },
    () => page.set(node, input.value),
  );
  return { element: field(node, page, input), update };
};

/** What was typed is sent once and leaves the page; afterwards only that there is something is known. */
const password: Draw = (node, page) => {
  const input = el("input", { type: "password", class: "hb-w-in hb-w-text" });
  input.autocomplete = "off";
  input.addEventListener("change", () => {
    const typed = input.value;
    input.value = "";
    page.set(node, typed);
  });
  return {
    element: field(node, page, input),
    update: value => (input.placeholder = value === true ? "set; type to replace it" : (node.placeholder ?? "")),
  };
};

function limits(input: HTMLInputElement, { min, max, step }: WidgetNode): void {
  if (min !== undefined) input.min = String(min);
  if (max !== undefined) input.max = String(max);
  input.step = step === undefined ? "any" : String(step);
}

const number: Draw = (node, page) => {
  const input = el("input", { type: "number", class: "hb-w-in hb-w-number" });
  limits(input, node);
  const wrong = el("div", { class: "hb-w-wrong", role: "alert" });
  const check = (): boolean => {
    const good = input.value !== "" && !input.validity.rangeOverflow && !input.validity.rangeUnderflow;
    input.setAttribute("aria-invalid", String(!good));
    const { min, max } = node;
    wrong.textContent = good
      ? ""
      : min !== undefined && max !== undefined
        ? `A number from ${min} to ${max}`
        : min !== undefined
          ? `A number from ${min} on`
          : max !== undefined
            ? `A number up to ${max}`
            : "A number";
    return good;
  };
  input.addEventListener("input", check);
  const update = editable(
    input,
    value => {
      input.value = typeof value === "number" ? String(value) : "";
      check();
    },
    () => {
      if (check()) page.set(node, Number(input.value));
    },
  );
  return { element: field(node, page, input, wrong), update };
};

const slider: Draw = (node, page) => {
  const input = el("input", { type: "range" });
  limits(input, node);
  const shown = el("output", { class: "hb-w-value" });
  const show = (): void => void (shown.textContent = input.value);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  input.addEventListener("input", () => {
    show();
    clearTimeout(waiting);
    waiting = setTimeout(() => page.set(node, Number(input.value)), 60);
  });
  let pressed = false;
  input.addEventListener("pointerdown", () => (pressed = true));
  input.addEventListener("change", () => (pressed = false));
  return {
    element: field(node, page, input, shown),
    update: value => {
      if (pressed) return;
      input.value = numberText(value);
      show();
    },
    close: () => clearTimeout(waiting),
  };
};

const checkbox: Draw = (node, page) => {
  const input = el("input", { type: "checkbox" });
  const element = field(node, page, input);
  // The box stands before its words.
  element.prepend(input);
  input.addEventListener("change", () => page.set(node, input.checked));
  return { element, update: value => (input.checked = value === true) };
};

const optionText = ({ label, detail }: Option): string => (detail === undefined ? label : `${label} — ${detail}`);

function fillOptions(select: HTMLSelectElement, options: readonly (readonly [number, Option])[], all: number): void {
  const items = options.slice(0, maxOptions).map(([index, option]) => {
    const item = el("option", {}, optionText(option));
    item.value = String(index);
    return item;
  });
  if (options.length > maxOptions) {
    const more = el("option", {}, `… ${options.length - maxOptions} more of ${all}: filter`);
    more.disabled = true;
    items.push(more);
  }
  select.replaceChildren(...items);
}
const numbered = (node: WidgetNode): (readonly [number, Option])[] => (node.options ?? []).map((o, i) => [i, o]);
const matching = (node: WidgetNode, filter: string): (readonly [number, Option])[] => {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return numbered(node).filter(([, o]) => words.every(w => optionText(o).toLowerCase().includes(w)));
};

const dropdown: Draw = (node, page) => {
  const input = el("select", { class: "hb-w-in" });
  fillOptions(input, numbered(node), node.options?.length ?? 0);
  const nothing = el("option", {}, "—");
  nothing.value = "";
  nothing.disabled = true;
  const update = editable(
    input,
    value => {
      if (value === null) input.prepend(nothing);
      else nothing.remove();
      input.value = numberText(value);
    },
    () => page.set(node, Number(input.value)),
  );
  return { element: field(node, page, input), update };
};

const radio: Draw = (node, page) => {
  const inputs = (node.options ?? []).map((option, index) => {
    const input = el("input", { type: "radio" });
    input.name = page.idOf(node);
    input.id = `${page.idOf(node)}-${index}`;
    input.disabled = node.disabled === true;
    input.addEventListener("change", () => page.set(node, index));
    const label = el("label", { class: "hb-w-choice" }, optionText(option));
    label.prepend(input);
    return { input, label };
  });
  const element = group(node, el("div", { class: "hb-w-row" }, ...inputs.map(i => i.label)));
  element.setAttribute("role", "radiogroup");
  element.classList.remove("hb-w-tall");
  return { element, update: value => inputs.forEach(({ input }, i) => (input.checked = i === value)) };
};

/** A list with a filter above it. */
const select: Draw = (node, page) => {
  const input = el("select", { class: "hb-w-in" });
  const count = node.options?.length ?? 0;
  input.size = Math.max(2, Math.min(node.rows ?? 8, count));
  let value: WidgetValue = null;
  const show = (filter: string): void => {
    fillOptions(input, matching(node, filter), count);
    input.value = numberText(value);
  };
  input.addEventListener("change", () => page.set(node, Number(input.value)));
  const element = field(node, page, input);
  if (count > 8) input.before(filterBox(page, node, show, input));
  show("");
  return {
    element,
    update: next => {
      value = next;
      input.value = numberText(next);
    },
  };
};

function filterBox(page: WidgetPage, node: WidgetNode, show: (filter: string) => void, list: HTMLElement): HTMLElement {
  const filter = el("input", {
    ...{ type: "search", class: "hb-w-in", placeholder: "Filter" },
    "aria-label": `Filter ${wordsFor(node)}`,
  });
  filter.id = `${page.idOf(node)}-filter`;
  filter.disabled = node.disabled === true;
  filter.addEventListener("input", () => show(filter.value));
  filter.addEventListener("keydown", event => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    list.focus();
  });
  return filter;
}

/** A group of controls with one name. */
function group(node: WidgetNode, ...children: readonly HTMLElement[]): HTMLElement {
  const element = el("div", { class: "hb-w-field hb-w-tall", role: "group", "aria-label": wordsFor(node) });
  if (node.label !== "") element.append(el("span", { class: "hb-w-label" }, node.label));
  element.append(...children);
  if (node.help !== undefined) element.append(el("div", { class: "hb-w-help" }, node.help));
  return element;
}

const chosenOf = (value: WidgetValue): readonly number[] => (Array.isArray(value) ? (value as readonly number[]) : []);

/** Boxes to check. */
const multi: Draw = (node, page) => {
  let chosen: readonly number[] = [];
  const list = el("div", { class: "hb-w-list" });
  const boxes = new Map<number, HTMLInputElement>();
  const show = (filter: string): void => {
    boxes.clear();
    const found = matching(node, filter);
    list.replaceChildren(
      ...found.slice(0, maxOptions).map(([index, option]) => {
        const input = el("input", { type: "checkbox" });
        input.id = `${page.idOf(node)}-${index}`;
        input.disabled = node.disabled === true;
        input.checked = chosen.includes(index);
        input.addEventListener("change", () => {
          const rest = chosen.filter(i => i !== index);
          page.set(node, input.checked ? [...rest, index].sort((a, b) => a - b) : rest);
        });
        boxes.set(index, input);
        const detail = option.detail === undefined ? undefined : el("span", { class: "hb-w-detail" }, option.detail);
        const label = el("label", {}, option.label, detail);
        label.prepend(input);
        return label;
      }),
    );
    if (found.length > maxOptions)
      list.append(el("div", { class: "hb-w-help" }, `… ${found.length - maxOptions} more: filter`));
  };
  show("");
  const count = node.options?.length ?? 0;
  const element = count > 8 ? group(node, filterBox(page, node, show, list), list) : group(node, list);
  return {
    element,
    update: value => {
      chosen = chosenOf(value);
      for (const [index, input] of boxes) input.checked = chosen.includes(index);
    },
  };
};

/** Two lists: what there is, and what was chosen. */
const subset: Draw = (node, page) => {
  let chosen: readonly number[] = [];
  let filter = "";
  const list = (title: string): HTMLSelectElement => {
    const input = el("select", { class: "hb-w-in", "aria-label": `${wordsFor(node)}: ${title}` });
    input.multiple = true;
    input.size = Math.max(4, Math.min(node.rows ?? 8, node.options?.length ?? 0));
    input.disabled = node.disabled === true;
    input.id = `${page.idOf(node)}-${title}`;
    return input;
  };
  const [left, right] = [list("available"), list("selected")];
  const picked = (input: HTMLSelectElement): number[] => [...input.selectedOptions].map(o => Number(o.value));
  const show = (): void => {
    const options = numbered(node);
    const found = matching(node, filter).filter(([i]) => !chosen.includes(i));
    fillOptions(left, found, options.length);
    fillOptions(
      right,
      options.filter(([i]) => chosen.includes(i)),
      options.length,
    );
  };
  const send = (next: readonly number[]): void =>
    page.set(
      node,
      [...new Set(next)].sort((a, b) => a - b),
    );
  const add = (): void => send([...chosen, ...picked(left)]);
  const remove = (): void => send(chosen.filter(i => !picked(right).includes(i)));
  const actions: readonly (readonly [string, string, () => void])[] = [
    ["Add all ⇾", "all", () => send([...chosen, ...matching(node, filter).map(([i]) => i)])],
    ["Add ⇾", "add", add],
    ["⇽ Remove", "remove", remove],
    ["⇽ Remove all", "none", () => send([])],
  ];
  const buttons = actions.map(([label, id, act]) => {
    const button = el("button", { type: "button", class: "hb-w-button" }, label);
    button.id = `${page.idOf(node)}-${id}`;
    button.disabled = node.disabled === true;
    button.addEventListener("click", act);
    return button;
  });
  left.addEventListener("dblclick", add);
  right.addEventListener("dblclick", remove);
  const box = filterBox(
    page,
    node,
    f => {
      filter = f;
      show();
    },
    left,
  );
  const pair = el(
    "div",
    { class: "hb-w-pair" },
    el("div", {}, el("span", { class: "hb-w-title" }, "Available"), box, left),
    el("div", {}, ...buttons),
    el("div", {}, el("span", { class: "hb-w-title" }, "Selected"), right),
  );
  return {
    element: group(node, pair),
    update: value => {
      chosen = chosenOf(value);
      show();
    },
  };
};

/** UTC, as everything in logs is. */
const datetime: Draw = (node, page) => {
  const input = el("input", { type: "datetime-local", class: "hb-w-in" });
  input.step = "1";
  const update = editable(
    input,
    value => (input.value = textOf(value).slice(0, 19)),
    () => {
      if (input.value !== "") page.set(node, `${input.value}Z`);
    },
  );
  return { element: field(node, page, input, el("span", { class: "hb-w-value" }, "UTC")), update };
};

const button: Draw = (node, page) => {
  const element = el("button", { type: "button", class: "hb-w-button" }, node.label);
  element.id = page.idOf(node);
  element.disabled = node.disabled === true;
  element.dataset["tone"] = node.tone ?? "plain";
  if (node.help !== undefined) element.title = node.help;
  element.addEventListener("click", () => page.press(node));
  return { element, update: () => undefined };
};

const progress: Draw = (node, page) => {
  const bar = el("progress");
  bar.id = page.idOf(node);
  bar.max = node.max ?? 100;
  const shown = el("output", { class: "hb-w-value" });
  const label = el("label", { class: "hb-w-label" }, node.label);
  label.htmlFor = bar.id;
  return {
    element: el("div", { class: "hb-w-field" }, label, bar, shown),
    update: value => {
      bar.value = typeof value === "number" ? value : 0;
      shown.textContent = `${bar.value} of ${bar.max} (${Math.round((100 * bar.value) / bar.max)}%)`;
    },
  };
};

const note: Draw = node => {
  const element = el("p", { class: "hb-w-note", role: "status" });
  element.dataset["tone"] = node.tone ?? "plain";
  return { element, update: value => element.replaceChildren(...el("span", {}, textOf(value)).childNodes) };
};

const box: Draw = (node, page) => {
  const inside = el(
    "div",
    { class: `hb-w-${node.direction ?? "column"}` },
    ...(node.children ?? []).map(child => page.drawChild(child)),
  );
  const named = node.label !== "" || node.help !== undefined;
  const element = named ? group(node, inside) : inside;
  if (named) element.classList.add("hb-w-group");
  return { element, update: () => undefined };
};

const tabs: Draw = (node, page) => {
  const bar = el("div", { class: "hb-w-tabs", role: "tablist", "aria-label": wordsFor(node) });
  const id = page.idOf(node);
  const heads = (node.children ?? []).map((_, i) => {
    const head = el("button", { type: "button", class: "hb-w-tab", role: "tab" }, node.titles?.[i] ?? `${i + 1}`);
    head.id = `${id}-tab-${i}`;
    head.setAttribute("aria-controls", `${id}-panel-${i}`);
    return head;
  });
  const panels = (node.children ?? []).map((child, i) => {
    const panel = el("div", { role: "tabpanel", tabindex: "0" }, page.drawChild(child));
    panel.id = `${id}-panel-${i}`;
    panel.setAttribute("aria-labelledby", `${id}-tab-${i}`);
    return panel;
  });
  const open = (index: number): void => {
    heads.forEach((head, i) => {
      head.setAttribute("aria-selected", String(i === index));
      head.tabIndex = i === index ? 0 : -1;
    });
    panels.forEach((panel, i) => (panel.hidden = i !== index));
  };
  const go = (index: number): void => {
    open(index);
    page.set(node, index);
  };
  heads.forEach((head, i) => head.addEventListener("click", () => go(i)));
  bar.addEventListener("keydown", event => {
    const now = heads.findIndex(h => h.getAttribute("aria-selected") === "true");
    const last = heads.length - 1;
    const to = { ArrowRight: now === last ? 0 : now + 1, ArrowLeft: now === 0 ? last : now - 1, Home: 0, End: last }[
      event.key
    ];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
    heads[to]?.focus();
  });
  bar.append(...heads);
  return {
    element: el("div", {}, bar, ...panels),
    update: value => open(typeof value === "number" ? value : 0),
  };
};

const accordion: Draw = (node, page) => {
  let known: WidgetValue = null;
  const parts = (node.children ?? []).map((child, i) => {
    const summary = el("summary", {}, node.titles?.[i] ?? `${i + 1}`);
    summary.id = `${page.idOf(node)}-part-${i}`;
    const part = el("details", { class: "hb-w-part" }, summary, el("div", {}, page.drawChild(child)));
    part.addEventListener("toggle", () => {
      if (part.open && known !== i) page.set(node, (known = i));
      else if (!part.open && known === i) page.set(node, (known = null));
    });
    return part;
  });
  return {
    element: el("div", { class: "hb-w-column" }, ...parts),
    update: value => {
      known = value;
      parts.forEach((part, i) => (part.open = value === i));
    },
  };
};

/** Kinds that every module draws; views inside of widgets need the other module. */
export const controls = {
  ...{ text, password, number, slider, checkbox, dropdown, radio, select, multi, subset, datetime },
  ...{ button, progress, note, box, tabs, accordion },
} as const satisfies Record<Exclude<WidgetKind, "output">, Draw>;
