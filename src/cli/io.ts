/** The outside of a command: tests give their own. */
import process from "node:process";

export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether stderr, where progress goes, is a terminal. */
  readonly isTty: boolean;
  /** Cells per line of the terminal; without one there is no reason to cut anything off. */
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts on Ctrl-C, and when the process is asked to end. */
  readonly signal: AbortSignal;
  /** Asks the person at the terminal; absent where there is none. @throws the signal's reason on Ctrl-C */
  readonly ask?: (question: string) => Promise<string>;
  /** The whole standard input as text. */
  readonly readStdin?: () => Promise<string>;
}

/** Ctrl-C, a service that is stopped, a terminal that is closed. */
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The process itself; `close` takes the signal handlers away. A second Ctrl-C ends the process at once. */
export function openProcessIo(): { readonly io: Io; readonly close: () => void } {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  for (const signal of stopSignals) process.on(signal, onInterrupt);
  // `huntbook query … | head`: the reader has enough.
  const onBrokenPipe = (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  };
  process.stdout.on("error", onBrokenPipe);
  const io: Io = {
    stdout: text => void process.stdout.write(text),
    stderr: text => void process.stderr.write(text),
    isTty: process.stderr.isTTY,
    columns: process.stdout.isTTY ? process.stdout.columns : 1000,
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
    readStdin,
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askTerminal(controller) } : {}),
  };
  return {
    io,
    close: () => {
      // The broken pipe is told after the last write: its handler stays.
      for (const signal of stopSignals) process.off(signal, onInterrupt);
    },
  };
}

/** Ctrl-C while a question stands reaches the reader of lines, not the process. */
function askTerminal(controller: AbortController): (question: string) => Promise<string> {
  return async question => {
    const { createInterface } = await import("node:readline/promises");
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    lines.on("SIGINT", () => controller.abort());
    try {
      return await lines.question(question, { signal: controller.signal });
    } finally {
      lines.close();
    }
  };
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
