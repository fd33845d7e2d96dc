/** Text for terminals: whatever comes from data is made visible, never obeyed. */
import { isHuntError, messageOf } from "../base/error.js";
import type { TableCell, View, ViewNode } from "../view/index.js";
import { displayWidth, padWidth, renderText, visibleLine, visibleText } from "../view/index.js";
import type { Io } from "./io.js";

export function printView(io: Io, view: View | ViewNode): void {
  const colour = io.isTty && io.env["NO_COLOR"] === undefined;
  io.stdout(`${renderText(view, { width: io.columns, colour })}\n`);
}

export function printTable(io: Io, columns: readonly string[], rows: readonly (readonly TableCell[])[]): void {
  printView(io, { kind: "table", columns: columns.map(name => ({ name })), rows });
}

export function printLine(io: Io, text = ""): void {
  io.stdout(`${visibleText(text)}\n`);
}

/** What was looked at, how it is, and what to do about it. */
export interface StateLine {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly hint?: string | undefined;
}

/** One block per line, never cut off: state, name and detail; the hint below where there is one. */
export function printStates(io: Io, lines: readonly StateLine[]): void {
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(displayWidth));
  const [states, names] = [widest(lines.map(l => l.state)), widest(lines.map(l => visibleLine(l.name)))];
  const lead = states + names + 4;
  for (const { name, state, detail, hint } of lines) {
    const head = `${padWidth(state, states, "left")}  ${padWidth(visibleLine(name), names, "left")}  `;
    const parts = [
      ...wrapWords(detail, io.columns - lead),
      ...(hint === undefined ? [] : hintLines(hint, io.columns - lead)),
    ];
    parts.forEach((part, i) => printLine(io, `${i === 0 ? head : " ".repeat(lead)}${part}`.trimEnd()));
  }
}

const hintLines = (hint: string, width: number): readonly string[] =>
  wrapWords(hint, width - 3).map((line, i) => (i === 0 ? `-> ${line}` : `   ${line}`));

/** Lines of at most this width, broken between words; a word that is longer has a line of its own. */
function wrapWords(text: string, width: number): readonly string[] {
  const room = Math.max(30, width);
  return text.split("\n").flatMap(line => {
    const done: string[] = [];
    let last = "";
    for (const word of visibleLine(line)
      .trimEnd()
      .split(/(?<=\S)\s+/)) {
      const joined = last === "" ? word : `${last} ${word}`;
      if (last !== "" && displayWidth(joined) > room) {
        done.push(last);
        last = word;
      } else last = joined;
    }
    return [...done, last];
  });
}

export function printJson(io: Io, value: unknown): void {
  io.stdout(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** A note beside the result. */
export function printNote(io: Io, text: string): void {
  io.stderr(`${visibleText(text)}\n`);
}

/** `error code: message`, where and hint on their own lines; a stack only with HUNTBOOK_DEBUG. */
export function printError(io: Io, error: unknown): void {
  const lines = isHuntError(error)
    ? [
        `error ${error.code}: ${error.message}`,
        ...(error.where === undefined ? [] : [`  where: ${error.where}`]),
        ...(error.hint === undefined ? [] : [`  hint: ${error.hint}`]),
      ]
    : [`error internal/bug: ${messageOf(error)}`, "  hint: HUNTBOOK_DEBUG=1 shows where; please report it"];
  const debug = (io.env["HUNTBOOK_DEBUG"] ?? "") !== "";
  if (debug && error instanceof Error) lines.push(error.stack ?? "");
  io.stderr(`${visibleText(lines.join("\n"))}\n`);
}
