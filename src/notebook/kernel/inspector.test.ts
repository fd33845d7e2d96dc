import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OwnInspector } from "./inspector.js";

let inspector: OwnInspector;
beforeEach(async () => {
  inspector = await OwnInspector.open();
});
afterEach(() => inspector.close());

test.each<[string, unknown]>([
  ["1 + 1", 2],
  ["await Promise.resolve('x')", "x"],
  ["10n ** 20n", 10n ** 20n],
  ["0 / 0", Number.NaN],
  ["null", null],
  ["undefined", undefined],
  ["new Map([[1, 2]])", new Map([[1, 2]])],
])("%s arrives as the value it is", async (text, value) => {
  expect(await inspector.evaluate(text, "g")).toEqual({ state: "value", value });
});

test("what is thrown arrives as what it is", async () => {
  const thrown = await inspector.evaluate("1;\n throw new TypeError('no')", "g");
  expect(thrown).toMatchObject({ state: "thrown", error: new TypeError("no") });
});

test("what V8 refuses is a defect of ours, and says so", async () => {
  const noName = 7 as unknown as string;
  await expect(inspector.release(noName)).rejects.toMatchObject({ code: "internal/inspector" });
  expect(await inspector.evaluate("2 * 3", "g")).toEqual({ state: "value", value: 6 });
});

test("evaluations that never answer are kept from being collected, and let go of by `reset`", async () => {
  let answered = 0;
  for (let i = 0; i < 20; i += 1)
    void inspector.evaluate("await new Promise(() => {})", "g").then(() => (answered += 1));
  collectGarbage();
  await new Promise(resolve => setTimeout(resolve, 20));
  // V8 answers "Promise was collected" to those that it collects; where it can: Node 22 and 24 crash.
  expect(answered).toBe(0);
  await inspector.reset();
  collectGarbage();
  expect(await inspector.evaluate("6 * 7", "g")).toEqual({ state: "value", value: 42 });
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
