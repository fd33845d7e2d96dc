/** Which table a raw record belongs to, and which of its fields are which columns: facts about log formats, as tables. */
import type { Catalogue } from "./catalogue.js";

/** A parsed JSON record. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** Where a record comes from, as far as the file says. */
export interface RecordContext {
  /** The file's name without folders and extensions, in lower case. */
  readonly fileStem: string;
  /** `#path` of a Zeek log. */
  readonly zeekPath?: string;
  /** A table that the user's corrections name; wins over everything. */
  readonly table?: string;
}

/** One way in which tools write records of one kind. Pointers are JSON pointers (RFC 6901). */
export interface RecordShape {
  /** Stable name, shown to people. */
  readonly name: string;
  /** Objects whose members are fields; "" is the record itself. */
  readonly roots: readonly string[];
  /** Column ← pointers, the first that has a value wins. They go before fields of the same name as a column. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Where the time may stand, best first. */
  readonly time: readonly string[];
  /** True when times without a zone are UTC by the format's definition. */
  readonly utc: boolean;
  /** How the `EventData` text of Windows events is made from the fields that are not columns. */
  readonly eventData?: boolean;
}

export interface Route {
  readonly table: string;
  readonly shape: RecordShape;
}

/** Finds table and shape of a record; undefined when nothing about it is recognised. */
export type Router = (record: RawRecord, context: RecordContext) => Route | undefined;

const rememberedRoutes = 10_000;

/** A router over a catalogue. It remembers what it found for the same set of fields, because files repeat themselves. */
export function createRouter(catalogue: Catalogue): Router {
  const known = new Map<string, Route | undefined>();
  return (record, context) => {
    const key = JSON.stringify([context, filledFields(record), ...telling.map(path => at(record, ...path))]);
    if (known.has(key)) return known.get(key);
    if (known.size >= rememberedRoutes) known.clear();
    const route = findRoute(record, context, catalogue);
    known.set(key, route);
    return route;
  };
}

function findRoute(record: RawRecord, context: RecordContext, catalogue: Catalogue): Route | undefined {
  for (const { shape, table } of recognisers) {
    const name = table(record, context, catalogue);
    if (name !== undefined) return { shape, table: context.table ?? name };
  }
  const named = context.table ?? catalogue.findIgnoringCase(context.fileStem)?.name;
  return named === undefined ? undefined : { shape: plainShape, table: named };
}

/** Fields whose values, and not only whose presence, decide. */
const telling: readonly (readonly string[])[] = [
  ["Type"],
  ["$table"],
  ["ActionType"],
  ["Channel"],
  ["winlog", "channel"],
  ["Event", "System", "Channel"],
  ["@stream"],
  ["_path"],
  ["EventID"],
];

const windowsTime = ["/TimeCreated", "/EventTime", "/@timestamp", "/UtcTime", "/EventReceivedTime", "/TimeGenerated"];

/** Columns that Event, SecurityEvent and WindowsEvent are given from the envelope of a Windows event. */
const windowsColumns = {
  Computer: ["/Hostname", "/Computer", "/host/name"],
  EventID: ["/EventID", "/EventId"],
  EventLog: ["/Channel"],
  Source: ["/SourceName", "/ProviderName", "/Provider"],
  Channel: ["/Channel"],
  EventSourceName: ["/SourceName", "/ProviderName", "/Provider"],
  RenderedDescription: ["/Message"],
  EventRecordId: ["/RecordNumber", "/EventRecordID"],
  UserName: ["/AccountName", "/UserID"],
  EventLevel: ["/SeverityValue"],
  EventLevelName: ["/Severity"],
} as const;

const flatWindows: RecordShape = {
  name: "Windows events",
  roots: [""],
  columns: windowsColumns,
  time: windowsTime,
  utc: false,
  eventData: true,
};

const winlogbeat: RecordShape = {
  name: "Windows events (Winlogbeat)",
  roots: ["/winlog/event_data", "/winlog/user_data"],
  columns: {
    Computer: ["/winlog/computer_name", "/host/name"],
    EventID: ["/winlog/event_id", "/event/code"],
    EventLog: ["/winlog/channel"],
    Channel: ["/winlog/channel"],
    Source: ["/winlog/provider_name"],
    EventSourceName: ["/winlog/provider_name"],
    RenderedDescription: ["/message"],
    EventRecordId: ["/winlog/record_id"],
    EventLevelName: ["/log/level"],
    Task: [],
  },
  time: ["/@timestamp", "/event/created"],
  utc: true,
  eventData: true,
};

const evtxJson: RecordShape = {
  name: "Windows events (EVTX as JSON)",
  roots: ["/Event/EventData", "/Event/UserData"],
  columns: {
    Computer: ["/Event/System/Computer"],
    EventID: ["/Event/System/EventID/#text", "/Event/System/EventID"],
    EventLog: ["/Event/System/Channel"],
    Channel: ["/Event/System/Channel"],
    Source: ["/Event/System/Provider/#attributes/Name"],
    EventSourceName: ["/Event/System/Provider/#attributes/Name"],
    EventRecordId: ["/Event/System/EventRecordID"],
    Task: ["/Event/System/Task"],
    Level: ["/Event/System/Level"],
    EventLevel: ["/Event/System/Level"],
    Version: ["/Event/System/Version"],
    Keywords: ["/Event/System/Keywords"],
    Opcode: ["/Event/System/Opcode"],
  },
  time: ["/Event/System/TimeCreated/#attributes/SystemTime"],
  utc: true,
  eventData: true,
};

const zeek: RecordShape = {
  name: "Zeek",
  roots: [""],
  columns: {},
  time: ["/ts"],
  utc: true,
};

const cloudTrail: RecordShape = {
  name: "AWS CloudTrail",
  roots: [""],
  columns: {
    AwsEventId: ["/eventID"],
    AwsRequestId: ["/requestID"],
    AwsRequestId_: ["/requestID"],
    AWSRegion: ["/awsRegion"],
    APIVersion: ["/apiVersion"],
    EventTypeName: ["/eventType"],
    Category: ["/eventCategory"],
    UserIdentityType: ["/userIdentity/type"],
    UserIdentityPrincipalid: ["/userIdentity/principalId"],
    UserIdentityArn: ["/userIdentity/arn"],
    UserIdentityAccountId: ["/userIdentity/accountId"],
    UserIdentityAccessKeyId: ["/userIdentity/accessKeyId"],
    UserIdentityUserName: ["/userIdentity/userName"],
    UserIdentityInvokedBy: ["/userIdentity/invokedBy"],
    SessionMfaAuthenticated: ["/userIdentity/sessionContext/attributes/mfaAuthenticated"],
    SessionCreationDate: ["/userIdentity/sessionContext/attributes/creationDate"],
    SessionIssuerType: ["/userIdentity/sessionContext/sessionIssuer/type"],
    SessionIssuerPrincipalId: ["/userIdentity/sessionContext/sessionIssuer/principalId"],
    SessionIssuerArn: ["/userIdentity/sessionContext/sessionIssuer/arn"],
    SessionIssuerAccountId: ["/userIdentity/sessionContext/sessionIssuer/accountId"],
    SessionIssuerUserName: ["/userIdentity/sessionContext/sessionIssuer/userName"],
    TlsVersion: ["/tlsDetails/tlsVersion"],
    CipherSuite: ["/tlsDetails/cipherSuite"],
    ClientProvidedHostHeader: ["/tlsDetails/clientProvidedHostHeader"],
  },
  time: ["/eventTime", "/@timestamp"],
  utc: true,
};

const sentinel: RecordShape = {
  name: "Microsoft Sentinel",
  roots: [""],
  columns: {},
  time: ["/TimeGenerated", "/TimeGenerated [UTC]"],
  utc: true,
};

const defender: RecordShape = {
  name: "Microsoft Defender XDR",
  roots: [""],
  columns: {},
  time: ["/Timestamp", "/TimeGenerated", "/Timestamp [UTC]"],
  utc: true,
};

/** Any record whose table the user or the file's name says. */
export const plainShape: RecordShape = {
  name: "records",
  roots: [""],
  columns: {},
  time: [
    ...[
      "/TimeGenerated",
      "/TimeGenerated [UTC]",
      "/Timestamp",
      "/@timestamp",
      "/timestamp",
      "/eventTime",
      "/EventTime",
    ],
    ...["/event_time", "/time", "/Time", "/_time", "/datetime", "/DateTime", "/date_time", "/date", "/Date", "/ts"],
    ...["/created", "/createdDateTime", "/CreationTime", "/TimeCreated", "/StartTime", "/start_time", "/start"],
  ],
  utc: false,
};

interface Recogniser {
  readonly shape: RecordShape;
  /** The table's name, or undefined when the record is not of this shape. */
  readonly table: (record: RawRecord, context: RecordContext, catalogue: Catalogue) => string | undefined;
}

/** Most telling first. */
const recognisers: readonly Recogniser[] = [
  { shape: sentinel, table: sentinelTable },
  { shape: defender, table: defenderTable },
  { shape: evtxJson, table: r => windowsTable(at(r, "Event", "System", "Channel")) },
  { shape: winlogbeat, table: r => windowsTable(at(r, "winlog", "channel")) },
  { shape: flatWindows, table: flatWindowsTable },
  {
    shape: cloudTrail,
    table: r => (has(r, "eventSource") && has(r, "eventName") && has(r, "eventVersion") ? "AWSCloudTrail" : undefined),
  },
  { shape: zeek, table: zeekTable },
];

/** Windows' Security channel is SecurityEvent, every other one is Event, as Sentinel's Windows agent does it. */
function windowsTable(channel: unknown): string | undefined {
  if (typeof channel !== "string" || channel === "") return undefined;
  return channel.toLowerCase() === "security" ? "SecurityEvent" : "Event";
}

function flatWindowsTable(record: RawRecord): string | undefined {
  if (!has(record, "EventID") && !has(record, "EventId")) return undefined;
  return windowsTable(record["Channel"]) ?? securityTable(record);
}

/**
 * Events that Windows' Security channel has and no other, where the record does not say its channel: first and last id.
 * Source: Microsoft Learn, "Appendix L: Events to Monitor" and "Advanced security audit policy settings".
 */
const securityEvents: readonly (readonly [number, number])[] = [
  ...([
    [1100, 1108],
    [4608, 4999],
    [5024, 5169],
    [5376, 5382],
    [5440, 5485],
    [5632, 5633],
    [5712, 5712],
  ] as const),
  ...([
    [5888, 5890],
    [6144, 6145],
    [6272, 6281],
    [6400, 6424],
  ] as const),
];

/** `SecurityEvent` for a Windows event whose id says so, unless its provider is another one. */
function securityTable(record: RawRecord): string | undefined {
  if (!["Computer", "Hostname", "host"].some(name => has(record, name))) return undefined;
  const provider = record["SourceName"] ?? record["ProviderName"] ?? record["Provider"] ?? record["EventSourceName"];
  if (
    typeof provider === "string" &&
    provider !== "" &&
    !/^Microsoft-Windows-(Security-Auditing|Eventlog)$/i.test(provider)
  )
    return undefined;
  const id = Number(record["EventID"]);
  return securityEvents.some(([first, last]) => id >= first && id <= last) ? "SecurityEvent" : undefined;
}

/** A record as a Sentinel workspace exports it: TimeGenerated, and Type or the columns of exactly one table. */
function sentinelTable(record: RawRecord, context: RecordContext, catalogue: Catalogue): string | undefined {
  if (!has(record, "TimeGenerated") && !has(record, "TimeGenerated [UTC]")) return undefined;
  const type = record["Type"] ?? record["$table"];
  if (typeof type === "string" && catalogue.find(type) !== undefined) return type;
  if (typeof type === "string" && /^[A-Za-z]\w*_CL$/.test(type)) return type;
  return bestTable(record, context, catalogue, () => true) ?? securityTable(record);
}

/** A record of advanced hunting: Timestamp and the columns of a Defender table. */
function defenderTable(record: RawRecord, context: RecordContext, catalogue: Catalogue): string | undefined {
  if (!has(record, "Timestamp") && !has(record, "Timestamp [UTC]")) return undefined;
  return bestTable(record, context, catalogue, name => catalogue.find(name)?.origin === "defender");
}

/**
 * The table whose columns a record's filled fields are: nine in ten of at least six, or seven in ten of at least ten. Of
 * several the one with the most such fields and the fewest other columns; ActionType and the file's name tip the scales
 * between tables that share most columns.
 */
function bestTable(
  record: RawRecord,
  context: RecordContext,
  catalogue: Catalogue,
  allow: (name: string) => boolean,
): string | undefined {
  const named = catalogue.findIgnoringCase(context.fileStem);
  const action = String(record["ActionType"]);
  const byAction = Object.hasOwn(actionTables, action) ? actionTables[action] : undefined;
  const fields = filledFields(record).filter(name => !/^[_@]|^(?:TenantId|MG)$/.test(name));
  let best: { name: string; score: number } | undefined;
  for (const { name, columns } of catalogue.all()) {
    if (!allow(name)) continue;
    const known = new Set(columns.map(c => c.name));
    const hits = fields.filter(f => known.has(fieldColumn(f)) || known.has(f)).length;
    const share = hits / fields.length;
    if (!(hits >= 6 && share >= 0.9) && !(hits >= 10 && share >= 0.7)) continue;
    const preferred = (name === named?.name ? 2 : 0) + (name === byAction ? 1 : 0);
    const score = preferred + share + hits / (hits + known.size) / 10;
    if (best === undefined || score > best.score) best = { name, score };
  }
  return best?.name;
}

function filledFields(record: RawRecord): readonly string[] {
  return Object.entries(record)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name]) => name);
}

/**
 * The column a field stands for in exports: without the portal's ` [UTC]`, and without the type that `union` appends to
 * columns of one name and different types.
 */
export function fieldColumn(field: string): string {
  return field.replace(/ \[UTC\]$/, "").replace(/_(?:bool|datetime|dynamic|guid|int|long|real|string)$/, "");
}

/** ActionType → table, for the actions that say it. Source: Defender XDR advanced hunting schema reference. */
const actionTables: Readonly<Record<string, string>> = {
  ProcessCreated: "DeviceProcessEvents",
  LogonSuccess: "DeviceLogonEvents",
  LogonFailed: "DeviceLogonEvents",
  LogonAttempted: "DeviceLogonEvents",
  FileCreated: "DeviceFileEvents",
  FileModified: "DeviceFileEvents",
  FileDeleted: "DeviceFileEvents",
  FileRenamed: "DeviceFileEvents",
  ImageLoaded: "DeviceImageLoadEvents",
  RegistryKeyCreated: "DeviceRegistryEvents",
  RegistryKeyDeleted: "DeviceRegistryEvents",
  RegistryValueSet: "DeviceRegistryEvents",
  RegistryValueDeleted: "DeviceRegistryEvents",
  ConnectionSuccess: "DeviceNetworkEvents",
  ConnectionFailed: "DeviceNetworkEvents",
  ConnectionRequest: "DeviceNetworkEvents",
  InboundConnectionAccepted: "DeviceNetworkEvents",
  ListeningConnectionCreated: "DeviceNetworkEvents",
};

/** Zeek's own JSON has `ts` and `uid` and takes its kind from the file; some shippers put it into the record. */
function zeekTable(record: RawRecord, context: RecordContext): string | undefined {
  const stream = record["@stream"] ?? record["_path"] ?? context.zeekPath;
  if (typeof stream === "string" && has(record, "ts") && /^[A-Za-z][A-Za-z0-9_]{0,40}$/.test(stream))
    return `Zeek_${stream}`;
  const stem = context.fileStem.replace(/[.-].*$/, "");
  return has(record, "ts") &&
    zeekLogs.has(stem) &&
    (has(record, "uid") || has(record, "fuid") || has(record, "id.orig_h") || zeekWithoutUid.has(stem))
    ? `Zeek_${stem}`
    : undefined;
}

/** Source: docs.zeek.org, script reference, log files. */
const zeekWithoutUid = new Set([
  "known_hosts",
  "known_services",
  "software",
  "notice",
  "capture_loss",
  "stats",
  "x509",
  "pe",
  "packet_filter",
  "files",
  "analyzer",
  "dpd",
  "weird",
]);
const zeekLogs = new Set([
  ...zeekWithoutUid,
  ...["conn", "dns", "http", "ssl", "ssh", "smtp", "ftp", "rdp", "smb_files", "smb_mapping", "smb_cmd", "kerberos"],
  ...["ntlm", "dce_rpc", "dhcp", "irc", "mysql", "radius", "sip", "snmp", "socks", "syslog", "tunnel", "rfb", "ntp"],
  ...[
    "modbus",
    "modbus_register_change",
    "dnp3",
    "mqtt_connect",
    "mqtt_publish",
    "mqtt_subscribe",
    "intel",
    "ocsp",
    "quic",
    "ldap",
    "ldap_search",
    "postgresql",
    "websocket",
    "signatures",
    "traceroute",
  ],
]);

function has(record: RawRecord, name: string): boolean {
  return Object.hasOwn(record, name);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as RawRecord)[key];
  }
  return found;
}
