/** Whatever is typed, the compiler answers: ready, refused or failed, with spans inside the text, and no fault of its own. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "./harness.js";

const words = fc.constantFrom(
  ...[
    "Signins",
    "Users",
    "Empty",
    "Loose",
    "| where",
    "| extend",
    "| project",
    "| summarize",
    "by",
    "on",
    "(",
    ")",
    ",",
  ],
  ...[
    "| join kind=leftouter",
    "| union",
    "| mv-expand",
    "| mv-apply",
    "| sort by",
    "| take",
    "| top",
    "let x =",
    ";",
    "=",
  ],
  ...[
    "User",
    "Attempts",
    "Details",
    "TimeGenerated",
    "x",
    "1",
    '"a"',
    "ago(1d)",
    "count()",
    "==",
    "and",
    "in",
    "[0]",
    ".a",
  ],
  ...[
    "toscalar(",
    "materialize(",
    "datatable(a:long)[1]",
    "print",
    "range i from 1 to 3 step 1",
    "| parse User with",
    "*",
  ],
  ...[
    "| make-series",
    "| evaluate",
    "| render timechart",
    "| as y",
    "| invoke",
    "{",
    "}",
    "bin(",
    "1h",
    "asc",
    "dynamic([1])",
  ],
  ...[
    "| lookup",
    "| search",
    "| distinct",
    "| serialize",
    "prev(User)",
    "row_number()",
    "arg_max(Attempts, *)",
    "typeof(long)",
  ],
);
const soup = fc.array(words, { minLength: 1, maxLength: 14 }).map(w => w.join(" "));

/** A query that compiles, with a piece cut out or doubled. */
const damaged = fc
  .tuple(
    fc.constantFrom(
      "let f = (n: long = 2) { Signins | where Attempts > n }; f(3) | join kind=inner (Users) on User | count",
      "Signins | mv-apply t = Details.tags to typeof(string) on (summarize make_list(t)) | project User, list_t",
      "Signins | make-series n = count() default = 0 on TimeGenerated from ago(3d) to now() step 1d by User",
      "union withsource=T (Signins | where Ok), Users | summarize arg_max(Attempts, *), dcount(User) by T",
      "Signins | parse User with 'a' x:long * | sort by x asc nulls last | extend p = prev(x, 1), c = row_cumsum(x)",
    ),
    fc.nat(),
    fc.nat({ max: 12 }),
    fc.boolean(),
  )
  .map(([text, at, length, double]) => {
    const start = at % text.length;
    const piece = text.slice(start, start + length);
    return text.slice(0, start) + (double ? piece + piece : "") + text.slice(start + length);
  });

test("no text makes the compiler fail by itself", () => {
  fc.assert(
    fc.property(fc.oneof(soup, damaged), text => {
      const result = compile(text);
      if (result.state === "ready") return;
      expect(result.diagnostics.length).toBeGreaterThan(0);
      for (const d of result.diagnostics) {
        expect(d.code, d.message).not.toBe("internal/bug");
        expect(d.span.start).toBeGreaterThanOrEqual(0);
        expect(d.span.end).toBeLessThanOrEqual(Math.max(1, text.length));
        expect(d.span.end).toBeGreaterThanOrEqual(d.span.start);
      }
    }),
    { numRuns: 400 },
  );
});
