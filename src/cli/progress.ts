/** Progress of long work: a bar that redraws itself on a terminal, a line now and then elsewhere. */
import type { ProgressEvent, ProgressSink } from "../base/port.js";
import { clip, visibleLine } from "../view/index.js";
import type { Io } from "./io.js";

const barWidth = 24;

export interface Progress {
  readonly sink: ProgressSink;
  /** Takes the bar away; call before printing anything else. */
  clear(): void;
}

/** Writes to stderr, so that stdout holds results only. */
export function createProgress(io: Io): Progress {
  return io.isTty ? terminalProgress(io) : plainProgress(io);
}

function terminalProgress(io: Io): Progress {
  let shown = false;
  return {
    sink: event => {
      shown = true;
      io.stderr(`\r\u001b[K${clip(formatProgress(event), Math.max(20, io.columns - 1))}`);
    },
    clear: () => {
      if (shown) io.stderr("\r\u001b[K");
      shown = false;
    },
  };
}

/** One line per label and tenth of the work. */
function plainProgress(io: Io): Progress {
  let last = "";
  return {
    sink: event => {
      const tenth = event.total === undefined || event.total === 0 ? "" : Math.floor((event.done / event.total) * 10);
      const key = `${event.label} ${tenth}`;
      if (key !== last) io.stderr(`${plainLine(event)}\n`);
      last = key;
    },
    clear: () => undefined,
  };
}

/** `[######------------------]  25%  SigninLogs  75,000 of 300,000 rows` */
export function formatProgress(event: ProgressEvent): string {
  if (event.total === undefined || event.total === 0) return plainLine(event);
  const part = Math.min(1, event.done / event.total);
  const filled = Math.round(part * barWidth);
  const bar = "#".repeat(filled) + "-".repeat(barWidth - filled);
  return `[${bar}] ${`${Math.floor(part * 100)}%`.padStart(4)}  ${plainLine(event)}`;
}

function plainLine({ label, done, total, unit }: ProgressEvent): string {
  const count = (n: number) => n.toLocaleString("en-US");
  // What has neither begun to count nor an end only has a name.
  if (total === undefined && done === 0) return visibleLine(label);
  return `${visibleLine(label)}  ${count(done)}${total === undefined ? "" : ` of ${count(total)}`} ${unit}`;
}
