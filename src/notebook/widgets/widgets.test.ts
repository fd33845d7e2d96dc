/** Widgets without a page: what they refuse, what they say where nobody is, and what is saved. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { displaySymbol, type MimeBundle } from "../../base/port.js";
import { Secret } from "../../base/secret.js";
import { FileBrowser, QueryBrowser } from "./browsers.js";
import { Accordion, Box } from "./containers.js";
import {
  Button,
  Checkbox,
  DateTime,
  Dropdown,
  Note,
  NumberInput,
  Password,
  Progress,
  Select,
  SelectMultiple,
  Slider,
  Text,
} from "./controls.js";
import { GetEnvironmentKey } from "./environment-key.js";
import { createIdleComms, WidgetModels } from "./models.js";
import type { WidgetHost } from "./mount.js";
import { OptionButtons } from "./option-buttons.js";
import { Output } from "./output.js";
import { LookbackSlider, unitFor } from "./query-time.js";
import { SelectAlert } from "./select-alert.js";
import { SelectItem, SelectSubset } from "./select-item.js";

const kernel = Symbol.for("huntbook.kernel");
const scope = globalThis as unknown as Record<symbol, unknown>;
afterEach(() => Reflect.deleteProperty(globalThis, kernel));

const shown: unknown[] = [];
function headless(): WidgetHost {
  const widgets: WidgetHost = {
    comms: createIdleComms(),
    models: new WidgetModels(),
    module: () => "export default {}",
    isHeadless: true,
  };
  scope[kernel] = { widgets, display: async (value: unknown) => void shown.push(value) };
  return widgets;
}
const bundle = (value: { [displaySymbol](): MimeBundle | Promise<MimeBundle> }): MimeBundle =>
  value[displaySymbol]() as MimeBundle;
const code = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test.each<[string, () => unknown]>([
  ["a number beyond its limits", () => new NumberInput({ value: 5, max: 4 })],
  ["what is no number", () => (new Slider().value = Number.NaN)],
  ["a choice that is not offered", () => new Dropdown({ options: ["a"], value: "b" })],
  ["one of several that is not offered", () => new SelectMultiple({ options: ["a"], value: ["a", "b"] })],
  ["no date", () => new DateTime({ value: new Date("soon") })],
  ["a total of nothing", () => new Progress(0)],
  ["a column that no alert has", () => new SelectAlert([{ SystemAlertId: "1" }], { columns: ["AlertNme"] })],
  ["an alert that is not there", () => new SelectAlert([{ SystemAlertId: "1" }], { defaultAlert: "2" })],
])("%s is refused with widget/value", (_, make) => {
  expect(code(make)).toBe("widget/value");
});

test("what a page sends is checked like what a notebook sets; what does not fit changes nothing", () => {
  const number = new NumberInput({ value: 3, min: 1, max: 30 });
  const list = new Select({ options: ["a", "b"] });
  const many = new SelectSubset({ options: ["a", "b", "c"] });
  const off = new Checkbox({ disabled: true });
  const parts = new Accordion({ A: new Note("x") });
  for (const wrong of [99, "7", null, [1], Number.NaN]) number.receive(wrong);
  for (const wrong of [2, -1, "b", null, 0.5]) list.receive(wrong);
  for (const wrong of [[0, 9], 1, "a"]) many.receive(wrong);
  off.receive(true);
  parts.receive(3);
  expect([number.value, list.value, many.value, off.value, parts.value]).toEqual([3, "a", [], false, 0]);
  number.receive(7);
  list.receive(1);
  many.receive([2, 0, 0]);
  parts.receive(null);
  expect([number.value, list.value, many.value, parts.value]).toEqual([7, "b", ["c", "a"], null]);
  expect(many.selectedItems).toEqual(["a", "c"]);
});

test("listeners hear each value until they stop", () => {
  const text = new Text({ value: "a" });
  const heard: string[] = [];
  const stop = text.onChange(v => heard.push(v));
  text.value = "b";
  text.receive("c");
  stop();
  text.value = "d";
  expect(heard).toEqual(["b", "c"]);
});

test("replaced options keep the value that is still there", () => {
  const list = new Dropdown({ options: ["a", "b"], value: "b" });
  list.setOptions(["b", "c"]);
  expect(list.value).toBe("b");
  list.setOptions({ One: "x" });
  expect([list.value, list.describe()]).toEqual(["x", "One"]);
});

test("in a script a widget is its labels and values, as text and as HTML without scripts", () => {
  const box = new Box([new Text({ label: "Host", value: "<b>dc01</b>" }), new Checkbox({ label: "All", value: true })]);
  const shown = bundle(box);
  expect(Object.keys(shown)).toEqual(["text/html", "text/plain"]);
  expect(shown["text/plain"]).toBe("Host  <b>dc01</b>\nAll   yes");
  expect(shown["text/html"]).toContain("&lt;b&gt;dc01");
});

test("a run without a front end keeps the defaults and says so, and waiting for a person fails at once", async () => {
  headless();
  const text = new Text({ label: "Host", value: "dc01" });
  expect(bundle(text)["text/plain"]).toBe(
    "Host  dc01\nNobody could use this widget in this run: these are its defaults.",
  );
  expect(bundle(text)).toHaveProperty(["application/vnd.huntbook.view+json"]);
  await expect(text.changed()).rejects.toMatchObject({ code: "widget/nobody" });
  await expect(new Button({ label: "Go" }).pressed()).rejects.toMatchObject({ code: "widget/nobody" });
  await expect(new OptionButtons().ask()).rejects.toMatchObject({ code: "widget/nobody" });
  const question = new OptionButtons({ label: "Isolate?", buttons: ["Isolate", "Leave"], default: "Leave" });
  expect(await question.ask()).toBe("Leave");
  expect(shown.at(-1)).toBe(question);
  expect(bundle(question)["text/plain"]).toContain("the default: nobody was there to ask");
});

test("saved states are those of ipywidgets' format and hold no password", () => {
  const { models } = headless();
  const key = new Password({ label: "Key" });
  const box = new Box([new Text({ label: "Host", value: "dc01" }), key]);
  const model = (bundle(box)["application/vnd.jupyter.widget-view+json"] as { model_id: string }).model_id;
  key.receive("hunter2-and-more");
  const saved = models.toSaved();
  expect(saved).toMatchObject({ version_major: 2, version_minor: 0 });
  const state = saved["state"] as Record<string, { model_name: string; state: { values: unknown; layout: string } }>;
  expect(state[model]).toMatchObject({
    model_name: "AnyModel",
    model_module: "anywidget",
    state: { values: { "0": 0, "0.0": "dc01", "0.1": true } },
  });
  const layout = state[model]?.state.layout.replace("IPY_MODEL_", "") ?? "";
  expect(state[layout]).toMatchObject({ model_name: "LayoutModel", model_module: "@jupyter-widgets/base" });
  expect(JSON.stringify(saved)).not.toContain("hunter2");
  expect(key.value).toBeInstanceOf(Secret);
});

test("what draws is sent once, however many widgets there are, and is not saved with them", () => {
  const opened: { id: string; state: Record<string, unknown> }[] = [];
  const comms = {
    register: () => undefined,
    open: (_: string, { data }: { data?: { state?: unknown } } = {}) => {
      const id = `m${opened.length}`;
      opened.push({ id, state: data?.state as Record<string, unknown> });
      return { id, send: () => undefined, close: () => undefined };
    },
  };
  const models = new WidgetModels();
  const module = (name: string): string => (name === "widgets-stub" ? "export default {}" : "x".repeat(260_000));
  scope[kernel] = { widgets: { comms, models, module } satisfies WidgetHost, display: async () => undefined };
  for (let i = 0; i < 20; i += 1) bundle(new Box([new Text({ label: `Host ${i}` }), new Output({ label: "Found" })]));
  bundle(new Text({ label: "Without views" }));
  const fronts = opened.filter(m => "code" in m.state);
  expect(fronts.map(m => m.state["code"])).toHaveLength(2);
  const widgets = opened.filter(m => "tree" in m.state);
  expect(widgets.map(m => m.state["front"])).toEqual([...Array<string>(20).fill(fronts[0]?.id ?? ""), fronts[1]?.id]);
  expect(JSON.stringify(models.toSaved()).length).toBeLessThan(21 * 1500);
});

test("GetEnvironmentKey takes what is there, and keeps what is typed where it was asked to", () => {
  process.env["HUNTBOOK_TEST_KEY"] = "from-the-environment";
  expect(new GetEnvironmentKey({ envVar: "HUNTBOOK_TEST_KEY" }).value?.reveal()).toBe("from-the-environment");
  delete process.env["HUNTBOOK_TEST_KEY"];
  const asked = new GetEnvironmentKey({ envVar: "HUNTBOOK_TEST_KEY", help: "From the portal" });
  const [typed, save] = asked.children;
  expect(asked.value).toBeUndefined();
  typed?.receive("abcdef");
  expect([asked.value?.reveal(), process.env["HUNTBOOK_TEST_KEY"]]).toEqual(["abcdef", undefined]);
  save?.receive(true);
  expect(process.env["HUNTBOOK_TEST_KEY"]).toBe("abcdef");
  delete process.env["HUNTBOOK_TEST_KEY"];
  expect(JSON.stringify([asked.toNode("0"), asked.children.map(c => c.toPage())])).not.toContain("abcdef");
});

test("a slow answer to an earlier choice does not replace that to a later one", async () => {
  const gates = new Map<string, () => void>();
  const item = new SelectItem({
    options: ["slow", "fast"],
    action: value => new Promise(resolve => gates.set(value, () => resolve(`about ${value}`))),
  });
  item.value = "fast";
  gates.get("fast")?.();
  await expect.poll(() => bundle(item)["text/plain"]).toContain("about fast");
  gates.get("slow")?.();
  await item.ready;
  expect(bundle(item)["text/plain"]).toContain("about fast");
});

test("Output shows values below each other, text as text", async () => {
  const output = new Output();
  await output.show("<i>a</i>", undefined, { n: 1n }, Promise.resolve(7));
  expect(bundle(output)["text/plain"]).toContain("<i>a</i>");
  expect(bundle(output)["text/html"]).toContain("&lt;i&gt;a");
  expect(output.describe()).toContain('"n": "1"');
  output.clear();
  expect(output.describe()).toBe("");
});

test("files are found folder by folder; hidden ones are not shown", () => {
  const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
  mkdirSync(join(dir, "logs"));
  for (const name of ["a.csv", "b.txt", ".secret.csv", "logs/deep.CSV"]) writeFileSync(join(dir, name), "");
  const files = new FileBrowser({ dir, ending: ".csv" });
  const [where, list] = files.children as [Note, Select];
  const shown = (): readonly string[] => list.options.map(o => o.label);
  expect(shown()).toEqual(["../", "logs/", "a.csv"]);
  expect(list.value).toBeUndefined();
  list.receive(2);
  expect(files.value).toBe(join(dir, "a.csv"));
  list.receive(1);
  expect([files.dir, shown()]).toEqual([join(dir, "logs"), ["../", "deep.CSV"]]);
  list.receive(1);
  expect([files.value, where.value]).toEqual([join(dir, "logs/deep.CSV"), expect.stringContaining("is chosen")]);
  list.receive(0);
  expect(files.dir).toBe(dir);
  rmSync(join(dir, "logs"), { recursive: true });
  list.receive(1);
  expect([files.dir, (files.children[2] as Note).value]).toEqual([dir, expect.stringContaining("cannot be listed")]);
  rmSync(dir, { recursive: true });
});

test("a query browser shows what the chosen query does", async () => {
  const queries = new QueryBrowser({
    listQueries: () => ["Azure.list_a", "Azure.list_b"],
    queryHelp: name => `help of ${name}`,
  });
  await queries.ready;
  expect([queries.value, bundle(queries)["text/plain"]]).toEqual([
    "Azure.list_a",
    expect.stringContaining("help of Azure.list_a"),
  ]);
});

test("progress counts up to its total", () => {
  const bar = new Progress(8);
  bar.updateProgress({ delta: 3 });
  bar.updateProgress({ delta: 3 });
  expect(bar.describe()).toBe("6 of 8 (75%)");
  bar.updateProgress({ newTotal: 100 });
  expect(bar.value).toBe(8);
});

test("a look back is a range that ends now, whenever that is", () => {
  let now = Date.UTC(2026, 0, 13, 8);
  const back = new LookbackSlider({ unit: "day", value: 2 }, () => now);
  expect([back.start, back.end].map(d => d.toISOString())).toEqual([
    "2026-01-11T08:00:00.000Z",
    "2026-01-13T08:00:00.000Z",
  ]);
  now += 3_600_000;
  expect(back.end.toISOString()).toBe("2026-01-13T09:00:00.000Z");
});

test.each([
  [60_000, "minute"],
  [5_400_000, "minute"],
  [7_200_000, "hour"],
  [14 * 86_400_000, "day"],
  [10 * 604_800_000, "week"],
  [1500, "minute"],
])("%d ms are counted in %ss", (ms, unit) => {
  expect(unitFor(ms)).toBe(unit);
});
