/** Widgets as people use them: in a real browser, on a real kernel. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelHandle } from "../../src/notebook/client/kernel-handle.js";
import { ownKernelSpec } from "../../src/notebook/client/kernel-spec.js";
import type { JsonObject } from "../../src/notebook/protocol/message.js";
import { bundleWeb } from "../../tools/web.js";
import { launchChromium, withoutBrowser } from "./chromium.js";
import { openWidget, WidgetStates, type OpenWidget } from "./widget-host.js";

const viewMime = "application/vnd.jupyter.widget-view+json";
const picturesDir = process.env["HUNTBOOK_PICTURES"];

describe.skipIf(withoutBrowser)("widgets in Chromium", () => {
  let browser: Browser;
  let kernel: KernelHandle;
  let states: WidgetStates;
  const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
  const opened: OpenWidget[] = [];

  beforeAll(async () => {
    // The kernel sends the modules of dist/web; they must be those of these sources.
    await bundleWeb(join(import.meta.dirname, "../.."));
    const env = { ...process.env, HUNTBOOK_HOME: join(dir, "home") };
    [browser, kernel] = await Promise.all([
      launchChromium(),
      KernelHandle.start({ spec: ownKernelSpec(), cwd: dir, env }),
    ]);
    states = new WidgetStates(kernel);
    await text('import { nbwidgets } from "huntbook"; 1');
  });
  afterAll(async () => {
    await browser?.close();
    await kernel?.shutdown();
    rmSync(dir, { recursive: true });
  });

  async function run(code: string): Promise<JsonObject> {
    let data: JsonObject = {};
    const reply = await kernel.channels.execute(code, {
      onOutput: m => (data = (m.content["data"] as JsonObject | undefined) ?? data),
    });
    expect(reply).toMatchObject({ status: "ok" });
    return data;
  }
  const text = async (code: string): Promise<unknown> => (await run(code))["text/plain"];

  async function show(code: string): Promise<OpenWidget> {
    const data = await run(code);
    const id = (data[viewMime] as { model_id: string }).model_id;
    const widget = await openWidget(browser, kernel, states, id);
    opened.push(widget);
    return widget;
  }
  const eventually = (code: string, value: string): Promise<void> =>
    expect.poll(() => text(code), { timeout: 5000 }).toBe(value);
  const picture = async (page: Page, name: string): Promise<void> => {
    if (picturesDir !== undefined) await page.screenshot({ path: join(picturesDir, `${name}.png`), fullPage: true });
  };

  test("every usual control: what a person enters reaches the notebook, and what the notebook sets reaches the page", async () => {
    const { page } = await show(`
      const w = {
        text: new nbwidgets.Text({ label: "Host", placeholder: "dc01", help: "Name or address" }),
        area: new nbwidgets.Text({ label: "Notes", rows: 3 }),
        number: new nbwidgets.NumberInput({ label: "Days", value: 3, min: 1, max: 30 }),
        slider: new nbwidgets.Slider({ label: "Score", value: 20, min: 0, max: 100 }),
        check: new nbwidgets.Checkbox({ label: "Only failures" }),
        drop: new nbwidgets.Dropdown({ label: "Table", options: ["SigninLogs", "AuditLogs"] }),
        list: new nbwidgets.Select({ label: "Host list", options: Array.from({ length: 30 }, (_, i) => "host" + i) }),
        many: new nbwidgets.SelectMultiple({ label: "Kinds", options: { One: 1, Two: 2, Three: 3 }, value: [2] }),
        when: new nbwidgets.DateTime({ label: "When", value: new Date("2026-01-13T08:00:00Z") }),
      };
      let pressed = 0;
      const button = new nbwidgets.Button({ label: "Hunt", tone: "primary" });
      button.onPress(() => { pressed += 1 });
      new nbwidgets.Box([...Object.values(w), button]);`);
    await page.getByLabel("Host", { exact: true }).fill("dc02");
    await page.getByLabel("Host", { exact: true }).press("Enter");
    await eventually("w.text.value", "'dc02'");
    await page.getByLabel("Notes").fill("a\\nb");
    await page.getByLabel("Notes").blur();
    await eventually("w.area.value", "'a\\\\nb'");
    await page.getByLabel("Days").fill("7");
    await page.getByLabel("Days").press("Enter");
    await eventually("w.number.value", "7");
    await page.getByLabel("Score").focus();
    await page.keyboard.press("ArrowRight");
    await eventually("w.slider.value", "21");
    await page.getByLabel("Only failures").check();
    await eventually("w.check.value", "true");
    await page.getByLabel("Table").selectOption("AuditLogs");
    await eventually("w.drop.value", "'AuditLogs'");
    await page.getByLabel("Filter Host list").fill("29");
    await page.getByLabel("Host list", { exact: true }).selectOption("host29");
    await eventually("w.list.value", "'host29'");
    await page.getByLabel("Three").check();
    await eventually("w.many.value.join()", "'2,3'");
    await page.getByLabel("When").fill("2026-02-01T10:30:15");
    await page.getByLabel("When").blur();
    await eventually("w.when.value.toISOString()", "'2026-02-01T10:30:15.000Z'");
    await page.getByRole("button", { name: "Hunt" }).press("Enter");
    await eventually("pressed", "1");
    await picture(page, "controls");

    await run('w.text.value = "from the notebook"; w.drop.value = "SigninLogs"; w.check.disabled = true; undefined');
    await expect.poll(() => page.getByLabel("Host", { exact: true }).inputValue()).toBe("from the notebook");
    await expect.poll(() => page.getByLabel("Table").inputValue()).toBe("0");
    await expect.poll(() => page.getByLabel("Only failures").isDisabled()).toBe(true);
    expect(await page.evaluate("window.violations")).toEqual([]);
  });

  test("a value that a control cannot have is refused on the page and in the notebook", async () => {
    const { page, sent } = await show(
      'const days = new nbwidgets.NumberInput({ label: "Days", value: 3, min: 1, max: 30 }); days',
    );
    await page.getByLabel("Days").fill("99");
    await page.getByLabel("Days").press("Enter");
    expect(await page.getByRole("alert").textContent()).toBe("A number from 1 to 30");
    expect(await page.getByLabel("Days").getAttribute("aria-invalid")).toBe("true");
    expect(sent).toEqual([]);
    expect(await kernel.channels.execute("days.value = 99")).toMatchObject({
      evalue: "the widget 'Days' cannot have this value: 99 is not a number from 1 to 30",
    });
  });

  test("a typed password is a secret in the notebook, and nowhere else", async () => {
    const { page } = await show('const key = new nbwidgets.Password({ label: "Key" }); key');
    await page.getByLabel("Key").fill("hunter2-and-more");
    await page.getByLabel("Key").press("Enter");
    await eventually("key.value?.reveal()", "'hunter2-and-more'");
    expect(await page.getByLabel("Key").inputValue()).toBe("");
    await expect.poll(() => page.getByLabel("Key").getAttribute("placeholder")).toBe("set; type to replace it");
    expect(JSON.stringify([...states.states.values()])).not.toContain("hunter2");
    expect(JSON.stringify(await run("key"))).not.toContain("hunter2");
  });

  test("a cell waits for a button that is pressed while it runs", async () => {
    const { page } = await show('const go = new nbwidgets.Button({ label: "Go" }); go');
    const waiting = text('await go.pressed(); "went"');
    await new Promise(resolve => setTimeout(resolve, 200));
    await page.getByRole("button", { name: "Go" }).click();
    expect(await waiting).toBe("'went'");
  });

  test("QueryTime: presets, ends and a moment set the range, and setting it moves the page", async () => {
    const { page } = await show(
      'const time = new nbwidgets.QueryTime({ units: "hour", before: 6, after: 1, originTime: new Date("2026-01-13T08:00:00Z") }); time',
    );
    const range = "time.start.toISOString() + ' ' + time.end.toISOString()";
    await eventually(range, "'2026-01-13T02:00:00.000Z 2026-01-13T09:00:00.000Z'");
    await page.getByText("Around a moment").click();
    await page.getByLabel("Before").fill("12");
    await page.getByLabel("Before").press("Enter");
    await eventually(range, "'2026-01-12T20:00:00.000Z 2026-01-13T09:00:00.000Z'");
    await page.getByLabel("Start").fill("2026-01-01T00:00:00");
    await page.getByLabel("Start").blur();
    await eventually(range, "'2026-01-01T00:00:00.000Z 2026-01-13T09:00:00.000Z'");
    await picture(page, "query-time");
    await page.getByLabel("End").fill("2025-01-01T00:00:00");
    await page.getByLabel("End").blur();
    await expect.poll(() => page.getByText("The end is before the start.").count()).toBe(1);
    await page.getByRole("button", { name: "7 days" }).click();
    await eventually("(time.end - time.start) / 86400000", "7");
    await run('time.setTime({ start: "2026-03-01", end: "2026-03-02" }); undefined');
    await expect.poll(() => page.getByLabel("Start").inputValue()).toBe("2026-03-01T00:00");
    // The same range is the same widget.
    expect(await text("time.timespan.toString()")).toBe("'2026-03-01T00:00:00.000Z to 2026-03-02T00:00:00.000Z'");
  });

  test("SelectItem shows what its action gives, and a failing action", async () => {
    const { page } = await show(`
      const item = new nbwidgets.SelectItem({
        label: "Host",
        options: ["dc01", "web01", "bad"],
        action: host => { if (host === "bad") throw new Error("no such host"); return host + " <b>was</b> chosen" },
      });
      item`);
    await expect.poll(() => page.getByText("dc01 <b>was</b> chosen").count()).toBe(1);
    await page.getByLabel("Host", { exact: true }).selectOption("web01");
    await expect.poll(() => page.getByText("web01 <b>was</b> chosen").count()).toBe(1);
    await eventually("item.value", "'web01'");
    await page.getByLabel("Host", { exact: true }).selectOption("bad");
    await expect.poll(() => page.getByText("no such host").count()).toBe(1);
    expect(await page.locator("#widget b").count()).toBe(0);
  });

  test("a frame inside a widget pages from the kernel", async () => {
    const { page } = await show(`
      import { frameFrom } from "huntbook";
      const big = await frameFrom(Array.from({ length: 2000 }, (_, i) => ({ n: i })));
      const pick = new nbwidgets.SelectItem({ label: "Rows", options: ["all"], action: () => big });
      await pick.ready;
      pick`);
    const grid = page.locator(".hb-grid");
    await expect.poll(() => grid.count()).toBe(1);
    await grid.focus();
    await page.keyboard.press("End");
    await expect.poll(() => page.locator(".hb-grid-row").last().textContent(), { timeout: 10_000 }).toBe("1999");
  });

  test("SelectAlert lists alerts, finds by filter, and reads their JSON", async () => {
    const { page } = await show(`
      const alerts = Array.from({ length: 20 }, (_, i) => ({
        SystemAlertId: "id-" + i, AlertName: i === 7 ? "Suspicious <script>" : "Rare " + i, ProductName: "Defender",
        TimeGenerated: new Date(Date.UTC(2026, 0, 13, i)), Entities: JSON.stringify([{ Type: "host", HostName: "dc01" }]),
        ExtendedProperties: '{"Tactic":"LateralMovement"}',
      }));
      const alert = new nbwidgets.SelectAlert(alerts);
      alert`);
    await page.getByLabel("Filter Select an alert").fill("suspicious");
    await page.getByLabel("Select an alert", { exact: true }).selectOption({ index: 0 });
    await eventually("alert.value.AlertName + ' ' + alert.value.Entities[0].HostName", "'Suspicious <script> dc01'");
    await expect.poll(() => page.getByText("Extended properties").count()).toBe(1);
    await page.getByText("Extended properties").click();
    await expect.poll(() => page.getByText("LateralMovement").count()).toBe(1);
    await picture(page, "select-alert");
    expect(await page.evaluate("document.title")).toBe("clean");
  });

  test("SelectSubset moves items by buttons", async () => {
    const { page } = await show(
      'const sub = new nbwidgets.SelectSubset({ label: "Tables", options: ["A1", "B2", "C3", "D4"], value: ["B2"] }); sub',
    );
    await page.getByLabel("Tables: available").selectOption(["A1", "C3"]);
    await page.getByRole("button", { name: "Add ⇾" }).click();
    await eventually("sub.selectedItems.join()", "'A1,B2,C3'");
    await picture(page, "subset");
    await page.getByLabel("Tables: selected").selectOption(["B2"]);
    await page.getByRole("button", { name: "⇽ Remove", exact: true }).click();
    await eventually("sub.value.join()", "'A1,C3'");
    await page.getByRole("button", { name: "Remove all" }).click();
    await eventually("sub.value.length", "0");
  });

  test("tabs and accordions by keyboard", async () => {
    const { page } = await show(`
      const tabs = new nbwidgets.Tabs({ Hosts: new nbwidgets.Text({ label: "Host" }), Users: new nbwidgets.Text({ label: "User" }) }, { label: "Scope" });
      const parts = new nbwidgets.Accordion({ More: new nbwidgets.Text({ label: "Inner" }), Less: new nbwidgets.Note("x") }, {}, null);
      new nbwidgets.Box([tabs, parts])`);
    expect(await page.getByLabel("User", { exact: true }).isVisible()).toBe(false);
    await page.getByRole("tab", { name: "Hosts" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByLabel("User", { exact: true }).isVisible()).toBe(true);
    await eventually("tabs.value", "1");
    await page.getByText("More").focus();
    await page.keyboard.press("Enter");
    expect(await page.getByLabel("Inner", { exact: true }).isVisible()).toBe(true);
    await eventually("parts.value", "0");
    await picture(page, "tabs");
  });

  /** Every widget that notebooks have, with hostile labels and values; what its static form must say; whether people act on it. */
  const hostile = "<img src=x onerror=window.owned=1>";
  const every: Readonly<Record<string, readonly [code: string, says: string, acts?: false]>> = {
    Accordion: ["new nbwidgets.Accordion({ [h]: new nbwidgets.Text({ label: h, value: 'v1' }) })", "v1"],
    Box: ["new nbwidgets.Box([new nbwidgets.Text({ label: h, value: 'v1' })])", "v1"],
    Button: ["new nbwidgets.Button({ label: h })", hostile],
    Checkbox: ["new nbwidgets.Checkbox({ label: h, value: true })", "yes"],
    DateTime: ["new nbwidgets.DateTime({ label: h, value: new Date('2026-01-13T08:00:00Z') })", "2026-01-13"],
    Dropdown: ["new nbwidgets.Dropdown({ label: h, options: ['a', h], value: h })", hostile],
    FileBrowser: ["new nbwidgets.FileBrowser({ label: h })", hostile],
    GetEnvironmentKey: ["new nbwidgets.GetEnvironmentKey({ envVar: 'HB_NO_SUCH', label: h })", "HB_NO_SUCH is not set"],
    GetText: ["new nbwidgets.GetText({ prompt: h, default: h })", hostile],
    Lookback: ["new nbwidgets.Lookback({ label: h })", hostile],
    Note: ["new nbwidgets.Note(h)", hostile, false],
    NumberInput: ["new nbwidgets.NumberInput({ label: h, value: 7 })", "7"],
    OptionButtons: ["new nbwidgets.OptionButtons({ label: h, buttons: [h, 'No'], default: 'No' })", hostile],
    Output: ["new nbwidgets.Output()", "", false],
    Password: ["new nbwidgets.Password({ label: h })", hostile],
    Progress: ["new nbwidgets.Progress(10, { label: h })", "10", false],
    QueryBrowser: ["new nbwidgets.QueryBrowser(new QueryProvider('Local'), { label: h })", hostile],
    QueryTime: ["new nbwidgets.QueryTime({ label: h })", hostile],
    Select: ["new nbwidgets.Select({ label: h, options: [h, 'b'], value: h })", hostile],
    SelectAlert: ["new nbwidgets.SelectAlert([{ SystemAlertId: '1', AlertName: h }])", hostile],
    SelectItem: ["new nbwidgets.SelectItem({ label: h, options: [h, 'b'], value: h })", hostile],
    SelectMultiple: ["new nbwidgets.SelectMultiple({ label: h, options: [h, 'b'], value: [h] })", hostile],
    SelectSubset: ["new nbwidgets.SelectSubset({ label: h, options: [h, 'b'], value: [h] })", hostile],
    Slider: ["new nbwidgets.Slider({ label: h, value: 20 })", "20"],
    Tabs: ["new nbwidgets.Tabs({ [h]: new nbwidgets.Text({ label: h, value: 'v1' }) })", "v1"],
    Text: ["new nbwidgets.Text({ label: h, value: h, help: h })", hostile],
  };

  test("every widget is in the table below", async () => {
    const names = (await text("Object.keys(nbwidgets).join()")) as string;
    // What others are made of.
    const bases = ["Composite", "Control"];
    expect(
      names
        .slice(1, -1)
        .split(",")
        .filter(n => !bases.includes(n))
        .sort(),
    ).toEqual(Object.keys(every));
  });

  test.each(Object.entries(every))(
    "%s: its static form says what it holds; on the page each part has a name and is reached by keys",
    async (_, [code, says, acts = true]) => {
      await text('import { QueryProvider } from "huntbook"; var h = ' + JSON.stringify(hostile) + "; 1");
      const data = await run(code);
      const escape = (t: string) => t.replace(/[<>]/g, c => (c === "<" ? "&lt;" : "&gt;"));
      expect(data["text/html"]).toContain(escape(says));
      expect(data["text/html"]).not.toMatch(/<(?:script|input|button|select|iframe|img src=x)/);
      expect(data["text/plain"]).toContain(says);

      const { page } = await show(code);
      await page.locator("#widget > *").first().waitFor({ state: "attached" });
      const cdp = await page.context().newCDPSession(page);
      const { nodes } = await cdp.send("Accessibility.getFullAXTree");
      const focusable = nodes.filter(
        n =>
          !n.ignored &&
          n.role?.value !== "RootWebArea" &&
          n.properties?.some(p => p.name === "focusable" && p.value.value === true),
      );
      const nameless = focusable.filter(n => String(n.name?.value ?? "").trim() === "").map(n => String(n.role?.value));
      expect(nameless).toEqual([]);
      // Keys reach something, never get stuck in it, and come out again.
      const stops = new Set<string>();
      for (let i = 0; i < 60; i += 1) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => {
          const e = document.activeElement;
          return e === null || e === document.body ? "" : String([...document.querySelectorAll("*")].indexOf(e));
        });
        if (at === "" || stops.has(at)) break;
        stops.add(at);
      }
      expect([focusable.length > 0, stops.size > 0]).toEqual([acts, acts]);
      expect(await page.evaluate("[window.violations, window.owned]")).toEqual([[], undefined]);
    },
  );

  test("OptionButtons: an answer ends the wait, and time takes the default", async () => {
    const first = kernel.channels.execute(
      'const ask = new nbwidgets.OptionButtons({ label: "Isolate dc01?" }); globalThis.got = await ask.ask()',
    );
    await expect
      .poll(
        () => [...states.states.values()].filter(s => JSON.stringify(s["tree"] ?? "").includes("Isolate dc01?")).length,
      )
      .toBe(1);
    const [id] = [...states.states].find(([, s]) => JSON.stringify(s["tree"] ?? "").includes("Isolate dc01?")) ?? [""];
    const { page } = await openWidget(browser, kernel, states, id);
    await page.getByRole("button", { name: "No" }).click();
    expect(await first).toMatchObject({ status: "ok" });
    expect(await text("got")).toBe("'No'");
    await expect.poll(() => page.getByText("Answer: No").count()).toBe(1);
    expect(await page.getByRole("button", { name: "Yes" }).isDisabled()).toBe(true);
    expect(await text('await new nbwidgets.OptionButtons({ default: "Cancel", timeoutSeconds: 0.2 }).ask()')).toBe(
      "'Cancel'",
    );
  });

  test("a page that comes later gets every state at once", async () => {
    await run('const late = new nbwidgets.Text({ label: "Late", value: "here" }); late');
    const id = "control-1";
    const answered = new Promise<JsonObject>(resolve => {
      const off = states.onMessage((to, data) => {
        if (to !== id) return;
        off();
        resolve(data);
      });
    });
    kernel.channels.send("shell", "comm_open", { comm_id: id, target_name: "jupyter.widget.control", data: {} });
    kernel.channels.send("shell", "comm_msg", { comm_id: id, data: { method: "request_states" } });
    const { method, states: all } = await answered;
    const found = Object.values(all as JsonObject).map(s => s as { model_name: string; state: JsonObject });
    expect(method).toBe("update_states");
    const mine = found.find(s => JSON.stringify(s.state["tree"] ?? "").includes("Late"));
    expect(mine).toMatchObject({
      model_name: "AnyModel",
      model_module: "anywidget",
      state: { values: { "0": "here" } },
    });
  });

  test("where the kernel is gone the page says so", async () => {
    const { page } = await show('const gone = new nbwidgets.Checkbox({ label: "Gone" }); gone');
    await page.evaluate("window.fromKernel = () => undefined");
    await page.clock.install();
    await page.getByLabel("Gone").check();
    await page.clock.runFor(6000);
    expect(await page.getByText("No answer from the kernel").count()).toBe(1);
  });
});
