import { resolve } from "node:path";
import { describeCompleteness } from "../../base/completeness.js";
import { didYouMean } from "../../base/suggest.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { readText } from "../file.js";
import { printNote, printView } from "../print.js";

const formats = ["table", "json", "csv", "ndjson"] as const;

export const tiCommand: Command = {
  name: "ti",
  summary: "Ask threat intelligence about addresses, names, URLs and hashes.",
  synopsis: "ti lookup OBSERVABLE… [--file FILE] [--provider P]… [--dry-run] [--offline] [options]",
  details:
    "Asks the workspace's own indicators and the providers of TIProviders in msticpyconfig.yaml. What is private, reserved or\n" +
    "internal is never sent. Exit code 1 when a provider did not answer.",
  options: {
    file: { type: "string", value: "FILE", help: "Read observables from a file, one a line" },
    provider: { type: "string", short: "p", multiple: true, value: "P", help: "Ask only this one; may repeat" },
    "dry-run": { type: "boolean", help: "Show what would be sent to whom; send nothing" },
    offline: { type: "boolean", help: "Send nothing: kept answers, feeds and the workspace only" },
    workspace: { type: "string", short: "w", value: "W", help: "A configured name or a folder (default: the demo)" },
    format: { type: "string", short: "f", value: "FORMAT", help: `${formats.join(", ")} (default: table)` },
  },
  examples: [
    "huntbook ti lookup 198.51.100.140",
    "huntbook ti lookup --file indicators.txt --dry-run",
    "huntbook ti lookup 'evil[.]example' --provider OTX --format json",
  ],
  positionals: { min: 1, max: 10_000, names: "what to do: lookup" },
  run,
};

async function run(args: Args, { io, host }: Context): Promise<number> {
  const [action = "", ...given] = args.positionals;
  if (action !== "lookup")
    throw usageError(`'huntbook ti' has no '${action}'${didYouMean(action, ["lookup"])}`, "it has lookup");
  const format = formats.find(f => f === (args.text("format") ?? "table"));
  if (format === undefined)
    throw usageError(
      `there is no format '${args.text("format") ?? ""}'${didYouMean(args.text("format") ?? "", formats)}`,
      `formats: ${formats.join(", ")}`,
    );
  const file = args.text("file");
  const lines = file === undefined ? [] : (await readText(resolve(io.cwd, file))).split(/\r?\n/);
  const observables = [...given, ...lines.map(l => l.trim()).filter(l => l !== "" && !l.startsWith("#"))];
  if (observables.length === 0) throw usageError("'huntbook ti lookup' needs observables, as arguments or by '--file'");
  const [workspace, providers] = [args.text("workspace"), args.list("provider")];
  const ti = await (
    await host()
  ).openTi({
    offline: args.flag("offline"),
    providers,
    signal: io.signal,
    ...(workspace === undefined ? {} : { workspace }),
  });
  try {
    if (args.flag("dry-run")) {
      printView(io, await ti.plan(observables));
      return exitCodes.done;
    }
    const frame = await ti.lookup(observables);
    if (format === "table") printView(io, await ti.browse(frame));
    else for await (const piece of frame.text(format)) io.stdout(piece);
    const partial = describeCompleteness(frame.completeness);
    if (partial === undefined) return exitCodes.done;
    printNote(io, partial);
    return exitCodes.failed;
  } finally {
    await ti.close();
  }
}
