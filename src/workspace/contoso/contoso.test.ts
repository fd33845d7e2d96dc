import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FrameStore } from "../../frame/index.js";
import { connectDuckDb, openDuckDb, quoteIdentifier, quoteLiteral } from "../../frame/duckdb.js";
import type { DuckDBConnection, DuckDBInstance } from "../../frame/duckdb.js";
import { createInlineCompiler } from "../../kql/index.js";
import { openWorkspace, physicalNames, readManifest } from "../index.js";
import type { OpenedWorkspace } from "../index.js";
import type { AnswerKey } from "./answer-key.js";
import { generateContoso } from "./generate.js";
import { tableViewSql } from "../view-sql.js";
import { contosoTableNames } from "./table-schema.js";

const root = mkdtempSync(join(tmpdir(), "contoso-test-"));
const dir = join(root, "one");
const options = { rows: 20_000, now: Date.parse("2026-11-26T09:00:00Z") } as const;
let instance: DuckDBInstance;
let connection: DuckDBConnection;
let key: AnswerKey;

beforeAll(async () => {
  await generateContoso({ dir, ...options, threads: 2 });
  key = JSON.parse(readFileSync(join(dir, "answer-key.json"), "utf8")) as AnswerKey;
  instance = await openDuckDb();
  connection = await connectDuckDb(instance);
  for (const [name, table] of (await readManifest(dir)).tables) {
    const filled = table.columns.filter(c => table.files.some(f => f.missing?.includes(c.name) !== true));
    const view = tableViewSql(table, filled, physicalNames(filled), join(dir, "tables", table.directory));
    await connection.run(`create view ${quoteIdentifier(name)} as ${view}`);
  }
}, 240_000);
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(root, { recursive: true, force: true });
});

async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJson();
}
async function count(sql: string): Promise<number> {
  return Number(Object.values((await rowsOf(`select count(*) n from ${sql}`))[0] ?? {})[0]);
}
const item = (id: string) => key.items.find(i => i.id === id)!;
const counted = (id: string, table: string): number => item(id).tables.find(t => t.table === table)?.count ?? -1;

describe("the workspace", () => {
  test("has every table of the demo tenant, with rows", async () => {
    const { tables, clock } = await readManifest(dir);
    expect([...tables.keys()].sort()).toEqual([...contosoTableNames].sort());
    for (const [name, table] of tables) expect(table.files.length, name).toBeGreaterThan(0);
    expect(clock).toEqual({ kind: "pinned", now: "2026-11-24T18:00:00.000Z" });
  });

  test("the same options give the same bytes, whatever the number of threads", async () => {
    const again = join(root, "two");
    await generateContoso({ dir: again, ...options, threads: 1 });
    const hashes = async (of: string) =>
      [...(await readManifest(of)).tables].map(([name, t]) => [name, t.files.map(f => f.sha256)]);
    expect(await hashes(again)).toEqual(await hashes(dir));
    for (const name of ["answer-key.json", "sites.yaml", "watchlists/VIPUsers.csv"])
      expect(readFileSync(join(again, name), "utf8")).toBe(readFileSync(join(dir, name), "utf8"));
  }, 240_000);

  test("a folder that is a workspace already is left alone", async () => {
    await expect(generateContoso({ dir, ...options })).rejects.toMatchObject({ code: "workspace/exists" });
    expect(await count("SecurityAlert")).toBe(200);
  });

  test.each([1, 2])("an attempt that is cancelled leaves no workspace behind (%i threads)", async threads => {
    const cancelled = join(root, `cancelled-${threads}`);
    const controller = new AbortController();
    const attempt = generateContoso({
      ...{ dir: cancelled, ...options, threads, signal: controller.signal },
      progress: () => controller.abort(new Error("enough")),
    });
    await expect(attempt).rejects.toThrow("enough");
    expect(readdirSync(cancelled, { recursive: true })).toEqual(["tmp"]);
  });
});

describe("the answer key", () => {
  let workspace: OpenedWorkspace;
  let store: FrameStore;
  beforeAll(async () => {
    const compiler = createInlineCompiler();
    store = await FrameStore.open({ compiler });
    workspace = await openWorkspace(dir, { name: "Contoso", store, compiler });
  });
  afterAll(async () => {
    await workspace.close();
    await store.close();
  });

  test("every filter selects exactly its rows", async () => {
    const wrong: string[] = [];
    for (const i of key.items)
      for (const t of i.tables) {
        const frame = await workspace.query(`${t.filter} | count`);
        const [row] = await frame.rows();
        const found = Number(Object.values(row ?? {})[0]);
        if (found !== t.count) wrong.push(`${i.id} in ${t.table}: ${found} rows, the key says ${t.count}`);
      }
    expect(wrong).toEqual([]);
  }, 240_000);

  test("no two items of the breach claim the same id, and every one has rows", () => {
    expect(new Set(key.items.map(i => i.id)).size).toBe(key.items.length);
    for (const i of key.items.filter(i => i.kind !== "gap"))
      for (const t of i.tables) expect(t.count, `${i.id} ${t.table}`).toBeGreaterThan(0);
  });
});

/** Counts written by hand from CONTOSO's story, in SQL of our own. */
test.each([
  [
    "spray",
    `SigninLogs where IPAddress like '203.0.113.%' and TimeGenerated < '2026-11-16'`,
    () => counted("breach-spray", "SigninLogs"),
  ],
  ["fourteen mails", `EmailEvents where SenderFromAddress = 'hr-notices@contoso-payroll.example'`, () => 14],
  ["three clicks", `UrlClickEvents where Url like '%contoso-payroll.example%'`, () => 3],
  [
    "one rule named '.'",
    `OfficeActivity where Operation = 'New-InboxRule' and json_extract_string(Parameters, '$[5].Value') = '.'`,
    () => 1,
  ],
  [
    "one consent to the malicious application",
    `AuditLogs where OperationName = 'Consent to application' and json_extract_string(TargetResources, '$[0].displayName') = 'Mail Archiver Pro'`,
    () => 1,
  ],
  ["24 replication events from FS01", `SecurityEvent where EventID = 4662 and SubjectLogonId = '0x7d3a9c1'`, () => 24],
  [
    "6,000 objects",
    `StorageBlobLogs where OperationName = 'GetBlob' and CallerIpAddress like '203.0.113.140:%'`,
    () => 6000,
  ],
  [
    "400 objects from S3",
    `AWSCloudTrail where EventName = 'GetObject' and SourceIpAddress = '203.0.113.140'`,
    () => 400,
  ],
  ["the log cleared once", `SecurityEvent where EventID = 1102`, () => 1],
  [
    "a failure a minute for eleven days",
    `AADNonInteractiveUserSignInLogs where UserPrincipalName = 'svc-print@contoso.example' and ResultType = '50126'`,
    () => 11 * 24 * 60,
  ],
  ["eleven alerts of the story", `SecurityAlert where SystemAlertId in (select unnest($ALERTS))`, () => 11],
  [
    "the incident grows by an alert each time",
    `SecurityIncident where IncidentNumber = 1187 and json_array_length(AlertIds) = 6`,
    () => 1,
  ],
  [
    "180 accounts were sprayed",
    `(select UserPrincipalName from SigninLogs where IPAddress like '203.0.113.%' and TimeGenerated < '2026-11-16' union select UserPrincipalName from AADNonInteractiveUserSignInLogs where IPAddress like '203.0.113.%')`,
    () => 180,
  ],
  [
    "one success in the spray",
    `(select 1 from SigninLogs where IPAddress like '203.0.113.%' and ResultType = '0' and TimeGenerated < '2026-11-16' union all select 1 from AADNonInteractiveUserSignInLogs where IPAddress like '203.0.113.%' and ResultType = '0')`,
    () => 1,
  ],
])("%s", async (_, sql, expected) => {
  const alerts = (item("breach-alerts").keys["alerts"] as string[]).map(quoteLiteral).join(", ");
  expect(await count(sql.replace("$ALERTS", `[${alerts}]`))).toBe(expected());
});

describe("the story", () => {
  test("18 GB leave through the proxy between 01:22 and 02:58 on Monday", async () => {
    const [row] = await rowsOf(
      `select sum(SentBytes)::BIGINT bytes, min(TimeGenerated)::VARCHAR a, max(TimeGenerated)::VARCHAR b from CommonSecurityLog where DestinationIP = '192.0.2.77'`,
    );
    expect(Number(row?.["bytes"])).toBe(18_000_000_000);
    expect(String(row?.["a"]) > "2026-11-23 01:22" && String(row?.["b"]) < "2026-11-23 02:59").toBe(true);
  });

  test("each Sunday's backup is larger than the exfiltration", async () => {
    const rows = await rowsOf(
      `select TimeGenerated::DATE on_day, sum(SentBytes)::BIGINT bytes from CommonSecurityLog where SourceIP = '10.10.8.20' group by on_day order by on_day`,
    );
    expect(rows.map(r => String(r["on_day"]))).toEqual(["2026-11-15", "2026-11-22"]);
    for (const r of rows) expect(Number(r["bytes"])).toBeGreaterThan(100_000_000_000);
  });

  test("the beacon beats every 60 s ± 10 %, with constant small sizes", async () => {
    const rows = await rowsOf(`
      with g as (select epoch(TimeGenerated) - lag(epoch(TimeGenerated)) over (order by TimeGenerated) gap, SentBytes from CommonSecurityLog where DestinationIP = '198.51.100.140')
      select min(gap) low, quantile_cont(gap, 0.98) high, median(gap) mid, min(SentBytes)::INT least, max(SentBytes)::INT most from g`);
    const [r] = rows;
    expect(Number(r?.["low"])).toBeGreaterThanOrEqual(53.9);
    expect(Number(r?.["high"])).toBeLessThanOrEqual(66.1);
    expect(Math.abs(Number(r?.["mid"]) - 60)).toBeLessThan(1.5);
    expect([r?.["least"], r?.["most"]]).toEqual([312, 316]);
  });

  test("the command line decodes twice to the URL, the address and the hash", async () => {
    const [row] = await rowsOf(
      `select ProcessCommandLine c from DeviceProcessEvents where ProcessCommandLine like '%-enc %' and DeviceName = 'wks-0042.contoso.example' and InitiatingProcessFileName = 'excel.exe'`,
    );
    const outer = Buffer.from(String(row?.["c"]).split("-enc ")[1] ?? "", "base64").toString("utf16le");
    const inner = gunzipSync(Buffer.from(/FromBase64String\('([^']+)'\)/.exec(outer)?.[1] ?? "", "base64")).toString(
      "utf8",
    );
    const { url, ip, sha256 } = item("breach-macro").keys;
    for (const value of [url, ip, sha256]) expect(inner).toContain(value);
  });

  test("the processes of WKS-0042 hang together from explorer to the dump", async () => {
    const rows = await rowsOf(
      `select FileName f, ProcessId id, InitiatingProcessId parent from DeviceProcessEvents where DeviceName = 'wks-0042.contoso.example' and TimeGenerated between '2026-11-20 14:05' and '2026-11-21 03:00' and (InitiatingProcessFileName in ('excel.exe') or FileName in ('EXCEL.EXE', 'rundll32.exe') or InitiatingProcessParentFileName = 'EXCEL.EXE')`,
    );
    const dump = rows.find(r => r["f"] === "rundll32.exe");
    const stage2 = rows.find(r => r["id"] === dump?.["parent"]);
    const stage1 = rows.find(r => r["id"] === stage2?.["parent"]);
    const excel = rows.find(r => r["id"] === stage1?.["parent"]);
    expect([stage2, stage1, excel].map(r => r?.["f"])).toEqual(["powershell.exe", "powershell.exe", "EXCEL.EXE"]);
  });

  test("Dana signed in from Dublin 41 minutes before Valparaíso", async () => {
    const rows = await rowsOf(
      `select strftime(TimeGenerated, '%H:%M') t, json_extract_string(LocationDetails, '$.city') city from SigninLogs where UserPrincipalName = 'dana.reyes@contoso.example' and strftime(TimeGenerated, '%Y-%m-%d %H:%M') in ('2026-11-18 08:50', '2026-11-18 09:31') order by TimeGenerated`,
    );
    expect(rows).toEqual([
      { t: "08:50", city: "Dublin" },
      { t: "09:31", city: "Valparaíso" },
    ]);
  });

  test("a linked message id leads from the mail to the click", async () => {
    expect(
      await count(
        `UrlClickEvents c join EmailUrlInfo u on u.Url = c.Url join EmailEvents e on e.NetworkMessageId = u.NetworkMessageId where e.SenderFromDomain = 'contoso-payroll.example' and e.RecipientEmailAddress = c.AccountUpn`,
      ),
    ).toBe(3);
  });

  test("story addresses belong to the story", async () => {
    const found: string[] = [];
    for (const [table, column] of [
      ["SigninLogs", "IPAddress"],
      ["DeviceNetworkEvents", "RemoteIP"],
      ["CommonSecurityLog", "DestinationIP"],
      ["OfficeActivity", "ClientIP"],
      ["MicrosoftGraphActivityLogs", "IPAddress"],
      ["EmailEvents", "SenderIPv4"],
      ["AWSCloudTrail", "SourceIpAddress"],
    ] as const) {
      const all = await count(
        `${table} where regexp_matches(${column}, '^(203\\.0\\.113|198\\.51\\.100|192\\.0\\.2)\\.')`,
      );
      const claimed = key.items
        .filter(i => i.kind !== "gap")
        .flatMap(i => i.tables.filter(t => t.table === table).map(t => t.count));
      if (all > claimed.reduce((a, b) => a + b, 0)) found.push(`${table}.${column}`);
    }
    expect(found).toEqual([]);
  });
});

describe("the gaps", () => {
  test("WKS-0042's agent is silent while the proxy still sees the beacon", async () => {
    const silent = "TimeGenerated >= '2026-11-21 04:00' and TimeGenerated < '2026-11-21 07:30'";
    expect(await count(`DeviceNetworkEvents where DeviceName = 'wks-0042.contoso.example' and ${silent}`)).toBe(0);
    expect(await count(`CommonSecurityLog where DestinationIP = '198.51.100.140' and ${silent}`)).toBeGreaterThan(190);
    expect(item("gap-wks-0042").missing).toBeGreaterThan(190);
  });

  test("São Paulo's proxy has nothing on D-5, and rows before and after", async () => {
    const days = await rowsOf(
      `select distinct TimeGenerated::DATE::VARCHAR d from CommonSecurityLog where DeviceName = 'prx-gru-01' order by d`,
    );
    expect(days.map(r => r["d"])).toEqual(expect.arrayContaining(["2026-11-18", "2026-11-20"]));
    expect(days.map(r => r["d"])).not.toContain("2026-11-19");
  });
});

describe("everyday life", () => {
  test("processes have parents that were logged, or that were started before the log or by a start of the machine", async () => {
    const orphans = await count(`DeviceProcessEvents p
      where InitiatingProcessCreationTime > '2026-11-12' and InitiatingProcessFileName not in ('system', 'msedge.exe')
      and not exists (select 1 from DeviceProcessEvents q where q.DeviceId = p.DeviceId and q.ProcessId = p.InitiatingProcessId and q.ProcessCreationTime = p.InitiatingProcessCreationTime)`);
    expect(orphans).toBe(0);
  });

  test("a process id is not used twice on a machine between two starts of it", async () => {
    const twice = await count(
      `(select DeviceId, ProcessId, ProcessCreationTime::DATE d from DeviceProcessEvents group by all having count(distinct ProcessCreationTime) > 1)`,
    );
    expect(twice).toBe(0);
  });

  test("4688 repeats the ids of DeviceProcessEvents where the Security log is collected", async () => {
    expect(
      await count(
        `SecurityEvent s where EventID = 4688 and not exists (select 1 from DeviceProcessEvents d where d.DeviceName = lower(s.Computer) and d.ProcessId = ('0x' || substr(s.NewProcessId, 3))::BIGINT and d.FolderPath = s.NewProcessName)`,
      ),
    ).toBe(0);
  });

  test("4624, 4688 and 4634 join on the logon id", async () => {
    const users = `SecurityEvent p where EventID = 4688 and AccountType = 'User' and SubjectDomainName = 'CONTOSO' and TimeGenerated > '2026-11-12'`;
    expect(await count(users)).toBeGreaterThan(300);
    // Sessions that were open before the log began, and the backup's, have no logon in it.
    expect(
      await count(
        `${users} and SubjectUserName not in ('svc-backup') and not exists (select 1 from SecurityEvent l where l.EventID = 4624 and l.Computer = p.Computer and l.TargetLogonId = p.SubjectLogonId)`,
      ),
    ).toBe(0);
    expect(
      await count(
        `SecurityEvent o where EventID = 4634 and not exists (select 1 from SecurityEvent l where l.EventID = 4624 and l.Computer = o.Computer and l.TargetLogonId = o.TargetLogonId)`,
      ),
    ).toBe(0);
  });

  test("weekends are quiet, working hours are busy", async () => {
    const rows = await rowsOf(
      `select dayofweek(TimeGenerated) d, count(*)::INT n from DeviceLogonEvents where LogonType in ('Interactive', 'CachedInteractive') group by d`,
    );
    const of = (d: number): number => Number(rows.find(r => Number(r["d"]) === d)?.["n"] ?? 0);
    for (const weekday of [1, 2, 3, 4, 5])
      for (const weekend of [0, 6]) expect(of(weekday)).toBeGreaterThan(of(weekend) * 3);
  });

  test("alert entities refer to each other by $ref, and every reference has its $id", async () => {
    for (const { e } of await rowsOf("select Entities e from SecurityAlert")) {
      const entities = JSON.parse(String(e)) as object[];
      const text = JSON.stringify(entities);
      const ids = new Set([...text.matchAll(/"\$id":"(\d+)"/g)].map(m => m[1]));
      for (const [, ref] of text.matchAll(/"\$ref":"(\d+)"/g)) expect(ids).toContain(ref);
      expect([...text.matchAll(/"\$id"/g)]).toHaveLength(ids.size);
    }
  });

  test("rows arrive after they happened, some of them hours late, some twice", async () => {
    expect(await count(`DeviceProcessEvents where "_TimeReceived" < TimeGenerated`)).toBe(0);
    expect(await count(`DeviceProcessEvents where "_TimeReceived" > TimeGenerated + interval 1 hour`)).toBeGreaterThan(
      5,
    );
    expect(
      await count(
        `(select TimeGenerated, Computer, SourceIP, SourcePort, RequestURL from CommonSecurityLog group by all having count(*) > 1 union all select TimeGenerated, Computer, Facility, SyslogMessage, '' from Syslog group by all having count(*) > 1)`,
      ),
    ).toBeGreaterThan(0);
  });

  test("strings are never null", async () => {
    for (const name of ["SigninLogs", "SecurityEvent", "DeviceProcessEvents", "CommonSecurityLog"]) {
      const columns = (await rowsOf(`describe ${name}`))
        .filter(c => c["column_type"] === "VARCHAR")
        .map(c => quoteIdentifier(String(c["column_name"])));
      expect(await count(`${name} where ${columns.map(c => `${c} is null`).join(" or ")}`), name).toBe(0);
    }
  });

  test("dynamic columns are minified JSON", async () => {
    for (const [table, column] of [
      ["SigninLogs", "DeviceDetail"],
      ["AuditLogs", "TargetResources"],
      ["CloudAppEvents", "RawEventData"],
      ["SecurityIncident", "Owner"],
    ] as const) {
      const bad = (await rowsOf(`select ${column} v from ${table} where ${column} is not null limit 300`)).filter(
        ({ v }) => JSON.stringify(JSON.parse(String(v))) !== v,
      );
      expect(bad, table).toEqual([]);
    }
  });
});

describe("nothing real", () => {
  test("addresses are private or reserved for documentation and tests", async () => {
    const ours =
      /^(10\.10\.|198\.1[89]\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:|127\.0\.0\.1$|::ffff:10\.10\.|-$|$)/;
    for (const table of contosoTableNames)
      for (const column of (await rowsOf(`describe ${quoteIdentifier(table)}`)).filter(
        c =>
          /(ip|ipaddress|ipaddr|ipv4|ipv6|_s)$/i.test(String(c["column_name"])) &&
          /ip/i.test(String(c["column_name"])) &&
          c["column_type"] === "VARCHAR",
      )) {
        const name = quoteIdentifier(String(column["column_name"]));
        const values = (await rowsOf(`select distinct ${name} v from ${quoteIdentifier(table)}`)).map(r =>
          String(r["v"]),
        );
        expect(
          values.filter(v => !ours.test(v) && /^[\d.:a-f]+$/i.test(v)),
          `${table}.${name}`,
        ).toEqual([]);
      }
  });

  test("names in URLs and mail addresses end in .example", async () => {
    const wrong = new Set<string>();
    for (const table of contosoTableNames) {
      const columns = (await rowsOf(`describe ${quoteIdentifier(table)}`))
        .filter(c => ["VARCHAR", "JSON"].includes(String(c["column_type"])))
        .map(c => quoteIdentifier(String(c["column_name"])));
      const all = columns.map(c => `coalesce(${c}::VARCHAR, '')`).join(" || ' ' || ");
      for (const { h } of await rowsOf(
        `select distinct unnest(regexp_extract_all(${all}, '(?:https?://|[\\w.-]@)([A-Za-z0-9][A-Za-z0-9.-]*\\.[A-Za-z]{2,})', 1)) h from ${quoteIdentifier(table)}`,
      ))
        if (!String(h).toLowerCase().endsWith(".example")) wrong.add(`${table}: ${String(h)}`);
    }
    expect([...wrong]).toEqual([]);
  });
});
