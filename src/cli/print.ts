/** Text for terminals: whatever comes from data is made visible, never obeyed. */
import { isHuntError, messageOf } from "../base/error.js";
import type { TableCell, View, ViewNode } from "../view/index.js";
import { renderText, visibleText } from "../view/index.js";
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
