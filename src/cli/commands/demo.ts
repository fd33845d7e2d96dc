import { resolve } from "node:path";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { printJson, printLine } from "../print.js";
import { createProgress } from "../progress.js";

/** Rows of the demo that `start` makes. */
export const defaultRows = 300_000;
export const defaultSeed = 7;

export const demoCommand: Command = {
  name: "demo",
  summary: "Generate the Contoso demo workspace.",
  synopsis: "demo [--rows 1m] [--seed 7] [--end 2026-01-13] [--dir D] [options]",
  details: "The same rows, seed and end give the same workspace, byte for byte.",
  options: {
    rows: { type: "string", value: "N", help: "About how many rows: 300k, 1m, 10m (default: 300k)" },
    seed: { type: "string", value: "N", help: "Whole number that decides every detail (default: 7)" },
    end: { type: "string", value: "DATE", help: "Last day of the story, for example 2026-01-13" },
    dir: { type: "string", value: "D", help: "Folder of the workspace (default: the user's data folder)" },
    json: { type: "boolean", help: "Print the result as JSON" },
  },
  examples: ["huntbook demo", "huntbook demo --rows 1m --seed 7 --end 2026-01-13 --dir ./contoso"],
  positionals: { min: 0, max: 0, names: "" },
  run,
};

async function run(args: Args, { io, host }: Context): Promise<number> {
  const [end, dir] = [args.text("end"), args.text("dir")];
  if (end !== undefined && !isDate(end)) throw usageError(`'--end ${end}' is not a date such as 2026-01-13`);
  const rows = parseRowCount(args.text("rows") ?? String(defaultRows));
  const seed = Number(args.text("seed") ?? defaultSeed);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw usageError(`'--seed ${args.text("seed") ?? ""}' is not a whole number`);
  const progress = createProgress(io);
  const request = {
    rows,
    seed,
    reuse: false,
    ...(end === undefined ? {} : { end }),
    ...(dir === undefined ? {} : { dir: resolve(io.cwd, dir) }),
  };
  const result = await (await host()).generateDemo(request, progress.sink, io.signal);
  progress.clear();
  if (args.flag("json")) printJson(io, result);
  else {
    printLine(io, `Contoso: ${result.rows.toLocaleString("en-US")} rows in ${result.tables} tables`);
    printLine(io, `  workspace  ${result.dir}`);
  }
  return exitCodes.done;
}

/** `300000`, `300k`, `1m`, `2.5m`. @throws HuntError `cli/usage` */
export function parseRowCount(text: string): number {
  const match = /^(\d{1,9}(?:[._]\d+)*)(k|m)?$/i.exec(text);
  const unit = { k: 1000, m: 1_000_000 }[(match?.[2] ?? "").toLowerCase()] ?? 1;
  const rows = Math.round(Number((match?.[1] ?? "").replaceAll("_", "")) * unit);
  if (!(rows > 0) || match === null) throw usageError(`'--rows ${text}' is not a number of rows such as 300k or 1m`);
  return rows;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
