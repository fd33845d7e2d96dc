import { expect, test } from "vitest";
import { ConfigDocument, type ConfigValue } from "./config-document.js";
import type { YamlPath } from "./yaml-source.js";

const edit = (text: string, change: (d: ConfigDocument) => void): string => {
  const document = ConfigDocument.parse(text, "msticpyconfig.yaml");
  change(document);
  return document.toString();
};
const set = (path: YamlPath, value: ConfigValue) => (d: ConfigDocument) => d.set(path, value);

test.each<[string, string, (d: ConfigDocument) => void, string]>([
  [
    "a value keeps its comment and its neighbours",
    "# mine\nAzure:\n  cloud: global # for now\n  zzz: 007\nOther: [1,  2]\n",
    set(["Azure", "cloud"], "usgov"),
    "# mine\nAzure:\n  cloud: usgov # for now\n  zzz: 007\nOther: [ 1, 2 ]\n",
  ],
  [
    "a new key goes last in its section",
    "Azure:\n  cloud: cn\n\n# next\nLogging:\n  LogLevel: INFO\n",
    set(["Azure", "auth_methods"], ["cli", "msi"]),
    "Azure:\n  cloud: cn\n  auth_methods:\n    - cli\n    - msi\n\n# next\nLogging:\n  LogLevel: INFO\n",
  ],
  [
    "mappings above are made",
    "",
    set(["TIProviders", "OTX", "Args", "AuthKey"], "k"),
    "TIProviders:\n  OTX:\n    Args:\n      AuthKey: k\n",
  ],
  ["an empty section is filled", "TIProviders:\n", set(["TIProviders", "OTX"], null), "TIProviders:\n  OTX: null\n"],
  [
    "a comment of an empty file stays",
    "# nothing yet\n",
    set(["Azure", "cloud"], "cn"),
    "# nothing yet\n\nAzure:\n  cloud: cn\n",
  ],
  [
    "the other spelling of the Sentinel section is used where it is there",
    "AzureSentinel:\n  Workspaces: {}\n",
    set(["MSSentinel", "Workspaces", "Default", "WorkspaceName"], "soc"),
    "AzureSentinel:\n  Workspaces:\n    Default:\n      WorkspaceName: soc\n",
  ],
  [
    "keys of KeyVault are found in any case",
    "KeyVault:\n  vaultname: a\n",
    set(["KeyVault", "VaultName"], "b"),
    "KeyVault:\n  vaultname: b\n",
  ],
  ["indentation of four stays", "A:\n    b:\n        c: x\n", set(["A", "b", "c"], "z"), "A:\n    b:\n        c: z\n"],
  [
    "lists that are not indented stay so",
    "A:\n  b:\n  - 1\n  - 2\n  c: x\n",
    set(["A", "c"], "z"),
    "A:\n  b:\n  - 1\n  - 2\n  c: z\n",
  ],
  [
    "numbers and words are written as they were",
    "a: 0x1F\nb: 1e9\nc: True\nd: ~\ne: 12345678901234567890\nf: 1.50\ng: yes\nh: x\n",
    set(["h"], "z"),
    "a: 0x1F\nb: 1e9\nc: True\nd: ~\ne: 12345678901234567890\nf: 1.50\ng: yes\nh: z\n",
  ],
  [
    "block texts stay; folded lines may be joined",
    "a: |\n  one\n    two\nb: >-\n  x\n  y\nc: 1\n",
    set(["c"], 2),
    "a: |\n  one\n    two\nb: >-\n  x y\nc: 2\n",
  ],
  [
    "what is shared by an anchor changes in one place only",
    "A: &a\n  k: 1\nB: *a\n",
    set(["B", "k"], 2),
    "A:\n  k: 1\nB:\n  k: 2\n",
  ],
  ["a changed anchor changes nothing else", "A: &a\n  k: 1\nB: *a\n", set(["A", "k"], 2), "A:\n  k: 2\nB:\n  k: 1\n"],
  [
    "an entry is removed, with what becomes empty",
    "TIProviders:\n  OTX:\n    Args:\n      AuthKey: k\nAzure:\n  cloud: cn\n",
    d => expect(d.delete(["TIProviders", "OTX"])).toBe(true),
    "Azure:\n  cloud: cn\n",
  ],
  [
    "an entry is renamed where it stands",
    "MSSentinel:\n  Workspaces:\n    # the first\n    A: # yes\n      WorkspaceName: a\n    B:\n      WorkspaceName: b\n",
    d => d.rename(["MSSentinel", "Workspaces", "A"], "Soc"),
    "MSSentinel:\n  Workspaces:\n    # the first\n    Soc:\n      # yes\n      WorkspaceName: a\n    B:\n      WorkspaceName: b\n",
  ],
  ["line ends and byte order mark stay", "\uFEFFa: 1\r\nb: 2\r\n", set(["b"], 3), "\uFEFFa: 1\r\nb: 3\r\n"],
])("%s", (_, text, change, expected) => {
  expect(edit(text, change)).toBe(expected);
});

test.each([
  "yes",
  "No",
  "on",
  "null",
  "~",
  "007",
  "0x1F",
  "1e9",
  "1:30",
  "2026-01-02",
  "1_000",
  "=",
  "",
  " a",
  "a: b",
  "#a",
  "x #y",
  "*a",
  "'",
  '"',
  "a\nb",
  "%a",
  "@a",
  "-",
])("text %j is read as text by YAML 1.1 too", value => {
  const text = edit("", set(["a"], value));
  const written = /^a: (.*)$/m.exec(text)?.[1] ?? "";
  expect(written.startsWith('"') || written.startsWith("'") || written.startsWith("|")).toBe(true);
  expect(ConfigDocument.parse(text, "x").get(["a"])).toBe(value);
});

test("without edits the text is the one that was read, whatever it looks like", () => {
  const text = "a:   1\r\n\r\n\r\nb: {x:  1}   # c";
  expect(ConfigDocument.parse(text, "x").toString()).toBe(text);
});

test.each<[string, string, (d: ConfigDocument) => void, string]>([
  ["a taken name", "A: {x: 1, y: 2}\n", d => d.rename(["A", "x"], "y"), "'A.y' is there already"],
  ["an entry that is gone", "A: {x: 1}\n", d => d.rename(["A", "z"], "y"), "'A.z' is not there"],
  ["a key that comes from a merge", "B: &b {k: 1}\nA:\n  <<: *b\n  j: 1\n", d => d.rename(["A", "k"], "z"), "(<<)"],
  ["the sign of a merge", "A: {x: 1}\n", set(["A"], "<<"), "meaning of its own"],
  ["no name at all", "A: {x: 1}\n", set(["A", " "], 1), "is no name"],
])("%s is refused", (_, text, change, message) => {
  expect(() => edit(text, change)).toThrowError(expect.objectContaining({ code: "config/edit" }));
  expect(() => edit(text, change)).toThrowError(message);
});

test("removing a key that a merge gives is refused when the text is made, not done by half", () => {
  const document = ConfigDocument.parse("B: &b {k: 1}\nA:\n  <<: *b\n  j: 1\n", "x");
  document.delete(["A", "k"]);
  expect(() => document.toString()).toThrowError(expect.objectContaining({ code: "config/edit" }));
});

test("what cannot be read cannot be edited", () => {
  for (const text of ["a: [\n", "- a\n", "a: 1\na: 2\n"])
    expect(() => ConfigDocument.parse(text, "c.yaml")).toThrowError(
      expect.objectContaining({ code: "config/invalid" }),
    );
});

test.each(["<<", "next\u0085line", "copied\u2028text", "\u2029"])(
  "%j is refused: YAML 1.1 and 1.2 would not agree on it",
  value => {
    const document = ConfigDocument.parse("", "c.yaml");
    expect(() => document.set(["Azure", "cloud"], value)).toThrowError(
      expect.objectContaining({ code: "config/edit", hint: expect.stringMatching(/./) as string }),
    );
  },
);
