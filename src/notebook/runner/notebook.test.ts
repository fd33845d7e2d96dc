import fc from "fast-check";
import { expect, test } from "vitest";
import { formatNotebook, freeId, parseNotebook } from "./notebook.js";

const file = (value: object) => JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [], ...value });
const code = (value: object) => file({ cells: [{ cell_type: "code", source: "", outputs: [], ...value }] });

test("text may be a list of lines, a byte order mark and CRLF are fine, fields we do not know stay", () => {
  const text =
    "\uFEFF" +
    JSON.stringify({
      nbformat: 4,
      nbformat_minor: 4,
      metadata: { kernelspec: { name: "x" }, other: [1] },
      future: true,
      cells: [{ cell_type: "markdown", source: ["# a\r\n", "b"], metadata: { tags: ["t"] }, attachments: { p: {} } }],
    }).replaceAll(",", ",\r\n");
  const notebook = parseNotebook(text, "a.ipynb");
  expect(notebook.cells).toMatchObject([{ source: "# a\r\nb", id: "cell-1", rest: { attachments: { p: {} } } }]);
  expect(JSON.parse(formatNotebook(notebook))).toEqual({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "x" }, other: [1] },
    future: true,
    cells: [
      {
        cell_type: "markdown",
        id: "cell-1",
        source: ["# a\r\n", "b"],
        metadata: { tags: ["t"] },
        attachments: { p: {} },
      },
    ],
  });
});

test("ids are kept; missing, repeated and invalid ones are replaced", () => {
  const cells = ["keep", "keep", undefined, "no blanks please"].map(id => ({ cell_type: "raw", source: "", id }));
  expect(parseNotebook(file({ cells }), "a").cells.map(c => c.id)).toEqual(["keep", "cell-2", "cell-3", "cell-4"]);
  expect(freeId("a", new Set(["a", "a-2"]))).toBe("a-3");
});

test("a file is written as Jupyter writes it", () => {
  const outputs = [
    { output_type: "stream", name: "stdout", text: "a\nb" },
    { output_type: "display_data", data: { "text/plain": "x\ny\n", "application/json": ["1", "2"] }, metadata: {} },
  ];
  const text = formatNotebook(parseNotebook(code({ source: "1\n2\n", outputs, id: "c" }), "a"));
  expect(text.endsWith("}\n")).toBe(true);
  expect(text).toContain('\n   "source": [\n    "1\\n",\n    "2\\n"\n   ]');
  expect(JSON.parse(text)).toMatchObject({
    cells: [
      {
        outputs: [{ text: ["a\n", "b"] }, { data: { "text/plain": ["x\n", "y\n"], "application/json": ["1", "2"] } }],
      },
    ],
  });
});

test.each([
  ["", "it is empty", "a.ipynb:1:1"],
  ['{\n  "a": ]', "it is not JSON", "a.ipynb:2:8"],
  ["[]", "it is a list", undefined],
  [file({ nbformat: 3 }), "'nbformat' must be 4, not 3", "nbformat"],
  [JSON.stringify({ cells: [] }), "'nbformat' must be 4, not missing", "nbformat"],
  [file({ cells: {} }), "'cells' must be a list, not an object", "cells"],
  [file({ cells: [1] }), "'cells[0]' must be an object, not 1", "cells[0]"],
  [code({ cell_type: "heading" }), `must be "code", "markdown" or "raw", not "heading"`, "cells[0].cell_type"],
  [code({ source: 1 }), "must be text or a list of lines, not 1", "cells[0].source"],
  [code({ metadata: [] }), "must be an object, not a list", "cells[0].metadata"],
  [code({ outputs: "x" }), "must be a list", "cells[0].outputs"],
  [code({ outputs: [{ output_type: "x" }] }), "which is no kind of output", "cells[0].outputs[0].output_type"],
  [
    code({ outputs: [{ output_type: "display_data", data: { "text/plain": 5 } }] }),
    "must be text or a list of lines, not 5",
    `cells[0].outputs[0].data.["text/plain"]`,
  ],
])("%s is refused with its place", (text, message, where) => {
  let error: unknown;
  try {
    parseNotebook(text, "a.ipynb");
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ code: "notebook/invalid", where });
  expect((error as Error).message).toContain(message);
});

test("writing and reading keep every source and text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (source, text) => {
      const outputs = [{ output_type: "stream", name: "stderr", text }];
      const notebook = parseNotebook(code({ source, outputs }), "a");
      expect(parseNotebook(formatNotebook(notebook), "a")).toEqual(notebook);
      expect(notebook.cells[0]?.source).toBe(source);
    }),
  );
});
