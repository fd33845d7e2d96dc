import fc from "fast-check";
import { expect, test } from "vitest";
import type { Notebook, NotebookCell } from "./notebook.js";
import { formatNotebook, parseNotebook } from "./notebook.js";
import { formatTextNotebook, parseTextNotebook } from "./text-notebook.js";

const cell = (
  cellType: NotebookCell["cellType"],
  id: string,
  source: string,
  metadata: NotebookCell["metadata"] = {},
): NotebookCell => ({ cellType, id, source, metadata, rest: {}, executionCount: null, outputs: [] });
const book = (...cells: NotebookCell[]): Notebook => ({
  metadata: { kernelspec: { name: "huntbook" } },
  rest: {},
  cells,
});

test("a notebook is Markdown that reads well", () => {
  const text = formatTextNotebook(
    book(
      cell("markdown", "intro", "# Hunt\n\nWhat happened on `dc01`?"),
      cell("code", "params", 'const host = "dc01";', { tags: ["parameters"] }),
      cell("code", "q1", "%%kql hits --last 7d\nSigninLogs\n| take 5"),
      cell("code", "q2", "%%kql\nhits | count"),
    ),
  );
  expect(text).toBe(`---
huntbook: 1
metadata:
  kernelspec:
    name: huntbook
---

<!-- cell intro -->
# Hunt

What happened on \`dc01\`?

\`\`\`ts id=params {"tags":["parameters"]}
const host = "dc01";
\`\`\`

\`\`\`kql name=hits --last 7d id=q1
SigninLogs
| take 5
\`\`\`

\`\`\`kql id=q2
hits | count
\`\`\`
`);
});

test("what people write by hand needs neither front matter nor ids", () => {
  const text = `# Title

Some prose with an example that does not run:

\`\`\`sh
npx huntbook start
\`\`\`ts
still the example
\`\`\`

\`\`\`ts
1 + 1
\`\`\`

More prose.

~~~kql name=x
T
~~~
`;
  const { cells, metadata } = parseTextNotebook(text, "a.hunt.md");
  expect(cells.map(c => [c.cellType, c.id, c.source])).toEqual([
    [
      "markdown",
      "cell-1",
      "# Title\n\nSome prose with an example that does not run:\n\n```sh\nnpx huntbook start\n```ts\nstill the example\n```",
    ],
    ["code", "cell-2", "1 + 1"],
    ["markdown", "cell-3", "More prose."],
    ["code", "cell-4", "%%kql x\nT"],
  ]);
  expect(metadata).toHaveProperty("kernelspec");
});

test("line ends of Windows are no part of any cell", () => {
  const text = formatTextNotebook(book(cell("markdown", "a", "x\ny"), cell("code", "b", "1\n2")));
  expect(parseTextNotebook(text.replaceAll("\n", "\r\n"), "a.hunt.md").cells.map(c => c.source)).toEqual([
    "x\ny",
    "1\n2",
  ]);
});

test("what a run left behind is not kept, the rest of the metadata is", () => {
  const ran: Notebook = {
    metadata: { widgets: { a: 1 }, huntbook: { run: { status: "ok" }, window: { last: "7d" } }, extra: [1] },
    rest: {},
    cells: [
      {
        ...cell("code", "a", "1", { execution: { x: 1 }, huntbook: { status: "ok", tookMs: 3 }, tags: ["t"] }),
        executionCount: 4,
        outputs: [{ output_type: "stream", name: "stdout", text: "x" }],
      },
    ],
  };
  expect(parseTextNotebook(formatTextNotebook(ran), "a.hunt.md")).toEqual({
    metadata: { huntbook: { window: { last: "7d" } }, extra: [1] },
    rest: {},
    cells: [cell("code", "a", "1", { tags: ["t"] })],
  });
});

test.each([
  ["---\na: [\n---\n", "the front matter is not YAML"],
  ["---\nhuntbook: 1\n", "the front matter is not closed"],
  ["---\nhuntbook: 2\n---\n", "it is of format 2, and this version reads 1"],
  ["<!-- prose a -->\nx\n", "is not closed by '<!-- /prose a -->'"],
  ['```ts id=a {"tags":}\n1\n```\n', "is not JSON"],
  ["```huntbook-cell id=a\n{}\n```\n", "does not describe a cell"],
])("%j is refused", (text, problem) => {
  expect(() => parseTextNotebook(text, "a.hunt.md")).toThrow(
    expect.objectContaining({ code: "notebook/invalid", message: expect.stringContaining(problem) as unknown }),
  );
});

/** Lines that mean something to the format, or look as if they did. */
const trickyLine = fc.constantFrom(
  ...[
    "",
    "   ",
    "```",
    "````",
    "~~~",
    "```ts",
    "```kql name=x",
    "```ts id=a",
    "```sh",
    "```huntbook-cell id=x",
    "``` js",
  ],
  ...[
    "<!-- cell a -->",
    "<!-- prose a -->",
    "<!-- /prose c0 -->",
    "<!-- /prose c1 -->",
    "---",
    "# T",
    "%%kql",
    "%%kql x y",
  ],
  ...["%%kql  --last 7d ", '%%kql "a', "%%markdown", "a\r", "\uFEFFb", "x -- > y", "\u2028", "name=x", "{}", "id=a"],
);
const source = fc.oneof(
  fc.array(fc.oneof(trickyLine, fc.string({ unit: "grapheme" })), { maxLength: 6 }).map(l => l.join("\n")),
  fc.string({ unit: "binary" }),
);
const json = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3, noNullPrototype: true });
const anyCell = fc.record({
  cellType: fc.constantFrom("code" as const, "markdown" as const, "raw" as const),
  source,
  metadata: json,
  rest: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: json }),
});
const reserved = ["huntbook", "execution", "widgets", "__proto__"];
const without = (value: Record<string, unknown>): Record<string, unknown> =>
  // -0 is 0 in JSON.
  JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(value).filter(([k]) => !reserved.includes(k)))),
  ) as Record<string, unknown>;

test("any notebook reads back: sources, ids and metadata, also through .ipynb", () => {
  fc.assert(
    fc.property(fc.array(anyCell, { maxLength: 5 }), json, (cells, metadata) => {
      const notebook: Notebook = {
        metadata: without(metadata),
        rest: {},
        cells: cells.map((c, i) => ({
          ...cell(c.cellType, `c${i}`, c.source, without(c.metadata)),
          rest: without(c.rest),
        })),
      };
      const back = parseTextNotebook(formatTextNotebook(notebook), "a.hunt.md");
      expect(back).toEqual(notebook);
      const plain = { ...back, cells: back.cells.map(c => ({ ...c, rest: {} })) };
      const ipynb = parseNotebook(formatNotebook(plain), "a.ipynb");
      expect(parseTextNotebook(formatTextNotebook(ipynb), "a.hunt.md")).toEqual(plain);
    }),
    { numRuns: 400 },
  );
});
