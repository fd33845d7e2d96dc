import { didYouMean } from "../../base/suggest.js";
import type { Args, Command, Context } from "../command.js";
import { usageError } from "../command.js";
import { checkFiles } from "./kql-check.js";
import { formatFiles } from "./kql-fmt.js";

/** What `huntbook kql` can do, and the options that each of them takes. */
const actions: Readonly<
  Record<
    string,
    {
      readonly run: (args: Args, paths: readonly string[], context: Context) => Promise<number>;
      readonly options: readonly string[];
    }
  >
> = {
  check: { run: checkFiles, options: ["schema", "target", "format", "json", "fix", "no-lint", "level", "strict"] },
  fmt: { run: formatFiles, options: ["check"] },
};

export const kqlCommand: Command = {
  name: "kql",
  summary: "Check and lay out KQL queries in .kql, YAML, Markdown, TypeScript and notebook files without running them.",
  synopsis: "kql check|fmt FILE... [options]",
  details:
    "check: each query is parsed, bound against the schema and compiled: ok, refused (good KQL that does not run here yet, with the\n" +
    "feature and its place) or error; lints say what costs more than it must or does not mean what it seems to. Exit code 1 unless\n" +
    "all are ok. fmt: lays the queries out in one style; only white space changes.\n" +
    "Folders are searched for such files; '-' reads a query from the standard input.",
  options: {
    schema: {
      type: "string",
      value: "S",
      help: "check: tables to check against: a workspace or a schema file (default: all that Huntbook knows)",
    },
    target: { type: "string", value: "T", help: "check: the product's own tables: Sentinel, M365D or Local" },
    format: { type: "string", value: "F", help: "check: text, json or sarif" },
    json: { type: "boolean", help: "check: the same as --format json" },
    fix: { type: "boolean", help: "check: write what is safe to change into the files" },
    "no-lint": { type: "boolean", help: "check: errors only" },
    level: { type: "string", value: "L", help: "check: show error, warning or (default) info and what is worse" },
    strict: { type: "boolean", help: "check: warnings end with exit code 1, too" },
    check: { type: "boolean", help: "fmt: write nothing; exit code 1 when a query is laid out otherwise" },
  },
  examples: [
    "huntbook kql check hunts/*.kql --target Sentinel",
    "huntbook kql check queries/ notebooks/ --format sarif > kql.sarif",
    "huntbook kql fmt hunts/ --check",
  ],
  positionals: { min: 1, max: Number.POSITIVE_INFINITY, names: "'check' or 'fmt', and files" },
  run,
};

async function run(args: Args, context: Context): Promise<number> {
  const [name = "", ...paths] = args.positionals;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined)
    throw usageError(`'huntbook kql' has no '${name}'${didYouMean(name, Object.keys(actions))}`);
  if (paths.length === 0) throw usageError(`'huntbook kql ${name}' needs files`, "'-' reads the standard input");
  const foreign = Object.keys(kqlCommand.options).find(
    o => !action.options.includes(o) && (args.flag(o) || args.text(o) !== undefined),
  );
  if (foreign !== undefined) throw usageError(`'huntbook kql ${name}' has no option '--${foreign}'`);
  return action.run(args, paths, context);
}
