import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { HuntError } from "../../base/error.js";
import { formatNotebookFile, isTextNotebook, keepOutputs, parseNotebookFile } from "../../notebook/runner/index.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { readText, writeText } from "../file.js";
import { printLine } from "../print.js";

export const convertCommand: Command = {
  name: "convert",
  summary: "Turn a notebook into Markdown for git, or back.",
  synopsis: "convert FROM TO [--force]",
  details:
    "FILE.hunt.md holds sources, ids and metadata, and no outputs; FILE.ipynb holds everything. With --force, a notebook that is\n" +
    "replaced by its Markdown keeps the outputs of the cells that have not changed.",
  options: { force: { type: "boolean", help: "Replace the file if there is one" } },
  examples: ["huntbook convert hunt.ipynb hunt.hunt.md", "huntbook convert hunt.hunt.md hunt.ipynb --force"],
  positionals: { min: 2, max: 2, names: "two notebooks: the one to read and the one to write" },
  run,
};

const isNotebook = (name: string): boolean => name.endsWith(".ipynb") || isTextNotebook(name);

async function run(args: Args, { io }: Context): Promise<number> {
  const [from = "", to = ""] = args.positionals;
  for (const name of [from, to])
    if (!isNotebook(name))
      throw usageError(`'${name}' is not the name of a notebook`, "names end with .ipynb or .hunt.md");
  const [source, target] = [resolve(io.cwd, from), resolve(io.cwd, to)];
  const read = parseNotebookFile(await readText(source), basename(source));
  const exists = existsSync(target);
  if (exists && !args.flag("force"))
    throw new HuntError("cli/file-exists", `'${to}' exists already`, { hint: "--force replaces it" });
  const before =
    exists && isTextNotebook(from) && !isTextNotebook(to)
      ? parseNotebookFile(await readText(target), basename(target))
      : undefined;
  const notebook = before === undefined ? read : keepOutputs(read, before);
  await writeText(target, formatNotebookFile(notebook, target));
  const outputs = read.cells.filter(c => c.outputs.length > 0).length;
  const lost = isTextNotebook(to) && outputs > 0 ? `; the outputs of ${outputs} cells are in ${from} only` : "";
  const kept = before === undefined ? 0 : notebook.cells.filter(c => c.outputs.length > 0).length;
  printLine(
    io,
    `Wrote ${to}: ${notebook.cells.length} cells${lost}${kept > 0 ? `; kept the outputs of ${kept} cells` : ""}`,
  );
  return exitCodes.done;
}
