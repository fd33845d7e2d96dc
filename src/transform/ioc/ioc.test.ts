import fc from "fast-check";
import { expect, test } from "vitest";
import { iocTypeOf, validateIoc } from "./classify.js";
import { extractIocs } from "./extract.js";
import { isWellFormedName } from "./host.js";
import { iocTypeTable, type IocType } from "./ioc-type.js";
import { defang, refang } from "./refang.js";

const md5 = "9e107d9d372bb6826bd81d3542a419d6";
const sha1 = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12";
const sha256 = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592";
const sha512 = sha256 + sha256;
/** The genesis block's address, an example of BIP 173, and the Ethereum Foundation's. */
const btc = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
const bech32 = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
const taproot = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
const eth = "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe";
const ssdeep = "96:U4/Hfp5j1VX0nF7PN6fJGf4dZlBGYvx0:U4fHjrEF7PkfJGf4";

test.each<[what: string, text: string, found: Partial<Record<IocType, string[]>>]>([
  ["addresses", "from 10.1.2.3, to 185.220.101.4:443", { ipv4: ["10.1.2.3", "185.220.101.4"] }],
  ["no address beyond 255", "build 10.0.19041.1 and 300.1.1.1", {}],
  ["no address inside a longer number", "OID 1.3.6.1.4.1.311 v1.2.3.4", {}],
  ["a range is two addresses", "10.0.0.1-10.0.0.9", { ipv4: ["10.0.0.1", "10.0.0.9"] }],
  ["host names with an address in them", "ec2-198-51-100-7.aws.example", { dns: ["ec2-198-51-100-7.aws.example"] }],
  ["v6", "from fe80::1%eth0 to 2001:db8::ff, [::1]:80", { ipv6: ["fe80::1", "2001:db8::ff", "::1"] }],
  ["v6 that carries v4", "::ffff:192.0.2.128", { ipv6: ["::ffff:192.0.2.128"], ipv4: ["192.0.2.128"] }],
  ["no v6 in times and programs", "12:30:45 [Math]::E [Convert]::FromBase64String std::dec a: b:", {}],
  [
    "MAC",
    "00:1A:2b:3c:4d:5e 00-1a-2b-3c-4d-5f 001a.2b3c.4d60",
    { mac_address: ["00:1A:2b:3c:4d:5e", "001a.2b3c.4d60", "00-1a-2b-3c-4d-5f"] },
  ],
  ["no MAC in a longer chain", "00:1a:2b:3c:4d:5e:77 00-1a-2b-3c-4d-5f-77", {}],
  [
    "a URL and its host",
    "DownloadString('https://cdn-telemetry.example/a/b.ps1?x=1#f');",
    { url: ["https://cdn-telemetry.example/a/b.ps1?x=1#f"], dns: ["cdn-telemetry.example"] },
  ],
  [
    "the end of a sentence is not the URL's",
    "see http://a.example/x. (or http://b.example/y_(z)), ok",
    {
      url: ["http://a.example/x", "http://b.example/y_(z)"],
      dns: ["a.example", "b.example"],
    },
  ],
  ["user, port, address", "ftp://u:p@10.0.0.7:2121/f", { url: ["ftp://u:p@10.0.0.7:2121/f"], ipv4: ["10.0.0.7"] }],
  ["a host in brackets", "http://[2001:db8::7]:8080/", { url: ["http://[2001:db8::7]:8080/"], ipv6: ["2001:db8::7"] }],
  ["other schemes are not", "javascript://alert(1) vscode://x.com/y", { dns: ["x.com"] }],
  ["bad hosts are no URLs", "http://999.1.1.1/ http://a..b/ http://-x http://h:99999/", {}],
  [
    "an encoded URL inside a URL",
    "https://safe.example/?url=https%3A%2F%2Fevil.example%2Fx&d=1",
    {
      url: [
        "https://safe.example/?url=https%3A%2F%2Fevil.example%2Fx&d=1",
        "https://safe.example/?url=https://evil.example/x&d=1",
        "https://evil.example/x&d=1",
      ],
      dns: ["safe.example", "evil.example"],
    },
  ],
  ["names", "resolve www.contoso.co.uk and blog.github.io", { dns: ["www.contoso.co.uk", "blog.github.io"] }],
  ["no bare suffix, no unknown ending", "co.uk svchost.exe kernel32.dll like.iandom", {}],
  [
    "no parts of paths",
    String.raw`C:\tools\script.py ./install.sh /opt/x.io`,
    { windows_path: [String.raw`C:\tools\script.py`], linux_path: ["./install.sh", "/opt/x.io"] },
  ],
  [
    "a server in a path is a name",
    String.raw`\\fs01.contoso.example\share`,
    { dns: ["fs01.contoso.example"], windows_path: [String.raw`\\fs01.contoso.example\share`] },
  ],
  ["no variables", "$_.Name $env.id", {}],
  ["names beyond ASCII", "visit münchen.de аррӏе.com", { dns: ["münchen.de", "аррӏе.com"] }],
  ["an encoded slash is not part of the name", "x=%2Ftest.example", { dns: ["test.example"] }],
  ["mail", "To: a.b+c@mail.contoso.example;", { email: ["a.b+c@mail.contoso.example"], dns: ["mail.contoso.example"] }],
  ["no mail in a URL", "ftp://bob@ftp.example/", { url: ["ftp://bob@ftp.example/"], dns: ["ftp.example"] }],
  [
    "hashes",
    `${md5} ${sha1}hash ${sha256} x${sha512}`,
    { md5_hash: [md5], sha1_hash: [sha1], sha256_hash: [sha256], sha512_hash: [sha512] },
  ],
  ["no hash of another length", `${md5}a 0${sha1}`, {}],
  ["CVE", "CVE-2021-44228, cve-2014-0160 CVE-21-1 XCVE-2020-1234", { cve: ["CVE-2021-44228", "cve-2014-0160"] }],
  ["ASN", "AS60729 ASN 13335 AS0 AS99999999999 BIAS12", { asn: ["AS60729", "ASN 13335"] }],
  ["wallets", `${btc} ${bech32} ${taproot} ${eth}`, { btc_address: [btc, bech32, taproot], eth_address: [eth] }],
  ["no wallet with a wrong checksum", `${btc.slice(0, -1)}b ${bech32.slice(0, -1)}5`, {}],
  ["ssdeep", ssdeep, { ssdeep: [ssdeep] }],
  ["no ssdeep of a wrong block size", ssdeep.replace("96:", "97:"), {}],
  [
    "Windows paths",
    String.raw`cmd /c "C:\Program Files\x\a.exe" -o %TEMP%\b.txt ..\c\d.dll`,
    { windows_path: [String.raw`C:\Program Files\x\a.exe`, String.raw`%TEMP%\b.txt`, String.raw`..\c\d.dll`] },
  ],
  [
    "Linux paths",
    "cat /etc/passwd; ~/x/y 2>/dev/null <b>x</b> cmd /c",
    { linux_path: ["/etc/passwd", "~/x/y", "/dev/null"] },
  ],
  [
    "defanged",
    "hxxps[:]//evil[.]example/a, 198[.]51[.]100[.]23 bob[at]evil(dot)example fxp://x[.]example hxxp:\\\\y.example\\z",
    {
      url: ["https://evil.example/a", "ftp://x.example", "http://y.example"],
      ipv4: ["198.51.100.23"],
      email: ["bob@evil.example"],
      dns: ["evil.example", "x.example", "y.example"],
    },
  ],
])("%s", (_, text, found) => {
  const names = Object.keys(found) as IocType[];
  const sorted = (o: object) => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, [...(v as string[])].sort()]));
  // Paths are in most texts; they have cases of their own.
  const isAboutPaths = names.some(n => n.endsWith("_path"));
  const { windows_path, linux_path, ...others } = extractIocs(text);
  expect(
    sorted(
      isAboutPaths ? { ...others, ...(windows_path && { windows_path }), ...(linux_path && { linux_path }) } : others,
    ),
  ).toEqual(sorted(found));
});

test("names of ASCII are well formed by RFC 1123's rules, whatever they are", () => {
  const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
  const text = fc.string({ unit: fc.constantFrom("a", "Z", "z", "-", ".", "0", "9", "xn--"), maxLength: 20 });
  const name = fc.oneof(
    text,
    fc.tuple(text, fc.constantFrom(".com", ".x", ".", `.${"a".repeat(63)}`)).map(p => p.join("")),
  );
  fc.assert(
    fc.property(name, value => {
      const labels = value.split(".");
      const isTop = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/i.test(labels.at(-1) ?? "");
      expect(isWellFormedName(value)).toBe(labels.length >= 2 && isTop && labels.every(l => label.test(l)));
    }),
    { numRuns: 2000 },
  );
});

test("backslashes of a web address are made whole without any other sign of defanging", () => {
  expect(refang("see http:\\\\evil.example and ftps:\\\\b.example")).toBe(
    "see http://evil.example and ftps://b.example",
  );
  expect(refang("https://plain.example/a")).toBe("https://plain.example/a");
});

test("only what is asked for", () => {
  expect(extractIocs("10.0.0.1 http://a.example/", { iocTypes: ["ipv4"] })).toEqual({ ipv4: ["10.0.0.1"] });
  expect(Object.keys(extractIocs(`${md5} ${sha1}`, { iocTypes: ["file_hash"] }))).toEqual(["md5_hash", "sha1_hash"]);
  expect(() => extractIocs("x", { iocTypes: ["ipv5"] })).toThrow(
    expect.objectContaining({ code: "transform/unknown-ioc-type" }),
  );
});

test("any ending with ignoreTlds; defanged left alone when asked", () => {
  expect(extractIocs("a.corp", { ignoreTlds: true }).dns).toEqual(["a.corp"]);
  expect(extractIocs("evil[.]example", { defanged: false })).toEqual({});
});

test.each([
  ["85.214.149.236", "ipv4"],
  ["85[.]214[.]149[.]236", "ipv4"],
  ["2001:db8::1", "ipv6"],
  ["hxxps://evil[.]example/x", "url"],
  ["a@b.example", "email"],
  ["contoso.com", "dns"],
  ["cdn.contoso.example", "dns"],
  ["dc01.contoso.corp", "hostname"],
  [md5, "md5_hash"],
  [sha1, "sha1_hash"],
  [sha256, "sha256_hash"],
  [sha512, "sha512_hash"],
  [String.raw`C:\Windows\System32\cmd.exe`, "windows_path"],
  ["/usr/bin/curl", "linux_path"],
  ["CVE-2021-44228", "cve"],
  ["AS60729", "asn"],
  ["00:1a:2b:3c:4d:5e", "mac_address"],
  [btc, "btc_address"],
  [eth, "eth_address"],
  ["10.1.1", "unknown"],
  ["999.1.1.1", "unknown"],
  ["dc01", "unknown"],
  ["", "unknown"],
  ["hello world", "unknown"],
  [" 8.8.8.8 ", "ipv4"],
])("%j is %s", (text, type) => {
  expect(iocTypeOf(text)).toBe(type);
});

test("validate looks at the whole text", () => {
  expect(validateIoc("10.0.0.1", "ipv4")).toBe(true);
  expect(validateIoc("10.0.0.1 and more", "ipv4")).toBe(false);
  expect(validateIoc("a.corp", "dns")).toBe(false);
  expect(validateIoc("a.corp", "dns", { ignoreTlds: true })).toBe(true);
  expect(validateIoc("evil[.]example", "dns", { defanged: false })).toBe(false);
});

test("what is defanged can be made whole again", () => {
  const text = "https://a.b.example/x.html?y=1.5 from 10.0.0.1 by bob@mail.example, ftp://c.example";
  const safe = defang(text);
  expect(safe).toBe(
    "hxxps://a[.]b[.]example/x.html?y=1.5 from 10[.]0[.]0[.]1 by bob[at]mail[.]example, fxp://c[.]example",
  );
  expect(refang(safe)).toBe(text);
});

test("refanging is stable, and leaves other text alone", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), text => {
      const once = refang(text);
      expect(refang(refang(once))).toBe(refang(refang(refang(once))));
      if (!/[[({\])}]|h[xt]{2}p|meow|fxp|\\\\/i.test(text)) expect(once).toBe(text);
    }),
  );
});

test("every value found is of its type and stands in the text", () => {
  const piece = fc.constantFrom(
    ...[
      "10.0.0.1",
      "http://a.example/x?y=",
      "bob@c.example",
      md5,
      sha1,
      eth,
      btc,
      "2001:db8::1",
      "CVE-2020-1234",
      "[.]",
      "://",
      "@",
      "::",
      ".",
      "%2F",
      "é",
      "\u{1f600}",
      "\ud800",
      "\u202e",
      "<b>",
      "__proto__",
      " ",
    ],
  );
  const text = fc
    .array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 5 })), { maxLength: 20 })
    .map(p => p.join(""));
  fc.assert(
    fc.property(text, t => {
      const whole = refang(t);
      for (const [type, values = []] of Object.entries(extractIocs(t)))
        for (const value of values) {
          if (!t.includes("%")) expect(whole).toContain(value);
          if (type !== "windows_path" && type !== "linux_path")
            expect(validateIoc(value, type as IocType, { defanged: false })).toBe(true);
        }
    }),
    { numRuns: 500 },
  );
});

/** Each is built to make a careless scanner look at the same text again and again. */
test.each([
  ["dots", "."],
  ["labels", "a."],
  ["dashes and dots", "a-."],
  ["colons", ":"],
  ["groups", "a:"],
  ["at signs", "@"],
  ["mail", "a@a."],
  ["schemes", "http://"],
  ["encoded", "http%3A%2F%2F"],
  ["hexadecimal", "a1"],
  ["base58", "1A"],
  ["numbers", "1.1."],
  ["drives", "C:\\"],
  ["servers", "\\\\a\\b "],
  ["up", "..\\"],
  ["slashes", "/a"],
  ["brackets", "[."],
  ["bracketed", "a[.]"],
  ["CVE", "CVE-2020-"],
  ["letters beyond ASCII", "é."],
  ["hyphens", "aa-"],
  ["lone surrogates", "\ud800."],
])(
  "four megabytes of %s: work grows with the text, not with its square (that would outlast the test's time limit)",
  (_, unit) => {
    const text = unit.repeat(Math.ceil(4_000_000 / unit.length));
    expect(Object.keys(extractIocs(text)).every(type => type in iocTypeTable)).toBe(true);
  },
);
