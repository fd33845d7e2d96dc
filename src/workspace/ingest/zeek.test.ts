import { expect, test } from "vitest";
import { emptyZeekHeader, looksLikeZeek, readZeekHeaderLine, zeekLineToJson } from "./zeek.js";

const lines = [
  "#separator \\x09",
  "#set_separator\t,",
  "#empty_field\t(empty)",
  "#unset_field\t-",
  "#path\tconn",
  "#fields\tts\tuid\tid.orig_h\tid.orig_p\tservice\tlocal\ttunnel\tnote",
  "#types\ttime\tstring\taddr\tport\tstring\tbool\tset[string]\tstring",
];
const header = lines.reduce((h, line) => readZeekHeaderLine(line, h), emptyZeekHeader);
const parse = (line: string) => {
  const found = zeekLineToJson(line, header);
  return "json" in found ? (JSON.parse(found.json) as unknown) : found.reason;
};

test("the header says what the file is", () => {
  expect(looksLikeZeek(lines)).toBe(true);
  expect(header.path).toBe("conn");
});

test("a line has the header's names and types; unset is left out, empty is empty", () => {
  expect(parse("1692161622.036086\tC1\t192.0.2.1\t443\t-\tT\ta,b\t(empty)")).toEqual({
    ...{ ts: 1692161622.036086, uid: "C1", "id.orig_h": "192.0.2.1", "id.orig_p": 443 },
    ...{ local: true, tunnel: ["a", "b"], note: "" },
  });
  expect(zeekLineToJson("1692161622.036086\tC\t-\t-\t-\t-\t(empty)\t-", header)).toEqual({
    json: '{"ts":1692161622.036086,"uid":"C","tunnel":[]}',
  });
});

test("escaped bytes become the text they are", () => {
  expect(parse("1\tC\t-\t-\t-\t-\t-\tcaf\\xc3\\xa9 \\x09 \\\\ é")).toMatchObject({ note: "café \t \\ é" });
});

test("a line with other fields than the header is refused", () => {
  expect(parse("1\tC")).toBe("2 fields where #fields names 8");
  expect(zeekLineToJson("x", emptyZeekHeader)).toEqual({ reason: "data before a #fields line" });
});

test("what is no number in a number's place stays text", () => {
  expect(parse("soon\tC\t-\t0443\t-\t-\t-\t-")).toMatchObject({ ts: "soon", "id.orig_p": "0443" });
});
