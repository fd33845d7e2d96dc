/** View tree → HTML. The only place where markup is made; every string of the tree is escaped. */
import { unreachable } from "../base/error.js";
import { figureTable, unplacedTable } from "./figure/figure-table.js";
import { treeList } from "./figure/draw-tree.js";
import type { FigureNode } from "./figure/model.js";
import {
  drawFigure,
  figureCaption,
  figureSentence,
  figureWidthPx,
  isEmptyFigure,
  pictureSvg,
} from "./figure/picture.js";
import { pageTheme } from "./figure/theme.js";
import { html, Html } from "./html.js";
import { inlineStyles, viewStyle } from "./style.js";
import {
  describeRows,
  numericTypes,
  type BannerNode,
  type Content,
  type ImageNode,
  type KeyValueNode,
  type LinkNode,
  type TableCell,
  type TableColumn,
  type TableNode,
  type Tone,
  type View,
  type ViewNode,
} from "./view.js";
import { prettyJson } from "./json-text.js";
import { clip, safeHref, visibleLine, visibleText } from "./visible.js";

/** Longer cells fold. */
const foldLength = 160;
/** No cell writes more than this. */
const cellLength = 20_000;

const toneWord: Record<Tone, string> = { neutral: "", info: "ℹ ", good: "✓ ", warning: "⚠ ", bad: "✖ " };

/** Styles as a class of fixed names. */
const tone = (value: Tone | undefined): string => `hb-${value ?? "neutral"}`;

/**
 * Draws a view as a fragment of HTML: static, without scripts, readable after sanitising. Figures are pictures (`img`),
 * because sanitisers of notebooks drop inline SVG, and a table.
 *
 * Shape: one `<div class="hb-view">` that brings its stylesheet.
 */
export function renderHtml(view: View | ViewNode): string {
  const root = "version" in view ? view.root : view;
  return html`<div class="hb-view"><style>${new Html(viewStyle)}</style>${renderNode(root, "picture")}</div>`.text;
}

/** The same without the stylesheet, for pages that bring it once; figures are inline and follow the page's colours. */
export function renderFragment(view: View | ViewNode): Html {
  return html`<div class="hb-view">${renderNode("version" in view ? view.root : view, "inline")}</div>`;
}

/** How figures are put into the page. */
export type FigureForm = "inline" | "picture";

function renderContent(content: Content, form: FigureForm): Html {
  return typeof content === "string" ? html`<bdi>${visibleText(content)}</bdi>` : renderNode(content, form);
}

function renderNode(node: ViewNode, form: FigureForm): Html {
  const inside = (content: Content): Html => renderContent(content, form);
  switch (node.kind) {
    case "text":
      return renderText(node.text, node.look ?? "plain");
    case "link":
      return renderLink(node);
    case "badge":
      return html`<span class="hb-badge ${tone(node.tone)}">${toneWord[node.tone ?? "neutral"]}${visibleLine(node.text)}</span>`;
    case "heading":
      return renderHeading(node.level, visibleLine(node.text));
    case "paragraph":
      return html`<p>${node.children.map(inside)}</p>`;
    case "banner":
      return renderBanner(node);
    case "list": {
      const items = node.items.map(item => html`<li>${inside(item)}</li>`);
      return node.ordered === true ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case "code":
      return html`<pre><code>${visibleText(node.text)}</code></pre>`;
    case "group":
      return html`<div class="${node.direction === "row" ? "hb-row" : "hb-column"}">${node.children.map(c => html`<div>${inside(c)}</div>`)}</div>`;
    case "details":
      return html`<details${node.open === true ? new Html(" open") : ""}><summary>${visibleLine(node.summary)}</summary>${node.children.map(inside)}</details>`;
    case "keyValue":
      return renderKeyValue(node, form);
    case "table":
      return renderTable(node, form);
    case "image":
      return renderImage(node);
    case "timeline":
    case "processTree":
    case "map":
    case "chart":
    case "pie":
    case "heatmap":
      return renderFigure(node, form);
    default:
      return unreachable(node, "renderNode");
  }
}

function renderText(text: string, look: "plain" | "strong" | "faint" | "code"): Html {
  const shown = html`<bdi>${visibleText(text)}</bdi>`;
  switch (look) {
    case "plain":
      return shown;
    case "strong":
      return html`<strong>${shown}</strong>`;
    case "faint":
      return html`<span class="hb-faint">${shown}</span>`;
    case "code":
      return html`<code class="hb-code">${shown}</code>`;
    default:
      return unreachable(look, "renderText");
  }
}

function renderLink(node: LinkNode): Html {
  const href = safeHref(node.href);
  const text = html`<bdi>${visibleLine(node.text)}</bdi>`;
  if (href === undefined) return text;
  return html`<a href="${href}" title="${visibleLine(href)}" rel="noopener noreferrer nofollow" target="_blank">${text}</a>`;
}

function renderHeading(level: 1 | 2 | 3, text: string): Html {
  if (level === 1) return html`<h1><bdi>${text}</bdi></h1>`;
  return level === 2 ? html`<h2><bdi>${text}</bdi></h2>` : html`<h3><bdi>${text}</bdi></h3>`;
}

function renderBanner(node: BannerNode): Html {
  const lines = node.lines ?? [];
  const list =
    lines.length === 0
      ? ""
      : html`<ul>${lines.map(l => html`<li><bdi>${limited(visibleText(clip(l, 10 * cellLength)))}</bdi></li>`)}</ul>`;
  return html`<div class="hb-banner ${tone(node.tone)}" role="note"><div><strong>${toneWord[node.tone]}${visibleLine(clip(node.title, cellLength))}</strong></div>${list}</div>`;
}

function renderKeyValue(node: KeyValueNode, form: FigureForm): Html {
  const entries = node.entries.map(
    ({ key, value }) => html`<dt><bdi>${visibleLine(key)}</bdi></dt><dd>${renderCell(value, undefined, form)}</dd>`,
  );
  return html`<dl class="hb-kv">${entries}</dl>`;
}

export function renderTable(node: TableNode, form: FigureForm): Html {
  const styles = node.columns.map(c => (numericTypes.has(c.type) ? inlineStyles.right : inlineStyles.left));
  const style = (i: number): string => styles[i] ?? inlineStyles.left;
  const head = node.columns.map(
    (c, i) =>
      html`<th scope="col" style="${style(i)}"><bdi>${visibleLine(clip(c.name, 1000))}</bdi>${typeLabel(c)}</th>`,
  );
  const rows = node.rows.map(
    row =>
      html`<tr>${row.map((cell, i) => html`<td style="${style(i)}"${nowrap(node.columns[i])}>${renderCell(cell, node.columns[i], form)}</td>`)}</tr>`,
  );
  const caption = [node.caption, describeRows(node.rows.length, node.total)].filter(c => c !== undefined).join(" · ");
  const table = html`<table class="hb-table"><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`;
  return html`<div class="hb-scroll">${table}</div><div class="hb-caption">${visibleLine(caption)}</div>`;
}

const typeLabel = (column: TableColumn): Html | undefined =>
  column.type === undefined ? undefined : html`<span class="hb-type">${column.type}</span>`;

const unwrapped: ReadonlySet<TableColumn["type"]> = new Set([
  "datetime",
  "timespan",
  "guid",
  "int",
  "long",
  "real",
  "bool",
]);

const nowrap = (column: TableColumn | undefined): Html =>
  unwrapped.has(column?.type) ? new Html(' class="hb-nowrap"') : new Html("");

const faint = (text: string, title: string): Html => html`<span class="hb-faint" title="${title}">${text}</span>`;

/** null is a faint ∅, the empty string a faint "", so that they cannot be mistaken for each other. */
export function renderCell(cell: TableCell, column: TableColumn | undefined, form: FigureForm = "inline"): Html {
  if (cell === null) return faint("∅", "null");
  if (typeof cell === "object") return renderNode(cell, form);
  if (cell === "") return faint('""', "empty string");
  const text = String(cell);
  if (column?.type === "dynamic" && text.length > 60 && /^[[{]/.test(text))
    return folded(visibleLine(clip(text, 60)), html`<pre>${limited(visibleText(prettyJson(text)))}</pre>`);
  if (text.length > foldLength)
    return folded(visibleLine(clip(text, foldLength)), html`<pre>${limited(visibleText(text))}</pre>`);
  return html`<bdi>${visibleLine(text)}</bdi>`;
}

const folded = (start: string, whole: Html): Html =>
  html`<details><summary><bdi>${start}</bdi>…</summary>${whole}</details>`;

function limited(text: string): string {
  if (text.length <= cellLength) return text;
  return `${clip(text, cellLength)}… (${(text.length - cellLength).toLocaleString("en-US")} more characters)`;
}

function renderImage(node: ImageNode): Html {
  const mime = node.mime === "image/jpeg" ? "image/jpeg" : "image/png";
  if (!/^[A-Za-z0-9+/=\s]*$/.test(node.base64)) return html`<em>${visibleLine(node.alt)}</em>`;
  const width = node.widthPx === undefined ? "" : html` width="${Math.trunc(node.widthPx)}"`;
  return html`<img src="data:${mime};base64,${node.base64.replace(/\s/g, "")}" alt="${visibleLine(node.alt)}"${width}>`;
}

/** UTF-8 text as base64, without anything of Node. */
function toBase64(text: string): string {
  let binary = "";
  const bytes = new TextEncoder().encode(text);
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}

/** The frame around every figure: title, warning, drawing, caption, and the numbers as a table. */
export function figureFrame(node: FigureNode, drawing: Html, form: FigureForm, after: Html | string = ""): Html {
  const { title, incomplete } = node.info;
  const heading =
    title === undefined ? "" : html`<h3 class="hb-title"><bdi>${visibleLine(clip(title, 500))}</bdi></h3>`;
  const caption = html`<div class="hb-caption"><bdi>${visibleLine(clip(figureCaption(node), 3000))}</bdi></div>`;
  const lost = node.kind === "map" ? unplacedTable(node) : undefined;
  return html`<div class="hb-figure">${heading}${incomplete === undefined ? "" : renderBanner(incomplete)}${drawing}${caption}${
    lost === undefined ? "" : renderTable(lost, form)
  }${after}</div>`;
}

const asTable = (node: FigureNode, form: FigureForm): Html =>
  html`<details class="hb-numbers"><summary>Show as a table</summary>${renderTable(figureTable(node), form)}</details>`;

function renderFigure(node: FigureNode, form: FigureForm): Html {
  if (isEmptyFigure(node)) return figureFrame(node, html`<p class="hb-faint">nothing to show</p>`, form);
  if (node.kind === "processTree") return figureFrame(node, treeList(node), form);
  const drawing =
    form === "inline"
      ? html`<div class="hb-scroll">${drawFigure(node, { theme: pageTheme, widthPx: figureWidthPx })}</div>`
      : html`<img class="hb-picture" src="data:image/svg+xml;base64,${toBase64(pictureSvg({ ...node, info: bare(node.info) }))}" alt="${visibleLine(clip(figureSentence(node), 1000))}" width="${figureWidthPx}">`;
  return figureFrame(node, drawing, form, asTable(node, form));
}

/** What the page says itself is left out of the picture. */
const bare = (info: FigureNode["info"]): FigureNode["info"] => {
  const { source, rows, notes } = info;
  return { ...(source === undefined ? {} : { source }), ...(rows === undefined ? {} : { rows }), notes: notes ?? [] };
};
