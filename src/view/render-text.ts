/** View tree → text for terminals and `text/plain`. Control sequences of data never get through; ours only with `colour`. */
import { unreachable } from "../base/error.js";
import { figureText } from "./figure/figure-text.js";
import type { FigureNode } from "./figure/model.js";
import {
  describeRows,
  numericTypes,
  type Content,
  type TableCell,
  type TableNode,
  type Tone,
  type View,
  type ViewNode,
} from "./view.js";
import { safeHref, visibleLine, visibleText } from "./visible.js";
import { displayWidth, fitWidth, padWidth } from "./width.js";

export interface TextOptions {
  /** Cells per line; default 100. */
  readonly width?: number;
  /** Use ANSI colours; default false. */
  readonly colour?: boolean;
}

interface Context {
  readonly width: number;
  readonly paint: (style: Style, text: string) => string;
}

type Style = Tone | "strong" | "faint";

/** SGR codes. */
const codes: Record<Style, number> = { strong: 1, faint: 2, neutral: 0, info: 36, good: 32, warning: 33, bad: 31 };
const words: Record<Tone, string> = { neutral: "", info: "i ", good: "+ ", warning: "! ", bad: "x " };

/** Draws a view as text, without a line break at the end. */
export function renderText(view: View | ViewNode, options: TextOptions = {}): string {
  const { width = 100, colour = false } = options;
  const paint: Context["paint"] = (style, text) =>
    colour && codes[style] !== 0 && text !== "" ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
  return renderNode("version" in view ? view.root : view, { width: Math.max(20, width), paint });
}

function renderContent(content: Content, context: Context): string {
  return typeof content === "string" ? visibleText(content) : renderNode(content, context);
}

function renderNode(node: ViewNode, context: Context): string {
  switch (node.kind) {
    case "text":
      return context.paint(
        node.look === "strong" || node.look === "faint" ? node.look : "neutral",
        visibleText(node.text),
      );
    case "link": {
      const [text, href] = [visibleLine(node.text), safeHref(node.href)];
      return href === undefined || href === node.text ? text : `${text} <${visibleLine(href)}>`;
    }
    case "badge":
      return context.paint(node.tone ?? "neutral", `[${words[node.tone ?? "neutral"]}${visibleLine(node.text)}]`);
    case "heading": {
      const text = visibleLine(node.text);
      const rule = node.level === 3 ? [] : [(node.level === 1 ? "=" : "-").repeat(displayWidth(text))];
      return [context.paint("strong", text), ...rule].join("\n");
    }
    case "paragraph":
      return wrap(node.children.map(c => renderContent(c, context)).join(""), context.width);
    case "banner":
      return [
        context.paint(node.tone, words[node.tone] + visibleLine(node.title)),
        ...(node.lines ?? []).map(l => `  - ${visibleLine(l)}`),
      ].join("\n");
    case "list":
      return node.items
        .map((item, i) =>
          indent(node.ordered === true ? `${i + 1}. ` : "- ", renderContent(item, narrower(context, 3))),
        )
        .join("\n");
    case "code":
      return indent("  ", visibleText(node.text));
    case "group":
      return node.children.map(c => renderContent(c, context)).join("\n");
    case "details":
      return [
        visibleLine(node.summary),
        ...node.children.map(c => indent("  ", renderContent(c, narrower(context, 2)))),
      ].join("\n");
    case "keyValue": {
      const width = Math.max(0, ...node.entries.map(e => displayWidth(visibleLine(e.key))));
      return node.entries
        .map(
          e => `${context.paint("faint", padWidth(visibleLine(e.key), width, "left"))}  ${cellText(e.value, context)}`,
        )
        .join("\n");
    }
    case "table":
      return renderTable(node, context);
    case "image":
      return `[picture: ${visibleLine(node.alt)}]`;
    case "timeline":
    case "processTree":
    case "map":
    case "chart":
    case "pie":
    case "heatmap":
      return renderFigure(node, context);
    default:
      return unreachable(node, "renderNode");
  }
}

function renderFigure(node: FigureNode, context: Context): string {
  const { title, incomplete } = node.info;
  const head = title === undefined ? [] : [context.paint("strong", visibleLine(title))];
  const warning = incomplete === undefined ? [] : [renderNode(incomplete, context)];
  return [...head, ...warning, figureText(node, context.width)].join("\n");
}

const narrower = (context: Context, by: number): Context => ({ ...context, width: Math.max(20, context.width - by) });

/** `mark` before the first line, as many spaces before the others. */
function indent(mark: string, text: string): string {
  return text
    .split("\n")
    .map((line, i) => (i === 0 ? mark : " ".repeat(mark.length)) + line)
    .join("\n");
}

/** Breaks lines at spaces. */
function wrap(text: string, width: number): string {
  return text
    .split("\n")
    .map(line => {
      const lines = [""];
      for (const word of line.split(" ")) {
        const last = lines.at(-1) ?? "";
        if (last !== "" && displayWidth(last) + 1 + displayWidth(word) > width) lines.push(word);
        else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
      }
      return lines.join("\n");
    })
    .join("\n");
}

function cellText(cell: TableCell, context: Context): string {
  if (cell === null) return "∅";
  if (cell === "") return '""';
  if (typeof cell === "object") return visibleLine(renderNode(cell, { ...context, paint: (_, text) => text }));
  return visibleLine(String(cell));
}

const gap = 2;
const leastWidth = 6;
const mostWidth = 60;

/** Gives every column what it needs when all fit; else takes from the widest, down to a least width. */
function columnWidths(needed: readonly number[], width: number): number[] {
  const widths = needed.map(n => Math.min(n, mostWidth));
  const total = (): number => widths.reduce((sum, w) => sum + w + gap, -gap);
  while (total() > width) {
    const widest = Math.max(...widths);
    if (widest <= leastWidth) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function renderTable(node: TableNode, context: Context): string {
  const footer = [node.caption, describeRows(node.rows.length, node.total)].filter(c => c !== undefined).join(" · ");
  const names = node.columns.map(c => visibleLine(c.name));
  const types = node.columns.map(c => c.type ?? "");
  const cells = node.rows.map(row => node.columns.map((_, i) => cellText(row[i] ?? null, context)));
  const needed = names.map((name, i) =>
    Math.max(
      displayWidth(name),
      types[i]?.length ?? 0,
      ...cells.map(r => Math.min(mostWidth, displayWidth(r[i] ?? ""))),
    ),
  );
  const widths = columnWidths(needed, context.width);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => {
        const width = widths[i] ?? leastWidth;
        return padWidth(fitWidth(text, width), width, numericTypes.has(node.columns[i]?.type) ? "right" : "left");
      })
      .join(" ".repeat(gap))
      .trimEnd();
  const rule = widths.map(w => "─".repeat(w)).join(" ".repeat(gap));
  const head = [context.paint("strong", line(names)), context.paint("faint", line(types)), rule];
  const shown = types.some(t => t !== "") ? head : [head[0] ?? "", rule];
  return [...(names.length === 0 ? [] : shown), ...cells.map(line), context.paint("faint", visibleLine(footer))].join(
    "\n",
  );
}
