/** Elements from data: text only ever becomes text nodes and attributes from a fixed list. */
import type { Html } from "../../view/html.js";
import { clip, visibleLine } from "../../view/visible.js";

type Child = Node | string | undefined;

interface Attributes {
  readonly class?: string;
  readonly role?: string;
  readonly title?: string;
  readonly type?: string;
  readonly tabindex?: string;
  readonly placeholder?: string;
  readonly value?: string;
  readonly size?: string;
  readonly "aria-label"?: string;
  readonly "aria-checked"?: string;
  readonly "aria-live"?: string;
  readonly "aria-level"?: string;
  readonly "aria-expanded"?: string;
  readonly "aria-selected"?: string;
  readonly "aria-pressed"?: string;
  readonly "aria-sort"?: string;
  readonly "aria-rowcount"?: string;
  readonly "aria-rowindex"?: string;
  readonly "aria-haspopup"?: string;
}

/** An element. Strings are shown with hidden characters made visible, and not longer than a person reads. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "string") element.setAttribute(name, visibleLine(clip(value, 500)));
  for (const child of children)
    if (child !== undefined) element.append(typeof child === "string" ? visibleLine(clip(child, 20_000)) : child);
  return element;
}

/** Puts markup made by our escaping renderer into an element. */
export function fill(target: Element, markup: Html): void {
  const template = document.createElement("template");
  template.innerHTML = markup.text;
  target.replaceChildren(template.content);
}

export function button(label: string, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = el("button", { type: "button", class: "hb-button", ...attributes }, label);
  element.addEventListener("click", event => {
    event.stopPropagation();
    onClick();
  });
  return element;
}

/** Shows a menu above everything: hosts cut off what leaves an output. */
export function raiseMenu(menu: HTMLElement, x: number, y: number): void {
  menu.popover = "manual";
  Object.assign(menu.style, { position: "fixed", right: "auto", bottom: "auto", margin: "0" });
  menu.showPopover();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(0, Math.min(innerWidth - width - 4, x))}px`;
  menu.style.top = `${Math.max(0, Math.min(innerHeight - height - 4, y))}px`;
}

/** Runs at most once per frame. */
export function onceAFrame(work: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}

/** Calls back with the element's width, now and whenever it changes. */
export function watchWidth(element: HTMLElement, signal: AbortSignal, onWidth: (px: number) => void): void {
  let before = 0;
  const update = onceAFrame(() => {
    const width = Math.floor(element.clientWidth);
    if (width > 0 && width !== before) onWidth((before = width));
  });
  const observer = new ResizeObserver(update);
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
  const now = Math.floor(element.clientWidth);
  if (now > 0) onWidth((before = now));
}

/** A box of text beside the pointer. */
export class Tooltip {
  readonly element = el("div", { class: "hb-tip", role: "tooltip" });

  show(
    at: { readonly x: number; readonly y: number },
    within: HTMLElement,
    rows: readonly (readonly [string, string])[],
  ): void {
    this.element.replaceChildren(
      ...rows.map(([name, value]) =>
        el(
          "div",
          {},
          name === "" ? undefined : el("span", { class: "hb-faint" }, `${name} `),
          value.length > 400 ? `${value.slice(0, 400)}…` : value,
        ),
      ),
    );
    this.element.style.display = "block";
    const width = Math.min(420, this.element.offsetWidth);
    const left = at.x + width + 16 > within.clientWidth ? Math.max(0, at.x - width - 12) : at.x + 12;
    this.element.style.left = `${left}px`;
    this.element.style.top = `${at.y + 12}px`;
  }

  hide(): void {
    this.element.style.display = "none";
  }
}

/** A pointer's place inside an element. */
export function pointIn(
  element: Element,
  event: PointerEvent | MouseEvent | WheelEvent,
): { readonly x: number; readonly y: number } {
  const box = element.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** Follows a drag from a press to its release. */
export function onDrag(
  element: HTMLElement,
  signal: AbortSignal,
  start: (
    point: { x: number; y: number },
    event: PointerEvent,
  ) => { move(point: { x: number; y: number }): void; end(point: { x: number; y: number }): void } | undefined,
): void {
  element.addEventListener(
    "pointerdown",
    event => {
      if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button,input") !== null))
        return;
      const drag = start(pointIn(element, event), event);
      if (drag === undefined) return;
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      const move = (e: PointerEvent): void => drag.move(pointIn(element, e));
      const end = (e: PointerEvent): void => {
        element.removeEventListener("pointermove", move);
        element.removeEventListener("pointerup", end);
        element.removeEventListener("pointercancel", end);
        drag.end(pointIn(element, e));
      };
      element.addEventListener("pointermove", move);
      element.addEventListener("pointerup", end);
      element.addEventListener("pointercancel", end);
    },
    { signal },
  );
}
