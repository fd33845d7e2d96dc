import { expect, test } from "vitest";
import { errorMessages, parseJsonKeepingLongs, readAnswer, toQueryError } from "./log-analytics-reply.js";

const table = (name: string, rows: unknown[][]) => ({ name, columns: [{ name: "a", type: "long" }], rows });

test("whole numbers that JavaScript cannot hold keep their digits", () => {
  expect(
    parseJsonKeepingLongs('{"a":[9223372036854775807,-1234567890123456,1.5,12,1e20],"b":"9223372036854775807"}'),
  ).toEqual({
    a: ["9223372036854775807", "-1234567890123456", 1.5, 12, 1e20],
    b: "9223372036854775807",
  });
});

test("the primary result is taken, wherever it stands", () => {
  const answer = readAnswer({ tables: [table("Other", []), table("PrimaryResult", [[1]])] }, "W");
  expect(answer.rows).toEqual([[1]]);
  expect(answer.completeness.state).toBe("complete");
});

test("further results are not passed over in silence", () => {
  const answer = readAnswer({ tables: [table("PrimaryResult", [[1]]), table("PrimaryResult_2", [[2], [3]])] }, "W");
  expect(answer.completeness.causes).toMatchObject([{ kind: "service-partial", missing: 2 }]);
});

test("types have other names in older answers", () => {
  const columns = ["Boolean", "System.DateTime", "Int64", "System.Double", "SqlDecimal", "Object", "uri"].map(
    (type, i) => ({ name: `c${i}`, type }),
  );
  expect(readAnswer({ tables: [{ name: "T", columns, rows: [] }] }, "W").columns.map(c => c.type)).toEqual([
    ...["bool", "datetime", "long", "real", "decimal", "dynamic", "string"],
  ]);
});

test("what render asked for is kept", () => {
  const answer = readAnswer(
    { tables: [table("PrimaryResult", [])], render: { visualization: "timechart", title: "T", legend: null } },
    "W",
  );
  expect(answer.visualization).toEqual({ kind: "timechart", properties: { title: "T" } });
});

test.each([[{}], [{ tables: [] }], [null], ["text"]])("an answer without a table is refused: %j", body => {
  expect(() => readAnswer(body, "W")).toThrowError(expect.objectContaining({ code: "query/bad-reply" }));
});

test("inner errors are told once, innermost included, without control characters", () => {
  const error = {
    code: "BadArgumentError",
    message: "The request had some invalid properties",
    innererror: {
      code: "SemanticError",
      message: "A semantic error occurred.",
      innererror: { code: "SEM0100", message: "'where' operator: Failed to resolve column\n'\u001b[2JFoo'" },
    },
  };
  expect(errorMessages(error)).toEqual([
    "BadArgumentError: The request had some invalid properties",
    "SemanticError: A semantic error occurred.",
    "SEM0100: 'where' operator: Failed to resolve column ' [2JFoo'",
  ]);
  expect(toQueryError(400, { error }, "workspace W").message).toContain("SEM0100");
});

test.each([
  [400, "query/rejected"],
  [401, "query/unauthorized"],
  [403, "query/unauthorized"],
  [404, "query/workspace-missing"],
  [408, "query/timeout"],
  [429, "query/throttled"],
  [500, "query/failed"],
  [504, "query/timeout"],
])("status %i is %s", (status, code) => {
  const error = toQueryError(status, undefined, "workspace W");
  expect(error.code).toBe(code);
  expect(error.hint).not.toBe(undefined);
});
