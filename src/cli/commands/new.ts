import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import { formatNotebookFile, isTextNotebook } from "../../notebook/runner/index.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes, usageError } from "../command.js";
import { writeText } from "../file.js";
import { blankName, listTemplates } from "../gallery.js";
import { printLine } from "../print.js";

export const newCommand: Command = {
  name: "new",
  summary: "Write a new notebook.",
  synopsis: "new FILE.ipynb [--template NAME] [--force]",
  options: {
    template: {
      type: "string",
      short: "t",
      value: "NAME",
      help: `What to start from (default: ${blankName}); see huntbook templates`,
    },
    force: { type: "boolean", help: "Replace the file if there is one" },
  },
  examples: ["huntbook new hunt.ipynb", "huntbook new first.ipynb --template getting-started"],
  positionals: { min: 1, max: 1, names: "the file to write" },
  run,
};

async function run(args: Args, { io, galleryDir }: Context): Promise<number> {
  const given = args.positionals[0] ?? "";
  if (!given.endsWith(".ipynb") && !isTextNotebook(given))
    throw usageError(`'${given}' is not the name of a notebook`, `write ${given}.ipynb`);
  const file = resolve(io.cwd, given);
  const name = args.text("template") ?? blankName;
  const templates = await listTemplates(galleryDir);
  const template = templates.find(t => t.name === name);
  if (template === undefined) {
    const names = templates.map(t => t.name);
    throw usageError(`there is no template '${name}'${didYouMean(name, names)}`, `templates: ${names.join(", ")}`);
  }
  if (existsSync(file) && !args.flag("force"))
    throw new HuntError("cli/file-exists", `'${given}' exists already`, { hint: "--force replaces it" });
  await writeText(file, formatNotebookFile(template.notebook, given));
  printLine(io, `Wrote ${given} from '${template.name}'. Run it with: huntbook run ${basename(file)}`);
  return exitCodes.done;
}
