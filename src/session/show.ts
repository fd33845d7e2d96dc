/** Small displays for notebooks: Markdown-free text, headings and views. */
import { displaySymbol, type Displayable, type MimeBundle } from "../base/port.js";
import { renderHtml, renderText, toView, viewMime, type Content, type View } from "../view/index.js";

/** A view that notebooks, reports and terminals can show. */
export class Shown implements Displayable {
  readonly view: View;

  constructor(content: Content) {
    this.view = toView(content);
  }

  [displaySymbol](): MimeBundle {
    return { [viewMime]: this.view, "text/html": renderHtml(this.view), "text/plain": renderText(this.view) };
  }

  toString(): string {
    return renderText(this.view);
  }
}

/** Anything as something to show: text stays text and is never markup. */
export function show(content: Content): Shown {
  return new Shown(content);
}

/** A line of text, optionally as a heading or with emphasis; MSTICPy's `md`. The text is data, never markup. */
export function md(text: string, look: "plain" | "strong" | "large" = "plain"): Shown {
  if (look === "large") return new Shown({ kind: "heading", level: 3, text });
  return new Shown({
    kind: "paragraph",
    children: [{ kind: "text", text, look: look === "strong" ? "strong" : "plain" }],
  });
}

/** A warning box; MSTICPy's `md_warn`. */
export function mdWarn(text: string): Shown {
  return new Shown({ kind: "banner", tone: "warning", title: text });
}
