/** The process tree that opens and closes: a list of any length, searched, walked by keys, loaded by branches. */
import type { ProcessTreeNode } from "../../view/figure/model.js";
import { toneSign } from "../../view/figure/draw-tree.js";
import {
  depthsOf,
  endsOf,
  markedRows,
  processFacts,
  processTitle,
  treeConstants,
  type TreeConstants,
} from "../../view/figure/tree-rows.js";
import { button, el, onceAFrame } from "./dom.js";
import { ask, copyText, type Place } from "./host.js";
import { choiceText, labelOf, Link, spanOf } from "./selection.js";

const rowPx = 22;
/** Deeper rows are not moved further to the right. */
const mostIndent = 30;

interface Tree {
  readonly node: ProcessTreeNode;
  readonly depth: Int32Array;
  readonly end: Int32Array;
  readonly common: TreeConstants;
}

const measure = (node: ProcessTreeNode): Tree => ({
  node,
  depth: depthsOf(node),
  end: endsOf(node),
  common: treeConstants(node),
});

export class TreeView {
  readonly element: HTMLElement;
  readonly #place: Place;
  readonly #list = el("div", { class: "hb-rows", role: "tree", tabindex: "0", "aria-label": "Process tree" });
  readonly #room = el("div");
  readonly #panel = el("div", { class: "hb-panel" });
  readonly #status = el("span", { class: "hb-status", "aria-live": "polite" });
  #closed = new Set<number>();
  /** What is shown: the tree, or what the kernel found in all of it. */
  #tree: Tree;
  /** The tree, while the answer to a search is shown. */
  #before: { readonly tree: Tree; readonly closed: Set<number> } | undefined;
  #searches = 0;
  #said = "";
  #visible: number[] = [];
  #selected = -1;
  #query = "";
  readonly #link: Link;
  /** What is chosen here: a process and what it began, for views beside this one. */
  #chosen: { readonly name: string; readonly rows: readonly number[] } | undefined;
  #followed = "";

  constructor(node: ProcessTreeNode, place: Place) {
    this.#tree = measure(node);
    this.#place = place;
    this.#list.append(this.#room);
    this.#panel.style.display = "none";
    const bar = this.#toolbar();
    this.element = el("div", {}, bar, this.#list, this.#panel);
    const { signal } = place;
    this.#link = this.#follow(node);
    bar.insertBefore(this.#link.clear, this.#status);
    this.#list.addEventListener(
      "scroll",
      onceAFrame(() => this.#draw()),
      { signal },
    );
    this.#list.addEventListener("keydown", event => this.#key(event), { signal });
    this.#list.addEventListener("click", event => this.#click(event), { signal });
    if (node.name.length > 200)
      for (let i = 0; i < node.name.length; i += 1)
        if ((this.#tree.depth[i] ?? 0) >= 3 && !this.#leadsToMark(i)) this.#closed.add(i);
    this.#refresh();
  }

  /** What is chosen in other views: the processes that are left, with who started them. */
  #follow(node: ProcessTreeNode): Link {
    const { frames = [], live } = node.info;
    return new Link(
      {
        ...{ element: this.element, frames, live, asks: () => true },
        onChoice: (choices, reply) => {
          const all = this.#all;
          const part = reply?.type === "view" && reply.view.root.kind === "processTree" ? reply.view.root : undefined;
          const span = part === undefined ? spanOf(choices, frames) : undefined;
          const shown = part ?? (span === undefined ? undefined : withinSpan(all.tree.node, span));
          if (this.#before === undefined && shown !== undefined) this.#before = all;
          if (shown === undefined || choices.length === 0) this.#showAll();
          else {
            this.#closed = new Set();
            this.#tree = measure({ ...shown, info: node.info });
          }
          this.#selected = -1;
          this.#panel.style.display = "none";
          const found = shown === undefined ? "" : ` · ${(shown.found ?? 0).toLocaleString("en-US")} processes`;
          const label = shown === undefined ? choiceText(choices, reply) : `chosen: ${labelOf(choices)}`;
          this.#followed = choices.length === 0 ? "" : `${label}${found}`;
          this.#refresh();
        },
        onClear: () => this.#choose(undefined),
      },
      this.#place,
    );
  }

  /** The tree as it is without search and without what is chosen elsewhere. */
  get #all(): { readonly tree: Tree; readonly closed: Set<number> } {
    return this.#before ?? { tree: this.#tree, closed: this.#closed };
  }

  #showAll(): void {
    if (this.#before !== undefined) [this.#tree, this.#closed] = [this.#before.tree, this.#before.closed];
    this.#before = undefined;
  }

  /** Chooses a process and what it began, for the views beside this one; the same again gives it back. */
  async #chooseBranch(row: number): Promise<void> {
    const isPart = (): boolean =>
      this.#tree.node.hidden.slice(row, this.#tree.end[row]).some(n => n > 0) && this.#asksKernel;
    if (isPart()) await this.#load(row);
    const { node, end } = this.#tree;
    const rows: number[] = [];
    for (let at = row; at < (end[row] ?? row); at += 1)
      if ((node.event?.[at] ?? -1) >= 0) rows.push(node.event?.[at] ?? 0);
    const below = (end[row] ?? row + 1) - row - 1;
    const name = `${processTitle(node, row)}${below > 0 ? ` and ${below.toLocaleString("en-US")} below it` : ""}`;
    this.#choose(this.#chosen?.name === name ? undefined : { name, rows });
  }

  #isChosen(row: number): boolean {
    return this.#chosenRows.has(this.#tree.node.event?.[row] ?? -1);
  }
  #chosenRows: ReadonlySet<number> = new Set();

  #choose(chosen: { readonly name: string; readonly rows: readonly number[] } | undefined): void {
    this.#chosen = chosen;
    this.#chosenRows = new Set(chosen?.rows);
    this.#link.choose(chosen?.name ?? "", () => (chosen === undefined ? [] : [{ op: "rows", rows: chosen.rows }]));
    this.#refresh();
  }

  #leadsToMark(row: number): boolean {
    const { node, end } = this.#tree;
    for (let i = row + 1; i < (end[row] ?? 0); i += 1) if (node.tone[i] !== null) return true;
    return false;
  }

  #toolbar(): HTMLElement {
    const search = el("input", {
      class: "hb-input",
      type: "search",
      placeholder: "search name, id, command line",
      size: "30",
      "aria-label": "search the tree",
    });
    search.addEventListener("input", () => {
      this.#query = search.value.trim().toLowerCase();
      this.#said = "";
      this.#showAll();
      this.#refresh();
      void this.#searchAll();
    });
    const all = (open: boolean): void => {
      this.#closed.clear();
      if (!open) this.#tree.node.name.forEach((_, i) => this.#closed.add(i));
      this.#refresh();
    };
    return el(
      "div",
      { class: "hb-bar" },
      search,
      button("Open all", () => all(true)),
      button("Close all", () => all(false)),
      this.#tree.node.tone.some(t => t === "bad" || t === "warning")
        ? button("Next marked", () => this.#nextMarked())
        : undefined,
      this.#status,
    );
  }

  /** Goes to the next row that a rule marked, the worst first, and opens what hides it. */
  #nextMarked(): void {
    const { node } = this.#tree;
    const marked = markedRows(node, node.tone.length);
    const next = marked[(marked.indexOf(this.#selected) + 1) % Math.max(1, marked.length)];
    if (next === undefined) return;
    for (let at = node.parent[next] ?? -1; at >= 0; at = node.parent[at] ?? -1) this.#closed.delete(at);
    this.#refresh();
    this.#list.scrollTop = Math.max(0, this.#visible.indexOf(next) * rowPx - this.#list.clientHeight / 2);
    this.#select(next);
  }

  /** Which rows are to be seen: open ones; while searching, matches with their ancestors. */
  #refresh(): void {
    const { node, end } = this.#tree;
    const visible: number[] = [];
    let matches = 0;
    // What the kernel found is shown as it is: it looked at whole texts, which are cut here.
    if (this.#query !== "" && this.#before === undefined) {
      const keep = new Uint8Array(node.name.length);
      for (let i = 0; i < node.name.length; i += 1) {
        const text = `${node.name[i] ?? ""}\n${node.commandLine[i] ?? ""}\n${node.account[i] ?? ""}`.toLowerCase();
        if (!text.includes(this.#query) && !isId(node.processId[i] ?? "", this.#query)) continue;
        matches += 1;
        for (let at = i; at >= 0 && keep[at] === 0; at = node.parent[at] ?? -1) keep[at] = 1;
      }
      keep.forEach((k, i) => void (k === 1 && visible.push(i)));
    } else
      for (let i = 0; i < node.name.length;) {
        visible.push(i);
        i = this.#closed.has(i) ? (end[i] ?? i + 1) : i + 1;
      }
    this.#visible = visible;
    this.#room.style.height = `${visible.length * rowPx}px`;
    this.#list.style.height = `${Math.min(480, visible.length * rowPx + 2)}px`;
    const marked = node.tone.filter(t => t !== null).length;
    const said =
      this.#query === ""
        ? marked > 0
          ? `${marked} marked`
          : ""
        : this.#said === ""
          ? this.#searched(matches)
          : this.#said;
    const own = this.#chosen === undefined ? "" : `chosen: ${this.#chosen.name}`;
    this.#status.textContent = [said, own, this.#followed].filter(t => t !== "").join(" · ");
    this.#draw();
  }

  /** How many match, and among which: a figure may hold fewer processes than there are. */
  #searched(matches: number): string {
    const { node } = this.#tree;
    const held = node.ghost.reduce((n, g) => n + (g === 1 ? 0 : 1), 0);
    const { processes } = node.summary;
    const found = `${matches.toLocaleString("en-US")} found`;
    if (held >= processes) return found;
    const among = `among the ${held.toLocaleString("en-US")} of ${processes.toLocaleString("en-US")} processes that are here`;
    return this.#asksKernel
      ? `${found} ${among}; looking through all…`
      : `${found} ${among}: run the cell again to search all`;
  }

  get #asksKernel(): boolean {
    return this.#tree.node.info.live !== undefined && this.#place.host.request !== undefined;
  }

  /** Looks through the whole tree, where the figure holds a part of it and the kernel runs. */
  async #searchAll(): Promise<void> {
    const asked = (this.#searches += 1);
    const tree = this.#tree;
    const { summary, ghost, info } = tree.node;
    const held = ghost.reduce((n, g) => n + (g === 1 ? 0 : 1), 0);
    if (this.#query === "" || held >= summary.processes || !this.#asksKernel) return;
    await new Promise(resolve => setTimeout(resolve, 200));
    const text = this.#query;
    if (asked !== this.#searches || this.#place.signal.aborted) return;
    const reply = await ask(this.#place.host, { type: "search", live: info.live ?? "", text });
    if (asked !== this.#searches || this.#place.signal.aborted) return;
    if (reply.type !== "view" || reply.view.root.kind !== "processTree") {
      const why = reply.type === "error" ? reply.message : "run the cell again to search all";
      this.#said = `only the ${held.toLocaleString("en-US")} processes that are here were searched: ${why}`;
      this.#refresh();
      return;
    }
    const { root } = reply.view;
    this.#before = { tree, closed: this.#closed };
    this.#closed = new Set();
    this.#selected = -1;
    // Numbers of rows count in the whole tree, so that branches of what was found open too.
    this.#tree = measure({ ...root, info: { ...root.info, ...(info.live === undefined ? {} : { live: info.live }) } });
    const found = root.found ?? 0;
    const shown = root.name.length < found ? ` · the first ${root.name.length.toLocaleString("en-US")} rows shown` : "";
    this.#said = `${found.toLocaleString("en-US")} found among all ${summary.processes.toLocaleString("en-US")}${shown}`;
    this.#list.scrollTop = 0;
    this.#refresh();
  }

  #draw(): void {
    const first = Math.max(0, Math.floor(this.#list.scrollTop / rowPx) - 5);
    const count = Math.ceil((this.#list.clientHeight || 480) / rowPx) + 10;
    const rows = this.#visible.slice(first, first + count).map((row, i) => this.#row(row, first + i));
    this.#room.replaceChildren(...rows);
  }

  #row(row: number, at: number): HTMLElement {
    const { node, depth, end } = this.#tree;
    const inner = (end[row] ?? row + 1) > row + 1;
    const hidden = node.hidden[row] ?? 0;
    const open = inner && !this.#closed.has(row);
    const twist = el("span", { class: "hb-twist" }, inner ? (open ? "▾" : "▸") : hidden > 0 ? "▸" : "");
    const tone = node.tone[row] ?? (node.ghost[row] === 1 ? "neutral" : "fg");
    const remark = node.remark[row];
    const known = { common: this.#tree.common, above: this.#visible[at - 1] };
    const facts = [
      ...processFacts(node, row, known),
      ...(remark === null || remark === undefined ? [] : [remark]),
    ].join(" · ");
    const item = el(
      "div",
      {
        class: `hb-row-item${this.#isChosen(row) ? " hb-chosen" : ""}`,
        role: "treeitem",
        "aria-level": String((depth[row] ?? 0) + 1),
        "aria-selected": String(row === this.#selected),
        ...(inner ? { "aria-expanded": String(open) } : {}),
      },
      twist,
      el("strong", { class: `hb-${tone}` }, (toneSign(node, row) + processTitle(node, row)).slice(0, 200)),
      el("span", { class: "hb-cmd" }, (node.commandLine[row] ?? "").slice(0, 300)),
      hidden > 0 ? el("span", { class: "hb-faint" }, `+${hidden.toLocaleString("en-US")} more`) : undefined,
      el("span", { class: "hb-faint" }, facts.slice(0, 400)),
    );
    item.style.top = `${at * rowPx}px`;
    item.style.paddingLeft = `${4 + Math.min(mostIndent, depth[row] ?? 0) * 16}px`;
    item.dataset["row"] = String(row);
    return item;
  }

  #click(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : undefined;
    const item = target?.closest<HTMLElement>(".hb-row-item");
    const row = Number(item?.dataset["row"] ?? -1);
    if (row < 0) return;
    const isTwist = target?.closest(".hb-twist") !== null;
    if (isTwist) this.#toggle(row);
    this.#select(row);
    if (!isTwist && this.#link.hasCompany) void this.#chooseBranch(row);
  }

  #toggle(row: number, open = this.#closed.has(row)): void {
    const inner = (this.#tree.end[row] ?? 0) > row + 1;
    if (!inner && (this.#tree.node.hidden[row] ?? 0) > 0) {
      void this.#load(row);
      return;
    }
    if (open) this.#closed.delete(row);
    else this.#closed.add(row);
    this.#refresh();
    if (open && (this.#tree.node.hidden[row] ?? 0) > 0) void this.#load(row);
  }

  /** Puts the whole branch, as the kernel knows it, in the place of the row. */
  async #load(row: number): Promise<void> {
    const { node, end } = this.#tree;
    const { live } = node.info;
    if (live === undefined) return;
    this.#status.textContent = "loading…";
    const reply = await ask(this.#place.host, { type: "branch", live, row: node.row[row] ?? -1 });
    if (this.#tree.node !== node) return;
    if (reply.type !== "view" || reply.view.root.kind !== "processTree") {
      this.#status.textContent = reply.type === "error" ? reply.message : "not here: run the cell again for the rest";
      return;
    }
    this.#closed.clear();
    this.#tree = measure(graft(node, reply.view.root, { row, end: end[row] ?? row + 1 }));
    this.#refresh();
  }

  #select(row: number): void {
    this.#selected = row;
    const { node } = this.#tree;
    const facts: readonly (readonly [string, string])[] = [
      ["Process", node.name[row] ?? ""],
      ["Id", node.processId[row] ?? ""],
      ["When, who, where", processFacts(node, row).join(" · ")],
      ["Remark", node.remark[row] ?? ""],
      ["Command line", node.commandLine[row] ?? ""],
    ];
    const list = el("dl", { class: "hb-kv" });
    for (const [name, value] of facts) if (value !== "") list.append(el("dt", {}, name), el("dd", {}, value));
    const command = node.commandLine[row] ?? "";
    const copy =
      command === "" ? undefined : button("Copy command line", () => void copyText(this.#place.host, command));
    const choose =
      this.#link.isLinked && node.event !== undefined
        ? button("Choose this branch", () => void this.#chooseBranch(row), {
            title: "narrow the views of the same rows to this process and what it began (C)",
          })
        : undefined;
    this.#panel.replaceChildren(list, el("div", { class: "hb-bar" }, choose, copy));
    this.#panel.style.display = "block";
    this.#draw();
  }

  #key(event: KeyboardEvent): void {
    const at = this.#visible.indexOf(this.#selected);
    const row = this.#selected;
    const { node } = this.#tree;
    const go = (to: number): void => {
      const next = this.#visible[Math.min(this.#visible.length - 1, Math.max(0, to))];
      if (next === undefined) return;
      const top = this.#visible.indexOf(next) * rowPx;
      if (top < this.#list.scrollTop) this.#list.scrollTop = top;
      else if (top + rowPx > this.#list.scrollTop + this.#list.clientHeight)
        this.#list.scrollTop = top + rowPx - this.#list.clientHeight;
      this.#select(next);
    };
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      PageDown: () => go(at + 15),
      PageUp: () => go(at - 15),
      Home: () => go(0),
      End: () => go(this.#visible.length - 1),
      ArrowRight: () => (this.#closed.has(row) ? this.#toggle(row, true) : go(at + 1)),
      ArrowLeft: () =>
        (this.#tree.end[row] ?? 0) > row + 1 && !this.#closed.has(row)
          ? this.#toggle(row, false)
          : go(this.#visible.indexOf(node.parent[row] ?? -1)),
      Enter: () => row >= 0 && this.#toggle(row),
      c: () => row >= 0 && this.#link.isLinked && void this.#chooseBranch(row),
      Escape: () => this.#chosen !== undefined && this.#choose(undefined),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  }
}

/** The processes that began in a span of time, with who started them: what a saved figure can tell by itself. */
function withinSpan(node: ProcessTreeNode, [from, to]: readonly [number, number]): ProcessTreeNode {
  const keep = new Uint8Array(node.name.length);
  let found = 0;
  node.atMs.forEach((ms, i) => {
    if (ms === null || ms < from || ms > to || node.ghost[i] === 1) return;
    found += 1;
    for (let at = i; at >= 0 && keep[at] === 0; at = node.parent[at] ?? -1) keep[at] = 1;
  });
  const kept = node.name.map((_, i) => i).filter(i => keep[i] === 1);
  const place = new Map(kept.map((i, at) => [i, at]));
  const pick = <T>(list: readonly T[]): T[] => kept.map(i => list[i] as T);
  return {
    ...node,
    ...{ name: pick(node.name), processId: pick(node.processId), atMs: pick(node.atMs), host: pick(node.host) },
    ...{ commandLine: pick(node.commandLine), account: pick(node.account), ghost: pick(node.ghost) },
    ...{ tone: pick(node.tone), remark: pick(node.remark), hidden: pick(node.hidden), row: pick(node.row) },
    ...(node.event === undefined ? {} : { event: pick(node.event) }),
    parent: kept.map(i => place.get(node.parent[i] ?? -1) ?? -1),
    found,
  };
}

/** Replaces a row and what is below it by a branch whose first row is the same process. */
function graft(
  node: ProcessTreeNode,
  branch: ProcessTreeNode,
  place: { readonly row: number; readonly end: number },
): ProcessTreeNode {
  const { row, end } = place;
  const grown = branch.name.length - (end - row);
  const splice = <T>(list: readonly T[], part: readonly T[]): T[] => [
    ...list.slice(0, row),
    ...part,
    ...list.slice(end),
  ];
  const parents = [
    ...node.parent.slice(0, row),
    ...branch.parent.map(p => (p < 0 ? (node.parent[row] ?? -1) : p + row)),
    ...node.parent.slice(end).map(p => (p >= end ? p + grown : p)),
  ];
  return {
    ...node,
    name: splice(node.name, branch.name),
    parent: parents,
    processId: splice(node.processId, branch.processId),
    atMs: splice(node.atMs, branch.atMs),
    commandLine: splice(node.commandLine, branch.commandLine),
    account: splice(node.account, branch.account),
    host: splice(node.host, branch.host),
    ghost: splice(node.ghost, branch.ghost),
    tone: splice(node.tone, branch.tone),
    remark: splice(node.remark, branch.remark),
    hidden: splice(node.hidden, branch.hidden),
    row: splice(node.row, branch.row),
    ...(node.event === undefined || branch.event === undefined ? {} : { event: splice(node.event, branch.event) }),
  };
}

/** A process id as it was typed: decimal or 0x… */
const isId = (id: string, typed: string): boolean =>
  id !== "" &&
  (id.toLowerCase() === typed || (/^0x[0-9a-f]+$/.test(typed) && id === String(Number.parseInt(typed, 16))));
