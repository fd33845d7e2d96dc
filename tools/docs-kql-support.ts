/**
 * `tsx tools/docs-kql-support.ts`: writes docs/kql-support.md: every operator, function, aggregate and plug-in that the
 * language declares, probed by compiling a use of it where it has no row in the tables. A test compares the page with what the probes say.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { compileWithoutData } from "../src/kql/ask.js";
import { compileKql } from "../src/kql/compile.js";
import { SchemaCache } from "../src/kql/environment.js";
import { aggregateFunctions, scalarFunctions } from "../src/kql/functions/index.js";
import { windowFunctionNames } from "../src/kql/lower/expr.js";
import { environment } from "../test/kql-fuzz/data.js";
import { Choices } from "../test/kql-fuzz/choices.js";
import { anyCall } from "../test/kql-fuzz/expression.js";
import { operatorUses as operators, pluginUses as plugins } from "../test/kql-fuzz/uses.js";
import { readBuiltIns, type BuiltIn } from "./kql-builtins.js";

export const supportPageFile = join(import.meta.dirname, "../docs/kql-support.md");

type State = "yes" | "no" | "unknown";
const schemas = new SchemaCache();
/** Known to operators and statements, not to the tables of functions. */
const own = new Set([
  "all",
  "any",
  "map",
  "inner_nodes",
  "node_degree_in",
  "node_degree_out",
  "table",
  "database",
  "percentiles",
  "percentilesw",
  "extract_json",
]);

/** Whether a text compiles; `unknown` when the binder does not take it, which says nothing of the engine. */
function probe(text: string): State {
  const result = compileWithoutData(e => compileKql(text, e, schemas), environment);
  if (result.state === "ready" || result.state === "needs") return "yes";
  return result.state === "refused" ? "no" : "unknown";
}

/** Calls of each way to call a function, with a few arguments, until one compiles or is refused by name. */
function probeCalls(fn: BuiltIn, texts: (call: string) => string): State {
  let state: State = "unknown";
  for (const signature of fn.signatures)
    for (let n = 0; n < 2; n++) {
      const numbers = Array.from({ length: 40 }, (_, i) => n * (i * 7 + 3));
      const found = probe(
        texts(
          anyCall(
            { columns: environment.tables[0]?.columns ?? [], functions: [{ ...fn, signatures: [signature] }] },
            new Choices([0, 0, ...numbers]),
          ),
        ),
      );
      if (found === "yes") return "yes";
      if (found === "no") state = "no";
    }
  return state;
}

/** The page, whole, as the formatter of the repository wants it. */
export async function writeSupportPage(): Promise<string> {
  const builtIns = readBuiltIns();
  const inTable = (name: string): boolean =>
    Object.hasOwn(scalarFunctions, name) || Object.hasOwn(aggregateFunctions, name);
  const known = (fn: BuiltIn, texts: (call: string) => string): boolean => {
    // A refusal of what is in the tables is one of the arguments: a constant is wanted, a row of another kind.
    return inTable(fn.name) || windowFunctionNames.has(fn.name) || own.has(fn.name) || probeCalls(fn, texts) === "yes";
  };
  const split = (list: readonly string[], runs: (name: string) => boolean): readonly string[] => {
    const [yes, no] = [list.filter(runs), list.filter(n => !runs(n))];
    const names = (found: readonly string[]): string =>
      found.length === 0 ? "none" : found.map(n => `\`${n}\``).join(", ");
    return [`Runs (${yes.length}): ${names(yes)}.`, "", `Refused by name (${no.length}): ${names(no)}.`, ""];
  };
  const functions = new Map(
    builtIns.functions
      .filter(f => !f.name.startsWith("__"))
      .map(f => [f.name, known(f, c => `A | serialize | extend x_ = ${c}`)]),
  );
  const aggregates = new Map(builtIns.aggregates.map(f => [f.name, known(f, c => `A | summarize x_ = ${c}`)]));
  const differing = [...Object.entries(scalarFunctions), ...Object.entries(aggregateFunctions)].flatMap(
    ([name, row]) => (row.differs === undefined ? [] : [`| \`${name}\` | ${row.differs.replaceAll("|", "\\|")} |`]),
  );
  const pluginNames = builtIns.plugins.map(p => p.name).sort();
  const page = [
    "# What of KQL runs",
    "",
    "<!-- Written by tools/docs-kql-support.ts, which reads the tables and compiles uses: change that. -->",
    "",
    "What the language declares, name by name. What does not run is refused by name and place before anything runs; [differences](kql-differences.md) lists what runs",
    "and gives another answer than Kusto.",
    "",
    "## Operators and statements",
    "",
    ...split(Object.keys(operators), name => probe(operators[name] ?? "") === "yes"),
    "## Scalar functions",
    "",
    ...split([...functions.keys()].sort(), name => functions.get(name) === true),
    "## Aggregates",
    "",
    ...split([...aggregates.keys()].sort(), name => aggregates.get(name) === true),
    "## Plug-ins of evaluate",
    "",
    ...split(
      pluginNames,
      name =>
        Object.hasOwn(plugins, name) &&
        probe(
          `A | extend h1 = hll(k), h2 = hll(k) | evaluate ${plugins[name] ?? ""}`.replace(
            "extend h1 = hll(k), h2 = hll(k) | ",
            name === "dcount_intersect" ? "summarize h1 = hll(k), h2 = hll(k) | " : "",
          ),
        ) === "yes",
    ),
    "## Types",
    "",
    "`bool`, `int`, `long`, `real`, `decimal`, `string`, `datetime` (to the microsecond), `timespan`, `guid`, `dynamic`.",
    "",
    "## Functions with another answer",
    "",
    "| function | how it differs |",
    "| --- | --- |",
    ...differing.sort(),
    "",
  ].join("\n");
  return format(page, { ...(await resolveConfig(supportPageFile)), parser: "markdown" });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(supportPageFile, await writeSupportPage());
