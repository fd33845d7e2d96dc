import fc from "fast-check";
import { expect, test } from "vitest";
import type { CellOutcome } from "../kernel/api.js";
import { renderJUnit } from "./junit.js";
import type { Kernel, KernelOutcome } from "./kernel-port.js";
import type { Notebook } from "./notebook.js";
import { runNotebook, type NotebookRun } from "./run.js";

const book = (sources: readonly string[], tags: Readonly<Record<number, string>> = {}): Notebook => ({
  ...{ metadata: {}, rest: {} },
  cells: sources.map((source, i) => ({
    ...{ cellType: "code", id: `c${i}`, source, executionCount: null, outputs: [], rest: {} },
    metadata: tags[i] === undefined ? {} : { tags: [tags[i]] },
  })),
});

/** A kernel that answers by the cell's text; each cell takes a second and a half. */
function run(
  notebook: Notebook,
  answers: Readonly<Record<string, KernelOutcome>>,
  options: { stopOnError?: boolean } = {},
): Promise<NotebookRun> {
  let nowMs = Date.parse("2026-01-13T18:00:00Z");
  const kernel: Kernel = {
    execute: async ({ code, onOutput }) => {
      nowMs += 1500;
      const outcome = answers[code] ?? { status: "ok", names: [] };
      onOutput({ kind: "stream", name: "stdout", text: `ran ${code}\n` });
      if (outcome.status === "error") onOutput({ kind: "error", error: outcome.error });
      return outcome;
    },
    close: async () => undefined,
  };
  return runNotebook({ notebook, dir: "/nowhere", startKernel: async () => kernel, now: () => nowMs, ...options });
}
const failed = (message: string, code = "kql/unknown-column"): Extract<KernelOutcome, { status: "error" }> => ({
  status: "error",
  error: { name: "HuntError", code, message, traceback: [`${code}: ${message}`, "  hint: look"] },
});
const partial: CellOutcome = {
  ...{ status: "ok", names: [] },
  completeness: { state: "partial", causes: [{ kind: "row-limit", affects: "rows", message: "the first 10 rows" }] },
};

test("cells are test cases: passed, failed with what they said, not run and why", async () => {
  const result = await run(book(["1 + 1", "\n%%kql\nT | where A == 1", "2", "3"], { 3: "skip-execution" }), {
    "\n%%kql\nT | where A == 1": failed("no column 'A' <here>"),
  });
  expect(renderJUnit(result, { name: "hunt.ipynb", failOnPartial: true })).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="hunt.ipynb" tests="4" failures="1" errors="0" skipped="2" time="3.000">
  <testsuite name="hunt.ipynb" tests="4" failures="1" errors="0" skipped="2" time="3.000" timestamp="2026-01-13T18:00:00">
    <testcase classname="hunt" name="1: 1 + 1" time="1.500"/>
    <testcase classname="hunt" name="2: %%kql" time="1.500">
      <failure message="no column &apos;A&apos; &lt;here&gt;" type="kql/unknown-column">kql/unknown-column: no column &apos;A&apos; &lt;here&gt;
  hint: look</failure>
      <system-out>ran 
%%kql
T | where A == 1
</system-out>
    </testcase>
    <testcase classname="hunt" name="3: 2" time="0.000">
      <skipped message="a cell before it failed"/>
    </testcase>
    <testcase classname="hunt" name="4: 3" time="0.000">
      <skipped message="the cell is tagged skip-execution"/>
    </testcase>
  </testsuite>
</testsuites>
`);
});

test("a result that is not whole is a failure, unless that is allowed", async () => {
  const result = await run(book(["q"]), { q: partial });
  const strict = renderJUnit(result, { name: "hunt.ipynb", failOnPartial: true });
  expect(strict).toMatch(/<failure message="[^"]*the first 10 rows[^"]*" type="partial"\/>/);
  const lenient = renderJUnit(result, { name: "hunt.ipynb", failOnPartial: false });
  expect(lenient).toContain('failures="0"');
});

test("a process that died is an error; an expected exception passes", async () => {
  const died: KernelOutcome = { status: "died", error: failed("it ended", "notebook/kernel-died").error };
  const result = await run(
    book(["throw 1", "process.exit()"], { 0: "raises-exception" }),
    { "throw 1": failed("designed"), "process.exit()": died },
    { stopOnError: false },
  );
  const xml = renderJUnit(result, { name: "hunt.ipynb", failOnPartial: true });
  expect(xml).toContain('<error message="it ended" type="notebook/kernel-died">');
  expect(xml).toContain('failures="0" errors="1"');
});

/** XML 1.0's characters; in text no markup, in attributes no quote and no line break. */
const character = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const line = /^ *<(?:\?xml [^>]*\?|\/?[a-z-]+(?: [a-z]+="[^"<>\n\r\t]*")*\/?)>/;

test("whatever a cell is called and says, the file is well-formed", async () => {
  const text = fc.string({ unit: "binary", maxLength: 30 });
  const nasty = fc.constantFrom(
    "]]>",
    "</failure><x>",
    '" onload="',
    "&amp;",
    "\u0000\u001b[31m",
    "\ud800",
    "\ufffe",
    "<!--",
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, nasty), fc.oneof(text, nasty), async (source, message) => {
      const code = `x${source}`;
      const result = await run(book([code]), { [code]: failed(message) });
      const xml = renderJUnit(result, { name: `${source}.ipynb`, failOnPartial: true });
      expect(xml).toMatch(character);
      // Without text between tags, what is left is tags alone, each on its own line.
      const tags = xml
        .replace(/>[^<]+</g, ">\n<")
        .trim()
        .split("\n");
      for (const tag of tags) expect(tag).toMatch(line);
      const depth = tags.reduce((d, t) => d + (t.startsWith("</") ? -1 : /^<\?|\/>$/.test(t) ? 0 : 1), 0);
      expect(depth).toBe(0);
    }),
    { numRuns: 100 },
  );
});
