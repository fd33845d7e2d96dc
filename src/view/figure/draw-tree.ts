/** Process tree → a picture of its first rows, and a list that opens and closes without a script. */
import { html, type Html } from "../html.js";
import { clip, visibleLine } from "../visible.js";
import type { DrawOptions } from "./draw-timeline.js";
import { textWidth } from "./measure.js";
import type { ProcessTreeNode } from "./model.js";
import { fontPx, label, line, px, svg } from "./svg.js";
import type { Role, Theme } from "./theme.js";
import {
  depthsOf,
  endsOf,
  markedRows,
  processFacts,
  processTitle,
  summarySentence,
  treeConstants,
  type KnownFacts,
} from "./tree-rows.js";

const rowPx = 22;
/** How much wider bold letters are. */
const boldFactor = 1.13;
const indentPx = 16;
/** A picture longer than this is no picture. */
const pictureRows = 30;
/** The list of saved outputs; the whole tree is in the view's data and in the kernel. */
const listRows = 300;
const listDepth = 40;
const commandLength = 300;

export function treeSentence(node: ProcessTreeNode): string {
  return `Process tree${node.info.title === undefined ? "" : ` “${node.info.title}”`}: ${summarySentence(node.summary)}`;
}

const roleOf = (node: ProcessTreeNode, row: number): Role => node.tone[row] ?? (node.ghost[row] === 1 ? "faint" : "fg");

const signs = { bad: "✖", warning: "⚠", good: "✓", info: "ℹ", neutral: "" } as const;

/** The word before a row with a tone: colour is never the only signal. */
export const toneSign = (node: ProcessTreeNode, row: number): string => {
  const tone = node.tone[row];
  return tone === null || tone === undefined || signs[tone] === "" ? "" : `${signs[tone]} `;
};

function drawRow(
  node: ProcessTreeNode,
  row: number,
  place: { theme: Theme; widthPx: number; x: number; y: number; known: KnownFacts },
): Html {
  const { theme, widthPx, x, y, known } = place;
  const name = `${toneSign(node, row)}${processTitle(node, row)}`;
  const facts = processFacts(node, row, known).join(" · ");
  const nameWidth = Math.min(textWidth(name, fontPx) * boldFactor + 10, widthPx - x);
  const factsWidth = Math.min(320, textWidth(facts, 10));
  const room = widthPx - x - nameWidth - factsWidth - 20;
  const command = node.commandLine[row] ?? "";
  const shown =
    room < 60 || command === ""
      ? ""
      : label(theme, [x + nameWidth, y + 15], command, { role: "faint", sizePx: 10, widthPx: room });
  return html`${label(theme, [x, y + 15], name, { role: roleOf(node, row), bold: true, widthPx: nameWidth })}${shown}${label(theme, [widthPx - 6, y + 15], facts, { role: "faint", sizePx: 10, anchor: "end", widthPx: 320 })}`;
}

/** The rows that deserve the room: marked ones with their ancestors and children, then from the top. */
export function notableRows(node: ProcessTreeNode, most: number): readonly number[] {
  const chosen = new Set<number>();
  const add = (row: number): void => {
    for (let at = row; at >= 0 && !chosen.has(at); at = node.parent[at] ?? -1) chosen.add(at);
  };
  for (const wanted of ["bad", "warning"])
    node.tone.forEach((tone, i) => void (tone === wanted && chosen.size < most && add(i)));
  const marked = new Set(chosen);
  for (let i = 0; i < node.parent.length && chosen.size < most; i += 1)
    if (marked.has(node.parent[i] ?? -1) && node.tone[node.parent[i] ?? -1] !== null) add(i);
  for (let i = 0; i < node.parent.length && chosen.size < most; i += 1) add(i);
  return [...chosen].sort((a, b) => a - b).slice(0, most);
}

/** Draws the first (or most notable) rows. */
export function drawTree(node: ProcessTreeNode, options: DrawOptions): Html {
  const { theme, widthPx } = options;
  const rows = notableRows(node, pictureRows);
  const depths = depthsOf(node);
  const place = new Map(rows.map((row, i) => [row, i]));
  const deepest = rows.reduce((n, r) => Math.max(n, depths[r] ?? 0), 0);
  const indent = Math.min(indentPx, (widthPx * 0.35) / Math.max(1, deepest));
  const x = (row: number): number => 8 + (depths[row] ?? 0) * indent;
  const common = treeConstants(node);
  const drawn = rows.map((row, i) => {
    const y = i * rowPx;
    const parent = place.get(node.parent[row] ?? -1);
    const elbow =
      parent === undefined
        ? ""
        : html`<path d="M${px(x(node.parent[row] ?? 0) + 4)} ${px(parent * rowPx + rowPx - 2)}V${px(y + 11)}H${px(x(row) - 2)}" fill="none" stroke="${theme.paint("line")}"/>`;
    return html`${elbow}${drawRow(node, row, { theme, widthPx, x: x(row), y, known: { common, above: rows[i - 1] } })}`;
  });
  const rest = node.parent.length - rows.length;
  const height = rows.length * rowPx + (rest > 0 ? rowPx : 4);
  const more =
    rest > 0 ? label(theme, [8, height - 6], `… ${rest.toLocaleString("en-US")} more rows`, { role: "faint" }) : "";
  return svg({ width: widthPx, height }, treeSentence(node), [drawn, line(theme, [0, 0.5], [widthPx, 0.5]), more]);
}

/** Lists this long are folded where nothing is marked. */
const foldedRows = 40;
/** Marked processes told before the tree. */
const summaryRows = 20;

function listItem(node: ProcessTreeNode, row: number, known: KnownFacts | undefined): Html {
  const command = node.commandLine[row] ?? "";
  const remark = node.remark[row];
  const facts = [...processFacts(node, row, known), ...(remark === null || remark === undefined ? [] : [remark])];
  const tone = node.tone[row] ?? "fg";
  const text =
    command === ""
      ? ""
      : html` <code class="hb-code"><bdi>${visibleLine(clip(command, commandLength))}</bdi>${command.length > commandLength ? "…" : ""}</code>`;
  return html`<strong class="hb-${tone}"><bdi>${toneSign(node, row)}${visibleLine(clip(processTitle(node, row), commandLength))}</bdi></strong> <span class="hb-faint"><bdi>${visibleLine(clip(facts.join(" · "), commandLength))}</bdi></span>${text}`;
}

/** What rules marked, the worst first: nobody should have to look for it in a long tree. */
function markedList(node: ProcessTreeNode): Html | string {
  const marked = markedRows(node, Number.MAX_SAFE_INTEGER);
  if (marked.length === 0) return "";
  const common = treeConstants(node);
  const shown = marked.slice(0, summaryRows);
  const items = shown.map(row => {
    const parent = node.parent[row] ?? -1;
    const by =
      parent < 0
        ? ""
        : html` <span class="hb-faint">started by <bdi>${visibleLine(clip(processTitle(node, parent), commandLength))}</bdi></span>`;
    return html`<li>${listItem(node, row, { common })}${by}</li>`;
  });
  const rest = marked.length - shown.length;
  const more = rest > 0 ? html`<li class="hb-faint">… ${rest.toLocaleString("en-US")} more</li>` : "";
  const count = `${marked.length.toLocaleString("en-US")} marked ${marked.length === 1 ? "process" : "processes"}`;
  return html`<div class="hb-marked"><div>${count}</div><ul class="hb-tree">${items}${more}</ul></div>`;
}

/** Rows below which something is marked. */
function leadToMarks(node: ProcessTreeNode): ReadonlySet<number> {
  const leading = new Set<number>();
  for (const row of markedRows(node, Number.MAX_SAFE_INTEGER))
    for (let at = node.parent[row] ?? -1; at >= 0 && !leading.has(at); at = node.parent[at] ?? -1) leading.add(at);
  return leading;
}

/** The tree as nested lists, what is marked before it. Rows beyond a bound are counted, not drawn. */
export function treeList(node: ProcessTreeNode): Html {
  const rows = notableRows(node, listRows);
  const depths = depthsOf(node);
  const ends = endsOf(node);
  const common = treeConstants(node);
  const leading = leadToMarks(node);
  const above = new Map(rows.map((row, i) => [row, rows[i - 1]]));
  const shownChildren = new Map<number, number[]>();
  for (const row of rows) {
    const parent = node.parent[row] ?? -1;
    shownChildren.set(parent, [...(shownChildren.get(parent) ?? []), row]);
  }
  const isOpen = (row: number): boolean => rows.length <= foldedRows || (depths[row] ?? 0) === 0 || leading.has(row);
  const build = (row: number): Html => {
    const children = shownChildren.get(row) ?? [];
    const below = (ends[row] ?? row + 1) - row - 1;
    const drawable = (depths[row] ?? 0) < listDepth ? children : [];
    const item = listItem(node, row, { common, above: above.get(row) });
    const missing =
      below === 0 && (node.hidden[row] ?? 0) === 0 ? "" : missingNote(node, row, ends[row] ?? row, drawable);
    if (drawable.length === 0) return html`<li>${item}${missing}</li>`;
    const inside = html`<summary>${item}</summary><ul>${drawable.map(build)}</ul>${missing}`;
    return isOpen(row) ? html`<li><details open>${inside}</details></li>` : html`<li><details>${inside}</details></li>`;
  };
  const rest = node.parent.length - rows.length;
  const note =
    rest > 0 ? html`<div class="hb-caption">${rest.toLocaleString("en-US")} more rows are not listed here</div>` : "";
  return html`${markedList(node)}<ul class="hb-tree">${(shownChildren.get(-1) ?? []).map(build)}</ul>${note}`;
}

/** Children of a row that this list does not have. */
function missingNote(node: ProcessTreeNode, row: number, end: number, drawn: readonly number[]): Html | string {
  let children = node.hidden[row] ?? 0;
  for (let i = row + 1; i < end; i += 1) if (node.parent[i] === row) children += 1;
  const missing = children - drawn.length;
  return missing <= 0 ? "" : html` <span class="hb-faint">… ${missing.toLocaleString("en-US")} more below</span>`;
}
