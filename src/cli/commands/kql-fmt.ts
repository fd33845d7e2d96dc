/** `huntbook kql fmt`. */
import { formatQueries, queryFileKind } from "../../kql/index.js";
import type { Args, Context } from "../command.js";
import { exitCodes } from "../command.js";
import { writeText } from "../file.js";
import { printLine, printNote } from "../print.js";
import { readQueryFiles, unknownKind } from "./kql-files.js";

export async function formatFiles(args: Args, paths: readonly string[], { io }: Context): Promise<number> {
  const check = args.flag("check");
  let queries = 0;
  let changed = 0;
  for await (const { file, text, path, named } of readQueryFiles(paths, io)) {
    const kind = queryFileKind(file);
    if (kind === undefined) {
      if (named) throw unknownKind(file);
      continue;
    }
    const formatted = formatQueries(text, kind);
    queries += formatted.queries;
    changed += formatted.changed.length;
    if (path === undefined && !check) io.stdout(formatted.text);
    else if (check) for (const line of formatted.changed) printLine(io, `${file}:${line}: laid out otherwise`);
    else if (path !== undefined && formatted.text !== text) await writeText(path, formatted.text);
    for (const line of formatted.skipped)
      printNote(io, `${file}:${line}: left as it is: it cannot be written back here`);
  }
  printNote(io, `${queries} queries, ${changed} ${check ? "to be laid out" : "laid out"}`);
  return check && changed > 0 ? exitCodes.failed : exitCodes.done;
}
