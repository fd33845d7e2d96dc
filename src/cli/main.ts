/** The command line: finds the command, runs it, turns what happens into an exit code. */
import { homedir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isHuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import { dataFolder } from "../session/folders.js";
import type { Command, Context } from "./command.js";
import { exitCodes, formatHelp, parseCommandArgs, usageError } from "./command.js";
import type { CliHost } from "./host.js";
import type { Io } from "./io.js";
import { openProcessIo } from "./io.js";
import { printError } from "./print.js";

/** In the order in which help lists them. Each is loaded when it is asked for: what one needs costs the others nothing. */
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import("./commands/start.js")).startCommand,
  run: async () => (await import("./commands/run.js")).runCommand,
  query: async () => (await import("./commands/query.js")).queryCommand,
  ingest: async () => (await import("./commands/ingest.js")).ingestCommand,
  demo: async () => (await import("./commands/demo.js")).demoCommand,
  kql: async () => (await import("./commands/kql.js")).kqlCommand,
  ti: async () => (await import("./commands/ti.js")).tiCommand,
  ioc: async () => (await import("./commands/ioc.js")).iocCommand,
  kernel: async () => (await import("./commands/kernel.js")).kernelCommand,
  templates: async () => (await import("./commands/templates.js")).templatesCommand,
  new: async () => (await import("./commands/new.js")).newCommand,
  convert: async () => (await import("./commands/convert.js")).convertCommand,
  diff: async () => (await import("./commands/diff.js")).diffCommand,
  config: async () => (await import("./commands/config.js")).configCommand,
  auth: async () => (await import("./commands/auth.js")).authCommand,
  doctor: async () => (await import("./commands/doctor.js")).doctorCommand,
  version: async () => (await import("./commands/version.js")).versionCommand,
};

/** All commands, loaded. */
export function loadCommands(): Promise<readonly Command[]> {
  return Promise.all(Object.values(loaders).map(load => load()));
}

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
  const command = await getCommand(first);
  const end = rest.indexOf("--");
  const own = end < 0 ? rest : rest.slice(0, end);
  if (own.includes("--help") || own.includes("-h")) return help(first, context);
  return command.run(parseCommandArgs(command, rest), context);
}

async function help(name: string | undefined, { io }: Context): Promise<number> {
  if (name !== undefined && name !== "help") {
    io.stdout(formatHelp(await getCommand(name)));
    return exitCodes.done;
  }
  const commands = await loadCommands();
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

async function getCommand(name: string): Promise<Command> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (load !== undefined) return load();
  const known = [...Object.keys(loaders), "help"];
  throw usageError(`there is no command '${name}'${didYouMean(name, known)}`, "huntbook help lists the commands");
}

/** Loaded when a command needs it: `--help` and `--version` stay quick. */
async function defaultHost(io: Io): Promise<CliHost> {
  const { createSessionHost } = await import("./session-host.js");
  return createSessionHost(io, dataFolder({ env: io.env, platform: process.platform, home: homedir() }));
}
