/** The parsers of the information model over the demo: what they say is what the raw tables say. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pinnedClock } from "../../src/base/clock.js";
import { FrameStore } from "../../src/frame/store.js";
import { installPrelude, registerUdfs } from "../../src/frame/udf-host.js";
import type { KqlCompiler } from "../../src/kql/api.js";
import { createInlineCompiler } from "../../src/kql/compiler.js";
import { asimSchemas, schemaColumns } from "../../src/workspace/asim/schemas.js";
import { generateContoso, loadCatalogue, openWorkspace, type OpenedWorkspace } from "../../src/workspace/index.js";

const root = mkdtempSync(join(tmpdir(), "asim-test-"));
const dir = join(root, "contoso");
let compiler: KqlCompiler;
let store: FrameStore;
let contoso: OpenedWorkspace;

beforeAll(async () => {
  await generateContoso({ dir, rows: 20_000, now: Date.parse("2026-11-26T09:00:00Z"), threads: 2 });
  compiler = createInlineCompiler();
  const clock = pinnedClock(Date.parse("2026-11-24T18:00:00Z"));
  store = await FrameStore.open({ compiler, clock, readable: [root], prepare: [registerUdfs, installPrelude] });
  contoso = await openWorkspace(dir, { name: "Contoso", store, compiler });
}, 240_000);
afterAll(async () => {
  await contoso.close();
  await store.close();
  await compiler.close();
  rmSync(root, { recursive: true, force: true });
});

async function rows(text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const frame = await contoso.query(text);
  const found = await frame.rows();
  await frame.close();
  return found;
}
const one = async (text: string): Promise<unknown> => Object.values((await rows(text))[0] ?? {})[0];

/** What a schema has by the documentation beside the columns of its table. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  AlertEvent: ["User", "IpAddr", "Hostname", "Hash"],
  AuditEvent: ["User", "Src", "Dst", "IpAddr", "Application", "Value"],
  Authentication: ["User", "Src", "Dst", "IpAddr", "Application", "LogonTarget"],
  DhcpEvent: ["User", "Src", "IpAddr", "Hostname", "SessionId", "Duration"],
  Dns: ["Src", "Dst", "Domain", "IpAddr", "Hostname", "User", "Process", "Duration", "SessionId", "DomainCategory"],
  FileEvent: ["User", "Process", "CommandLine", "FilePath", "FileName", "Hash", "Url", "Src", "IpAddr"],
  NetworkSession: ["User", "Src", "Dst", "IpAddr", "Hostname", "Duration", "SessionId", "Rule", "Local", "Remote"],
  ProcessEvent: ["User", "Process", "CommandLine", "Hash", "HashType"],
  RegistryEvent: ["User", "Process", "CommandLine"],
  UserManagement: ["User", "Src", "IpAddr", "Hostname", "UpdatedPropertyName"],
  WebSession: ["User", "UserAgent", "HttpStatusCode", "Src", "Dst", "IpAddr", "Hostname", "Hash", "Rule"],
};

describe.each(Object.keys(asimSchemas))("%s", name => {
  test("has the columns of its table with their types, those all schemas have, and its aliases", async () => {
    const schema = asimSchemas[name]!;
    const result = await contoso.compile(`_Im_${name}`);
    if (result.state !== "ready") throw new Error(JSON.stringify(result));
    const types = new Map(result.query.columns.map(c => [c.name, c.type]));
    const table = (await loadCatalogue()).find(schema.table ?? "")?.columns ?? [];
    for (const c of schemaColumns(schema, table).all) expect([c.name, types.get(c.name)]).toEqual([c.name, c.type]);
    for (const alias of aliases[name] ?? []) expect([...types.keys()]).toContain(alias);
    for (const common of ["EventVendor", "EventProduct", "EventSchema", "EventResult", "DvcHostname", "Dvc", "Type"])
      expect(types.get(common)).toBe("string");
    expect(types.get("EventCount")).toBe("int");
    // A source that gives a column another type makes two columns of it: `SrcPortNumber_int`.
    const doubled = [...types.keys()].filter(n => /_(string|int|long|real|datetime|dynamic|bool|guid)$/.test(n));
    expect(doubled).toEqual([]);
  });

  test("every row says what it is of, and disabled gives none", async () => {
    const fields = "isempty(EventVendor) or isempty(EventProduct) or isempty(EventType) or isempty(EventResult)";
    const faults = `${fields} or isempty(Dvc) or isempty(Type) or isnull(EventCount) or isnull(EventStartTime)`;
    expect(await one(`_ASim_${name} | where ${faults} or EventSchema != "${name}" | count`)).toBe(0);
    expect(await one(`_Im_${name}(disabled=true) | count`)).toBe(0);
    expect(await one(`_Im_${name}(starttime=datetime(2026-11-23), endtime=datetime(2026-11-22)) | count`)).toBe(0);
  });
});

const counts: readonly (readonly [string, string, string])[] = [
  ["_Im_Authentication", "SigninLogs", "SigninLogs"],
  ["_Im_Authentication", "AADNonInteractiveUserSignInLogs", "AADNonInteractiveUserSignInLogs"],
  ["_Im_Authentication", "SecurityEvent", "SecurityEvent | where EventID in (4624, 4625, 4634, 4647)"],
  ["_Im_Authentication", "DeviceLogonEvents", "DeviceLogonEvents"],
  ["_Im_Authentication", "AWSCloudTrail", "AWSCloudTrail | where EventName == 'ConsoleLogin'"],
  ["_Im_NetworkSession", "DeviceNetworkEvents", "DeviceNetworkEvents"],
  ["_Im_NetworkSession", "CommonSecurityLog", "CommonSecurityLog | where DeviceProduct == 'PAN-OS'"],
  ["_Im_NetworkSession", "NTANetAnalytics", "NTANetAnalytics"],
  ["_Im_WebSession", "CommonSecurityLog", "CommonSecurityLog | where DeviceProduct == 'NSSWeblog'"],
  ["_Im_Dns", "DnsEvents", "DnsEvents"],
  ["_Im_Dns", "ASimDnsActivityLogs", "ASimDnsActivityLogs"],
  ["_Im_ProcessCreate", "DeviceProcessEvents", "DeviceProcessEvents"],
  ["_Im_ProcessCreate", "SecurityEvent", "SecurityEvent | where EventID == 4688"],
  ["_Im_ProcessTerminate", "SecurityEvent", "SecurityEvent | where EventID == 4689"],
  ["_Im_ProcessEvent", "SecurityEvent", "SecurityEvent | where EventID in (4688, 4689)"],
  ["_Im_FileEvent", "DeviceFileEvents", "DeviceFileEvents"],
  ["_Im_FileEvent", "OfficeActivity", "OfficeActivity | where RecordType == 'SharePointFileOperation'"],
  ["_Im_RegistryEvent", "DeviceRegistryEvents", "DeviceRegistryEvents"],
  ["_Im_AuditEvent", "AuditLogs", "AuditLogs"],
  ["_Im_AuditEvent", "SecurityEvent", "SecurityEvent | where EventID == 1102"],
  ["_Im_UserManagement", "SecurityEvent", "SecurityEvent | where EventID in (4720, 4722, 4724, 4728, 4738)"],
  ["_Im_AlertEvent", "AlertEvidence", "AlertEvidence"],
  ["_Im_AlertEvent", "SecurityAlert", "SecurityAlert | distinct SystemAlertId"],
];
test.each(counts)("%s has of %s as many rows as: %s", async (parser, type, raw) => {
  const expected = await one(`${raw} | count`);
  expect(expected).toBeGreaterThan(0);
  expect(await one(`${parser} | where Type == "${type}" | count`)).toBe(expected);
});

const filters: readonly (readonly [string, string])[] = [
  ["_Im_Authentication(eventresult='Failure')", "_Im_Authentication | where EventResult == 'Failure'"],
  [
    "_Im_Authentication(username_has_any=dynamic(['priya', 'marc']))",
    "_Im_Authentication | where TargetUsername has_any ('priya', 'marc') or ActorUsername has_any ('priya', 'marc')",
  ],
  [
    "_Im_Authentication(starttime=ago(2d), endtime=ago(1d))",
    "_Im_Authentication | where TimeGenerated between (ago(2d) .. ago(1d))",
  ],
  [
    "_Im_Authentication(eventresultdetails_in=dynamic(['Incorrect password']))",
    "SecurityEvent | where EventID == 4625 and SubStatus == '0xc000006a'",
  ],
  ["_Im_NetworkSession(dstportnumber=445)", "_Im_NetworkSession | where DstPortNumber == 445"],
  ["_Im_NetworkSession(dvcaction='Deny')", "_Im_NetworkSession | where DvcAction == 'Deny'"],
  [
    "_Im_NetworkSession(srcipaddr_has_any_prefix=dynamic(['10.10.8.']))",
    "_Im_NetworkSession | where SrcIpAddr startswith '10.10.8.'",
  ],
  [
    "_Im_NetworkSession(ipaddr_has_any_prefix=dynamic(['10.10.8.'])) | where ASimMatchingIpAddr == 'Both'",
    "_Im_NetworkSession | where SrcIpAddr startswith '10.10.8.' and DstIpAddr startswith '10.10.8.'",
  ],
  [
    "_Im_Dns(responsecodename='NXDOMAIN')",
    "union (DnsEvents | where ResultCode == 3), (ASimDnsActivityLogs | where DnsResponseCode == 3)",
  ],
  ["_Im_Dns(domain_has_any='contoso.example')", "_Im_Dns | where DnsQuery has 'contoso.example'"],
  [
    "_Im_ProcessCreate(commandline_has_all=dynamic(['powershell', 'hidden']))",
    "_Im_ProcessCreate | where CommandLine has 'powershell' and CommandLine has 'hidden'",
  ],
  [
    "_Im_FileEvent(eventtype_in=dynamic(['FileDeleted', 'FileRenamed']))",
    "DeviceFileEvents | where ActionType in ('FileDeleted', 'FileRenamed')",
  ],
  ["_Im_RegistryEvent(registrykey_has_any=dynamic(['Run']))", "DeviceRegistryEvents | where RegistryKey has 'Run'"],
  ["_Im_WebSession(url_has_any=dynamic(['fleetpulse']))", "CommonSecurityLog | where RequestURL has 'fleetpulse'"],
  ["_Im_AuditEvent(operation_has_any=dynamic(['consent']))", "AuditLogs | where OperationName has 'consent'"],
  ["_Im_UserManagement(eventtype_in=dynamic(['UserCreated']))", "SecurityEvent | where EventID == 4720"],
  ["_Im_AlertEvent(eventseverity_has_any=dynamic(['High']))", "_Im_AlertEvent | where EventSeverity == 'High'"],
];
test.each(filters)("%s gives the rows of: %s", async (filtered, raw) => {
  const expected = await one(`${raw} | count`);
  expect(expected).toBeGreaterThan(0);
  expect(await one(`${filtered} | count`)).toBe(expected);
});

test("the values of one logon, one session and one process", async () => {
  const [logon] = await rows(
    "_Im_Authentication | where Type == 'SecurityEvent' and EventResult == 'Failure' | top 1 by EventOriginalUid asc",
  );
  const [raw] = await rows("SecurityEvent | where EventID == 4625 | top 1 by EventRecordId asc");
  expect(logon).toMatchObject({
    EventType: "Logon",
    EventOriginalType: "4625",
    TargetUsername: `${String(raw?.["TargetDomainName"])}\\${String(raw?.["TargetUserName"])}`,
    DvcFQDN: raw?.["Computer"],
    DvcHostname: String(raw?.["Computer"]).split(".")[0],
    SrcIpAddr: raw?.["IpAddress"],
    User: logon?.["TargetUsername"],
    AdditionalFields: null,
  });
  const [packed] = await rows("_Im_Authentication(pack=true) | where Type == 'SecurityEvent' | take 1");
  expect(packed?.["AdditionalFields"]).toMatchObject({ LogonProcessName: expect.any(String) as string });
  const [process] = await rows("_Im_ProcessCreate | where Type == 'SecurityEvent' | top 1 by EventOriginalUid asc");
  const [event] = await rows("SecurityEvent | where EventID == 4688 | top 1 by EventRecordId asc");
  expect(process).toMatchObject({
    TargetProcessName: event?.["NewProcessName"],
    CommandLine: event?.["CommandLine"],
    ActingProcessName: event?.["ParentProcessName"],
    TargetProcessId: String(Number(event?.["NewProcessId"])),
    ParentProcessName: "",
    TargetProcessCreationTime: null,
  });
});

test.each([
  ["imAuthentication", "_Im_Authentication"],
  ["ASimAuthentication", "_ASim_Authentication"],
  ["imDns", "_Im_Dns"],
  ["ASimNetworkSession", "_ASim_NetworkSession"],
  ["imProcess", "_Im_ProcessEvent"],
  ["imProcessCreate", "_Im_ProcessCreate"],
  ["imRegistry", "_Im_RegistryEvent"],
  ["_Im_Dhcp", "_Im_DhcpEvent"],
])("%s is another name of %s", async (older, parser) => {
  expect(await one(`${older} | count`)).toBe(await one(`${parser} | count`));
});

test("arguments bound the time of every table that is read, and what was not given costs nothing", async () => {
  const result = await contoso.compile("_Im_Dns(starttime=ago(1d)) | where SrcIpAddr == '10.0.0.1' | count");
  if (result.state !== "ready") throw new Error(JSON.stringify(result));
  for (const use of result.query.tables) expect(use.time).toEqual({ from: "2026-11-23T18:00:00.0000000Z" });
  expect(result.query.sql).not.toContain("array_length");
});

test("an editor offers them and says what they take", async () => {
  const text = "_Im_Netw";
  const { items } = await contoso.edit({ kind: "complete", text, offset: text.length });
  expect(items.slice(0, 3).map(i => i.label)).toContainEqual(expect.stringMatching(/^_Im_NetworkSession/));
  const hover = await contoso.edit({ kind: "hover", text: "_Im_Dns(eventtype='*') | count", offset: 3 });
  expect(hover?.lines.join("\n")).toContain("responsecodename");
  const called = "_Im_Dns(";
  const help = await contoso.edit({ kind: "signatures", text: called, offset: called.length });
  expect(help?.signatures[0]?.parameters.map(p => p.name).slice(0, 3)).toEqual(["starttime", "endtime", "srcipaddr"]);
});

test("a wrong argument is refused by name", async () => {
  const result = await contoso.compile("_Im_Dns(domain='x') | count");
  expect(result.state).toBe("failed");
});
