import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue.js";
import { createRouter } from "./route.js";
import type { RawRecord, RecordContext } from "./route.js";

const router = createRouter(await loadCatalogue());
const route = (record: RawRecord, context: Partial<RecordContext> = {}) => {
  const found = router(record, { fileStem: "file", ...context });
  return found === undefined ? undefined : `${found.shape.name} → ${found.table}`;
};

const sysmon = { Channel: "Microsoft-Windows-Sysmon/Operational", EventID: 10 };
const trail = { eventSource: "s3.amazonaws.com", eventName: "GetObject", eventVersion: "1.08" };
const syslog = {
  ...{
    TenantId: "t",
    SourceSystem: "Linux",
    TimeGenerated: "2022-05-11T18:10:21.997Z",
    Computer: "U",
    Facility: "user",
  },
  ...{ HostName: "U", SeverityLevel: "info", SyslogMessage: "m" },
};
const process = {
  ...{
    Timestamp: "2022-01-01T00:00:00Z",
    DeviceId: "d",
    DeviceName: "h",
    ActionType: "ProcessCreated",
    FileName: "a.exe",
  },
  ...{ ProcessId: 1, ProcessCommandLine: "a", InitiatingProcessId: 2, ReportId: 3 },
};

test.each<[string, RawRecord, string | undefined, Partial<RecordContext>?]>([
  ["Security channel", { Channel: "Security", EventID: 4688 }, "Windows events → SecurityEvent"],
  ["Security channel in small letters", { Channel: "security", EventID: 4688 }, "Windows events → SecurityEvent"],
  ["no channel, an id of the Security log", { EventID: 5156, Hostname: "dc" }, "Windows events → SecurityEvent"],
  ["no channel, an id that others have", { EventID: 6005, Hostname: "dc" }, undefined],
  ["no channel, another provider", { EventID: 4688, Hostname: "dc", ProviderName: "Other" }, undefined],
  ["no computer", { EventID: 4688 }, undefined],
  [
    "an export without Type: by its id",
    { TimeGenerated: "x", Computer: "dc", EventID: 5156, DestPort: "80" },
    "Microsoft Sentinel → SecurityEvent",
  ],
  ["Sysmon", sysmon, "Windows events → Event"],
  ["Winlogbeat", { winlog: { channel: "Security", event_data: {} } }, "Windows events (Winlogbeat) → SecurityEvent"],
  ["EVTX as JSON", { Event: { System: { Channel: "System" } } }, "Windows events (EVTX as JSON) → Event"],
  ["CloudTrail", trail, "AWS CloudTrail → AWSCloudTrail"],
  ["Zeek by its header", { ts: 1, uid: "C" }, "Zeek → Zeek_conn", { zeekPath: "conn" }],
  ["Zeek by its file", { ts: 1, uid: "C" }, "Zeek → Zeek_dns", { fileStem: "dns.2021-01-01-00" }],
  ["Zeek by its record", { ts: 1, "@stream": "ssl" }, "Zeek → Zeek_ssl"],
  ["a hostile stream name", { ts: 1, "@stream": "../x" }, undefined],
  ["Sentinel by Type", { TimeGenerated: "x", Type: "SigninLogs" }, "Microsoft Sentinel → SigninLogs"],
  ["a custom log by Type", { TimeGenerated: "x", Type: "My_CL" }, "Microsoft Sentinel → My_CL"],
  ["Sentinel by its columns", syslog, "Microsoft Sentinel → Syslog"],
  ["Defender by its columns", process, "Microsoft Defender XDR → DeviceProcessEvents"],
  ["the file's name", { a: 1 }, "records → SigninLogs", { fileStem: "signinlogs" }],
  ["a correction", { a: 1 }, "records → Mine", { table: "Mine" }],
  ["a correction of the table keeps the shape", sysmon, "Windows events → Mine", { table: "Mine" }],
  ["nothing known", { a: 1 }, undefined],
  ["names of Object's own", { constructor: 1, TimeGenerated: "x", ActionType: "constructor" }, undefined],
])("%s", (_, record, expected, context) => {
  expect(route(record, context)).toBe(expected);
});

test("empty fields do not speak for a table: a union's rows go where their values belong", () => {
  const empty = Object.fromEntries(["ISP", "CountryCode", "Location", "Port", "rawData"].map(name => [name, ""]));
  expect(route({ ...process, ...empty })).toBe("Microsoft Defender XDR → DeviceProcessEvents");
});
