import { resolve } from "node:path";
import type { Args, Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import { readText } from "../file.js";
import { printJson, printTable } from "../print.js";

export const iocCommand: Command = {
  name: "ioc",
  summary: "Find addresses, names, URLs, hashes and other observables in text files.",
  synopsis: "ioc FILE… [--type T]… [--json]",
  details: "Defanged ones (hxxps://evil[.]example) are given whole. Each is given once, in the order of appearance.",
  options: {
    type: {
      type: "string",
      short: "t",
      multiple: true,
      value: "T",
      help: "Only this kind (ipv4, dns, url, …); may repeat",
    },
    json: { type: "boolean", help: "Print { type: [values] } as JSON" },
  },
  examples: ["huntbook ioc report.txt", "huntbook ioc mail.eml notes.md --type ipv4 --type dns --json"],
  positionals: { min: 1, max: 1000, names: "files" },
  run,
};

async function run(args: Args, { io, host }: Context): Promise<number> {
  const product = await host();
  const found = new Map<string, Set<string>>();
  for (const file of args.positionals) {
    const text = await readText(resolve(io.cwd, file));
    for (const [type, values] of Object.entries(await product.findIocs(text, args.list("type")))) {
      const known = found.get(type) ?? new Set<string>();
      for (const value of values ?? []) known.add(value);
      found.set(type, known);
    }
  }
  if (args.flag("json")) printJson(io, Object.fromEntries([...found].map(([type, values]) => [type, [...values]])));
  else
    printTable(
      io,
      ["type", "observable"],
      [...found].flatMap(([type, values]) => [...values].map(value => [type, value])),
    );
  return exitCodes.done;
}
