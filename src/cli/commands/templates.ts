import type { Args, Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import { listTemplates } from "../gallery.js";
import { printJson, printTable } from "../print.js";

export const templatesCommand: Command = {
  name: "templates",
  summary: "List the notebooks that `huntbook new` can start from.",
  synopsis: "templates [--json]",
  options: { json: { type: "boolean", help: "Print the list as JSON" } },
  examples: ["huntbook templates"],
  positionals: { min: 0, max: 0, names: "" },
  run,
};

async function run(args: Args, { io, galleryDir }: Context): Promise<number> {
  const templates = await listTemplates(galleryDir);
  if (args.flag("json"))
    printJson(io, { templates: templates.map(({ name, title, parameters }) => ({ name, title, parameters })) });
  else
    printTable(
      io,
      ["name", "title", "parameters"],
      templates.map(t => [t.name, t.title, t.parameters.join(", ")]),
    );
  return exitCodes.done;
}
