/** A command as a table row: what it is called, takes and says, and what it does. */
import { parseArgs } from "node:util";
import { HuntError, messageOf } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import type { CliHost } from "./host.js";
import type { Io } from "./io.js";

export interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for the value in the help: `FILE`. */
  readonly value?: string;
  readonly help: string;
}
export type Options = Readonly<Record<string, Option>>;

export interface Context {
  readonly io: Io;
  /** Loaded on first use, because most commands should start quickly. */
  readonly host: () => Promise<CliHost>;
  /** Folder of the notebooks that come with Huntbook. */
  readonly galleryDir: string;
}

/** Options as given: text, true, or a list for those that may repeat. */
export interface Args {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  list(name: string): readonly string[];
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Without the program's name: `run FILE.ipynb [options]`. */
  readonly synopsis: string;
  readonly details?: string;
  readonly options: Options;
  readonly examples: readonly string[];
  /** How many positional arguments it takes; `names` are for messages. */
  readonly positionals: { readonly min: number; readonly max: number; readonly names: string };
  /** @returns the exit code */
  run(args: Args, context: Context): Promise<number>;
}

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

export function usageError(message: string, hint?: string): HuntError {
  return new HuntError("cli/usage", message, hint === undefined ? {} : { hint });
}

/** @throws HuntError `cli/usage`, with the nearest option where one is unknown */
export function parseCommandArgs(command: Command, argv: readonly string[]): Args {
  const help = `huntbook ${command.name} --help shows the options`;
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...argv],
      options: toParseOptions(command.options),
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw usageError(explainParseError(error, command), help);
  }
  const { min, max, names } = command.positionals;
  const { values, positionals } = parsed;
  if (positionals.length < min) throw usageError(`'huntbook ${command.name}' needs ${names}`, help);
  const extra = positionals[max];
  if (extra !== undefined) throw usageError(`'huntbook ${command.name}' does not take '${extra}'`, help);
  return {
    positionals,
    text: name => (typeof values[name] === "string" ? values[name] : undefined),
    flag: name => values[name] === true,
    list: name => (Array.isArray(values[name]) ? (values[name] as string[]) : []),
  };
}

function toParseOptions(
  options: Options,
): Record<string, { type: "string" | "boolean"; short?: string; multiple?: boolean }> {
  const result: Record<string, { type: "string" | "boolean"; short?: string; multiple?: boolean }> = {};
  for (const [name, { type, short, multiple }] of Object.entries(options)) {
    result[name] = { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) };
  }
  return result;
}

function explainParseError(error: unknown, command: Command): string {
  const message = messageOf(error);
  const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1];
  if (unknown === undefined) return message.split("\n")[0]?.replace(/\.? To specify.*$/, "") ?? message;
  const known = Object.keys(command.options).map(name => `--${name}`);
  return `'huntbook ${command.name}' has no option '${unknown}'${didYouMean(unknown, known)}`;
}

/** The `--help` of one command. */
export function formatHelp(command: Command): string {
  const options: Options = { ...command.options, help: { type: "boolean", short: "h", help: "Show this text" } };
  const rows = Object.entries(options).map(([name, option]): readonly [string, string] => {
    const short = option.short === undefined ? "    " : `-${option.short}, `;
    return [`${short}--${name}${option.type === "string" ? ` ${option.value ?? "VALUE"}` : ""}`, option.help];
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    command.summary,
    "",
    `Usage: huntbook ${command.synopsis}`,
    ...(command.details === undefined ? [] : ["", command.details]),
    "",
    "Options:",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    "",
    "Examples:",
    ...command.examples.map(e => `  ${e}`),
    "",
  ].join("\n");
}
