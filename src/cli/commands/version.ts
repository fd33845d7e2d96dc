import { readText } from "../file.js";
import type { Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import { printLine } from "../print.js";
import { fileURLToPath } from "node:url";

export const versionCommand: Command = {
  name: "version",
  summary: "Print the version.",
  synopsis: "version",
  options: {},
  examples: ["huntbook version"],
  positionals: { min: 0, max: 0, names: "" },
  run: async (_args, { io }: Context) => {
    const file = fileURLToPath(new URL("../../../package.json", import.meta.url));
    const { version } = JSON.parse(await readText(file)) as { version: string };
    printLine(io, `huntbook ${version}, node ${process.versions.node}, ${process.platform} ${process.arch}`);
    return exitCodes.done;
  },
};
