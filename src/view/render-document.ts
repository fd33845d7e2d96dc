/** A self-contained HTML page: for reports. */
import { HuntError } from "../base/error.js";
import { html, Html } from "./html.js";
import { renderFragment } from "./render-html.js";
import { documentStyle, viewStyle } from "./style.js";
import type { View, ViewNode } from "./view.js";
import { visibleLine } from "./visible.js";

export interface DocumentOptions {
  readonly title: string;
  /** Our own additional style rules; never from data. */
  readonly css?: string;
  /** Language of the text, for screen readers and hyphenation. Default `en`. */
  readonly language?: string;
}

/** No script, no network, no form: whatever a page holds, a browser does nothing with it. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * Draws views, and markup made by `html`, as one page that needs nothing else.
 *
 * @throws HuntError `view/bad-style` when `css` would end the style element
 */
export function renderDocument(parts: readonly (View | ViewNode | Html)[], options: DocumentOptions): string {
  const { title, css = "", language = "en" } = options;
  if (/<\/style|<!--/i.test(css)) throw new HuntError("view/bad-style", "a stylesheet must not contain markup");
  const body = parts.map(part => (part instanceof Html ? part : renderFragment(part)));
  const style = new Html([documentStyle, viewStyle, css].join("\n"));
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${visibleLine(title)}</title>
<style>
${style}
</style>
</head>
<body>
${body}
</body>
</html>
`.text;
}
