/** The command line: finds the command, runs it, turns what happens into an exit code. */
import { homedir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isHuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import { dataFolder } from "../session/folders.js";
import type { Command, Context } from "./command.js";
import { exitCodes, formatHelp, parseCommandArgs, usageError } from "./command.js";
import { authCommand } from "./commands/auth.js";
import { configCommand } from "./commands/config.js";
import { demoCommand } from "./commands/demo.js";
import { doctorCommand } from "./commands/doctor.js";
import { ingestCommand } from "./commands/ingest.js";
import { convertCommand } from "./commands/convert.js";
import { diffCommand } from "./commands/diff.js";
import { kernelCommand } from "./commands/kernel.js";
import { kqlCommand } from "./commands/kql.js";
import { newCommand } from "./commands/new.js";
import { queryCommand } from "./commands/query.js";
import { runCommand } from "./commands/run.js";
import { startCommand } from "./commands/start.js";
import { templatesCommand } from "./commands/templates.js";
import { versionCommand } from "./commands/version.js";
import type { CliHost } from "./host.js";
import type { Io } from "./io.js";
import { openProcessIo } from "./io.js";
import { printError } from "./print.js";

export const commands: readonly Command[] = [
  startCommand,
  runCommand,
  queryCommand,
  ingestCommand,
  demoCommand,
  kqlCommand,
  kernelCommand,
  templatesCommand,
  newCommand,
  convertCommand,
  diffCommand,
  configCommand,
  authCommand,
  doctorCommand,
  versionCommand,
];

export interface MainOptions {
  readonly io?: Io;
  /** Gives the product; called at most once, by the commands that need it. */
  readonly openHost?: (io: Io) => Promise<CliHost>;
  readonly galleryDir?: string;
}

/**
 * Runs `huntbook` with the given arguments (without node and script).
 *
 * @returns 0 done, 1 failed or partial, 2 wrong usage, 130 interrupted; never rejects
 */
export async function main(argv: readonly string[], options: MainOptions = {}): Promise<number> {
  const own = options.io === undefined ? openProcessIo() : undefined;
  const io = options.io ?? own?.io;
  if (io === undefined) return exitCodes.failed;
  const openHost = options.openHost ?? defaultHost;
  let host: Promise<CliHost> | undefined;
  const context: Context = {
    io,
    host: () => (host ??= openHost(io)),
    galleryDir: options.galleryDir ?? fileURLToPath(new URL("../../notebooks", import.meta.url)),
  };
  try {
    return await dispatch(argv, context);
  } catch (error) {
    if (io.signal.aborted) {
      io.stderr("\ninterrupted\n");
      return exitCodes.interrupted;
    }
    printError(io, error);
    return isHuntError(error, "cli/usage") ? exitCodes.usage : exitCodes.failed;
  } finally {
    own?.close();
  }
}

async function dispatch(argv: readonly string[], context: Context): Promise<number> {
  const [first = "help", ...rest] = argv;
  if (["help", "--help", "-h"].includes(first)) return help(rest[0], context);
  if (["--version", "-V"].includes(first)) return dispatch(["version", ...rest], context);
  const command = getCommand(first);
  const end = rest.indexOf("--");
  const own = end < 0 ? rest : rest.slice(0, end);
  if (own.includes("--help") || own.includes("-h")) return help(first, context);
  return command.run(parseCommandArgs(command, rest), context);
}

function help(name: string | undefined, { io }: Context): number {
  if (name !== undefined && name !== "help") {
    io.stdout(formatHelp(getCommand(name)));
    return exitCodes.done;
  }
  const width = Math.max(...commands.map(c => c.name.length));
  const lines = [
    "Huntbook: threat hunting in TypeScript notebooks, on local logs and on Microsoft Sentinel.",
    "",
    "Usage: huntbook COMMAND [options]",
    "",
    ...commands.map(c => `  ${c.name.padEnd(width)}  ${c.summary}`),
    `  ${"help".padEnd(width)}  Explain a command.`,
    "",
    "huntbook COMMAND --help shows its options and examples.",
    "Exit codes: 0 done, 1 failed or partial, 2 wrong usage, 130 interrupted.",
    "",
  ];
  io.stdout(lines.join("\n"));
  return exitCodes.done;
}

function getCommand(name: string): Command {
  const command = commands.find(c => c.name === name);
  if (command !== undefined) return command;
  const known = [...commands.map(c => c.name), "help"];
  throw usageError(`there is no command '${name}'${didYouMean(name, known)}`, "huntbook help lists the commands");
}

/** Loaded when a command needs it: `--help` and `--version` stay quick. */
async function defaultHost(io: Io): Promise<CliHost> {
  const { createSessionHost } = await import("./session-host.js");
  return createSessionHost(io, dataFolder({ env: io.env, platform: process.platform, home: homedir() }));
}
