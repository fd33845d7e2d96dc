import { expect, test } from "vitest";
import { formatDiagnostic, positionAt } from "./diagnostic.js";

test("positions count every kind of line end", () => {
  expect(positionAt("a\r\nbc\nd\re", 8)).toEqual({ line: 4, column: 1 });
});

test("a diagnostic shows its line with a marker under the span", () => {
  const text = "T\n| where Foo == 1";
  const span = { start: text.indexOf("Foo"), end: text.indexOf("Foo") + 3 };
  const shown = formatDiagnostic(
    { code: "kql/unknown-column", severity: "error", message: "no Foo", span, hint: "try Bar" },
    text,
    "q.kql",
  );
  expect(shown).toBe(
    ["q.kql:2:9: error kql/unknown-column: no Foo", "  | where Foo == 1", "          ^^^", "  hint: try Bar"].join(
      "\n",
    ),
  );
});
