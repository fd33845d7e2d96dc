/**
 * The kinds of entities, as a table: properties, what identifies one, how it is called.
 * Source: https://learn.microsoft.com/azure/sentinel/entities-reference (entity schema version 3)
 */

/** What a property holds. `entity` names another row of the table. */
export type PropertyKind =
  | "text"
  | "number"
  | "bool"
  | "time"
  | "json"
  | { readonly entity: string }
  | { readonly list: "text" | { readonly entity: string } };

export interface EntityRow {
  /** The word in `Type`. */
  readonly type: string;
  /** Other words that mean it, lower case. */
  readonly aliases?: readonly string[];
  readonly properties: Readonly<Record<string, PropertyKind>>;
  /** Properties that identify one: equal ones make two entities the same, different ones make them two. */
  readonly identity: readonly string[];
  /** The properties that name it, the first that is there. */
  readonly name: readonly string[];
}

const to = (entity: string) => ({ entity }) as const;
const listOf = (entity: string) => ({ list: { entity } }) as const;
const texts = { list: "text" } as const;

export const entityTable = {
  Account: {
    type: "account",
    aliases: ["user"],
    properties: {
      ...{ Name: "text", NTDomain: "text", UPNSuffix: "text", DnsDomain: "text", Host: to("Host"), LogonId: "text" },
      ...{ Sid: "text", AadTenantId: "text", AadUserId: "text", PUID: "text", IsDomainJoined: "bool" },
      ...{ DisplayName: "text", ObjectGuid: "text" },
    },
    identity: ["QualifiedName", "Sid", "AadUserId", "PUID", "ObjectGuid"],
    name: ["QualifiedName", "DisplayName", "Sid", "AadUserId"],
  },
  Alert: {
    type: "alert",
    aliases: ["alerts", "securityalert", "security-alert"],
    properties: {
      ...{ DisplayName: "text", AlertDisplayName: "text", AlertType: "text", Severity: "text", SystemAlertId: "text" },
      ...{
        ProviderAlertId: "text",
        VendorName: "text",
        ProviderName: "text",
        ProductName: "text",
        Description: "text",
      },
      ...{
        ProductComponentName: "text",
        ProductVersion: "text",
        Status: "text",
        ProviderAlertStatus: "text",
        Intent: "text",
      },
      ...{
        ConfidenceLevel: "text",
        ConfidenceScore: "number",
        Count: "number",
        CompromisedEntity: "text",
        AlertUri: "text",
      },
      ...{
        StartTimeUtc: "time",
        EndTimeUtc: "time",
        ProcessingEndTime: "time",
        RemediationSteps: texts,
        Techniques: texts,
      },
      ...{
        SubTechniques: texts,
        ExtendedProperties: "json",
        ExtendedLinks: "json",
        IsIncident: "bool",
        IsPreview: "bool",
      },
      ...{ CorrelationKey: "text", ResourceIdentifiers: "json", Entities: { list: { entity: "*" } } as const },
    },
    identity: ["SystemAlertId", "ProviderAlertId"],
    name: ["AlertDisplayName", "DisplayName", "AlertType", "SystemAlertId"],
  },
  Dns: {
    type: "dns",
    aliases: ["dnsresolve", "dns-resolve", "domain", "dnsresolution"],
    properties: {
      ...{ DomainName: "text", IpAddresses: listOf("IpAddress"), DnsServerIp: to("IpAddress") },
      ...{ HostIpAddress: to("IpAddress") },
    },
    identity: ["DomainName"],
    name: ["DomainName"],
  },
  File: {
    type: "file",
    properties: {
      ...{ Directory: "text", Name: "text", FullPath: "text", Md5: "text", Sha1: "text", Sha256: "text" },
      ...{ Sha256Ac: "text", SizeInBytes: "number", Host: to("Host"), FileHashes: listOf("FileHash") },
    },
    identity: ["FullPath", "Sha256", "Sha1", "Md5"],
    name: ["FullPath", "Name", "Sha256", "Sha1", "Md5"],
  },
  FileHash: {
    type: "filehash",
    aliases: ["file-hash"],
    properties: { Algorithm: "text", Value: "text" },
    identity: ["Value"],
    name: ["Value"],
  },
  GeoLocation: {
    type: "geolocation",
    aliases: ["location", "geo-location"],
    properties: {
      ...{ CountryCode: "text", CountryOrRegionName: "text", State: "text", City: "text" },
      ...{ Latitude: "number", Longitude: "number", Asn: "text", Carrier: "text", Organization: "text" },
    },
    identity: ["CountryCode", "State", "City", "Latitude", "Longitude", "Asn"],
    name: ["City", "State", "CountryOrRegionName", "CountryCode"],
  },
  Host: {
    type: "host",
    aliases: ["machine"],
    properties: {
      ...{ HostName: "text", DnsDomain: "text", NTDomain: "text", NetBiosName: "text", AzureID: "text" },
      ...{ OMSAgentID: "text", OSFamily: "text", OSVersion: "text", IsDomainJoined: "bool", DeviceId: "text" },
      ...{ DeviceName: "text" },
    },
    identity: ["Fqdn", "AzureID", "OMSAgentID", "DeviceId"],
    name: ["Fqdn", "NetBiosName", "DeviceName", "AzureID"],
  },
  HostLogonSession: {
    type: "host-logon-session",
    aliases: ["hostlogonsession"],
    properties: {
      Account: to("Account"),
      Host: to("Host"),
      SessionId: "text",
      StartTimeUtc: "time",
      EndTimeUtc: "time",
    },
    identity: ["SessionId", "Account", "Host"],
    name: ["SessionId"],
  },
  IpAddress: {
    type: "ip",
    aliases: ["ipaddress", "ip-address", "ipv4", "ipv6"],
    properties: { Address: "text", Location: to("GeoLocation"), ThreatIntelligence: listOf("Threatintelligence") },
    identity: ["Address"],
    name: ["Address"],
  },
  Process: {
    type: "process",
    properties: {
      ...{ ProcessId: "text", CommandLine: "text", ElevationToken: "text", CreationTimeUtc: "time" },
      ...{ ImageFile: to("File"), Account: to("Account"), ParentProcess: to("Process"), Host: to("Host") },
      ...{ LogonSession: to("HostLogonSession") },
    },
    identity: ["ProcessId", "CreationTimeUtc", "Host"],
    name: ["ProcessName", "CommandLine", "ProcessId"],
  },
  Threatintelligence: {
    type: "threatintelligence",
    aliases: ["threat-intelligence"],
    properties: {
      ...{ ProviderName: "text", ThreatType: "text", ThreatName: "text", Confidence: "text", ReportLink: "text" },
      ...{ ThreatDescription: "text" },
    },
    identity: ["ProviderName", "ThreatName"],
    name: ["ThreatName", "ProviderName"],
  },
  UnknownEntity: { type: "unknown", properties: {}, identity: [], name: [] },
  Url: {
    type: "url",
    properties: { Url: "text", DetonationVerdict: "text" },
    identity: ["Url"],
    name: ["Url"],
  },
} as const satisfies Record<string, EntityRow>;

export type EntityName = keyof typeof entityTable;

type Table = typeof entityTable;
type ValueOf<K> = K extends "number"
  ? number
  : K extends "bool"
    ? boolean
    : K extends "time"
      ? Date
      : K extends "json"
        ? unknown
        : K extends "text"
          ? string
          : K extends { readonly list: "text" }
            ? readonly string[]
            : K extends { readonly list: unknown }
              ? readonly unknown[]
              : unknown;

/** Properties of an entity of this name, each of which may be missing. */
export type EntityProperties<N extends EntityName> = {
  -readonly [P in keyof Table[N]["properties"]]?: ValueOf<Table[N]["properties"][P]> | undefined;
};

export const rowOf = (name: EntityName): EntityRow => entityTable[name];

const byType = new Map<string, EntityName>(
  (Object.keys(entityTable) as EntityName[]).flatMap(name => {
    const row = rowOf(name);
    return [row.type, name.toLowerCase(), ...(row.aliases ?? [])].map(word => [word, name] as const);
  }),
);

/** The kind that a `Type` or a class name means; `UnknownEntity` for words that are not known. */
export function entityNameOf(type: string): EntityName {
  return byType.get(type.toLowerCase()) ?? "UnknownEntity";
}
