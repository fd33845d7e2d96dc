/** Columns of the tables that Contoso fills: the vendored schemas, united, and the few that no reference lists. */
import { readFileSync } from "node:fs";
import type { Column, KqlType, TableSchema } from "../../base/column.js";
import { HuntError } from "../../base/error.js";

/** Every table of the demo tenant; `defender` tables carry `Timestamp` beside `TimeGenerated`. */
export const contosoTables = {
  SigninLogs: "sentinel",
  AADNonInteractiveUserSignInLogs: "sentinel",
  AADUserRiskEvents: "sentinel",
  AuditLogs: "sentinel",
  MicrosoftGraphActivityLogs: "sentinel",
  OfficeActivity: "sentinel",
  CloudAppEvents: "defender",
  SecurityEvent: "sentinel",
  Event: "sentinel",
  SecurityAlert: "sentinel",
  AlertInfo: "defender",
  AlertEvidence: "defender",
  SecurityIncident: "sentinel",
  Syslog: "sentinel",
  CommonSecurityLog: "sentinel",
  DeviceProcessEvents: "defender",
  DeviceNetworkEvents: "defender",
  DeviceFileEvents: "defender",
  DeviceLogonEvents: "defender",
  DeviceEvents: "defender",
  DeviceRegistryEvents: "defender",
  DeviceImageLoadEvents: "defender",
  DeviceInfo: "defender",
  DeviceNetworkInfo: "defender",
  EmailEvents: "defender",
  EmailUrlInfo: "defender",
  EmailAttachmentInfo: "defender",
  UrlClickEvents: "defender",
  IdentityInfo: "defender",
  IdentityLogonEvents: "defender",
  AzureActivity: "sentinel",
  NTANetAnalytics: "sentinel",
  AzureNetworkAnalytics_CL: "legacy",
  DnsEvents: "sentinel",
  ASimDnsActivityLogs: "sentinel",
  Heartbeat: "sentinel",
  ThreatIntelIndicators: "sentinel",
  ThreatIntelligenceIndicator: "sentinel",
  StorageBlobLogs: "sentinel",
  AWSCloudTrail: "sentinel",
  Watchlist: "sentinel",
  Usage: "sentinel",
} as const satisfies Record<string, "sentinel" | "defender" | "legacy">;
export type ContosoTable = keyof typeof contosoTables;
export const contosoTableNames = Object.keys(contosoTables) as readonly ContosoTable[];

/** Custom-log columns by the suffix that Log Analytics gives each type: _s string, _d real, _t datetime, _g string, _b bool. */
const legacyColumns: Readonly<Partial<Record<ContosoTable, string>>> = {
  AzureNetworkAnalytics_CL:
    "TimeGenerated Computer RawData MG ManagementGroupName SourceSystem TenantId Type _ResourceId SubType_s FASchemaVersion_s " +
    "TimeProcessed_t FlowIntervalStartTime_t FlowIntervalEndTime_t FlowStartTime_t FlowEndTime_t FlowType_s FlowDirection_s " +
    "FlowStatus_s SrcIP_s DestIP_s SrcPublicIPs_s DestPublicIPs_s PublicIPs_s VMIP_s DestPort_d L4Protocol_s L7Protocol_s " +
    "NSGList_s NSGRule_s NSGRules_s NSGRuleType_s MACAddress_s Subscription1_g Subscription2_g Subscription_g Region_s Region1_s " +
    "Region2_s VM_s VM1_s VM2_s NIC_s NIC1_s NIC2_s Subnet_s Subnet1_s Subnet2_s VirtualAppliances_s Country_s Status_s " +
    "AllowedInFlows_d DeniedInFlows_d AllowedOutFlows_d DeniedOutFlows_d FlowCount_d InboundPackets_d OutboundPackets_d " +
    "InboundBytes_d OutboundBytes_d CompletedFlows_d IsFlowEncrypted_b ",
};

function legacyType(name: string): KqlType {
  if (name === "TimeGenerated" || name.endsWith("_t")) return "datetime";
  if (name.endsWith("_d")) return "real";
  return name.endsWith("_b") ? "bool" : "string";
}

type SchemaFile = Readonly<Record<string, Readonly<Record<string, string>>>>;

function loadFile(name: string): SchemaFile {
  return JSON.parse(readFileSync(new URL(`../../../schemas/${name}`, import.meta.url), "utf8")) as SchemaFile;
}

const typeOf = (name: string): KqlType => (name === "boolean" ? "bool" : (name as KqlType));

/** Columns that every Log Analytics table has even where its reference page does not list them. */
const everywhere: readonly Column[] = [
  { name: "TenantId", type: "string" },
  { name: "SourceSystem", type: "string" },
  { name: "Type", type: "string" },
  { name: "_IsBillable", type: "string" },
  { name: "_TimeReceived", type: "datetime" },
];

/**
 * The schemas of all tables, TimeGenerated first.
 *
 * Columns that two references spell differently only by case are kept once, in Sentinel's spelling, because DuckDB
 * folds case.
 * @throws HuntError `contoso/schema-missing` when a vendored schema file lacks a table
 */
export function loadContosoSchemas(
  load: (name: string) => SchemaFile = loadFile,
): ReadonlyMap<ContosoTable, TableSchema> {
  const sentinel = load("sentinel-tables.json");
  const xdr = load("xdr-tables.json");
  return new Map(
    contosoTableNames.map(name => {
      const kind = contosoTables[name];
      const listed: Column[] = [{ name: "TimeGenerated", type: "datetime" }];
      if (kind === "defender") listed.push({ name: "Timestamp", type: "datetime" });
      const legacy = (legacyColumns[name] ?? "").split(" ").filter(n => n !== "");
      listed.push(...legacy.map(n => ({ name: n, type: legacyType(n) })));
      for (const file of kind === "defender" ? [sentinel, xdr] : [sentinel])
        for (const [column, type] of Object.entries(file[name] ?? {}))
          listed.push({ name: column, type: typeOf(type) });
      if (listed.length < 5)
        throw new HuntError("contoso/schema-missing", `no schema for table '${name}' in schemas/`, {
          hint: "restore schemas/sentinel-tables.json and schemas/xdr-tables.json from the repository",
        });
      const seen = new Set<string>();
      const columns = [...listed, ...everywhere].filter(
        c => !seen.has(c.name.toLowerCase()) && seen.add(c.name.toLowerCase()),
      );
      return [name, { name, columns }];
    }),
  );
}
