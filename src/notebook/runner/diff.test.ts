import { expect, test } from "vitest";
import { renderHtml, renderText, toView, viewMime, type TableNode } from "../../view/index.js";
import { describeDiff, diffNotebooks } from "./diff.js";
import type { Notebook, NotebookCell, NotebookOutput } from "./notebook.js";

const table = (rows: readonly (readonly (string | number)[])[], more: Partial<TableNode> = {}): NotebookOutput => ({
  output_type: "execute_result",
  execution_count: 1,
  metadata: {},
  data: {
    [viewMime]: toView({ kind: "table", columns: [{ name: "Host" }, { name: "Hits" }], rows, ...more }),
    "text/plain": "a table",
  },
});
const text = (t: string): NotebookOutput => ({ output_type: "stream", name: "stdout", text: t });
const cell = (id: string, source: string, ...outputs: NotebookOutput[]): NotebookCell => ({
  ...{ cellType: "code", id, source, metadata: {}, executionCount: 1, rest: {}, outputs },
});
const book = (...cells: NotebookCell[]): Notebook => ({ metadata: {}, rest: {}, cells });

test("rows are compared as a set: their order is no difference, their number is", () => {
  const before = book(
    cell(
      "a",
      "T",
      table([
        ["dc01", 1],
        ["web01", 2],
        ["web01", 2],
      ]),
    ),
  );
  expect(
    diffNotebooks(
      before,
      book(
        cell(
          "a",
          "T",
          table([
            ["web01", 2],
            ["dc01", 1],
            ["web01", 2],
          ]),
        ),
      ),
    ).cells,
  ).toEqual([]);
  const diff = diffNotebooks(
    before,
    book(
      cell(
        "a",
        "T",
        table([
          ["dc01", 1],
          ["web01", 2],
          ["db01", 3],
        ]),
      ),
    ),
  );
  expect(diff.cells[0]).toMatchObject({
    change: "outputs",
    outputs: [{ kind: "table", added: [["db01", 3]], removed: [["web01", 2]] }],
  });
  expect(renderText(describeDiff(diff))).toContain("3 rows, before 3: 1 new, 1 gone");
});

test("a new column makes no row new", () => {
  const wide = table([["dc01", 1, "x"]] as never, { columns: [{ name: "Host" }, { name: "Hits" }, { name: "Note" }] });
  const diff = diffNotebooks(book(cell("a", "T", table([["dc01", 1]]))), book(cell("a", "T", wide)));
  expect(diff.cells[0]?.outputs[0]).toMatchObject({ added: [], removed: [], columnsAdded: ["Note"] });
});

test("only what the notebooks hold can be compared, and that is said", () => {
  const some = table([["dc01", 1]], { total: 5000 });
  expect(diffNotebooks(book(cell("a", "T", some)), book(cell("a", "T", some))).cells).toEqual([]);
  const diff = diffNotebooks(book(cell("a", "T", some)), book(cell("a", "T", table([["dc01", 1]], { total: 5001 }))));
  expect(renderText(describeDiff(diff))).toContain(
    "Only the rows that the notebooks hold were compared: 1 of 5000, 1 of 5001",
  );
});

test("cells: new, gone, changed; text line by line; matched by id, else by source", () => {
  const before = book(cell("a", "1", text("same\nold\nend")), cell("b", "2"), cell("x", "moved", text("m")));
  const after = book(cell("a", "1", text("same\nnew\nend")), cell("y", "moved", text("m")), cell("c", "3"));
  const diff = diffNotebooks(before, after);
  expect(diff.cells.map(c => [c.id, c.change])).toEqual([
    ["a", "outputs"],
    ["c", "added"],
    ["b", "removed"],
  ]);
  expect(renderText(describeDiff(diff))).toContain("    same\n  − old\n  + new\n    end");
  const changed = diffNotebooks(book(cell("a", "1\n2")), book(cell("a", "1\n3")));
  expect(renderText(describeDiff(changed))).toContain("− 2\n  + 3");
});

test("a table that becomes an error is a difference", () => {
  const failed: NotebookOutput = { output_type: "error", ename: "HuntError", evalue: "no", traceback: [] };
  const diff = diffNotebooks(book(cell("a", "T", table([["dc01", 1]]))), book(cell("a", "T", failed)));
  expect(diff.cells[0]?.outputs).toEqual([{ kind: "text", before: "(a table of 1 rows)", after: "HuntError: no" }]);
});

test("nothing in a cell or a table is markup", () => {
  const bad = "<img src=x onerror=alert(1)>";
  const diff = diffNotebooks(book(), book(cell("a", bad, table([[bad, 1]]), text(bad))));
  expect(renderHtml(describeDiff(diff))).not.toContain("<img");
});
