/** A widget where there is no page to draw it: its labels and values, as text that nobody can press. */
import type { MimeBundle } from "../../base/port.js";
import { renderHtml, renderText, toView } from "../../view/index.js";
import type { AnyControl } from "./control.js";

export function toStatic(root: AnyControl): MimeBundle {
  const entries: { key: string; value: string }[] = [];
  const collect = (control: AnyControl): void => {
    const text = control.describe();
    if (text !== "" || control.label !== "") entries.push({ key: control.label, value: text });
    control.children.forEach(collect);
  };
  collect(root);
  const view = toView({ kind: "keyValue", entries });
  return { "text/html": renderHtml(view), "text/plain": renderText(view) };
}
