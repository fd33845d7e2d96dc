import { basename, resolve } from "node:path";
import { describeDiff, diffNotebooks, parseNotebookFile } from "../../notebook/runner/index.js";
import { renderDocument, renderFragment } from "../../view/index.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import { readText, writeText } from "../file.js";
import { printJson, printLine, printView } from "../print.js";

export const diffCommand: Command = {
  name: "diff",
  summary: "Show what changed between two runs of a notebook: tables by their rows.",
  synopsis: "diff BEFORE.ipynb AFTER.ipynb [--html FILE] [--json]",
  details:
    "Cells are matched by their ids. Times, execution counts and the order of rows are no difference. Exit code 0 when nothing\n" +
    "differs, 1 when something does.",
  options: {
    html: { type: "string", value: "FILE", help: "Write the differences here as one HTML file" },
    json: { type: "boolean", help: "Print the differences as JSON" },
  },
  examples: ["huntbook diff monday.ipynb tuesday.ipynb", "huntbook diff a.ipynb b.ipynb --html changes.html"],
  positionals: { min: 2, max: 2, names: "two executed notebooks" },
  run,
};

async function run(args: Args, { io }: Context): Promise<number> {
  const [before, after] = await Promise.all(
    args.positionals.map(async name => {
      const path = resolve(io.cwd, name);
      return parseNotebookFile(await readText(path), basename(path));
    }),
  );
  if (before === undefined || after === undefined) return exitCodes.usage;
  const diff = diffNotebooks(before, after);
  const view = describeDiff(diff);
  const html = args.text("html");
  if (html !== undefined) {
    const title = `${args.positionals[0] ?? ""} → ${args.positionals[1] ?? ""}`;
    const page = renderDocument(
      [renderFragment({ kind: "heading", level: 1, text: title }), renderFragment(view.root)],
      { title },
    );
    await writeText(resolve(io.cwd, html), page);
    printLine(io, `Wrote ${html}`);
  }
  if (args.flag("json")) printJson(io, diff);
  else if (html === undefined) printView(io, view);
  return diff.cells.length === 0 ? exitCodes.done : exitCodes.failed;
}
