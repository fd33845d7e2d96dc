/** Notebook parameters, papermill's way: a cell tagged `parameters` declares them, an `injected-parameters` cell sets them. */
import { parseSync } from "oxc-parser";
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import type { Notebook, NotebookCell } from "./notebook.js";
import { cellTags, freeId } from "./notebook.js";

/** JSON values: what can be written into a cell and kept in its metadata. */
export type ParameterValue = string | number | boolean | null | readonly ParameterValue[] | ParameterObject;
export interface ParameterObject {
  readonly [key: string]: ParameterValue;
}
export type Parameters = Readonly<Record<string, ParameterValue>>;

export interface DeclaredParameter {
  readonly name: string;
  /** Kind of the literal it is set to; `other` for anything that is not a plain literal. */
  readonly kind: "string" | "number" | "boolean" | "other";
  /** Source text of its default. */
  readonly source: string;
}

/** The parameters that a notebook declares, in order. */
export function findParameters(notebook: Notebook): readonly DeclaredParameter[] {
  const cell = notebook.cells[findTagged(notebook, "parameters")];
  if (cell === undefined) return [];
  const found: DeclaredParameter[] = [];
  for (const statement of parseSync("cell.ts", cell.source, { lang: "ts", sourceType: "module" }).program.body) {
    if (statement.type !== "VariableDeclaration") continue;
    for (const one of statement.declarations) {
      if (one.id.type !== "Identifier") continue;
      const init = one.init;
      const value =
        init?.type === "Literal" ? typeof init.value : init?.type === "TemplateLiteral" ? "string" : "other";
      const kind = value === "string" || value === "number" || value === "boolean" ? value : "other";
      const source = init === null ? "" : cell.source.slice(init.start, init.end);
      found.push({ name: one.id.name, kind, source });
    }
  }
  return found;
}

/**
 * Turns `name=text` pairs (command line) into values: as the declared default's kind says; where it is no plain literal,
 * JSON if it is JSON, otherwise text.
 *
 * @throws HuntError `notebook/unknown-parameter`, `notebook/parameter-type`
 */
export function toParameters(
  notebook: Notebook,
  pairs: readonly (readonly [name: string, text: string])[],
): Parameters {
  const declared = findParameters(notebook);
  const values: Record<string, ParameterValue> = {};
  for (const [name, text] of pairs) {
    const known = getDeclared(declared, name);
    values[name] = toValue(known, text);
  }
  return values;
}

/**
 * A copy of the notebook with a cell behind the one tagged `parameters` that sets the given values; an earlier injected cell
 * is replaced. Without values, an earlier injected cell is removed.
 *
 * @throws HuntError `notebook/unknown-parameter` for names that the notebook does not declare
 */
export function injectParameters(notebook: Notebook, values: Parameters): Notebook {
  const names = Object.keys(values);
  const declared = findParameters(notebook);
  for (const name of names) getDeclared(declared, name);
  const cells = notebook.cells.filter(cell => !cellTags(cell).includes("injected-parameters"));
  if (names.length === 0) return { ...notebook, cells };
  const lines = names.map(name => `const ${name} = ${JSON.stringify(values[name])};`);
  const injected: NotebookCell = {
    cellType: "code",
    id: freeId("injected-parameters", new Set(cells.map(c => c.id))),
    source: ["// Parameters of this run", ...lines].join("\n"),
    metadata: { tags: ["injected-parameters"] },
    executionCount: null,
    outputs: [],
    rest: {},
  };
  const at = findTagged({ ...notebook, cells }, "parameters") + 1;
  return { ...notebook, cells: [...cells.slice(0, at), injected, ...cells.slice(at)] };
}

function getDeclared(declared: readonly DeclaredParameter[], name: string): DeclaredParameter {
  const known = declared.find(d => d.name === name);
  if (known !== undefined) return known;
  const names = declared.map(d => d.name);
  throw new HuntError(
    "notebook/unknown-parameter",
    `the notebook has no parameter '${name}'${didYouMean(name, names)}`,
    {
      hint:
        names.length > 0
          ? `it has: ${names.join(", ")}`
          : "tag the code cell that declares the defaults with 'parameters', for example: const host = \"dc01\"",
    },
  );
}

function toValue(declared: DeclaredParameter, text: string): ParameterValue {
  switch (declared.kind) {
    case "string":
      return text;
    case "number":
      if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))) return Number(text);
      break;
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      break;
    default:
      return parseLoose(text);
  }
  throw new HuntError("notebook/parameter-type", `parameter '${declared.name}' is a ${declared.kind}, not '${text}'`, {
    hint: `its default is ${declared.source}`,
  });
}

function parseLoose(text: string): ParameterValue {
  // Event and logon ids: digits that a number cannot hold stay text.
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text))) return text;
  try {
    return JSON.parse(text) as ParameterValue;
  } catch {
    return text;
  }
}

function findTagged(notebook: Notebook, tag: string): number {
  return notebook.cells.findIndex(cell => cell.cellType === "code" && cellTags(cell).includes(tag));
}
