/**
 * Tables that queries still name and that the table references no longer (or never) listed, by hand: custom-log tables
 * of solutions, whose columns carry Log Analytics' type suffixes (`_s` string, `_d` real, `_t` datetime, `_b` bool, `_g` guid).
 */
import type { KqlType } from "../../base/column.js";

const customLog = {
  Computer: "string",
  MG: "string",
  ManagementGroupName: "string",
  RawData: "string",
  SourceSystem: "string",
  TenantId: "string",
  _ResourceId: "string",
} as const satisfies Record<string, KqlType>;

/** A list of names as columns of one type. */
function each<T extends KqlType>(type: T, names: string): Record<string, T> {
  return Object.fromEntries(names.split(/\s+/).map(name => [name, type]));
}

export const legacyTables: Readonly<Record<string, Readonly<Record<string, KqlType>>>> = {
  // Traffic analytics of network security group flow logs, before NTANetAnalytics.
  // Source: learn.microsoft.com/azure/network-watcher/traffic-analytics-schema
  AzureNetworkAnalytics_CL: {
    ...customLog,
    ...each("string", "SubType_s FASchemaVersion_s FlowType_s SrcIP_s DestIP_s VMIP_s"),
    ...each("string", "L4Protocol_s L7Protocol_s FlowDirection_s FlowStatus_s NSGList_s NSGRules_s NSGRule_s"),
    ...each("string", "NSGRuleType_s MACAddress_s Subscription_g Subscription1_g Subscription2_g Region_s Region1_s"),
    ...each("string", "Region2_s NIC_s NIC1_s NIC2_s VM_s VM1_s VM2_s Subnet_s Subnet1_s Subnet2_s VirtualNetwork_s"),
    ...each("string", "ApplicationGateway1_s ApplicationGateway2_s ExpressRouteCircuit1_s ExpressRouteCircuit2_s"),
    ...each("string", "ExpressRouteCircuitPeeringType_s LoadBalancer1_s LoadBalancer2_s LocalNetworkGateway1_s"),
    ...each("string", "LocalNetworkGateway2_s ConnectionType_s ConnectionName_s ConnectingVNets_s Country_s"),
    ...each("string", "AzureRegion_s PublicIPs_s SrcPublicIPs_s DestPublicIPs_s VirtualAppliances_s ResourceId"),
    ...each("string", "VirtualSubnetwork_s AddressPrefix_s Name_s Status_s SourceType_s DestinationType_s"),
    ...each("string", "AllowForwardedTraffic_s VirtualNetwork1_s VirtualNetwork2_s Gateway_s IsFlowEnabled_s"),
    ...each("datetime", "FlowStartTime_t FlowEndTime_t FlowIntervalStartTime_t FlowIntervalEndTime_t TimeProcessed_t"),
    ...each("real", "DestPort_d AllowedInFlows_d DeniedInFlows_d AllowedOutFlows_d DeniedOutFlows_d FlowCount_d"),
    ...each("real", "InboundPackets_d OutboundPackets_d InboundBytes_d OutboundBytes_d CompletedFlows_d"),
    ...each("bool", "IsVirtualAppliance_b"),
  },
  // The auditd solution that MSTICPy's Linux queries read.
  AuditLog_CL: {
    ...customLog,
  },
  // Office 365 audit of the Information Protection client.
  InformationProtectionLogs_CL: {
    ...customLog,
    ...each("string", "ApplicationId_g ApplicationName_s UserId_s User_s Activity_s Operation_s ContentId_g LabelId_g"),
    ...each("string", "LabelName_s ObjectId_s MachineName_s ProcessName_s IPv4_s Platform_s ProductVersion_s"),
    ...each("datetime", "LogTime_t"),
    ...each("bool", "Protected_b"),
  },
  // OSQuery's result log as its collector writes it.
  OSQueryLogs_CL: {
    ...customLog,
    ...each("string", "name_s hostIdentifier_s calendarTime_s action_s columns_s decorations_s"),
    ...each("real", "unixTime_d epoch_d counter_d"),
  },
};

/**
 * Columns that tables have and the references leave out, or list under another service's name.
 *
 * `AzureDiagnostics` gets its columns from what resources send; these are the ones that queries for Key Vault, Application
 * Gateway and Front Door name. Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/azurediagnostics
 */
export const amendedTables: Readonly<Record<string, Readonly<Record<string, KqlType>>>> = {
  AzureDiagnostics: {
    ...each("string", "Resource ResourceGroup ResourceId ResourceProvider ResourceType SubscriptionId _ResourceId"),
    ...each("string", "CallerIPAddress OperationVersion ResultDescription ResultSignature ResultType Level Message"),
    ...each("string", "action_s backendHostname_s clientIP_s clientIp_s clientPort_s details_data_s details_file_s"),
    ...each("string", "details_message_s hostname_s host_s httpMethod_s httpStatusCode_s id_s instanceId_s msg_s"),
    ...each("string", "originalHost_s originalRequestUriWithArgs_s policy_s policyMode_s requestQuery_s requestUri_s"),
    ...each("string", "ruleId_s ruleName_s ruleSetType_s ruleSetVersion_s socketIP_s trackingReference_s userAgent_s"),
    ...each("string", "identity_claim_upn_s identity_claim_appid_g identity_claim_oid_g clientInfo_s"),
    ...each("string", "identity_claim_http_schemas_microsoft_com_identity_claims_objectidentifier_g"),
    ...each("string", "properties_networkAcls_defaultAction_s addedIpRule_Value_s addedAccessPolicy_ObjectId_g"),
    ...each("string", "addedAccessPolicy_Permissions_keys_s addedAccessPolicy_Permissions_secrets_s"),
    ...each("string", "addedAccessPolicy_Permissions_certificates_s removedAccessPolicy_ObjectId_g"),
    ...each("string", "removedAccessPolicy_Permissions_keys_s removedAccessPolicy_Permissions_secrets_s"),
    ...each("string", "removedAccessPolicy_Permissions_certificates_s"),
    ...each("long", "DurationMs"),
    ...each("real", "httpStatus_d receivedBytes_d sentBytes_d timeTaken_d"),
  },
  SigninLogs: { SessionId: "string" },
  AADNonInteractiveUserSignInLogs: { SessionId: "string" },
  CloudAuditEvents: { Account: "string" },
};
