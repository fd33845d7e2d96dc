/**
 * Ten hunting questions in KQL against hand-written DuckDB SQL that gives the same answer, on a Contoso tenant:
 * `tsx bench/kql.ts [1m|10m|N]`. Best of five, interleaved, one process; answers are compared before they are timed.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { connectDuckDb, openDuckDb, quoteLiteral } from "../src/frame/duckdb.js";
import { installPrelude, registerUdfs } from "../src/frame/udf-host.js";
import { createSession } from "../src/session/session.js";
import { generateDemo } from "../src/session/demo.js";

interface Question {
  readonly name: string;
  readonly kql: string;
  /** `{T}` is the table's Parquet. */
  readonly sql: string;
}

const questions: readonly Question[] = [
  {
    name: "count by code",
    kql: "SigninLogs | summarize n = count() by ResultType | sort by ResultType asc",
    sql: `select "ResultType", count(*) n from {SigninLogs} group by 1 order by 1`,
  },
  {
    name: "equality",
    kql: "SecurityEvent | where EventID == 4625 | count",
    sql: `select count(*) from {SecurityEvent} where "EventID" = 4625`,
  },
  {
    name: "one day by hour",
    kql: "DeviceNetworkEvents | where TimeGenerated between (datetime(2026-01-06) .. datetime(2026-01-07)) | summarize n = count() by h = bin(TimeGenerated, 1h) | sort by h asc",
    sql: `select date_trunc('hour', "TimeGenerated") h, count(*) n from {DeviceNetworkEvents} where "TimeGenerated" between timestamp '2026-01-06' and timestamp '2026-01-07' group by 1 order by 1`,
  },
  {
    name: "has",
    kql: 'DeviceProcessEvents | where ProcessCommandLine has "powershell" | count',
    sql: `select count(*) from {DeviceProcessEvents} where contains(lower("ProcessCommandLine"), 'powershell') and regexp_matches("ProcessCommandLine", '(?i)(^|[^\\pL\\pN])powershell($|[^\\pL\\pN])')`,
  },
  {
    name: "contains",
    kql: 'DeviceProcessEvents | where ProcessCommandLine contains "encoded" | count',
    sql: `select count(*) from {DeviceProcessEvents} where contains(lower("ProcessCommandLine"), 'encoded')`,
  },
  {
    name: "distinct per host",
    kql: "DeviceProcessEvents | summarize files = dcount(FileName) by DeviceName | sort by DeviceName asc",
    sql: `select "DeviceName", count(distinct "FileName") from {DeviceProcessEvents} group by 1 order by 1`,
  },
  {
    name: "latest per user",
    kql: "SigninLogs | summarize arg_max(TimeGenerated, IPAddress) by UserPrincipalName | sort by UserPrincipalName asc | project UserPrincipalName, TimeGenerated",
    sql: `select "UserPrincipalName", max("TimeGenerated") from {SigninLogs} group by 1 order by 1`,
  },
  {
    name: "dynamic path",
    kql: "SigninLogs | summarize n = count() by c = tostring(LocationDetails.countryOrRegion) | sort by c asc",
    sql: `select coalesce("LocationDetails"->>'$.countryOrRegion', '') c, count(*) n from {SigninLogs} group by 1 order by 1`,
  },
  {
    name: "join",
    kql: "SecurityEvent | where EventID == 4624 | summarize l = count() by Computer | join kind=inner (SecurityEvent | where EventID == 4688 | summarize p = count() by Computer) on Computer | project Computer, l, p | sort by Computer asc",
    sql: `select a."Computer", l, p from (select "Computer", count(*) l from {SecurityEvent} where "EventID" = 4624 group by 1) a join (select "Computer", count(*) p from {SecurityEvent} where "EventID" = 4688 group by 1) b using ("Computer") order by 1`,
  },
  {
    name: "arithmetic",
    kql: "CommonSecurityLog | summarize s = sum(SentBytes * 2 + 1) by DeviceName | sort by DeviceName asc",
    sql: `select "DeviceName", cast(sum("SentBytes" * 2 + 1) as bigint) from {CommonSecurityLog} group by 1 order by 1`,
  },
];

const size = process.argv[2] ?? "1m";
const rows = size === "1m" || size === "10m" ? size : Number(size);
const root = mkdtempSync(join(tmpdir(), "huntbook-bench-"));
const dir = join(root, "contoso");
try {
  const made = await generateDemo({ dir, rows, nowMs: Date.UTC(2026, 0, 15), onProgress: () => undefined });
  console.log(`${made.rows.toLocaleString("en-US")} rows`);
  const session = createSession({ dataDir: root, workspace: dir });
  const workspace = await session.workspace();
  const instance = await openDuckDb();
  const connection = await connectDuckDb(instance);
  await registerUdfs(connection);
  await installPrelude(connection);
  const files = (table: string): string =>
    `read_parquet([${readdirSync(join(dir, "tables", table))
      .map(f => quoteLiteral(join(dir, "tables", table, f)))
      .join(", ")}])`;
  const ratios: number[] = [];
  for (const { name, kql, sql } of questions) {
    const byHand = sql.replaceAll(/\{(\w+)\}/g, (_, table: string) => files(table));
    const runKql = async (): Promise<string> => (await workspace.query(kql)).rows({ bigint: true }).then(show);
    const runHand = async (): Promise<string> => show((await connection.runAndReadAll(byHand)).getRowsJS());
    const [a, b] = [await runKql(), await runHand()];
    if (a !== b) throw new Error(`${name}: the answers differ\n${a.slice(0, 300)}\n${b.slice(0, 300)}`);
    let [best, hand] = [Infinity, Infinity];
    for (let i = 0; i < 5; i += 1) {
      best = Math.min(best, await timed(async () => (await workspace.query(kql)).close()));
      hand = Math.min(
        hand,
        await timed(async () => connection.run(`create or replace temp table answer as ${byHand}`)),
      );
    }
    ratios.push(best / hand);
    console.log(
      `${name.padEnd(18)} ${best.toFixed(1)} ms KQL, ${hand.toFixed(1)} ms SQL, ${(best / hand).toFixed(2)} ×`,
    );
  }
  const mean = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length);
  console.log(
    `geometric mean ${mean.toFixed(2)} ×, worst ${Math.max(...ratios).toFixed(2)} ×, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  );
  connection.closeSync();
  instance.closeSync();
  await session.close();
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** Rows as text, types aside: numbers and bigints, dates and timestamps alike. */
function show(table: readonly object[]): string {
  const cell = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value));
  return table.map(row => Object.values(row).map(cell).join("|")).join("\n");
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
