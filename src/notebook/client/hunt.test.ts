/** KQL cells over the kernel: a local workspace, values of the notebook, the hunt window, completion in the schema. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planIngest, runIngest } from "../../workspace/index.js";
import type { CompleteReply, InspectReply, JsonObject, Message } from "../protocol/message.js";
import { KernelHandle } from "./kernel-handle.js";
import { ownKernelSpec } from "./kernel-spec.js";

const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
let kernel: KernelHandle;
beforeAll(async () => {
  const [logs, workspace] = [join(dir, "logs"), join(dir, "case")];
  mkdirSync(logs);
  const row = (day: number, user: string) =>
    JSON.stringify({ TimeGenerated: `2026-01-${day}T10:00:00Z`, UserName: user, Tries: day });
  writeFileSync(join(logs, "Attempts.json"), [row(10, "ann"), row(12, "bob"), row(13, "eve")].join("\n"));
  const signal = new AbortController().signal;
  const progress = () => undefined;
  const plan = await planIngest([logs], { workspace, progress, signal });
  await runIngest(plan, workspace, { force: false, progress, signal });
  const args = ["--workspace", workspace, "--now", "2026-01-13T18:00:00Z"];
  const env = { ...process.env, HUNTBOOK_HOME: join(dir, "home") };
  kernel = await KernelHandle.start({ spec: ownKernelSpec(args), cwd: dir, env });
});
afterAll(async () => {
  await kernel.shutdown();
  rmSync(dir, { recursive: true });
});

async function run(code: string, metadata: JsonObject = {}): Promise<{ status: string; texts: string[] }> {
  const outputs: Message[] = [];
  const reply = await kernel.channels.execute(code, { metadata, onOutput: m => outputs.push(m) });
  const texts = outputs.flatMap(m => {
    const data = m.content["data"] as JsonObject | undefined;
    return data === undefined ? ((m.content["traceback"] as string[] | undefined) ?? []) : [String(data["text/plain"])];
  });
  return { status: reply.status, texts };
}

test("the result is shown and bound; what the cell used of the notebook is said", async () => {
  await run('const who = ["bob", "eve"]; const unused = 1');
  const first = await run("%%kql found\nattempts_CL | where UserName in (who) // unused\n| project UserName, Tries");
  expect(first.status).toBe("ok");
  expect(first.texts[0]).toBe("Used from the notebook: who (dynamic)");
  expect(first.texts[1]).toContain("bob");
  const second = await run("%%kql\nfound | where Tries > 12 | project UserName");
  expect(second.texts[0]).toBe("Used from the notebook: found (2 rows)");
  expect(second.texts[1]).toContain("eve");
  expect((await run("(await found.rows()).map(r => r.UserName)")).texts).toEqual(["[ 'bob', 'eve' ]"]);
});

test("the hunt window applies unless the cell says otherwise", async () => {
  const count = "attempts_CL | count";
  const window = { huntbook: { window: { last: "3d" } } };
  const counted = async (code: string, metadata: JsonObject) =>
    /\b(\d)\b/.exec((await run(code, metadata)).texts.at(-1) ?? "")?.[1];
  expect(await counted(`%%kql\n${count}`, {})).toBe("3");
  expect(await counted(`%%kql\n${count}`, window)).toBe("2");
  expect(await counted(`%%kql --last 1d\n${count}`, window)).toBe("1");
  expect(await counted(`%%kql\n${count}`, {})).toBe("3");
});

test("a hunt window that means nothing stops the cell", async () => {
  const { status, texts } = await run("1", { huntbook: { window: { last: "soon" } } });
  expect([status, texts[0]]).toEqual(["error", expect.stringContaining("notebook/window")]);
});

test("tables, columns and values are completed inside the cell; hovering says types", async () => {
  const ask = async (marked: string) => {
    const bar = marked.indexOf("|^");
    const request = { code: marked.replace("|^", ""), cursor_pos: bar };
    return request;
  };
  const complete = async (marked: string) =>
    (await kernel.channels.request<CompleteReply>("shell", "complete_request", await ask(marked))).content;
  await run("const someValue = 5");
  expect((await complete("%%kql x --last 7d\natt|^")).matches).toContain("attempts_CL");
  const columns = await complete("%%kql\nattempts_CL | where Use|^");
  expect(columns.matches).toContain("UserName");
  expect([columns.cursor_start, columns.cursor_end]).toEqual([26, 29]);
  expect((await complete("%%kql\nattempts_CL | where Tries > someV|^")).matches.join()).toContain("someValue");
  const { content } = await kernel.channels.request<InspectReply>(
    "shell",
    "inspect_request",
    await ask("%%kql\nattempts_CL | where UserN|^ame == ''"),
  );
  expect(content.data["text/plain"]).toContain("string");
});

test("the columns of a bound result are known to TypeScript", async () => {
  await run("%%kql typed\nattempts_CL | project UserName, Tries, TimeGenerated");
  const request = { code: "(await typed.rows())[0]!.", cursor_pos: 25 };
  const { content } = await kernel.channels.request<CompleteReply>("shell", "complete_request", request);
  expect([...content.matches].sort()).toEqual(["TimeGenerated", "Tries", "UserName"]);
});

test("diagnostics of a KQL cell stand where they belong in the cell", async () => {
  const code = "%%kql\nattempts_CL | where Nope == 1";
  const { content } = await kernel.channels.request("shell", "huntbook_edit_request", { kind: "diagnose", code });
  const [first] = content["result"] as { span: { start: number; end: number } }[];
  expect(content["language"]).toBe("kql");
  expect(code.slice(first?.span.start, first?.span.end)).toBe("Nope");
});

test("%%ioc finds observables, defanged ones too, and binds a frame", async () => {
  const { status } = await run("%%ioc seen\nThe host went to hxxp://evil[.]example[.]com/a and 198.51.100[.]7.");
  expect(status).toBe("ok");
  const rows = await run("(await seen.rows()).map(r => r.IoCType + ' ' + r.Observable).sort().join('; ')");
  expect(rows.texts.at(-1)).toContain("ipv4 198.51.100.7");
  expect(rows.texts.at(-1)).toContain("url http://evil.example.com/a");
  const only = await run("%%ioc only --types ipv4\nhttp://evil.example.com/a 198.51.100.7");
  expect(only.status).toBe("ok");
  expect((await run("only.rowCount")).texts).toEqual(["1"]);
  const request = { code: "(await seen.rows())[0]!.", cursor_pos: 24 };
  const { content } = await kernel.channels.request<CompleteReply>("shell", "complete_request", request);
  expect([...content.matches].sort()).toEqual(["IoCType", "Observable"]);
});

test("%%b64 decodes what is in the text; the text is never markup", async () => {
  const encoded = Buffer.from("powershell -c <script>alert(1)</script>; whoami").toString("base64");
  const { texts, status } = await run(`%%b64 out\ncmd /c ${encoded}`);
  expect(status).toBe("ok");
  expect(texts.join()).toContain("<script>alert(1)</script>; whoami");
  expect((await run("out.items.length")).texts).toEqual(["1"]);
  expect((await run("%%b64\nnothing here")).texts.join()).toContain("No Base64 was found.");
});

test("%%txt2frame reads a table, typed like a file", async () => {
  const { status } = await run(
    "%%txt2frame tab --headers --sep ;\n\nHost;Hits;When\ndc01;3;2026-01-13T08:00:00Z\nweb01;12;2026-01-14T08:00:00Z",
  );
  expect(status).toBe("ok");
  const shown = await run("tab.columns.map(c => c.name + ':' + c.type).join()");
  expect(shown.texts).toEqual(["'Host:string,Hits:long,When:datetime'"]);
  expect((await run("%%kql\ntab | summarize sum(Hits)")).texts.join()).toContain("15");
});

test("a secret that was typed in is told when an output shows it, by where it comes from", async () => {
  let asked = 0;
  const streams: string[] = [];
  await kernel.channels.execute('globalThis.typedIn = await inputSecret("Key? ")', {
    onInput: async () => ((asked += 1), "s3cret-value-77"),
  });
  const reply = await kernel.channels.execute(
    "console.log('key=' + typedIn.reveal()); console.log(encodeURIComponent(typedIn.reveal()))",
    {
      onOutput: m =>
        void (
          m.header.msg_type === "stream" && streams.push(`${String(m.content["name"])}: ${String(m.content["text"])}`)
        ),
    },
  );
  expect([asked, reply]).toMatchObject([1, { status: "ok" }]);
  const told = streams.filter(s => s.startsWith("stderr"));
  expect(told.join("")).toBe(
    "stderr: Huntbook: this output holds a secret (typed in). Clear it before the notebook is saved or shared.\n",
  );
});
