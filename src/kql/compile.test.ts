import { expect, test } from "vitest";
import type { KqlTable } from "./api.js";
import { compile, marked } from "../../test/kql/harness.js";
import type { Marked } from "../../test/kql/harness.js";

const found = (text: string) => {
  const result = compile(text);
  return { state: result.state, diagnostics: result.state === "ready" ? result.query.diagnostics : result.diagnostics };
};

/** Code, state and text; the marked parts are where the diagnostics stand. */
const wrong: readonly (readonly [code: string, state: "failed" | "refused", query: Marked, hint?: string])[] = [
  ["kusto/KS142", "failed", marked`Signins | where ${"Usr"} == "x"`, "did you mean 'User'?"],
  ["kusto/KS204", "failed", marked`${"Signin"} | take 1`, "did you mean 'Signins'?"],
  ["kusto/KS211", "failed", marked`print ${"tolowr"}("x")`, "did you mean 'tolower'?"],
  ["kusto/KS005", "failed", marked`Signins | where (User == "x"${""}`],
  [
    "kql/not-supported",
    "refused",
    marked`Signins | ${"evaluate funnel_sequence(User, TimeGenerated, ago(7d), now(), 1d, 1d, User, dynamic(['a']))"}`,
  ],
  ["kql/not-supported", "refused", marked`print ${"current_principal"}()`],
  [
    "kql/not-supported",
    "refused",
    marked`externaldata(a: string)["http://example.org/x"] with (format=${"'parquet'"})`,
  ],
  ["kql/external-data", "failed", marked`externaldata(a: string)["http://example.org/x"] with (format=${"'cvs'"})`],
  ["kql/not-supported", "refused", marked`${"set query_now=datetime(2020-01-01)"}; Signins`],
  ["kql/not-supported", "refused", marked`Signins | take 1; Users | evaluate ${"schema_merge"}()`],
  ["kql/not-supported", "refused", marked`print ${"comb_fl"}(3, 2) + 1`],
  ["kql/not-supported", "refused", marked`Signins | evaluate ${"schema_merge"}()`],
  [
    "kql/not-supported",
    "refused",
    marked`Signins | make-graph User --> IP with_node_id=n | graph-match (a)-[e${"*1..17"}]->(b) project a.n`,
  ],
  ["kql/bad-literal", "failed", marked`print ${"datetime(2024-13-45)"}`],
  ["kql/bad-literal", "failed", marked`print ${"guid(nonsense)"}`],
  ["kql/not-constant", "failed", marked`Signins | take ${"Attempts"}`],
  ["kql/no-query", "failed", marked`${"let a = 1"};`],
  ["kusto/KS173", "failed", marked`datatable(a:long, b:long)[1, 2, 3]`],
];

test.each(wrong.map(([code, state, query, hint]) => ({ code, state, query, hint })))(
  "$code: $query.text",
  ({ code, state, query: { text, spans }, hint }) => {
    const { state: actual, diagnostics } = found(text);
    const first = diagnostics.find(d => d.code === code);
    expect({ state: actual, codes: diagnostics.map(d => d.code) }).toEqual({
      state,
      codes: expect.arrayContaining([code]) as unknown,
    });
    const [span] = spans;
    if (span !== undefined && span.end > span.start) expect(first?.span).toEqual(span);
    if (hint !== undefined) expect(first?.hint).toBe(hint);
  },
);

test("every operator that is refused is named, all at once", () => {
  const { state, diagnostics } = found(
    "Signins | where isempty(current_principal()) | take 1 | " +
      "evaluate funnel_sequence(User, TimeGenerated, ago(7d), now(), 1d, 1d, User, dynamic(['a']))",
  );
  expect(state).toBe("refused");
  expect(diagnostics.map(d => d.message)).toEqual([
    "the function 'current_principal' is not supported by the local engine",
    "'evaluate funnel_sequence' is not supported by the local engine",
  ]);
});

test("several unknown names are all reported", () => {
  const { text, spans } = marked`Signins | where ${"Foo"} == 1 and ${"Bar"} == 2`;
  expect(found(text).diagnostics.map(d => d.span)).toEqual(spans);
});

test("a refusal inside a function of the query stands where it was written", () => {
  const { text, spans } = marked`let f = (n: long) { Signins | evaluate ${"schema_merge"}() }; f(1)`;
  expect(found(text).diagnostics.map(d => d.span)).toEqual(spans);
});

test("a refusal inside a stored function stands at the call", () => {
  const { text, spans } = marked`Signins | join kind=inner (${"stored()"}) on User`;
  const result = compile(text, {
    schemaId: "test/stored",
    functions: [{ name: "stored", parameters: "", body: "Users | evaluate schema_merge() | extend User = 'x'" }],
  });
  expect(result.state === "ready" ? [] : result.diagnostics.map(d => d.span)).toEqual(spans);
});

test.each(["", "   ", "// only a comment", ";", "|", "Signins |", "let x", "}{", "\u0000", "print 1 print 2"])(
  "no text makes the compiler throw: %j",
  text => {
    const { state, diagnostics } = found(text);
    expect(state).toBe("failed");
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.every(d => d.code !== "internal/bug" && d.span.end <= Math.max(1, text.length))).toBe(true);
  },
);

test("a query as deep as a pipeline gets still compiles, and a deeper nest is an answer, not a crash", () => {
  expect(found("Signins" + " | where Attempts > 0".repeat(200)).state).toBe("ready");
  const deep = "(".repeat(400) + "1" + ")".repeat(400);
  expect(["ready", "failed"]).toContain(found(`print ${deep}`).state);
});

test("render is carried as metadata", () => {
  const result = compile("Signins | count | render timechart with (title = \"A 'title'\", ycolumns = Count)");
  expect(result.state === "ready" ? result.query.visualization : undefined).toEqual({
    kind: "timechart",
    properties: { title: "A 'title'", ycolumns: "Count" },
  });
});

test("literals are bound, never spliced", () => {
  const hostile = `'"; drop table x; -- $1`;
  const result = compile(`Signins | where User == ${JSON.stringify(hostile)}`);
  if (result.state !== "ready") throw new Error("does not compile");
  expect(result.query.sql).not.toContain("drop");
  expect(result.query.parameters).toEqual([{ type: "VARCHAR", value: hostile }]);
});

test("only the columns that are read are scanned", () => {
  const result = compile("Signins | where User == 'x' | summarize max(Attempts)");
  if (result.state !== "ready") throw new Error("does not compile");
  for (const unread of ["IP", "Score", "Details", "TimeGenerated"]) expect(result.query.sql).not.toContain(unread);
});

test.each([
  ["Signins | wher User == 'x'", "'wher' is no operator of KQL", "did you mean 'where'?"],
  ["Signins | WHERE User == 'x'", "'WHERE' is no operator of KQL", "did you mean 'where'?"],
  ["Signins | sumarize count() by User | take 3", "'sumarize' is no operator of KQL", "did you mean 'summarize'?"],
  ["Signins | select User", "'select' is no operator of KQL", "did you mean 'project'?"],
  ["Signins | stats count by User | wher 1", "'stats' is no operator of KQL", "did you mean 'summarize'?"],
  ["Signins | xyzzy 7", "'xyzzy' is no operator of KQL", undefined],
])("one mistake is one message: %s", (text, message, hint) => {
  const { state, diagnostics } = found(text);
  expect(state).toBe("failed");
  expect(diagnostics.map(d => [d.message, d.hint])).toEqual([[message, hint]]);
});

test("a union of hundreds of tables reads those that have data, keeps the columns of all, and names all it looked at", () => {
  const tables = Array.from({ length: 300 }, (_, i): KqlTable => {
    const columns = [
      { name: "TimeGenerated", type: "datetime" },
      { name: `Own${i}`, type: "string" },
    ] as const;
    return { name: `T${i}`, columns, ...(i % 100 === 7 ? { relation: { path: ["main", `t${i}`] } } : {}) };
  });
  const columnsOf = (text: string) => {
    const result = compile(text, { schemaId: "test/many", tables });
    if (result.state !== "ready") throw new Error("does not compile");
    const { sql, columns, tables: uses } = result.query;
    return { read: new Set(sql.match(/"t\d+"/g)), columns: columns.length, uses: uses.length, sql };
  };
  const read = new Set(['"t7"', '"t107"', '"t207"']);
  expect(columnsOf("union *")).toMatchObject({ read, columns: 301, uses: 300 });
  const recent = columnsOf("union withsource=From * | where TimeGenerated > ago(1d) | summarize count() by From");
  expect(recent).toMatchObject({ read, columns: 2, uses: 300 });
  expect(recent.sql.length).toBeLessThan(2000);
  // Of empty tables alone nothing is left to read.
  expect(columnsOf("union T1, T2 | count")).toMatchObject({ read: new Set(), columns: 1, uses: 2 });
});
