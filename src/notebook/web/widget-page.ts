/** A widget on a page: follows the model's tree and values, and tells the kernel what people do. */
import { viewStyle } from "../../view/style.js";
import type { WidgetEvent, WidgetNode, WidgetState, WidgetValue } from "../widgets/node.js";
import { el } from "./dom.js";
import { widgetStyle } from "./widget-style.js";

/** The part of anywidget's model that is used here (anywidget.dev, "Anywidget Front-End Module"). */
export interface WidgetModel {
  get(name: string): unknown;
  send(content: unknown): void;
  on(event: string, callback: (content: unknown) => void): void;
  off(event: string, callback: (content: unknown) => void): void;
}

/** A control that is drawn. */
export interface Field {
  readonly element: HTMLElement;
  /** The kernel's value; undone edits of the person stay as they are. */
  update(value: WidgetValue): void;
  close?(): void;
}
export type Draw = (node: WidgetNode, page: WidgetPage) => Field;

/** After so long without an answer the person is told. */
const patienceMs = 5000;
const silence = "No answer from the kernel: it is busy, or this cell has to be run again.";

export class WidgetPage {
  readonly #model: WidgetModel;
  readonly #draw: Draw;
  readonly #prefix = `hbw${Math.random().toString(36).slice(2)}`;
  readonly #fields = new Map<string, Field>();
  readonly #body = el("div");
  readonly #alone = el("div", { class: "hb-w-alone", role: "status" });
  readonly #waiting = new Map<number, ReturnType<typeof setTimeout>>();
  #sent = 0;
  readonly root = el("div", { class: "hb-view hb-widget" });

  constructor(model: WidgetModel, draw: Draw) {
    this.#model = model;
    this.#draw = draw;
  }

  open(): void {
    const style = document.createElement("style");
    style.textContent = `${viewStyle}\n${widgetStyle}`;
    this.root.append(style, this.#body, this.#alone);
    this.#model.on("change:tree", this.#redraw);
    this.#model.on("change:values", this.#update);
    this.#model.on("msg:custom", this.#hear);
    this.#redraw();
  }

  close(): void {
    this.#model.off("change:tree", this.#redraw);
    this.#model.off("change:values", this.#update);
    this.#model.off("msg:custom", this.#hear);
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    for (const field of this.#fields.values()) field.close?.();
    this.root.remove();
  }

  /** The id of a control's element; different on every page that shows the widget. */
  idOf(node: WidgetNode): string {
    return `${this.#prefix}-${node.id}`;
  }

  drawChild(node: WidgetNode): HTMLElement {
    const field = this.#draw(node, this);
    this.#fields.set(node.id, field);
    return field.element;
  }

  set(node: WidgetNode, value: WidgetValue): void {
    this.#send({ type: "set", id: node.id, value });
  }

  press(node: WidgetNode): void {
    this.#send({ type: "press", id: node.id });
  }

  /** Anything else that the kernel is asked; the answer comes as a message of its own. */
  ask(content: unknown): void {
    this.#model.send(content);
  }
  onMessage(listener: (content: unknown) => void): () => void {
    this.#model.on("msg:custom", listener);
    return () => this.#model.off("msg:custom", listener);
  }

  #send(event: WidgetEvent): void {
    const seq = (this.#sent += 1);
    this.#waiting.set(
      seq,
      setTimeout(() => (this.#alone.textContent = silence), patienceMs),
    );
    this.#model.send({ ...event, seq });
  }

  readonly #hear = (content: unknown): void => {
    const { ack } = (content ?? {}) as { readonly ack?: number };
    if (ack === undefined) return;
    clearTimeout(this.#waiting.get(ack));
    this.#waiting.delete(ack);
    this.#alone.textContent = "";
  };

  readonly #redraw = (): void => {
    const tree = this.#model.get("tree") as WidgetState["tree"] | undefined;
    if (tree === undefined) return;
    const focused = (this.root.getRootNode() as Document | ShadowRoot).activeElement;
    const had = focused !== null && this.#body.contains(focused) ? focused.id : undefined;
    for (const field of this.#fields.values()) field.close?.();
    this.#fields.clear();
    this.#body.replaceChildren(this.drawChild(tree));
    this.#update();
    if (had !== undefined && had !== "")
      [...this.#body.querySelectorAll<HTMLElement>("[id]")].find(e => e.id === had)?.focus();
  };

  readonly #update = (): void => {
    const values = (this.#model.get("values") ?? {}) as WidgetState["values"];
    for (const [id, field] of this.#fields) field.update(values[id] ?? null);
  };
}
