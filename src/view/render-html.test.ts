import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml, html, parseView, renderDocument, renderHtml, toView, trustedHtml } from "./index.js";
import type { TableNode, ViewNode } from "./index.js";

/** The drawn markup without the stylesheet. */
const drawn = (node: ViewNode): string => renderHtml(node).replace(/<style>[\s\S]*?<\/style>/, "");

/** Every tag and attribute our renderer may write; anything else would be data that became markup. */
const allowed = new RegExp(
  [
    String.raw`</?(?:div|span|bdi|strong|em|p|ul|ol|li|pre|code|dl|dt|dd|h1|h2|h3|table|thead|tbody|tr|th|td|summary|details|a|img)`,
    String.raw`(?: (?:class|style|title|role|scope|href|rel|target|src|alt|width)="[^"<>]*"| open)*>`,
  ].join(""),
  "g",
);

const table = (rows: TableNode["rows"], more: Partial<TableNode> = {}): TableNode => ({
  kind: "table",
  columns: [
    { name: "Text", type: "string" },
    { name: "Count", type: "long" },
  ],
  rows,
  ...more,
});

describe("what data can say in HTML", () => {
  const hostile = [
    `<script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    `' onmouseover='alert(1)`,
    `</style><b>`,
    `</pre></details><iframe src=javascript:alert(1)>`,
    `&lt;b&gt; &amp;`,
    `\u0000<\u0000b>`,
    `\u202egnp.exe`,
    `\ud800<b>`,
    `a`.repeat(200) + `<b>`,
    `{"a":"</pre><script>"}`.padEnd(80, " "),
  ];
  const places: Record<string, (text: string) => ViewNode> = {
    text: text => ({ kind: "text", text }),
    code: text => ({ kind: "code", text, language: text }),
    link: text => ({ kind: "link", text, href: `https://example.org/${text}` }),
    "link target": text => ({ kind: "link", text: "x", href: text }),
    badge: text => ({ kind: "badge", text, tone: "bad" }),
    heading: text => ({ kind: "heading", level: 2, text }),
    paragraph: text => ({ kind: "paragraph", children: [text] }),
    banner: text => ({ kind: "banner", tone: "warning", title: text, lines: [text] }),
    list: text => ({ kind: "list", items: [text] }),
    details: text => ({ kind: "details", summary: text, children: [text] }),
    "key and value": text => ({ kind: "keyValue", entries: [{ key: text, value: text }] }),
    table: text => ({ kind: "table", columns: [{ name: text, type: "dynamic" }], rows: [[text]], caption: text }),
    image: text => ({ kind: "image", mime: "image/png", base64: text, alt: text }),
  };
  test.each(Object.keys(places))("%s: hostile text stays text", place => {
    for (const text of hostile) {
      const markup = drawn((places[place] as (t: string) => ViewNode)(text));
      expect(markup.replace(allowed, "")).not.toMatch(/[<>\u0000\u202e]/);
      for (const [, address] of markup.matchAll(/(?:href|src)="([^"]*)"/g))
        expect(address).toMatch(/^(?:https?:\/\/|data:image\/(?:png|jpeg);base64,)/);
    }
  });

  test("any string in any place leaves only our own tags", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.constantFrom(...Object.values(places)),
        (text, place) => {
          expect(drawn(place(text)).replace(allowed, "")).not.toMatch(/[<>]/);
        },
      ),
    );
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "//example.org",
    "https://",
    "file:///etc/passwd",
    " https://x",
  ])("%s is not linked", href => {
    expect(drawn({ kind: "link", text: "here", href })).not.toContain("<a");
  });

  test("http and https are linked, and open nothing of ours", () => {
    const markup = drawn({ kind: "link", text: "here", href: `https://example.org/?q="x"&y=1` });
    expect(markup).toContain(`href="https://example.org/?q=%22x%22&amp;y=1"`);
    expect(markup).toContain(`rel="noopener noreferrer nofollow"`);
  });
});

test("escaping is undone by reading HTML", () => {
  const decode = (text: string): string =>
    text.replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, n: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[n] ?? "",
    );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), text => {
      expect(decode(escapeHtml(text))).toBe(text);
      expect(escapeHtml(text)).not.toMatch(/[<>"']/);
    }),
  );
});

test("html escapes holes, takes Html and lists, and leaves false and missing empty", () => {
  expect(html`<p>${"<"}${[html`<b>${1}</b>`, "&"]}${null}${undefined}${false}${0}</p>`.text).toBe(
    "<p>&lt;<b>1</b>&amp;0</p>",
  );
  expect(html`${trustedHtml("<hr>")}`.text).toBe("<hr>");
});

describe("tables", () => {
  test("null, '' and 0 look different; numbers stand right; the header says the type", () => {
    const markup = drawn(
      table([
        [null, null],
        ["", 0],
        ["x", "9223372036854775807"],
      ]),
    );
    expect(markup).toContain(`<span class="hb-faint" title="null">∅</span>`);
    expect(markup).toContain(`<span class="hb-faint" title="empty string">&quot;&quot;</span>`);
    expect(markup).toContain(
      `text-align:right;font-variant-numeric:tabular-nums" class="hb-nowrap"><bdi>9223372036854775807</bdi>`,
    );
    expect(markup).toContain(`<span class="hb-type">long</span>`);
  });

  test.each([
    [[], undefined, "no rows"],
    [[["a", 1]], undefined, "1 row"],
    [[["a", 1]], 12_431, "showing 1 of 12,431 rows"],
  ])("%j of %j: %s", (rows, total, said) => {
    expect(drawn(table(rows, total === undefined ? {} : { total }))).toContain(`<div class="hb-caption">${said}</div>`);
  });

  test("long text folds with the whole text inside; dynamic is pretty inside; digits are kept", () => {
    const long = "x".repeat(500);
    expect(drawn(table([[long, 1]]))).toContain(`<pre>${long}</pre>`);
    const json = `{"id":12345678901234567890,"list":[1,[]],"text":"a \\" b: {","more":"${"y".repeat(60)}"}`;
    const markup = drawn({ kind: "table", columns: [{ name: "d", type: "dynamic" }], rows: [[json]] });
    expect(markup).toContain(
      [
        "<pre>{",
        "  &quot;id&quot;: 12345678901234567890,",
        "  &quot;list&quot;: [",
        "    1,",
        "    []",
        "  ],",
        "  &quot;text&quot;: &quot;a \\&quot; b: {&quot;,",
      ].join("\n"),
    );
  });

  test("line breaks and control characters in cells are visible", () => {
    expect(drawn(table([["a\r\nb\tc\u001b[31m\u202e", 1]]))).toContain("a⏎b⇥c␛[31m‹U+202E›");
  });
});

test("a page holds views and made markup, a policy without scripts or network, and nothing from outside", () => {
  const page = renderDocument([table([["<b>", 1]]), html`<section>${"<own>"}</section>`], {
    title: "</title><script>",
  });
  expect(page).toContain(
    `content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:; base-uri`,
  );
  expect(page).toContain("<title>&lt;/title&gt;&lt;script&gt;</title>");
  expect(page).toContain("<section>&lt;own&gt;</section>");
  expect(page).not.toMatch(/<script|https?:|url\(|@import/);
  expect(() => renderDocument([], { title: "", css: "</style ><script>" })).toThrow(
    expect.objectContaining({ code: "view/bad-style" }),
  );
});

describe("views from files are checked", () => {
  const view = toView({ kind: "group", children: ["text", table([["a", { kind: "badge", text: "b" }]])] });
  test("what was written is read back and draws the same", () => {
    const read = parseView(JSON.parse(JSON.stringify(view)));
    expect(renderHtml(read)).toBe(renderHtml(view));
  });
  test.each([
    ["no object", 1, "view/invalid"],
    ["another version", { version: 2, root: {} }, "view/version"],
    ["an unknown kind", { version: 1, root: { kind: "script" } }, "view/invalid"],
    ["a kind from Object.prototype", { version: 1, root: { kind: "constructor" } }, "view/invalid"],
    ["an object for text", { version: 1, root: { kind: "text", text: { toString: 1 } } }, "view/invalid"],
    [
      "a tone that is a class name",
      { version: 1, root: { kind: "badge", text: "", tone: `x" onclick="` } },
      "view/invalid",
    ],
    ["a bad cell", { version: 1, root: { kind: "table", columns: [], rows: [[[]]] } }, "view/invalid"],
  ])("%s is refused", (_, value, code) => {
    expect(() => parseView(value)).toThrow(expect.objectContaining({ code }));
  });
  test("a bottomless tree is refused instead of exhausting the stack", () => {
    let root: ViewNode = { kind: "text", text: "" };
    for (let i = 0; i < 200; i += 1) root = { kind: "group", children: [root] };
    expect(() => parseView(toView(root))).toThrow(expect.objectContaining({ code: "view/invalid" }));
  });
});
