import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectDuckDb, openDuckDb } from "../../frame/duckdb.js";
import { loadCatalogue } from "../schema/catalogue.js";
import { readManifest } from "../storage/manifest.js";
import { verifyWorkspace } from "../storage/verify.js";
import type { Correction } from "./corrections.js";
import { planIngest, planRows } from "./plan.js";
import { runIngest } from "./run.js";
import type { IngestOptions } from "./run.js";

const catalogue = await loadCatalogue();
let [base, evidence, workspace] = ["", "", ""];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "huntbook-ingest-"));
  [evidence, workspace] = [join(base, "evidence"), join(base, "ws")];
  await mkdir(evidence);
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

async function put(name: string, content: string | Buffer): Promise<void> {
  const path = join(evidence, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

const plan = (corrections: readonly Correction[] = []) => planIngest([evidence], { workspace, corrections, catalogue });
const ingest = async (corrections: readonly Correction[] = [], options: IngestOptions = {}) =>
  runIngest(await plan(corrections), workspace, { catalogue, now: () => 0, ...options });

/** A table's rows as objects, as DuckDB prints values; only the columns asked for. */
async function table(name: string, columns: string): Promise<unknown[]> {
  const entry = (await readManifest(workspace)).tables.get(name);
  const paths = (entry?.files ?? []).map(f => join(workspace, "tables", entry?.directory ?? "", f.name));
  const instance = await openDuckDb();
  const connection = await connectDuckDb(instance);
  try {
    const list = paths.map(p => `'${p}'`).join(", ");
    const from = `read_parquet([${list}], union_by_name = true)`;
    const reader = await connection.runAndReadAll(
      `select ${columns} from ${from} order by "_SourceFile", "_SourceRecord"`,
    );
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
const columnTypes = async (name: string) =>
  Object.fromEntries(((await readManifest(workspace)).tables.get(name)?.columns ?? []).map(c => [c.name, c.type]));

async function rejectLines(): Promise<unknown[]> {
  const folder = join(workspace, "rejects");
  const found: unknown[] = [];
  for (const name of (await readdir(folder)).sort())
    for (const line of (await readFile(join(folder, name), "utf8")).trim().split("\n")) found.push(JSON.parse(line));
  return found;
}

const jsonl = (...records: readonly object[]) => records.map(r => JSON.stringify(r)).join("\n") + "\n";
const processEvent = {
  ...{ Channel: "Security", EventID: 4688, Hostname: "WKS-1", TimeCreated: "2023-08-15T09:53:59.757Z" },
  ...{ SourceName: "Microsoft-Windows-Security-Auditing", SubjectUserName: "dana", SubjectDomainName: "CONTOSO" },
  ...{ NewProcessName: "C:\\Windows\\cmd.exe", CommandLine: 'cmd /c "x"', SubjectUserSid: "S-1-5-21-1" },
};
const sysmonEvent = {
  ...{ Channel: "Microsoft-Windows-Sysmon/Operational", EventID: 10, Hostname: "WKS-1" },
  ...{ TimeCreated: "2023-08-15T09:54:00Z", SourceName: "Microsoft-Windows-Sysmon", Message: "Process accessed" },
  ...{ SourceImage: "C:\\a<b>&.exe", TargetImage: "C:\\lsass.exe", GrantedAccess: "0x1010", Level: "4" },
};

describe("Windows events", () => {
  test("the Security channel becomes SecurityEvent, the others Event, with Sentinel's names", async () => {
    await put("host.json", jsonl(processEvent, sysmonEvent));
    const result = await ingest();
    expect(result.files[0]).toMatchObject({
      state: "ingested",
      rows: 2,
      rejects: 0,
      tables: ["Event", "SecurityEvent"],
    });
    expect(
      await table("SecurityEvent", `TimeGenerated, Computer, EventID, SubjectAccount, Process, CommandLine, Type`),
    ).toEqual([
      {
        ...{ TimeGenerated: "2023-08-15 09:53:59.757", Computer: "WKS-1", EventID: 4688, Type: "SecurityEvent" },
        ...{ SubjectAccount: "CONTOSO\\dana", Process: "cmd.exe", CommandLine: 'cmd /c "x"' },
      },
    ]);
    expect(await table("Event", `EventLog, Source, EventID, TargetImage, EventLevelName, RenderedDescription`)).toEqual(
      [
        {
          ...{ EventLog: "Microsoft-Windows-Sysmon/Operational", Source: "Microsoft-Windows-Sysmon", EventID: 10 },
          ...{ TargetImage: "C:\\lsass.exe", EventLevelName: "Information", RenderedDescription: "Process accessed" },
        },
      ],
    );
  });

  test("EventData is the XML that queries written for Sentinel parse, whatever stands in the values", async () => {
    await put("host.json", jsonl(sysmonEvent));
    await ingest();
    expect(await table("Event", "EventData")).toEqual([
      {
        EventData:
          '<DataItem type="System.XmlData"><EventData xmlns="http://schemas.microsoft.com/win/2004/08/events/event">' +
          '<Data Name="SourceImage">C:\\a&lt;b&gt;&amp;.exe</Data><Data Name="TargetImage">C:\\lsass.exe</Data>' +
          '<Data Name="GrantedAccess">0x1010</Data></EventData></DataItem>',
      },
    ]);
  });

  test("nested forms (Winlogbeat, EVTX as JSON) give the same columns and lose nothing", async () => {
    await put(
      "a.json",
      jsonl({
        "@timestamp": "2023-01-01T00:00:00Z",
        agent: { id: 7 },
        winlog: { channel: "Security", event_id: 4688, computer_name: "H", event_data: { CommandLine: "x", Odd: "y" } },
      }),
    );
    await put(
      "b.json",
      jsonl(
        {
          Event: {
            System: {
              Channel: "Security",
              Computer: "H2",
              EventID: { "#text": 4624 },
              TimeCreated: { "#attributes": { SystemTime: "2023-01-02T00:00:00Z" } },
            },
            EventData: { TargetUserName: "u" },
          },
        },
        { Event: { System: { Channel: "Security", Computer: "H2", EventID: 4625 }, EventData: {} } },
      ),
    );
    await ingest();
    expect(
      await table("SecurityEvent", `"_SourceFile" f, Computer, EventID, CommandLine, Odd, TargetUserName`),
    ).toEqual([
      { f: "a.json", Computer: "H", EventID: 4688, CommandLine: "x", Odd: "y", TargetUserName: null },
      { f: "b.json", Computer: "H2", EventID: 4624, CommandLine: null, Odd: null, TargetUserName: "u" },
      { f: "b.json", Computer: "H2", EventID: 4625, CommandLine: null, Odd: null, TargetUserName: "" },
    ]);
    const [first] = await table("SecurityEvent", `"_Extra" extra`);
    expect(JSON.parse(String((first as { extra: string }).extra))).toMatchObject({ agent: { id: 7 } });
  });
});

describe("other sources", () => {
  test("CloudTrail, wrapped and compressed", async () => {
    const record = (name: string) => ({
      ...{ eventVersion: "1.08", eventSource: "s3.amazonaws.com", eventName: name, eventTime: "2021-05-01T10:00:00Z" },
      ...{ awsRegion: "eu-west-1", sourceIPAddress: "192.0.2.1", requestParameters: { bucketName: "b" } },
      ...{
        userIdentity: {
          type: "IAMUser",
          userName: "deploy",
          sessionContext: { attributes: { mfaAuthenticated: "false" } },
        },
      },
    });
    await put("trail.json.gz", gzipSync(JSON.stringify({ Records: [record("GetObject"), record("PutObject")] })));
    expect(planRows(await plan())[0]).toMatchObject({ format: "JSON, 'Records', gzip", table: "AWSCloudTrail" });
    await ingest();
    expect(
      await table(
        "AWSCloudTrail",
        'EventName, AWSRegion, SourceIpAddress, UserIdentityUserName, SessionMfaAuthenticated, RequestParameters, "_SourceRecord" n',
      ),
    ).toMatchObject([
      {
        EventName: "GetObject",
        AWSRegion: "eu-west-1",
        SourceIpAddress: "192.0.2.1",
        UserIdentityUserName: "deploy",
        SessionMfaAuthenticated: false,
        RequestParameters: '{"bucketName":"b"}',
        n: "1",
      },
      { EventName: "PutObject", n: "2" },
    ]);
  });

  test("Zeek in both forms gives one table with one set of names", async () => {
    const header =
      "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.resp_p\tduration\n#types\ttime\tstring\taddr\tport\tinterval\n";
    await put("a/conn.log", `${header}1692161622.036086\tC1\t192.0.2.1\t53\t-\n#close\t2023\n`);
    await put(
      "b/conn.log",
      jsonl({ ts: 1692161623.5, uid: "C2", "id.orig_h": "192.0.2.2", "id.resp_p": 443, duration: 1.5 }),
    );
    await ingest();
    expect(await table("Zeek_conn", 'TimeGenerated, uid, id_orig_h, id_resp_p, duration, "_SourceRecord" n')).toEqual([
      {
        TimeGenerated: "2023-08-16 04:53:42.036086",
        uid: "C1",
        id_orig_h: "192.0.2.1",
        id_resp_p: "53",
        duration: null,
        n: "8",
      },
      {
        TimeGenerated: "2023-08-16 04:53:43.5",
        uid: "C2",
        id_orig_h: "192.0.2.2",
        id_resp_p: "443",
        duration: 1.5,
        n: "1",
      },
    ]);
    expect(await columnTypes("Zeek_conn")).toMatchObject({ id_orig_h: "string", id_resp_p: "long", duration: "real" });
  });

  test("a Sentinel export as CSV, with the portal's headings and dates", async () => {
    await put(
      "query_data.csv",
      '"TimeGenerated [UTC]",UserPrincipalName,ResultType,IPAddress,AppDisplayName,Type,LocationDetails\n"8/2/2021, 1:09:20.040 PM",dana@contoso.example,50126,192.0.2.1,"Teams, web",SigninLogs,"{""city"":""Dublin""}"\n',
    );
    await ingest();
    expect(
      await table("SigninLogs", "TimeGenerated, UserPrincipalName, ResultType, AppDisplayName, LocationDetails"),
    ).toEqual([
      {
        TimeGenerated: "2021-08-02 13:09:20.04",
        UserPrincipalName: "dana@contoso.example",
        ResultType: "50126",
        AppDisplayName: "Teams, web",
        LocationDetails: '{"city":"Dublin"}',
      },
    ]);
  });

  test("Parquet, with the types it has", async () => {
    const instance = await openDuckDb();
    const connection = await connectDuckDb(instance);
    const file = join(evidence, "proxy[1].parquet");
    await connection.run(
      `copy (select timestamp '2021-01-01 10:00:00.123456' as "time", 'u' as "user", 5::bigint as n, {'a': 1} as s, 'nan'::double as d) to '${file}'`,
    );
    connection.closeSync();
    instance.closeSync();
    await ingest([{ match: "**", timeZone: "UTC", table: "Proxy_CL" }]);
    expect(await table("Proxy_CL", 'TimeGenerated, "user", n, s')).toEqual([
      { TimeGenerated: "2021-01-01 10:00:00.123456", user: "u", n: "5", s: '{"a":1}' },
    ]);
  });

  test("unknown records get a table named after their file, and columns with types that hold them", async () => {
    await put(
      "proxy-2021-03-01.json",
      jsonl(
        { time: "2021-03-01T00:00:00Z", a: 1, b: "x", c: true, d: { e: [1] }, f: 2 ** 60, g: 1.5, h: [], i: "" },
        { time: "2021-03-01T00:00:01Z", a: 2.5, b: 3, c: null, "odd name!": "y" },
      ),
    );
    await ingest();
    expect(await columnTypes("proxy_CL")).toMatchObject({
      TimeGenerated: "datetime",
      a: "real",
      b: "string",
      c: "bool",
      d: "dynamic",
      f: "long",
      g: "real",
      h: "dynamic",
      i: "string",
      odd_name_: "string",
    });
    expect(await table("proxy_CL", "a, b, f, d")).toEqual([
      { a: 1, b: "x", f: "1152921504606847000", d: '{"e":[1]}' },
      { a: 2.5, b: "3", f: null, d: null },
    ]);
  });

  test("numbers keep all their digits", async () => {
    await put("x.json", '{"time":"2021-03-01T00:00:00Z","id":9007199254740993,"big":18446744073709551615}\n');
    await ingest();
    expect(await table("x_CL", "id, big")).toEqual([
      { id: "9007199254740993", big: "18446744073709551615.00000000000000000" },
    ]);
  });
});

describe("nothing is lost", () => {
  test("a value that its column cannot hold is kept in _Extra", async () => {
    await put(
      "e.json",
      jsonl(
        { ...processEvent, EventID: "n/a" },
        { ...processEvent, EventID: "0x1250" },
        { ...processEvent, TimeCreated: "yesterday" },
      ),
    );
    await ingest();
    expect(await table("SecurityEvent", `TimeGenerated is null as timeless, EventID, "_Extra" extra`)).toEqual([
      { timeless: false, EventID: null, extra: '{"EventID":"n/a"}' },
      { timeless: false, EventID: 4688, extra: null },
      { timeless: true, EventID: 4688, extra: '{"TimeCreated":"yesterday"}' },
    ]);
    expect((await readManifest(workspace)).tables.get("SecurityEvent")?.files[0]?.withoutTime).toBe(1);
  });

  test("beyond 300 columns of its own a table keeps the rest in _Extra, the commonest fields first", async () => {
    const many = Object.fromEntries(Array.from({ length: 320 }, (_, i) => [`f${i}`, i]));
    await put("x.json", jsonl({ time: "2021-03-01T00:00:00Z", ...many }, { time: "2021-03-01T00:00:00Z", f319: 1 }));
    await ingest();
    const types = await columnTypes("x_CL");
    expect(types["f319"]).toBe("long");
    const [row] = (await table("x_CL", `"_Extra" extra`)) as { extra: string }[];
    const extra = JSON.parse(row?.extra ?? "") as Record<string, number>;
    expect(Object.keys(extra).length).toBe(20);
    for (const [name, value] of Object.entries(extra)) expect(`f${value}`).toBe(name);
  });

  test("fields that differ in case, hostile names and names of ours all stay", async () => {
    const hostile = {
      time: "2021-03-01T00:00:00Z",
      Name: "1",
      name: "2",
      "a\"b'; drop--": "3",
      __proto__x: "4",
      Type: "own",
      _SourceFile: "own",
      "": "5",
    };
    await put("x.json", JSON.stringify(hostile).replace("__proto__x", "__proto__") + "\n");
    await ingest();
    expect(Object.keys(await columnTypes("x_CL"))).toEqual(
      expect.arrayContaining(["Name", "name_string", "a_b_drop_", "field", "Type_", "_SourceFile_"]),
    );
    expect(
      await table(
        "x_CL",
        `"Name" a, name_string b, a_b_drop_ c, "__proto__" d, "Type" e, "Type_" f, "_SourceFile_" g, "field" h`,
      ),
    ).toEqual([{ a: "1", b: "2", c: "3", d: "4", e: "x_CL", f: "own", g: "own", h: "5" }]);
  });

  test("half surrogate pairs and NUL characters in JSON are no reason to stop", async () => {
    await put(
      "x.json",
      '{"time":"2021-03-01T00:00:00Z","a":"x\\ud800y","b":"\\\\ud800","c":"p\\u0000q","d":"\\ud83d\\ude00"}\n',
    );
    await ingest();
    expect(await table("x_CL", "a, b, c, d")).toEqual([{ a: "x\ufffdy", b: "\\ud800", c: "p\0q", d: "😀" }]);
  });
});

describe("lines that cannot be read", () => {
  test("are set aside with file, line and reason, and the others are read", async () => {
    await put(
      "h.json",
      `${JSON.stringify(processEvent)}\n{"Channel":"Security","TimeCreated":"2023-08-15T10:00:00Z","Event\n\n[1]\n${JSON.stringify(processEvent)}`,
    );
    const result = await ingest();
    expect(result).toMatchObject({ rows: 2, rejects: 2 });
    expect(await rejectLines()).toEqual([
      {
        file: "h.json",
        line: 2,
        reason: expect.stringMatching(/^not valid JSON/) as string,
        text: '{"Channel":"Security","TimeCreated":"2023-08-15T10:00:00Z","Event',
      },
      { file: "h.json", line: 4, reason: "JSON, but not an object", text: "[1]" },
    ]);
    expect((await readManifest(workspace)).tables.get("SecurityEvent")?.rejects).toEqual([
      expect.objectContaining({
        source: "h.json",
        count: 1,
        from: "2023-08-15T10:00:00.000000Z",
        to: "2023-08-15T10:00:00.000000Z",
      }),
      expect.objectContaining({ source: "h.json", count: 1 }),
    ]);
    expect(await table("SecurityEvent", `"_SourceRecord" n`)).toEqual([{ n: "1" }, { n: "5" }]);
  });

  test("ragged CSV lines", async () => {
    await put(
      "fw.csv",
      'time,src,dst\n2021-01-01T00:00:00Z,a,b\n2021-01-02T00:00:00Z,a\n2021-01-03T00:00:00Z,a,b,c\n2021-01-04T00:00:00Z,"a\nx",b\n',
    );
    const result = await ingest();
    expect(result).toMatchObject({ rows: 2, rejects: 2 });
    expect(await rejectLines()).toMatchObject([
      { line: 3, reason: "2 fields where the header has 3" },
      { line: 4, reason: "4 fields where the header has 3" },
    ]);
    expect((await readManifest(workspace)).tables.get("fw_CL")?.rejects).toMatchObject([
      { count: 2, from: "2021-01-02T00:00:00.000000Z", to: "2021-01-03T00:00:00.000000Z" },
    ]);
    expect(await table("fw_CL", `src, "_SourceRecord" n`)).toEqual([
      { src: "a", n: "2" },
      { src: "a\nx", n: "5" },
    ]);
  });

  test("a truncated gzip gives its readable part and says that the rest is missing", async () => {
    const lines = Array.from({ length: 5000 }, (_, i) =>
      JSON.stringify({ ...processEvent, CommandLine: `c${i * 7919}` }),
    );
    const whole = gzipSync(lines.join("\n"));
    await put("h.json.gz", whole.subarray(0, whole.length / 2));
    const result = await ingest();
    expect(result.rows).toBeGreaterThan(1000);
    expect(result.files[0]?.notes).toEqual(["the compressed file ends early"]);
    const rejects = (await readManifest(workspace)).tables.get("SecurityEvent")?.rejects;
    expect(rejects?.at(-1)).toMatchObject({
      source: "h.json.gz",
      count: 0,
      reason: expect.stringContaining("ends early") as string,
    });
  });

  test("a gzip damaged in the middle", async () => {
    const lines = Array.from({ length: 20000 }, (_, i) =>
      JSON.stringify({ ...processEvent, CommandLine: `${(i * 7919) % 100003}-${i}` }),
    );
    const bytes = gzipSync(lines.join("\n"));
    bytes.fill(0xff, bytes.length - 4000, bytes.length - 3000);
    await put("h.json.gz", bytes);
    const result = await ingest();
    expect(result.files[0]?.notes).toEqual(["the compressed file is damaged"]);
    expect(result.rows).toBeGreaterThan(1000);
  });

  test("a line of 10 MB is read", async () => {
    const long = "x".repeat(10 * 1024 * 1024);
    await put("h.json", jsonl(processEvent, { ...processEvent, CommandLine: long }, processEvent));
    expect(await ingest()).toMatchObject({ rows: 3, rejects: 0 });
    expect(await table("SecurityEvent", "length(CommandLine) n")).toEqual([
      { n: "10" },
      { n: String(long.length) },
      { n: "10" },
    ]);
  });
});

describe("texts", () => {
  const text = jsonl({ time: "2021-03-01T00:00:00Z", a: "é😀" });
  test.each<[string, Buffer]>([
    ["UTF-8 with a mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])],
    ["UTF-16 LE with a mark", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")])],
    ["UTF-16 LE without", Buffer.from(text, "utf16le")],
    ["UTF-16 BE with a mark", Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, "utf16le").swap16()])],
    ["UTF-16 in gzip", gzipSync(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]))],
  ])("%s", async (_, bytes) => {
    await put("x.json", bytes);
    await ingest();
    expect(await table("x_CL", "a")).toEqual([{ a: "é😀" }]);
  });

  test("bytes that are no UTF-8 are read as Windows-1252, and that is said", async () => {
    await put("x.csv", Buffer.from("time,city\n2021-03-01T00:00:00Z,S\xe3o\n", "latin1"));
    const result = await ingest();
    expect(result.files[0]?.notes).toEqual(["1 lines are not UTF-8 and were read as Windows-1252"]);
    expect(await table("x_CL", "city")).toEqual([{ city: "São" }]);
  });
});

describe("the plan", () => {
  test("asks instead of guessing: the order of day and month, and the zone", async () => {
    await put("fw.csv", "date,src\n04/05/2021 10:00:00,a\n06/05/2021 10:00:00,b\n");
    const open = await plan();
    expect(open.questions.map(q => q.doubt.kind)).toEqual(["date-order", "time-zone"]);
    expect(open.questions[0]?.message).toContain("'04/05/2021 10:00:00'");
    await expect(runIngest(open, workspace)).rejects.toMatchObject({ code: "ingest/questions" });
    await expect(stat(workspace)).rejects.toMatchObject({ code: "ENOENT" });
    await ingest([{ match: "fw.csv", timeFormat: "%d/%m/%Y %H:%M:%S", timeZone: "Europe/Berlin" }]);
    expect(await table("fw_CL", "TimeGenerated")).toEqual([
      { TimeGenerated: "2021-05-04 08:00:00" },
      { TimeGenerated: "2021-05-06 08:00:00" },
    ]);
  });

  test("shows file, table, time, span, rows and rejects without writing anything", async () => {
    await put("host.json", jsonl(processEvent, { ...processEvent, TimeCreated: "2023-08-16T00:00:00Z" }) + "{\n");
    expect(planRows(await plan())).toEqual([
      {
        ...{ file: "host.json", format: "JSON Lines", table: "SecurityEvent", time: "TimeCreated (iso)", zone: "UTC" },
        ...{
          from: "2023-08-15T09:53:59.757Z",
          to: "2023-08-16T00:00:00.000Z",
          rows: "2",
          rejects: 1,
          estimated: false,
        },
      },
    ]);
    await expect(stat(workspace)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("a clock that was wrong is corrected: in the plan, in the rows, and answers say so", async () => {
    await put(
      "host.json",
      jsonl(processEvent, { ...processEvent, TimeCreated: "2023-08-16T00:00:00Z" }) +
        '{"TimeCreated":"2023-08-15T10:00:00Z",',
    );
    const corrections = [{ match: "host.json", timeShiftMs: 19 * 3_600_000 }];
    const [row] = planRows(await planIngest([evidence], { corrections }));
    expect(row).toMatchObject({ zone: "UTC +19h", from: "2023-08-16T04:53:59.757Z", to: "2023-08-16T19:00:00.000Z" });
    await ingest(corrections);
    expect(await table("SecurityEvent", "TimeGenerated, TimeCreated")).toEqual([
      { TimeGenerated: "2023-08-16 04:53:59.757", TimeCreated: "2023-08-15 09:53:59.757" },
      { TimeGenerated: "2023-08-16 19:00:00", TimeCreated: "2023-08-16 00:00:00" },
    ]);
    const { sources, tables } = await readManifest(workspace);
    expect(sources.map(s => s.timeShift)).toEqual(["+19h"]);
    // A line that cannot be read is where its rows would be.
    expect(tables.get("SecurityEvent")?.rejects).toMatchObject([{ count: 1, from: "2023-08-16T05:00:00.000000Z" }]);
  });

  test("the head of a large file is said to be an estimate", async () => {
    await put(
      "big_CL.jsonl",
      jsonl(...Array.from({ length: 20_500 }, (_, i) => ({ time: "2024-01-01T00:00:00Z", i }))),
    );
    expect(planRows(await plan())).toMatchObject([
      { rows: expect.stringMatching(/^~2\d{4}$/) as string, estimated: true },
    ]);
  });

  test("says what is not read and why", async () => {
    await put("a.evtx", Buffer.from("ElfFile\0............"));
    await put("b.zip", Buffer.from("PK\x03\x04.............."));
    await put("c.bin", Buffer.from([1, 2, 0, 3, 0, 0, 4, 0, 0, 0, 0, 1]));
    await put("d.txt", "just some words\nand more of them\n");
    await put("e.json", "");
    await put("f.csv", "a,b\n1,2\n");
    await symlink("/etc/passwd", join(evidence, "g.json"));
    const { skipped, files } = await plan([{ match: "f.csv", skip: true }]);
    expect(files).toEqual([]);
    expect(Object.fromEntries(skipped.map(s => [s.name, s.reason]))).toEqual({
      "a.evtx": expect.stringContaining("EVTX") as string,
      "b.zip": expect.stringContaining("ZIP") as string,
      "c.bin": "binary content",
      "d.txt": expect.stringContaining("neither JSON") as string,
      "e.json": "the file is empty",
      "f.csv": "left out by ingest.yaml",
      "g.json": "a symbolic link, not followed",
    });
  });

  test("corrections: table, delimiter, header, columns and the time field", async () => {
    await put("x.txt", "a;2021-01-01T00:00:00Z;2022-01-01T00:00:00Z\n");
    await ingest([
      {
        match: "*.txt",
        table: "CommonSecurityLog",
        format: "csv",
        delimiter: ";",
        header: false,
        timeField: "column3",
        columns: { column1: "SourceIP" },
      },
    ]);
    expect(await table("CommonSecurityLog", "TimeGenerated, SourceIP, column2")).toEqual([
      { TimeGenerated: "2022-01-01 00:00:00", SourceIP: "a", column2: "2021-01-01 00:00:00" },
    ]);
    expect(
      (await plan([{ match: "*.txt", format: "csv", delimiter: ";", timeField: "nope" }])).questions,
    ).toMatchObject([{ doubt: { kind: "no-such-field", field: "nope" } }]);
  });

  test("a workspace inside the evidence is refused, so that evidence is never written to", async () => {
    const inside = join(evidence, "ws");
    await mkdir(inside);
    await expect(planIngest([evidence], { workspace: inside, catalogue })).rejects.toMatchObject({
      code: "ingest/workspace-inside-evidence",
    });
    await expect(planIngest([join(base, "nothing")], { catalogue })).rejects.toMatchObject({
      code: "ingest/not-found",
    });
  });
});

describe("hostile evidence", () => {
  test.skipIf(process.platform === "win32")(
    "file names are data: they are kept as they are and write nowhere else",
    async () => {
      const names = [
        "it's; drop table x.json",
        "a\nb.json",
        "<img src=x>.json",
        "-rf.json",
        "\u001b[31mred.json",
        "%2e%2e.json",
      ];
      for (const [i, name] of names.entries()) await put(name, jsonl({ time: "2021-03-01T00:00:00Z", i }) + "{\n");
      const corrections = names.map(() => ({ match: "**", table: "Hostile_CL" }));
      expect(await ingest(corrections)).toMatchObject({ rows: names.length, rejects: names.length });
      expect(await table("Hostile_CL", `"_SourceFile" f`)).toEqual([...names].sort().map(f => ({ f })));
      for (const name of await readdir(join(workspace, "rejects")))
        expect(name).toMatch(/^[0-9a-f]{16}-\d+-\d+\.jsonl$/);
      expect((await readdir(base)).sort()).toEqual(["evidence", "ws"]);
    },
  );

  test("table names from records are data too", async () => {
    const record = { TimeGenerated: "2021-03-01T00:00:00Z", Type: "../../evil_CL", a: 1 };
    await put("x.json", jsonl(record, { ...record, Type: "Evil_CL" }));
    await ingest();
    expect([...(await readManifest(workspace)).tables.keys()]).toEqual(["Evil_CL", "x_CL"]);
  });

  test("a file with thousands of different fields is read in bounded columns, and all of it is kept", async () => {
    const record = (n: number) => ({
      time: "2021-03-01T00:00:00Z",
      ...Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`k${n * 600 + i}`, i])),
    });
    await put("x.json", jsonl(...Array.from({ length: 20 }, (_, n) => record(n))));
    await ingest();
    expect(Object.keys(await columnTypes("x_CL")).length).toBeLessThan(310);
    const rows = (await table("x_CL", "*")) as Record<string, unknown>[];
    const last = rows.at(-1) ?? {};
    const own = Object.keys(last).filter(k => /^k\d+$/.test(k) && last[k] !== null).length;
    expect(own + Object.keys(JSON.parse(String(last["_Extra"])) as object).length).toBe(600);
  });
});

describe("ingesting again", () => {
  test.each(["file-written", "file-named", "before-manifest"] as const)(
    "after a kill -9 at %s nothing half-written is seen, and the next run brings everything",
    async step => {
      await put("h.json", jsonl(processEvent) + "broken\n");
      await ingest();
      await put("i.json", jsonl({ ...processEvent, Hostname: "WKS-2" }, sysmonEvent) + "broken\n");
      const url = (name: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href);
      const code = `
        import { planIngest } from ${url("./plan.ts")};
        import { runIngest } from ${url("./run.ts")};
        const [evidence, workspace] = ${JSON.stringify([evidence, workspace])};
        const die = step => { if (step === "${step}") process.kill(process.pid, "SIGKILL"); };
        await runIngest(await planIngest([evidence], { workspace }), workspace, { onStep: die });`;
      const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
        stdio: "inherit",
      });
      expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
      expect((await readManifest(workspace)).generation).toBe(2);
      expect((await verifyWorkspace(workspace)).problems).toEqual([]);
      expect((await ingest()).files.map(f => [f.name, f.state])).toEqual([
        ["h.json", "unchanged"],
        ["i.json", "ingested"],
      ]);
      expect((await table("SecurityEvent", "Computer")).length).toBe(2);
      expect((await readdir(join(workspace, "rejects"))).length).toBe(2);
    },
  );

  test("the same content is left alone, also under another name; force reads it again", async () => {
    await put("h.json", jsonl(processEvent));
    expect((await ingest()).generation).toBe(2);
    await put("copy.json", jsonl(processEvent));
    const again = await ingest();
    expect(again.generation).toBe(2);
    expect(again.files.map(f => [f.name, f.state, f.notes])).toEqual([
      ["copy.json", "unchanged", ["the same content as 'h.json'"]],
      ["h.json", "unchanged", []],
    ]);
    await rm(join(evidence, "copy.json"));
    expect((await ingest([], { force: true })).files[0]?.state).toBe("replaced");
    expect((await table("SecurityEvent", "EventID")).length).toBe(1);
  });

  test("a file that changed replaces its rows and rejects; other files' rows stay", async () => {
    await put("h.json", jsonl(processEvent) + "broken\n");
    await put("other.json", jsonl({ ...processEvent, Hostname: "WKS-2" }));
    await ingest();
    await put("h.json", jsonl(processEvent, processEvent));
    const result = await ingest();
    expect(result.files.map(f => [f.name, f.state])).toEqual([
      ["h.json", "replaced"],
      ["other.json", "unchanged"],
    ]);
    expect(await table("SecurityEvent", `"_SourceFile" f, "_SourceRecord" n`)).toEqual([
      { f: "h.json", n: "1" },
      { f: "h.json", n: "2" },
      { f: "other.json", n: "1" },
    ]);
    expect((await readManifest(workspace)).tables.get("SecurityEvent")?.rejects).toEqual([]);
  });

  test("files of one name in two folders are two files", async () => {
    await put("h.json", jsonl(processEvent));
    await ingest();
    const second = join(base, "second");
    await mkdir(second);
    await writeFile(join(second, "h.json"), jsonl({ ...processEvent, Hostname: "WKS-9" }));
    for (const state of ["ingested", "unchanged"]) {
      const planned = await planIngest([second], { workspace, corrections: [], catalogue });
      expect((await runIngest(planned, workspace, { catalogue })).files[0]?.state).toBe(state);
    }
    expect(await table("SecurityEvent", `"_SourceFile" f, Computer`)).toEqual([
      { f: "h.json", Computer: "WKS-1" },
      { f: "h.json (2)", Computer: "WKS-9" },
    ]);
  });

  test("originals are hashed into the manifest, the evidence stays as it was", async () => {
    await put("sub/h.json", jsonl(processEvent));
    const before = await stat(join(evidence, "sub/h.json"));
    await ingest();
    const after = await stat(join(evidence, "sub/h.json"));
    expect([after.mtimeMs, after.size]).toEqual([before.mtimeMs, before.size]);
    expect(await readdir(join(evidence, "sub"))).toEqual(["h.json"]);
    expect((await readManifest(workspace)).sources).toEqual([
      expect.objectContaining({
        path: "sub/h.json",
        rows: 1,
        tables: ["SecurityEvent"],
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      }),
    ]);
    expect((await verifyWorkspace(workspace)).problems).toEqual([]);
  });

  test("small steps give the same rows as one: memory is bounded by what is staged", async () => {
    const events = Array.from({ length: 500 }, (_, i) => ({
      ...processEvent,
      CommandLine: `c${i}`,
      ...(i > 400 ? { Late: i } : {}),
    }));
    await put("h.json", jsonl(...events));
    await ingest([], { stageBytes: 20_000 });
    const rows = await table("SecurityEvent", `CommandLine c, Late`);
    expect(rows.length).toBe(500);
    expect(rows[450]).toEqual({ c: "c450", Late: "450" });
    expect((await readManifest(workspace)).tables.get("SecurityEvent")?.files.length).toBeGreaterThan(1);
  });

  test("an ingest that is cancelled leaves the workspace as it was", async () => {
    await put("h.json", jsonl(processEvent));
    await ingest();
    await put("i.json", jsonl({ ...processEvent, Hostname: "X" }));
    const stop = new AbortController();
    const planned = await plan();
    stop.abort();
    await expect(runIngest(planned, workspace, { catalogue, signal: stop.signal })).rejects.toThrow();
    expect((await readManifest(workspace)).generation).toBe(2);
    expect((await verifyWorkspace(workspace)).problems).toEqual([]);
  });
});
