/** Ten hunting questions in KQL, and as the SQL that somebody who knows DuckDB would write to get the same answer. */

export interface Question {
  readonly name: string;
  readonly kql: string;
  /** `{T}` stands for the Parquet files of table T; `{day}` and `{next}`, here and in the KQL, for a day of the tenant and the next. */
  readonly sql: string;
}

const term = (words: string): string => `(?i)(?:^|[^\\pL\\pN])(?:${words})(?:$|[^\\pL\\pN])`;

export const questions: readonly Question[] = [
  {
    name: "sign-ins by result",
    kql: "AADNonInteractiveUserSignInLogs | summarize n = count(), users = dcount(UserPrincipalName) by ResultType | sort by ResultType asc",
    sql: `select "ResultType", count(*), count(distinct "UserPrincipalName") from {AADNonInteractiveUserSignInLogs} group by 1 order by 1`,
  },
  {
    name: "one day by hour",
    kql: "DeviceNetworkEvents | where TimeGenerated between (datetime({day}) .. datetime({next})) | summarize n = count(), hosts = dcount(DeviceName) by h = bin(TimeGenerated, 1h) | sort by h asc",
    sql: `select date_trunc('hour', "TimeGenerated") h, count(*), count(distinct "DeviceName") from {DeviceNetworkEvents} where "TimeGenerated" between timestamp '{day}' and timestamp '{next}' group by 1 order by 1`,
  },
  {
    name: "has",
    kql: `DeviceProcessEvents | where ProcessCommandLine has "powershell" | summarize n = count() by DeviceName | sort by DeviceName asc`,
    sql: `select "DeviceName", count(*) from {DeviceProcessEvents} where contains(lower("ProcessCommandLine"), 'powershell') and regexp_matches("ProcessCommandLine", '${term("powershell")}') group by 1 order by 1`,
  },
  {
    name: "has_any",
    kql: `DeviceProcessEvents | where ProcessCommandLine has_any ("-enc", "downloadstring", "whoami", "mimikatz", "vssadmin") | summarize n = count() by FileName | sort by FileName asc`,
    sql: `select "FileName", count(*) from {DeviceProcessEvents} where regexp_matches("ProcessCommandLine", '(?i)-enc(?:$|[^\\pL\\pN])|(?:^|[^\\pL\\pN])(?:downloadstring|whoami|mimikatz|vssadmin)(?:$|[^\\pL\\pN])') group by 1 order by 1`,
  },
  {
    name: "rare processes",
    kql: "DeviceProcessEvents | summarize n = count(), hosts = dcount(DeviceName), since = min(TimeGenerated) by FileName, InitiatingProcessFileName | where hosts <= 2 | sort by FileName asc, InitiatingProcessFileName asc",
    sql: `select "FileName", "InitiatingProcessFileName", count(*), count(distinct "DeviceName") hosts, min("TimeGenerated") from {DeviceProcessEvents} group by 1, 2 having hosts <= 2 order by 1, 2`,
  },
  {
    name: "latest per host",
    kql: "DeviceNetworkEvents | summarize arg_max(TimeGenerated, RemoteIP, RemotePort) by DeviceName | sort by DeviceName asc | project DeviceName, TimeGenerated",
    sql: `select "DeviceName", max("TimeGenerated") from {DeviceNetworkEvents} group by 1 order by 1`,
  },
  {
    name: "dynamic path",
    kql: "AADNonInteractiveUserSignInLogs | extend d = parse_json(DeviceDetail) | summarize n = count() by os = tostring(d.operatingSystem) | sort by os asc",
    sql: `select coalesce("DeviceDetail"::json->>'$.operatingSystem', '') os, count(*) from {AADNonInteractiveUserSignInLogs} group by 1 order by 1`,
  },
  {
    name: "join of counts",
    kql: "DeviceProcessEvents | summarize p = count() by DeviceName | join kind=inner (DeviceNetworkEvents | where RemotePort == 443 | summarize c = count() by DeviceName) on DeviceName | project DeviceName, p, c | sort by DeviceName asc",
    sql: `select a."DeviceName", p, c from (select "DeviceName", count(*) p from {DeviceProcessEvents} group by 1) a join (select "DeviceName", count(*) c from {DeviceNetworkEvents} where "RemotePort" = 443 group by 1) b using ("DeviceName") order by 1`,
  },
  {
    name: "bytes per site",
    kql: "CommonSecurityLog | where SentBytes > 0 | summarize total = sum(SentBytes + ReceivedBytes), most = max(SentBytes * 8 / 1000) by DeviceName, DestinationPort | sort by DeviceName asc, DestinationPort asc",
    sql: `select "DeviceName", "DestinationPort", cast(sum("SentBytes" + "ReceivedBytes") as bigint), max("SentBytes" * 8 // 1000) from {CommonSecurityLog} where "SentBytes" > 0 group by 1, 2 order by 1, 2`,
  },
  {
    name: "beacon intervals",
    kql: "DeviceNetworkEvents | where RemoteUrl != '' | extend slot = (TimeGenerated - datetime(2026-01-01)) / 1m | summarize n = count(), span = (max(TimeGenerated) - min(TimeGenerated)) / 1s, slots = max(slot) by DeviceName, RemoteUrl | where n > 100 | sort by DeviceName asc, RemoteUrl asc",
    sql: `select "DeviceName", "RemoteUrl", count(*) n, (epoch_us(max("TimeGenerated")) - epoch_us(min("TimeGenerated"))) / 1e6, max((epoch_us("TimeGenerated") - epoch_us(timestamp '2026-01-01')) / 60e6) from {DeviceNetworkEvents} where "RemoteUrl" <> '' group by 1, 2 having n > 100 order by 1, 2`,
  },
];

/** Puts a day in the middle of a tenant's two weeks, and the next, into a text. */
export function fillDays(text: string, nowMs: number): string {
  const date = (daysBack: number): string => new Date(nowMs - daysBack * 86_400_000).toISOString().slice(0, 10);
  return text.replaceAll("{day}", date(7)).replaceAll("{next}", date(6));
}
