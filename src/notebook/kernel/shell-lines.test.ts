import { expect, test } from "vitest";
import { compileCell, findCompleteness } from "./cell.js";
import { coverShellLines, findShellLines } from "./shell-lines.js";

test.each<[what: string, code: string, commands: string[]]>([
  ["a line alone", "!ls -la", ["ls -la"]],
  ["lines between statements", "const a = 1\n!az login\na", ["az login"]],
  ["a line that would be TypeScript", "!ls", ["ls"]],
  ["a line that goes on", "!echo a \\\n  b\n1", ["echo a    b"]],
  ["several", "!a\n\n!b -x\n", ["a", "b -x"]],
  ["none in a template", "const t = `\n!not\n`", []],
  ["none in a comment", "/*\n!not\n*/", []],
  ["none where a statement goes on", "f(\n!flag\n)", []],
  ["none in an inequality", "a\n!== b", []],
  ["none behind a blank", " !flag", []],
  ["none without a command", "!", []],
  ["one beside a template that holds another", "!real x\nconst t = `\n!not y\n`", ["real x"]],
])("%s", (_, code, commands) => {
  expect(findShellLines(code).map(l => l.command)).toEqual(commands);
});

test("covered cells keep every position", () => {
  const code = "const a = 1\n!az login \\\r\n --tenant x\nconst b = 2";
  const covered = coverShellLines(code, findShellLines(code));
  expect(covered).toHaveLength(code.length);
  expect(covered.indexOf("const b")).toBe(code.indexOf("const b"));
  expect(covered.split("\n")).toHaveLength(4);
});

test("quotes and dollar signs in a command are text", () => {
  const cell = compileCell('!echo "it\'s" ${HOME} `x`');
  expect(cell.kind === "script" && cell.js).toContain('await __huntbook.shell("echo \\"it\'s\\" ${HOME} `x`");');
});

test("a cell with a shell line is complete", () => {
  expect(findCompleteness("!ls -la").status).toBe("complete");
  expect(findCompleteness("!ls\nfunction f() {").status).toBe("incomplete");
});
