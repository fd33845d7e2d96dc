/** The schemas of Microsoft's Advanced Security Information Model (ASIM): names, tables, and what the tables lack. */
import type { Column, KqlType } from "../../base/column.js";

export interface AsimSchema {
  /** The table that holds events in this form already, and says which columns the schema has. */
  readonly table?: string;
  /** Columns that the documentation has and the table lacks, or that the table has with another type. */
  readonly columns: Readonly<Record<string, KqlType>>;
  /** Other names of `_Im_…` and `_ASim_…`: those of parsers that a workspace deploys itself, and older ones. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** What every schema has beside its table's columns. Source: https://learn.microsoft.com/azure/sentinel/normalization-common-fields */
const common: Readonly<Record<string, KqlType>> = { Dvc: "string", EventSchema: "string", EventUid: "string" };

const threats: Readonly<Record<string, KqlType>> = {
  ThreatFirstReportedTime: "datetime",
  ThreatLastReportedTime: "datetime",
  ThreatOriginalRiskLevel: "string",
};

/** Of a schema of which only the deployed names follow the rule: `imDns`, `ASimDns`. */
function deployed(schema: string): Readonly<Record<string, string>> {
  return { [`im${schema}`]: `_Im_${schema}`, [`ASim${schema}`]: `_ASim_${schema}` };
}

export const asimSchemas: Readonly<Record<string, AsimSchema>> = {
  AlertEvent: { columns: common, aliases: deployed("AlertEvent") },
  AuditEvent: { table: "ASimAuditEventLogs", columns: common, aliases: deployed("AuditEvent") },
  Authentication: { table: "ASimAuthenticationEventLogs", columns: common, aliases: deployed("Authentication") },
  DhcpEvent: {
    table: "ASimDhcpEventLogs",
    columns: common,
    aliases: { ...deployed("DhcpEvent"), _Im_Dhcp: "_Im_DhcpEvent", _ASim_Dhcp: "_ASim_DhcpEvent" },
  },
  Dns: {
    table: "ASimDnsActivityLogs",
    columns: { ...common, ...threats, EventOriginalSubType: "string", EventOriginalResultDetails: "string" },
    aliases: deployed("Dns"),
  },
  FileEvent: {
    table: "ASimFileEventLogs",
    columns: { ...common, ActorScope: "string" },
    aliases: deployed("FileEvent"),
  },
  NetworkSession: {
    table: "ASimNetworkSessionLogs",
    columns: {
      ...common,
      SrcProcessName: "string",
      SrcProcessId: "string",
      SrcProcessGuid: "string",
      DstProcessName: "string",
      DstProcessId: "string",
      DstProcessGuid: "string",
      EventOwner: "string",
    },
    aliases: deployed("NetworkSession"),
  },
  ProcessEvent: {
    table: "ASimProcessEventLogs",
    columns: common,
    aliases: {
      ...deployed("ProcessEvent"),
      ...deployed("ProcessCreate"),
      ...deployed("ProcessTerminate"),
      imProcess: "_Im_ProcessEvent",
      imProcessEvents: "_Im_ProcessEvent",
      ASimProcess: "_ASim_ProcessEvent",
      ASimProcessEventCreate: "_ASim_ProcessCreate",
      ASimProcessEventTerminate: "_ASim_ProcessTerminate",
    },
  },
  RegistryEvent: {
    table: "ASimRegistryEventLogs",
    columns: common,
    aliases: {
      ...deployed("RegistryEvent"),
      imRegistry: "_Im_RegistryEvent",
      ASimRegistry: "_ASim_RegistryEvent",
      _Im_Registry: "_Im_RegistryEvent",
      _ASim_Registry: "_ASim_RegistryEvent",
    },
  },
  UserManagement: {
    table: "ASimUserManagementActivityLogs",
    columns: common,
    aliases: deployed("UserManagement"),
  },
  WebSession: {
    table: "ASimWebSessionLogs",
    columns: { ...common, EventOwner: "string", DvcOs: "string", DvcInterface: "string", NetworkRuleName: "string" },
    aliases: deployed("WebSession"),
  },
};

/** Columns of every table of the service, which are no part of a schema. */
const ofTheService = new Set(["TenantId", "SourceSystem", "_BilledSize", "_IsBillable"]);

/** The columns of a schema, given its table's; `native` are those that the table has with the schema's type. */
export function schemaColumns(
  schema: AsimSchema,
  table: readonly Column[],
): { readonly all: readonly Column[]; readonly native: readonly Column[] } {
  const known = table.filter(c => !ofTheService.has(c.name) && !/_[a-z]$/.test(c.name));
  const more = Object.entries(schema.columns).map(([name, type]): Column => ({ name, type }));
  const kept = known.filter(c => !more.some(m => m.name === c.name));
  const native = known.filter(c => (schema.columns[c.name] ?? c.type) === c.type);
  return { all: [...kept, ...more], native };
}
