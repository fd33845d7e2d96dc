/** What was thrown → what is shown: designed text for a HuntError, a stack in cell coordinates for the rest. */
import type { Diagnostic } from "../../base/diagnostic.js";
import { formatDiagnostic } from "../../base/diagnostic.js";
import type { ErrorCode } from "../../base/error.js";
import { messageOf } from "../../base/error.js";
import type { CellError } from "./api.js";
import { toText } from "./display.js";
import type { CellPosition, CellPositions } from "./position.js";
import { formatPosition, isCellFrame } from "./position.js";

const maxCauses = 5;
const maxFrames = 20;

/** The parts of HuntError that are shown; read by shape, because a notebook may load a second copy of the class. */
interface HuntErrorShape {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly where?: string | undefined;
}

/** Describes anything that a cell threw. Shows names, messages and stacks only: other properties may hold secrets. */
export function describeFailure(thrown: unknown, positions: CellPositions, at?: CellPosition): CellError {
  if (isHuntErrorShape(thrown)) return describeHuntError(thrown, positions);
  if (!isErrorShape(thrown)) {
    const message = toText(thrown);
    return { name: "Uncaught", message, traceback: [`Uncaught ${visible(message)}`] };
  }
  const place = at ?? positions.findFirst(thrown.stack ?? "");
  const head = `${thrown.name}: ${thrown.message}`;
  const lines = [head, ...sourceLine(place, positions), ...stackLines(thrown, positions), ...causeLines(thrown)];
  if (at !== undefined) lines.splice(1, 0, `    at ${formatPosition(at)}`);
  const traceback = lines.flatMap(l => visible(l).split("\n"));
  return { name: visible(thrown.name), message: visible(thrown.message), traceback };
}

/** Describes what is wrong with a cell's text. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[], code: string, count: number): CellError {
  const first = diagnostics[0];
  const shown = diagnostics.map(d => formatDiagnostic(d, code, `cell ${count}`));
  return {
    name: first?.code === "notebook/syntax" ? "SyntaxError" : "HuntError",
    message: visible(first?.message ?? "the cell cannot run"),
    traceback: shown.flatMap(text => visible(text).split("\n")),
    ...(first === undefined ? {} : { code: first.code }),
  };
}

function describeHuntError(error: HuntErrorShape & { readonly stack?: string }, positions: CellPositions): CellError {
  const place = positions.findFirst(error.stack ?? "");
  const lines = [
    `${error.code}: ${error.message}`,
    ...(error.where === undefined ? [] : [`  where: ${error.where}`]),
    ...(place === undefined ? [] : [`  in: ${formatPosition(place)}`]),
    ...(error.hint === undefined ? [] : [`  hint: ${error.hint}`]),
  ];
  const traceback = lines.flatMap(l => visible(l).split("\n"));
  return { name: "HuntError", message: visible(error.message), traceback, code: error.code };
}

function isErrorShape(value: unknown): value is { name: string; message: string; stack?: string; cause?: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    "message" in value &&
    typeof value.message === "string" &&
    "name" in value &&
    typeof value.name === "string"
  );
}

function isHuntErrorShape(value: unknown): value is HuntErrorShape & { readonly stack?: string } {
  return isErrorShape(value) && value.name === "HuntError" && "code" in value && typeof value.code === "string";
}

/** The frames down to the last one in a cell; what called the cell is the kernel's own business. */
function stackLines(error: { message: string; stack?: string }, positions: CellPositions): string[] {
  const frames = (error.stack ?? "").split("\n").filter(line => /^\s+at /.test(line));
  const last = frames.findLastIndex(isCellFrame);
  const own = frames.slice(0, last < 0 ? frames.length : last + 1).filter(f => !/\((node:|<anonymous>)/.test(f));
  return own.slice(0, maxFrames).map(f => positions.rewrite(f));
}

function sourceLine(place: CellPosition | undefined, positions: CellPositions): string[] {
  const line = place && positions.findLine(place);
  if (place === undefined || line === undefined || line.length > 300) return [];
  const lead = `  ${place.line} | `;
  return [lead + line, " ".repeat(lead.length) + line.slice(0, place.column - 1).replace(/[^\t]/g, " ") + "^"];
}

function causeLines(error: { cause?: unknown }): string[] {
  const lines: string[] = [];
  let cause = error.cause;
  for (let depth = 0; cause !== undefined && cause !== null && depth < maxCauses; depth += 1) {
    lines.push(`  caused by: ${messageOf(cause)}`);
    cause = typeof cause === "object" && "cause" in cause ? cause.cause : undefined;
  }
  return lines;
}

/** Control characters (terminal sequences in data) as visible pictures; tabs and line ends stay. */
export function visible(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g, c => {
    const code = c.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\uFFFD";
  });
}
