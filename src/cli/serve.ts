/** From a prepared workspace to a page in the browser: what `start` ends with. */
import { access, copyFile, mkdir } from "node:fs/promises";
import { constants, existsSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { isHuntError, messageOf } from "../base/error.js";
import type { Args, Context } from "./command.js";
import { exitCodes, usageError } from "./command.js";
import { fileError } from "./file.js";
import type { CliHost } from "./host.js";
import { showAddress } from "./open-browser.js";
import { printLine, printNote } from "./print.js";
import { createProgress } from "./progress.js";

export interface NotebookFolder {
  /** Where the notebooks are. */
  readonly root: string;
  /** The workspace that they run on: a name or a folder; undefined: the default. */
  readonly workspace?: string;
  /** The notebook to open, as a path in the root. */
  readonly opens?: string;
}

/** Options of commands that end with a server. */
export const serveOptions = {
  port: {
    type: "string",
    value: "N",
    help: "Port of the server; 0 takes any free one (default: 8888, or the next free one)",
  },
  "no-open": { type: "boolean", help: "Do not open a browser; print the address only" },
  now: { type: "string", value: "TIME", help: "What now() means, for example 2026-01-13T08:00:00Z" },
  "cull-after": { type: "string", value: "HOURS", help: "End kernels that nobody uses (default: 24; 0: never)" },
} as const;

const defaultPort = 8888;

/** Serves until it is interrupted or shut down from the page. @returns the exit code */
export async function serveUntilStopped(folder: NotebookFolder, args: Args, context: Context): Promise<number> {
  const { io, galleryDir } = context;
  const host = await context.host();
  const [now, hours] = [args.text("now"), Number(args.text("cull-after") ?? 24)];
  if (!(hours >= 0)) throw usageError(`'--cull-after ${args.text("cull-after") ?? ""}' is not a number of hours`);
  const request = {
    ...folder,
    galleryDir,
    ...(now === undefined ? {} : { now }),
    cullAfterMs: hours * 3_600_000,
    log: (line: string) => printNote(io, line),
  };
  const server = await openOnPort(host, request, readPort(args.text("port")));
  try {
    printNote(
      io,
      `Notebooks: ${folder.root}${(await canWrite(folder.root)) ? "" : " (nothing can be saved there: it is read-only)"}`,
    );
    // Alone on its line: people copy it, programs read it.
    printLine(io, server.address);
    printNote(io, "Press Ctrl-C to stop. The address holds the key to this server; do not share it.");
    if (!args.flag("no-open"))
      await showAddress(server.address, { env: io.env, platform: process.platform, note: line => printNote(io, line) });
    await Promise.race([server.shutdown, aborted(io.signal)]);
  } finally {
    await server.close();
  }
  printNote(io, "\nStopped.");
  return exitCodes.done;
}

const canWrite = (dir: string): Promise<boolean> =>
  access(dir, constants.W_OK).then(
    () => true,
    () => false,
  );

type Request = Omit<Parameters<CliHost["serveNotebooks"]>[0], "port">;

/** The port that was asked for, or the first free one from the usual one on. */
async function openOnPort(host: CliHost, request: Request, port: number | undefined) {
  if (port !== undefined) return host.serveNotebooks({ ...request, port });
  for (let next = defaultPort; next < defaultPort + 20; next += 1) {
    try {
      return await host.serveNotebooks({ ...request, port: next });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "server/port")) throw error;
    }
  }
  return host.serveNotebooks({ ...request, port: 0 });
}

/** @throws HuntError `cli/usage` */
export function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw usageError(`'--port ${text}' is not a port number`);
  return Number(text);
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** All that notebooks need and that is not there: afterwards no network is needed. Each part travels while others compute. */
export async function prepareLab({ io, host: getHost }: Context): Promise<void> {
  const host = await getHost();
  const progress = createProgress(io);
  const places = host.preparePlaces(progress.sink, io.signal).catch((error: unknown) => {
    // Hunting goes without them.
    progress.clear();
    if (!io.signal.aborted) printNote(io, `Places of addresses are missing: ${messageOf(error)}`);
  });
  try {
    await Promise.all([host.prepareLab(progress.sink, io.signal), places]);
  } finally {
    progress.clear();
  }
}

/** The user's own folder of notebooks, with a copy of Getting started. @throws HuntError `cli/file` */
export function prepareNotebooks(dataDir: string, galleryDir: string): Promise<NotebookFolder> {
  return copyInto(join(dataDir, "notebooks"), galleryDir, "getting-started.ipynb");
}

/**
 * The notebooks of a case, kept in its workspace so that they travel with it; in Huntbook's own folder where the workspace
 * is read-only. @throws HuntError `cli/file`
 */
export async function prepareCase(workspace: string, dataDir: string, galleryDir: string): Promise<NotebookFolder> {
  const name = "first-look.ipynb";
  const folder = await copyInto(join(workspace, "notebooks"), galleryDir, name).catch((error: unknown) => {
    if (!isHuntError(error, "cli/file") || !["EACCES", "EPERM", "EROFS"].includes(codeOf(error.cause))) throw error;
    return copyInto(join(dataDir, "notebooks", basename(workspace)), galleryDir, name);
  });
  return { ...folder, workspace };
}

/** A copy of a notebook of the gallery, which is never overwritten: it is the user's from then on. */
async function copyInto(root: string, galleryDir: string, name: string): Promise<NotebookFolder> {
  const copy = join(root, name);
  try {
    await mkdir(root, { recursive: true });
    if (!existsSync(copy)) await copyFile(join(galleryDir, name), copy, constants.COPYFILE_EXCL);
  } catch (cause) {
    // Two starts at once: the other one has made it.
    if (codeOf(cause) !== "EEXIST") throw fileError(copy, "written", cause);
  }
  return { root, opens: name };
}

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
