import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeCompiler, type FakeCompiler } from "./fake-compiler.js";
import { FrameStore } from "./store.js";
import { bindKql, createKqlTag, placeAtEnd, type KqlHole } from "./tag.js";

let store: FrameStore;
let compiler: FakeCompiler;
beforeAll(async () => {
  compiler = fakeCompiler();
  store = await FrameStore.open({ compiler });
});
afterAll(async () => store.close());

const bind = (parts: TemplateStringsArray, ...holes: KqlHole[]) => bindKql(parts, holes);

test("values become named scalars of their type; the text holds names only", () => {
  const bound = bind`T | where a == ${"x' or 1==1 | take 9 //"} and b > ${1} and c < ${0.5} and d == ${2n ** 60n} and e == ${true} and f > ${new Date(0)} and g in (${["a", "b"]}) and h == ${null}`;
  expect(bound.text).toBe(
    "T | where a == v_1 and b > v_2 and c < v_3 and d == v_4 and e == v_5 and f > v_6 and g in (v_7) and h == v_8",
  );
  expect(bound.scalars).toEqual([
    { name: "v_1", type: "string", value: "x' or 1==1 | take 9 //" },
    { name: "v_2", type: "long", value: 1 },
    { name: "v_3", type: "real", value: 0.5 },
    { name: "v_4", type: "long", value: 2n ** 60n },
    { name: "v_5", type: "bool", value: true },
    { name: "v_6", type: "datetime", value: "1970-01-01T00:00:00Z" },
    { name: "v_7", type: "dynamic", value: '["a","b"]' },
    { name: "v_8", type: "dynamic", value: null },
  ]);
});

test("names do not meet names of the text", () => {
  expect(bind`let v_1 = 5; print v_1 + ${7}`.text).toBe("let v_1 = 5; print v_1 + vv_1");
});

test("no value ever reaches the text", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12 }), value => {
      expect(bind`T | where x == ${value}`.text).toBe("T | where x == v_1");
    }),
  );
});

test.each([
  ["T | where a == ", "code"],
  [`T | where a == "`, "string"],
  [`T | where a == 'it\\'s `, "string"],
  [`T | where a == @"c:\\`, "string"],
  [`T | where a == @"c:\\" and b == `, "code"],
  [`T | where a == "c:\\\\" and b == `, "code"],
  ["T | where a == ```x ' ", "string"],
  ["T // note: ", "comment"],
  ["T // it's\n| where x == ", "code"],
  [`T | where url has "http://x" and y == `, "code"],
])("%j ends in %s", (text, place) => {
  expect(placeAtEnd(text)).toBe(place);
});

test("a hole inside a string or comment is refused, because its name would become text", () => {
  expect(() => bind`T | where a == "${"x"}"`).toThrow(expect.objectContaining({ code: "kql/hole-in-string" }));
  expect(() => bind`T // ${"x"}`).toThrow(expect.objectContaining({ code: "kql/hole-in-string" }));
});

test.each([[undefined], [() => 1], [new Date(NaN)], [Symbol("x")]])(
  "a value KQL has no type for is refused: %o",
  hole => {
    expect(() => bindKql(["print ", ""], [hole as never])).toThrow(expect.objectContaining({ code: "kql/bad-value" }));
  },
);

describe("the tag of a session", () => {
  test("frames, also pending ones, are bound as tables and the query runs over them", async () => {
    const kql = createKqlTag(() => store);
    const frame = await store.fromRows([{ x: 1 }, { x: 2 }, { x: 3 }]);
    const rows = await kql`let s = ${frame}; ${frame.tail(2)} | where x in (${[1, 2]})`.rows();
    expect(rows).toHaveLength(3);
    const { text, environment } = compiler.calls.at(-1) ?? {};
    expect(text).toBe("let s = v_1; v_2 | where x in (v_3)");
    expect(environment?.tables.map(t => [t.name, t.columns])).toEqual([
      ["v_1", [{ name: "x", type: "long" }]],
      ["v_2", [{ name: "x", type: "long" }]],
    ]);
    expect(environment?.scalars).toEqual([{ name: "v_3", type: "dynamic", value: "[1,2]" }]);
  });
});
