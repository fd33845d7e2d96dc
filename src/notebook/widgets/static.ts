/** A widget where there is no page to draw it: its labels and values, as text that nobody can press. */
import type { MimeBundle } from "../../base/port.js";
import type { View, ViewNode } from "../../view/index.js";
import { renderHtml, renderText, toView, viewMime } from "../../view/index.js";
import type { AnyControl } from "./control.js";

/** With `isHeadless` it says that nobody was there to change anything, and goes as a view, because no widget stands beside it. */
export function toStatic(root: AnyControl, isHeadless: boolean): MimeBundle {
  const view = toView({ kind: "group", children: [...parts(root), ...(isHeadless ? [defaults] : [])] });
  return {
    ...(isHeadless ? { [viewMime]: view } : {}),
    "text/html": renderHtml(view),
    "text/plain": renderText(view),
  };
}

const defaults: ViewNode = {
  kind: "paragraph",
  children: [
    { kind: "text", look: "faint", text: "Nobody could use this widget in this run: these are its defaults." },
  ],
};

function parts(root: AnyControl): ViewNode[] {
  const nodes: ViewNode[] = [];
  let entries: { key: string; value: string }[] = [];
  const close = (): void => {
    if (entries.length > 0) nodes.push({ kind: "keyValue", entries });
    entries = [];
  };
  const collect = (control: AnyControl): void => {
    const page = control.toPage();
    if (isView(page)) {
      close();
      nodes.push(page.root);
    } else {
      const text = control.describe();
      if (text !== "" || (control.label !== "" && control.children.length === 0))
        entries.push({ key: control.label, value: text });
    }
    control.children.forEach(collect);
  };
  collect(root);
  close();
  return nodes;
}

const isView = (value: unknown): value is View => typeof value === "object" && value !== null && "root" in value;
