import { expect, test } from "vitest";
import { splitCommandLine } from "./command-line.js";

// https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments (the table of results), behind a program name
test.each([
  ['"abc" d e', ["abc", "d", "e"]],
  [String.raw`a\\b d"e f"g h`, [String.raw`a\\b`, "de fg", "h"]],
  [String.raw`a\\\"b c d`, [String.raw`a\"b`, "c", "d"]],
  [String.raw`a\\\\"b c" d e`, [String.raw`a\\b c`, "d", "e"]],
])("arguments of %s", (line, expected) => {
  expect(splitCommandLine(`p ${line}`).slice(1)).toEqual(expected);
});

test.each([
  ['echo "hello world!"', ["echo", "hello world!"]],
  ['"C:\\Program Files\\x.exe" /c "a b" ""', ["C:\\Program Files\\x.exe", "/c", "a b", ""]],
  ["C:\\x\\y.exe  a\t b ", ["C:\\x\\y.exe", "a", "b"]],
  ['"open', ["open"]],
  ['p "a""b"', ["p", 'a"b']],
  ["", []],
])("%s", (line, expected) => {
  expect(splitCommandLine(line)).toEqual(expected);
});
