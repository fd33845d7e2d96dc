import fc from "fast-check";
import { expect, test } from "vitest";
import { compileCell } from "../kernel/cell.js";
import type { Notebook } from "./notebook.js";
import { findParameters, injectParameters, toParameters } from "./parameters.js";

function notebook(...cells: readonly (readonly [source: string, ...tags: string[]])[]): Notebook {
  return {
    metadata: {},
    rest: {},
    cells: cells.map(([source, ...tags], i) => ({
      cellType: "code",
      id: `c${i}`,
      source,
      metadata: { tags },
      executionCount: null,
      outputs: [],
      rest: {},
    })),
  };
}
const declared = notebook(
  ["// first"],
  ["const host: string = 'ws01', top = 5\nlet deep = true;\nvar hosts = ['a'], since = `7d`", "parameters"],
  ["run(host)"],
);

test("declared parameters have kinds by their literals", () => {
  expect(findParameters(declared).map(p => [p.name, p.kind, p.source])).toEqual([
    ["host", "string", "'ws01'"],
    ["top", "number", "5"],
    ["deep", "boolean", "true"],
    ["hosts", "other", "['a']"],
    ["since", "string", "`7d`"],
  ]);
  expect(findParameters(notebook(["const a = 1"]))).toEqual([]);
});

test.each([
  ["host", "007", "007"],
  ["host", "a=b", "a=b"],
  ["top", "-1.5e3", -1500],
  ["deep", "false", false],
  ["hosts", '["b", 1]', ["b", 1]],
  ["hosts", "plain", "plain"],
  ["hosts", "12345678901234567890", "12345678901234567890"],
])("-p %s=%s becomes %j", (name, text, value) => {
  expect(toParameters(declared, [[name, text]])).toEqual({ [name]: value });
});

test.each([
  ["top", "many", "parameter 'top' is a number, not 'many'"],
  ["top", "", "parameter 'top' is a number, not ''"],
  ["deep", "yes", "parameter 'deep' is a boolean, not 'yes'"],
])("-p %s=%s is refused", (name, text, message) => {
  expect(() => toParameters(declared, [[name, text]])).toThrow(message);
});

test("unknown parameters are refused with a suggestion, or with how to declare some", () => {
  expect(() => toParameters(declared, [["hst", "x"]])).toThrow(
    "the notebook has no parameter 'hst'; did you mean 'host'?",
  );
  expect(() => injectParameters(declared, { hst: "x" })).toThrow("did you mean 'host'?");
  expect(() => injectParameters(notebook(["1"]), { a: 1 })).toThrow("the notebook has no parameter 'a'");
});

test("the injected cell follows the declaring one, and replaces an earlier one", () => {
  const once = injectParameters(declared, { host: "dc01", top: 3 });
  expect(once.cells.map(c => c.id)).toEqual(["c0", "c1", "injected-parameters", "c2"]);
  expect(once.cells[2]).toMatchObject({
    source: '// Parameters of this run\nconst host = "dc01";\nconst top = 3;',
    metadata: { tags: ["injected-parameters"] },
  });
  const twice = injectParameters(once, { host: "dc02" });
  expect(twice.cells).toHaveLength(4);
  expect(injectParameters(twice, {}).cells.map(c => c.id)).toEqual(["c0", "c1", "c2"]);
});

test("any text is injected as a value, never as code", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), host => {
      const source = injectParameters(declared, { host }).cells[2]?.source ?? "";
      expect(compileCell(source)).toMatchObject({ kind: "script", names: ["host"] });
      expect(JSON.parse(/^const host = (.*);$/m.exec(source)?.[1] ?? "")).toBe(host);
    }),
  );
});
