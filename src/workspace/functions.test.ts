import { expect, test } from "vitest";
import { parseFunction } from "./functions.js";

test("a function with parameters, comments and braces in strings", () => {
  const text = `// who failed
let Failed = (since: timespan, host: string = ")") { // }
  SigninLogs | where a == "}" and b == @'\\' and c == 'it\\'s }'
};
`;
  expect(parseFunction(text, "x.kql")).toEqual({
    name: "Failed",
    parameters: `since: timespan, host: string = ")"`,
    body: `// }
  SigninLogs | where a == "}" and b == @'\\' and c == 'it\\'s }'`,
  });
});

test("a saved query is a function without parameters, named after its file", () => {
  expect(parseFunction("// q\nSigninLogs\n| take 5;\n", "Recent.kql")).toEqual({
    name: "Recent",
    parameters: "",
    body: "SigninLogs\n| take 5",
  });
});

test.each([
  ["let F = (a: string { T }", "functions/f.kql:1:9: the parameter list is not closed"],
  ["let F = ()\n T", "functions/f.kql:2:2: a function's body must follow in { }"],
  ["let F = () { T", "functions/f.kql:1:12: the body is not closed"],
  ["let F = () { T };\nlet G = 1;", "functions/f.kql:2:1: one file holds one function; this follows it"],
  ["// nothing", "functions/f.kql:1:11: the file holds no query"],
])("%j is refused with its place", (text, message) => {
  expect(() => parseFunction(text, "f.kql")).toThrow(
    expect.objectContaining({ code: "workspace/invalid-function", message }),
  );
});

test("a file whose name is no identifier needs a name inside", () => {
  expect(() => parseFunction("T", "my query.kql")).toThrow("'my query' is not a name for a function");
  expect(parseFunction("let Q = () { T }", "my query.kql").name).toBe("Q");
});
