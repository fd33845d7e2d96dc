// Generated from queries/ by tools/query-types.ts; do not edit.
/* eslint-disable max-lines -- generated */
import type { Cell, Row } from "../frame/api.js";
import type { ListInput, QueryFunction, TimeInput } from "./query-function.js";
export interface AzureListAllSigninsGeoRow {
  readonly TimeGenerated: Date | null;
  readonly UserPrincipalName: string;
  readonly UserDisplayName: string;
  readonly UserId: string;
  readonly AppDisplayName: string;
  readonly ResourceDisplayName: string;
  readonly ClientAppUsed: string;
  readonly IPAddress: string;
  readonly UserAgent: string;
  readonly Result: string;
  readonly ResultType: string;
  readonly ResultDescription: string;
  readonly AuthenticationRequirement: string;
  readonly ConditionalAccessStatus: string;
  readonly RiskLevelDuringSignIn: string;
  readonly CorrelationId: string;
  readonly Browser: string;
  readonly OperatingSystem: string;
  readonly Country: string;
  readonly State: string;
  readonly City: string;
  readonly Latitude: number | null;
  readonly Longitude: number | null;
}

export interface AzureListAadSigninsForAccountRow {
  readonly TimeGenerated: Date | null;
  readonly Type: string;
  readonly UserPrincipalName: string;
  readonly UserDisplayName: string;
  readonly UserId: string;
  readonly IPAddress: string;
  readonly Location: string;
  readonly AppDisplayName: string;
  readonly ClientAppUsed: string;
  readonly UserAgent: string;
  readonly ResultType: string;
  readonly ResultDescription: string;
  readonly RiskLevelDuringSignIn: string;
  readonly CorrelationId: string;
}

export interface AzureListAzureActivityForAccountRow {
  readonly TimeGenerated: Date | null;
  readonly Caller: string;
  readonly CallerIpAddress: string;
  readonly OperationNameValue: string;
  readonly CategoryValue: string;
  readonly ActivityStatusValue: string;
  readonly Level: string;
  readonly ResourceGroup: string;
  readonly ResourceProviderValue: string;
  readonly _ResourceId: string;
  readonly SubscriptionId: string;
  readonly CorrelationId: string;
  readonly Properties: string;
}

export interface AzureListStorageOpsForIpRow {
  readonly TimeGenerated: Date | null;
  readonly AccountName: string;
  readonly OperationName: string;
  readonly StatusCode: string;
  readonly StatusText: string;
  readonly AuthenticationType: string;
  readonly ClientAddress: string;
  readonly RequesterUpn: string;
  readonly RequesterObjectId: string;
  readonly Uri: string;
  readonly ObjectKey: string;
  readonly RequestBodySize: number | null;
  readonly ResponseBodySize: number | null;
  readonly UserAgentHeader: string;
  readonly CorrelationId: string;
}

export interface AzureListStorageOpsForHashRow {
  readonly TimeGenerated: Date | null;
  readonly AccountName: string;
  readonly OperationName: string;
  readonly StatusCode: string;
  readonly AuthenticationType: string;
  readonly CallerIpAddress: string;
  readonly RequesterUpn: string;
  readonly Uri: string;
  readonly ObjectKey: string;
  readonly RequestMd5: string;
  readonly ResponseMd5: string;
  readonly RequestBodySize: number | null;
  readonly ResponseBodySize: number | null;
  readonly UserAgentHeader: string;
  readonly CorrelationId: string;
}

export interface AzureGetVmcomputerForHostRow {
  readonly Computer: string;
  readonly TimeGenerated: Date | null;
  readonly AgentId: string;
  readonly AzureCloudServiceDeployment: string;
  readonly AzureCloudServiceInstanceId: string;
  readonly AzureCloudServiceName: string;
  readonly AzureCloudServiceRoleName: string;
  readonly AzureCloudServiceRoleType: string;
  readonly AzureFaultDomain: string;
  readonly AzureImageOffering: string;
  readonly AzureImagePublisher: string;
  readonly AzureImageSku: string;
  readonly AzureImageVersion: string;
  readonly AzureLocation: string;
  readonly AzureResourceGroup: string;
  readonly AzureResourceName: string;
  readonly AzureServiceFabricClusterId: string;
  readonly AzureServiceFabricClusterName: string;
  readonly AzureSize: string;
  readonly AzureSubscriptionId: string;
  readonly AzureUpdateDomain: string;
  readonly AzureVmId: string;
  readonly AzureVmScaleSetDeployment: string;
  readonly AzureVmScaleSetInstanceId: string;
  readonly AzureVmScaleSetName: string;
  readonly AzureVmScaleSetResourceId: string;
  readonly _BilledSize: number | null;
  readonly BootTime: Date | null;
  readonly Cpus: number | null;
  readonly CpuSpeed: number | null;
  readonly DependencyAgentVersion: string;
  readonly DisplayName: string;
  readonly DnsNames: Cell;
  readonly FullDisplayName: string;
  readonly HostingProvider: string;
  readonly HostName: string;
  readonly HypervisorId: string;
  readonly HypervisorType: string;
  readonly Ipv4Addresses: Cell;
  readonly Ipv4DefaultGateways: Cell;
  readonly Ipv4SubnetMasks: Cell;
  readonly Ipv6Addresses: Cell;
  readonly _IsBillable: string;
  readonly MacAddresses: Cell;
  readonly Machine: string;
  readonly OperatingSystemFamily: string;
  readonly OperatingSystemFullName: string;
  readonly PhysicalMemoryMB: number | null;
  readonly _ResourceId: string;
  readonly SourceSystem: string;
  readonly _SubscriptionId: string;
  readonly TimeZone: string;
  readonly Type: string;
  readonly VirtualizationState: string;
  readonly VirtualMachineHypervisorId: string;
  readonly VirtualMachineNativeId: string;
  readonly VirtualMachineNativeName: string;
  readonly VirtualMachineType: string;
}

export interface HeartbeatGetHeartbeatForHostRow {
  readonly Computer: string;
  readonly TimeGenerated: Date | null;
  readonly _BilledSize: number | null;
  readonly Category: string;
  readonly ComputerEnvironment: string;
  readonly ComputerIP: string;
  readonly ComputerPrivateIPs: Cell;
  readonly _IsBillable: string;
  readonly IsGatewayInstalled: boolean | null;
  readonly ManagementGroupName: string;
  readonly OSMajorVersion: string;
  readonly OSMinorVersion: string;
  readonly OSName: string;
  readonly OSType: string;
  readonly RemoteIPCountry: string;
  readonly RemoteIPLatitude: number | null;
  readonly RemoteIPLongitude: number | null;
  readonly Resource: string;
  readonly ResourceGroup: string;
  readonly ResourceId: string;
  readonly _ResourceId: string;
  readonly ResourceProvider: string;
  readonly ResourceType: string;
  readonly SCAgentChannel: string;
  readonly Solutions: string;
  readonly SourceSystem: string;
  readonly SubscriptionId: string;
  readonly _SubscriptionId: string;
  readonly Type: string;
  readonly Version: string;
  readonly VMUUID: string;
}

export interface HeartbeatGetInfoByHostnameRow {
  readonly Computer: string;
  readonly OSType: string;
  readonly OSName: string;
  readonly ComputerEnvironment: string;
  readonly RemoteIPCountry: string;
  readonly ResourceGroup: string;
  readonly FirstHeard: Date | null;
  readonly LastHeard: Date | null;
  readonly Heartbeats: number | null;
  readonly Addresses: Cell;
}

export interface LinuxSyslogAllSyslogRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly HostIP: string;
  readonly Facility: string;
  readonly SeverityLevel: string;
  readonly ProcessName: string;
  readonly ProcessID: number | null;
  readonly SyslogMessage: string;
}

export interface LinuxSyslogCronActivityRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly HostIP: string;
  readonly ProcessName: string;
  readonly ProcessID: number | null;
  readonly RunAs: string;
  readonly Action: string;
  readonly Command: string;
  readonly SyslogMessage: string;
}

export interface LinuxSyslogListLogonFailuresRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly HostIP: string;
  readonly LogonResult: string;
  readonly Account: string;
  readonly SourceIP: string;
  readonly Method: string;
  readonly ProcessName: string;
  readonly ProcessID: number | null;
  readonly SyslogMessage: string;
}

export interface LinuxSyslogUserLogonRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly HostIP: string;
  readonly Event: string;
  readonly Account: string;
  readonly By: string;
  readonly Service: string;
  readonly ProcessName: string;
  readonly ProcessID: number | null;
  readonly SyslogMessage: string;
}

export interface LinuxSyslogSudoActivityRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly HostIP: string;
  readonly Account: string;
  readonly RunAs: string;
  readonly Result: string;
  readonly Command: string;
  readonly Folder: string;
  readonly Terminal: string;
  readonly SyslogMessage: string;
}

export interface LinuxSyslogUserGroupActivityRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly HostIP: string;
  readonly ProcessName: string;
  readonly ProcessID: number | null;
  readonly Subject: string;
  readonly SyslogMessage: string;
}

export interface LinuxSyslogSummarizeEventsRow {
  readonly Computer: string;
  readonly Facility: string;
  readonly ProcessName: string;
  readonly SeverityLevel: string;
  readonly Lines: number | null;
  readonly First: Date | null;
  readonly Last: Date | null;
}

export interface LinuxSyslogSquidActivityRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly HostIP: string;
  readonly Client: string;
  readonly Method: string;
  readonly Url: string;
  readonly Status: string;
  readonly SyslogMessage: string;
}

export interface LinuxSyslogSysmonProcessEventsRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly HostIP: string;
  readonly User: string;
  readonly Image: string;
  readonly CommandLine: string;
  readonly Pid: number | null;
  readonly ParentImage: string;
  readonly ParentPid: number | null;
}

export interface LinuxAuditAuditdAllRow {
  readonly TimeGenerated: Date | null;
  readonly EventTime: Date | null;
  readonly Computer: string;
  readonly AuditType: string;
  readonly AuditSerial: number | null;
  readonly RawData: string;
}

export interface NetworkListAzureNetworkFlowsByIpRow {
  readonly TimeGenerated: Date | null;
  readonly FlowStartTime: Date | null;
  readonly FlowEndTime: Date | null;
  readonly SrcIp: string;
  readonly SrcVm: string;
  readonly SrcPublicIps: string;
  readonly DestIp: string;
  readonly DestVm: string;
  readonly DestPublicIps: string;
  readonly DestPort: number | null;
  readonly L4Protocol: string;
  readonly L7Protocol: string;
  readonly FlowDirection: string;
  readonly FlowStatus: string;
  readonly FlowType: string;
  readonly AclRule: string;
  readonly AllowedInFlows: number | null;
  readonly AllowedOutFlows: number | null;
  readonly DeniedInFlows: number | null;
  readonly DeniedOutFlows: number | null;
  readonly BytesSrcToDest: number | null;
  readonly BytesDestToSrc: number | null;
  readonly Country: string;
}

export interface AzureNetworkAzNetAnalyticsRow {
  readonly TimeGenerated: Date | null;
  readonly FlowStartTime: Date | null;
  readonly SrcIp: string;
  readonly SrcVm: string;
  readonly DestIp: string;
  readonly DestVm: string;
  readonly DestPort: number | null;
  readonly L4Protocol: string;
  readonly L7Protocol: string;
  readonly FlowDirection: string;
  readonly FlowStatus: string;
  readonly FlowType: string;
  readonly Addresses: Cell;
  readonly AllowedInFlows: number | null;
  readonly AllowedOutFlows: number | null;
  readonly DeniedInFlows: number | null;
  readonly DeniedOutFlows: number | null;
  readonly BytesSrcToDest: number | null;
  readonly BytesDestToSrc: number | null;
}

export interface NetworkAllNetworkConnectionsCslRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly DeviceVendor: string;
  readonly DeviceProduct: string;
  readonly DeviceName: string;
  readonly DeviceAction: string;
  readonly Activity: string;
  readonly SourceIP: string;
  readonly SourcePort: number | null;
  readonly SourceHostName: string;
  readonly SourceUserName: string;
  readonly DestinationIP: string;
  readonly DestinationPort: number | null;
  readonly DestinationHostName: string;
  readonly Protocol: string;
  readonly ApplicationProtocol: string;
  readonly RequestMethod: string;
  readonly RequestURL: string;
  readonly SentBytes: number | null;
  readonly ReceivedBytes: number | null;
  readonly LogSeverity: string;
  readonly Message: string;
}

export interface NetworkIpsByHostCslRow {
  readonly SourceHostName: string;
  readonly SourceIP: string;
  readonly First: Date | null;
  readonly Last: Date | null;
  readonly Connections: number | null;
}

export interface NetworkHostsByIpCslRow {
  readonly SourceIP: string;
  readonly SourceHostName: string;
  readonly First: Date | null;
  readonly Last: Date | null;
  readonly Connections: number | null;
}

export interface NetworkGetHostForIpRow {
  readonly Computer: string;
  readonly OSType: string;
  readonly ComputerIP: string;
  readonly First: Date | null;
  readonly Last: Date | null;
  readonly Heartbeats: number | null;
}

export interface NetworkGetIpsForHostRow {
  readonly Computer: string;
  readonly ComputerIP: string;
  readonly First: Date | null;
  readonly Last: Date | null;
  readonly Heartbeats: number | null;
  readonly PrivateIPs: Cell;
}

export interface AzureNetworkDnsLookupsForDomainRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly ClientIP: string;
  readonly Name: string;
  readonly QueryType: string;
  readonly ResultCode: number | null;
  readonly Result: string;
  readonly IPAddresses: string;
}

export interface Office365ListActivityForAccountRow {
  readonly TimeGenerated: Date | null;
  readonly UserId: string;
  readonly UserType: string;
  readonly OfficeWorkload: string;
  readonly RecordType: string;
  readonly Operation: string;
  readonly ResultStatus: string;
  readonly ClientIP: string;
  readonly UserAgent: string;
  readonly OfficeObjectId: string;
  readonly MailboxOwnerUPN: string;
  readonly SourceFileName: string;
  readonly Site_Url: string;
  readonly Parameters: string;
  readonly ExtendedProperties: string;
}

export interface Office365ListActivityForIpRow {
  readonly TimeGenerated: Date | null;
  readonly UserId: string;
  readonly UserType: string;
  readonly OfficeWorkload: string;
  readonly RecordType: string;
  readonly Operation: string;
  readonly ResultStatus: string;
  readonly ClientIP: string;
  readonly ClientAddress: string;
  readonly UserAgent: string;
  readonly OfficeObjectId: string;
  readonly MailboxOwnerUPN: string;
  readonly SourceFileName: string;
  readonly Site_Url: string;
  readonly Parameters: string;
}

export interface SecurityAlertListAlertsRow {
  readonly TimeGenerated: Date | null;
  readonly SystemAlertId: string;
  readonly AlertName: string;
  readonly DisplayName: string;
  readonly AlertSeverity: string;
  readonly Status: string;
  readonly Description: string;
  readonly ProductName: string;
  readonly ProviderName: string;
  readonly VendorName: string;
  readonly CompromisedEntity: string;
  readonly StartTime: Date | null;
  readonly EndTime: Date | null;
  readonly Tactics: string;
  readonly Techniques: string;
  readonly Entities: string;
  readonly ExtendedProperties: string;
  readonly Properties: Cell;
  readonly RemediationSteps: string;
  readonly AlertLink: string;
}

export interface SecurityAlertGetAlertRow {
  readonly SystemAlertId: string;
  readonly TimeGenerated: Date | null;
  readonly AlertLink: string;
  readonly AlertName: string;
  readonly AlertSeverity: string;
  readonly AlertType: string;
  readonly _BilledSize: number | null;
  readonly CompromisedEntity: string;
  readonly ConfidenceLevel: string;
  readonly ConfidenceScore: number | null;
  readonly Description: string;
  readonly DisplayName: string;
  readonly EndTime: Date | null;
  readonly Entities: string;
  readonly ExtendedLinks: string;
  readonly ExtendedProperties: string;
  readonly _IsBillable: string;
  readonly IsIncident: boolean | null;
  readonly ProcessingEndTime: Date | null;
  readonly ProductComponentName: string;
  readonly ProductName: string;
  readonly ProviderName: string;
  readonly RemediationSteps: string;
  readonly ResourceId: string;
  readonly SourceComputerId: string;
  readonly StartTime: Date | null;
  readonly Status: string;
  readonly SubTechniques: string;
  readonly Tactics: string;
  readonly Techniques: string;
  readonly Type: string;
  readonly VendorName: string;
  readonly VendorOriginalId: string;
  readonly WorkspaceResourceGroup: string;
  readonly WorkspaceSubscriptionId: string;
}

export interface SecurityAlertListAlertsCountsRow {
  readonly AlertName: string;
  readonly AlertSeverity: string;
  readonly ProductName: string;
  readonly Alerts: number | null;
  readonly First: Date | null;
  readonly Last: Date | null;
  readonly Entities: Cell;
}

export interface SecurityAlertListAlertsForIpRow {
  readonly TimeGenerated: Date | null;
  readonly SystemAlertId: string;
  readonly AlertName: string;
  readonly AlertSeverity: string;
  readonly Status: string;
  readonly Description: string;
  readonly ProductName: string;
  readonly CompromisedEntity: string;
  readonly StartTime: Date | null;
  readonly EndTime: Date | null;
  readonly Tactics: string;
  readonly Techniques: string;
  readonly Entities: string;
  readonly ExtendedProperties: string;
}

export interface SecurityAlertListRelatedAlertsRow {
  readonly TimeGenerated: Date | null;
  readonly SystemAlertId: string;
  readonly AlertName: string;
  readonly AlertSeverity: string;
  readonly Status: string;
  readonly Description: string;
  readonly ProductName: string;
  readonly CompromisedEntity: string;
  readonly HostMatch: boolean | null;
  readonly AccountMatch: boolean | null;
  readonly ProcessMatch: boolean | null;
  readonly StartTime: Date | null;
  readonly EndTime: Date | null;
  readonly Tactics: string;
  readonly Techniques: string;
  readonly Entities: string;
}

export interface AzureSentinelListBookmarksRow {
  readonly TimeGenerated: Date | null;
  readonly BookmarkId: string;
  readonly BookmarkName: string;
  readonly CreatedBy: string;
  readonly CreatedTime: Date | null;
  readonly UpdatedBy: string;
  readonly LastUpdatedTime: Date | null;
  readonly EventTime: Date | null;
  readonly QueryText: string;
  readonly QueryResultRow: string;
  readonly QueryStartTime: Date | null;
  readonly QueryEndTime: Date | null;
  readonly Entities: string;
  readonly Notes: string;
  readonly Tags: string;
}

export interface AzureSentinelListDynamicSummariesRow {
  readonly TimeGenerated: Date | null;
  readonly SummaryId: string;
  readonly SummaryItemId: string;
  readonly SummaryName: string;
  readonly SummaryDescription: string;
  readonly SummaryStatus: string;
  readonly RelationName: string;
  readonly RelationId: string;
  readonly SearchKey: string;
  readonly ObservableType: string;
  readonly ObservableValue: string;
  readonly EventTimeUTC: Date | null;
  readonly Tactics: Cell;
  readonly Techniques: Cell;
  readonly PackedContent: Cell;
  readonly Query: string;
  readonly CreatedTimeUTC: Date | null;
}

export interface ThreatIntelligenceListIndicatorsRow {
  readonly TimeGenerated: Date | null;
  readonly IoC: string;
  readonly ObservableKey: string;
  readonly ObservableValue: string;
  readonly Confidence: number | null;
  readonly IsActive: boolean | null;
  readonly Revoked: boolean | null;
  readonly ValidFrom: Date | null;
  readonly ValidUntil: Date | null;
  readonly Source: string;
  readonly Pattern: string;
  readonly Tags: string;
  readonly Created: Date | null;
  readonly Modified: Date | null;
  readonly Id: string;
  readonly Data: Cell;
  readonly AdditionalFields: Cell;
}

export interface SecurityEventRow {
  readonly AccessMask: string;
  readonly Account: string;
  readonly AccountDomain: string;
  readonly AccountExpires: string;
  readonly AccountName: string;
  readonly AccountSessionIdentifier: string;
  readonly AccountType: string;
  readonly Activity: string;
  readonly AdditionalInfo: string;
  readonly AdditionalInfo2: string;
  readonly AllowedToDelegateTo: string;
  readonly Attributes: string;
  readonly AuditPolicyChanges: string;
  readonly AuditsDiscarded: number | null;
  readonly AuthenticationLevel: number | null;
  readonly AuthenticationPackageName: string;
  readonly AuthenticationProvider: string;
  readonly AuthenticationServer: string;
  readonly AuthenticationService: number | null;
  readonly AuthenticationType: string;
  readonly AzureDeploymentID: string;
  readonly _BilledSize: number | null;
  readonly CACertificateHash: string;
  readonly CalledStationID: string;
  readonly CallerProcessId: string;
  readonly CallerProcessName: string;
  readonly CallingStationID: string;
  readonly CAPublicKeyHash: string;
  readonly CategoryId: string;
  readonly CertificateDatabaseHash: string;
  readonly Channel: string;
  readonly ClassId: string;
  readonly ClassName: string;
  readonly ClientAddress: string;
  readonly ClientIPAddress: string;
  readonly ClientName: string;
  readonly CommandLine: string;
  readonly CompatibleIds: string;
  readonly Computer: string;
  readonly Correlation: string;
  readonly DCDNSName: string;
  readonly DeviceDescription: string;
  readonly DeviceId: string;
  readonly DisplayName: string;
  readonly Disposition: string;
  readonly DomainBehaviorVersion: string;
  readonly DomainName: string;
  readonly DomainPolicyChanged: string;
  readonly DomainSid: string;
  readonly EAPType: string;
  readonly ElevatedToken: string;
  readonly ErrorCode: number | null;
  readonly EventData: string;
  readonly EventID: number | null;
  readonly EventLevelName: string;
  readonly EventRecordId: string;
  readonly EventSourceName: string;
  readonly ExtendedQuarantineState: string;
  readonly FailureReason: string;
  readonly FileHash: string;
  readonly FilePath: string;
  readonly FilePathNoUser: string;
  readonly Filter: string;
  readonly ForceLogoff: string;
  readonly Fqbn: string;
  readonly FullyQualifiedSubjectMachineName: string;
  readonly FullyQualifiedSubjectUserName: string;
  readonly GroupMembership: string;
  readonly HandleId: string;
  readonly HardwareIds: string;
  readonly HomeDirectory: string;
  readonly HomePath: string;
  readonly InterfaceUuid: string;
  readonly IpAddress: string;
  readonly IpPort: string;
  readonly _IsBillable: string;
  readonly KeyLength: number | null;
  readonly Keywords: string;
  readonly Level: string;
  readonly LmPackageName: string;
  readonly LocationInformation: string;
  readonly LockoutDuration: string;
  readonly LockoutObservationWindow: string;
  readonly LockoutThreshold: string;
  readonly LoggingResult: string;
  readonly LogonGuid: string;
  readonly LogonHours: string;
  readonly LogonID: string;
  readonly LogonProcessName: string;
  readonly LogonType: number | null;
  readonly LogonTypeName: string;
  readonly MachineAccountQuota: string;
  readonly MachineInventory: string;
  readonly MachineLogon: string;
  readonly ManagementGroupName: string;
  readonly MandatoryLabel: string;
  readonly MaxPasswordAge: string;
  readonly MemberName: string;
  readonly MemberSid: string;
  readonly MinPasswordAge: string;
  readonly MinPasswordLength: string;
  readonly MixedDomainMode: string;
  readonly NASIdentifier: string;
  readonly NASIPv4Address: string;
  readonly NASIPv6Address: string;
  readonly NASPort: string;
  readonly NASPortType: string;
  readonly NetworkPolicyName: string;
  readonly NewDate: string;
  readonly NewMaxUsers: string;
  readonly NewProcessId: string;
  readonly NewProcessName: string;
  readonly NewRemark: string;
  readonly NewShareFlags: string;
  readonly NewTime: string;
  readonly NewUacValue: string;
  readonly NewValue: string;
  readonly NewValueType: string;
  readonly ObjectName: string;
  readonly ObjectServer: string;
  readonly ObjectType: string;
  readonly ObjectValueName: string;
  readonly OemInformation: string;
  readonly OldMaxUsers: string;
  readonly OldRemark: string;
  readonly OldShareFlags: string;
  readonly OldUacValue: string;
  readonly OldValue: string;
  readonly OldValueType: string;
  readonly Opcode: string;
  readonly OperationType: string;
  readonly PackageName: string;
  readonly ParentProcessName: string;
  readonly PasswordHistoryLength: string;
  readonly PasswordLastSet: string;
  readonly PasswordProperties: string;
  readonly PreviousDate: string;
  readonly PreviousTime: string;
  readonly PrimaryGroupId: string;
  readonly PrivateKeyUsageCount: string;
  readonly PrivilegeList: string;
  readonly Process: string;
  readonly ProcessId: string;
  readonly ProcessName: string;
  readonly ProfilePath: string;
  readonly Properties: string;
  readonly ProtocolSequence: string;
  readonly ProxyPolicyName: string;
  readonly QuarantineHelpURL: string;
  readonly QuarantineSessionID: string;
  readonly QuarantineSessionIdentifier: string;
  readonly QuarantineState: string;
  readonly QuarantineSystemHealthResult: string;
  readonly RelativeTargetName: string;
  readonly RemoteIpAddress: string;
  readonly RemotePort: string;
  readonly Requester: string;
  readonly RequestId: string;
  readonly _ResourceId: string;
  readonly RestrictedAdminMode: string;
  readonly RowsDeleted: string;
  readonly SamAccountName: string;
  readonly ScriptPath: string;
  readonly SecurityDescriptor: string;
  readonly ServiceAccount: string;
  readonly ServiceFileName: string;
  readonly ServiceName: string;
  readonly ServiceStartType: number | null;
  readonly ServiceType: string;
  readonly SessionName: string;
  readonly ShareLocalPath: string;
  readonly ShareName: string;
  readonly SidHistory: string;
  readonly SourceComputerId: string;
  readonly SourceSystem: string;
  readonly Status: string;
  readonly StorageAccount: string;
  readonly SubcategoryGuid: string;
  readonly SubcategoryId: string;
  readonly Subject: string;
  readonly SubjectAccount: string;
  readonly SubjectDomainName: string;
  readonly SubjectKeyIdentifier: string;
  readonly SubjectLogonId: string;
  readonly SubjectMachineName: string;
  readonly SubjectMachineSID: string;
  readonly SubjectUserName: string;
  readonly SubjectUserSid: string;
  readonly _SubscriptionId: string;
  readonly SubStatus: string;
  readonly SystemProcessId: number | null;
  readonly SystemThreadId: number | null;
  readonly SystemUserId: string;
  readonly TableId: string;
  readonly TargetAccount: string;
  readonly TargetDomainName: string;
  readonly TargetInfo: string;
  readonly TargetLinkedLogonId: string;
  readonly TargetLogonGuid: string;
  readonly TargetLogonId: string;
  readonly TargetOutboundDomainName: string;
  readonly TargetOutboundUserName: string;
  readonly TargetServerName: string;
  readonly TargetSid: string;
  readonly TargetUser: string;
  readonly TargetUserName: string;
  readonly TargetUserSid: string;
  readonly Task: number | null;
  readonly TemplateContent: string;
  readonly TemplateDSObjectFQDN: string;
  readonly TemplateInternalName: string;
  readonly TemplateOID: string;
  readonly TemplateSchemaVersion: string;
  readonly TemplateVersion: string;
  readonly TenantId: string;
  readonly TimeGenerated: Date | null;
  readonly TokenElevationType: string;
  readonly TransmittedServices: string;
  readonly Type: string;
  readonly UserAccountControl: string;
  readonly UserParameters: string;
  readonly UserPrincipalName: string;
  readonly UserWorkstations: string;
  readonly VendorIds: string;
  readonly Version: number | null;
  readonly VirtualAccount: string;
  readonly Workstation: string;
  readonly WorkstationName: string;
}

export interface WindowsSecurityListOtherEventsRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly EventID: number | null;
  readonly Activity: string;
  readonly Account: string;
  readonly SubjectUserName: string;
  readonly SubjectLogonId: string;
  readonly TargetUserName: string;
  readonly EventData: string;
}

export interface WindowsSecuritySummarizeEventsRow {
  readonly Computer: string;
  readonly EventID: number | null;
  readonly Activity: string;
  readonly Events: number | null;
  readonly First: Date | null;
  readonly Last: Date | null;
  readonly Accounts: Cell;
}

export interface WindowsSecurityNotableEventsRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly EventID: number | null;
  readonly Reason: string;
  readonly Activity: string;
  readonly Account: string;
  readonly SubjectUserName: string;
  readonly SubjectLogonId: string;
  readonly TargetUserName: string;
  readonly MemberName: string;
  readonly ServiceName: string;
  readonly ServiceFileName: string;
  readonly ObjectName: string;
  readonly ShareName: string;
  readonly EventData: string;
}

export interface WindowsSecurityAccountChangeEventsRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly EventID: number | null;
  readonly Activity: string;
  readonly TargetUserName: string;
  readonly TargetDomainName: string;
  readonly TargetSid: string;
  readonly MemberName: string;
  readonly MemberSid: string;
  readonly SubjectUserName: string;
  readonly SubjectDomainName: string;
  readonly SubjectLogonId: string;
  readonly PrivilegeList: string;
}

export interface WindowsSecuritySchdldTasksAndServicesRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly EventID: number | null;
  readonly Activity: string;
  readonly SubjectUserName: string;
  readonly SubjectDomainName: string;
  readonly SubjectLogonId: string;
  readonly TaskName: string;
  readonly ServiceName: string;
  readonly ServiceFileName: string;
  readonly ServiceType: string;
  readonly ServiceStartType: number | null;
  readonly ServiceAccount: string;
  readonly EventData: string;
}

export interface WindowsSecurityListHostLogonsRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly EventID: number | null;
  readonly Activity: string;
  readonly TargetUserName: string;
  readonly TargetDomainName: string;
  readonly TargetUserSid: string;
  readonly TargetLogonId: string;
  readonly LogonType: number | null;
  readonly LogonTypeName: string;
  readonly LogonProcessName: string;
  readonly AuthenticationPackageName: string;
  readonly IpAddress: string;
  readonly IpPort: string;
  readonly WorkstationName: string;
  readonly SubjectUserName: string;
  readonly SubjectDomainName: string;
  readonly SubjectLogonId: string;
  readonly ProcessName: string;
  readonly Status: string;
  readonly SubStatus: string;
}

export interface WindowsSecurityListAllLogonsByHostRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly EventID: number | null;
  readonly Activity: string;
  readonly TargetUserName: string;
  readonly TargetDomainName: string;
  readonly TargetUserSid: string;
  readonly TargetLogonId: string;
  readonly LogonType: number | null;
  readonly LogonTypeName: string;
  readonly LogonProcessName: string;
  readonly AuthenticationPackageName: string;
  readonly IpAddress: string;
  readonly IpPort: string;
  readonly WorkstationName: string;
  readonly SubjectUserName: string;
  readonly SubjectDomainName: string;
  readonly SubjectLogonId: string;
  readonly ProcessName: string;
  readonly Status: string;
  readonly SubStatus: string;
  readonly Result: string;
}

export interface WindowsSecurityListHostProcessesRow {
  readonly TimeGenerated: Date | null;
  readonly Computer: string;
  readonly Account: string;
  readonly SubjectUserName: string;
  readonly SubjectDomainName: string;
  readonly SubjectUserSid: string;
  readonly SubjectLogonId: string;
  readonly NewProcessName: string;
  readonly NewProcessId: string;
  readonly Process: string;
  readonly CommandLine: string;
  readonly ParentProcessName: string;
  readonly ProcessId: string;
  readonly TokenElevationType: string;
  readonly TargetUserName: string;
  readonly TargetDomainName: string;
  readonly TargetLogonId: string;
}

export interface WindowsSecurityListHostsMatchingCommandlineRow {
  readonly Computer: string;
  readonly NewProcessName: string;
  readonly Starts: number | null;
  readonly First: Date | null;
  readonly Last: Date | null;
  readonly Accounts: Cell;
  readonly CommandLines: Cell;
}

export interface WindowsSecurityGetProcessTreeRow {
  readonly TimeGenerated: Date | null;
  readonly NodeRole: string;
  readonly Level: number | null;
  readonly Computer: string;
  readonly Account: string;
  readonly SubjectUserName: string;
  readonly SubjectDomainName: string;
  readonly SubjectUserSid: string;
  readonly SubjectLogonId: string;
  readonly NewProcessName: string;
  readonly NewProcessId: string;
  readonly Process: string;
  readonly CommandLine: string;
  readonly ParentProcessName: string;
  readonly ProcessId: string;
  readonly TokenElevationType: string;
  readonly TargetUserName: string;
  readonly TargetDomainName: string;
  readonly TargetLogonId: string;
}

export interface AzureListAllSigninsGeoParameters {
  /** Which sign-ins */
  readonly table?: "SigninLogs" | "AADNonInteractiveUserSignInLogs";
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureListAadSigninsForAccountParameters {
  /** User principal name, part of it, or display name */
  readonly account_name?: string;
  /** Object id of the user */
  readonly user_id?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureListAadSigninsForIpParameters {
  /** The addresses */
  readonly ip_address_list: ListInput;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureListAzureActivityForAccountParameters {
  /** The caller, or part of its name */
  readonly account_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureListAzureActivityForIpParameters {
  /** The addresses */
  readonly ip_address_list: ListInput;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureListAzureActivityForResourceParameters {
  /** Resource id, or part of it */
  readonly resource_id: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureListStorageOpsForIpParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureListStorageOpsForHashParameters {
  /** MD5 of the content, as the service writes it */
  readonly file_hash: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureGetVmcomputerForHostParameters {
  /** Name of the host */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureGetVmcomputerForIpParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface HeartbeatGetHeartbeatForHostParameters {
  /** Name of the host */
  readonly host_name: string;
  /** How the name is compared */
  readonly host_op?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface HeartbeatGetHeartbeatForIpParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface HeartbeatGetInfoByHostnameParameters {
  /** Name of the host */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface HeartbeatGetInfoByIpaddressParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface LinuxSyslogAllSyslogParameters {
  /** Name of the host, or part of it */
  readonly host_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogCronActivityParameters {
  /** Name of the host, or part of it */
  readonly host_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogListLogonFailuresParameters {
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface LinuxSyslogListHostLogonFailuresParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogListAccountLogonFailuresParameters {
  /** Name of the account */
  readonly account_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface LinuxSyslogListIpLogonFailuresParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface LinuxSyslogListLogonsForAccountParameters {
  /** Name of the account */
  readonly account_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface LinuxSyslogListLogonsForHostParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogListLogonsForSourceIpParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface LinuxSyslogUserLogonParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Name of the account */
  readonly account_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogSudoActivityParameters {
  /** Name of the host, or part of it */
  readonly host_name?: string;
  /** Name of the account */
  readonly account_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogUserGroupActivityParameters {
  /** Name of the host, or part of it */
  readonly host_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogNotableEventsParameters {
  /** Name of the host, or part of it */
  readonly host_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogSummarizeEventsParameters {
  /** Name of the host, or part of it */
  readonly host_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogSquidActivityParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxSyslogSysmonProcessEventsParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface LinuxAuditAuditdAllParameters {
  /** Name of the host, or part of it */
  readonly host_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface MultiDataSourceGetTimeseriesDataParameters {
  /** Table whose rows are counted */
  readonly table: string;
  /** Column that holds the time */
  readonly timestampcolumn?: string;
  /** What is put into each interval, as query text */
  readonly aggregatefunction?: string;
  /** Length of an interval */
  readonly timeframe?: string;
  /** Pipe operators that choose the rows */
  readonly where_clause?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface MultiDataSourceGetTimeseriesDecomposeParameters {
  /** Table whose rows are counted */
  readonly table: string;
  /** Column that holds the time */
  readonly timestampcolumn?: string;
  /** What is put into each interval, as query text */
  readonly aggregatefunction?: string;
  /** Length of an interval */
  readonly timeframe?: string;
  /** Pipe operators that choose the rows */
  readonly where_clause?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface MultiDataSourceGetTimeseriesAnomaliesParameters {
  /** Table whose rows are counted */
  readonly table: string;
  /** Column that holds the time */
  readonly timestampcolumn?: string;
  /** What is put into each interval, as query text */
  readonly aggregatefunction?: string;
  /** Length of an interval */
  readonly timeframe?: string;
  /** Pipe operators that choose the rows */
  readonly where_clause?: string;
  /** Score from which a value counts as anomalous */
  readonly scorethreshold?: number;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface MultiDataSourcePlotTimeseriesDatawithbaselineParameters {
  /** Table whose rows are counted */
  readonly table: string;
  /** Column that holds the time */
  readonly timestampcolumn?: string;
  /** What is put into each interval, as query text */
  readonly aggregatefunction?: string;
  /** Length of an interval */
  readonly timeframe?: string;
  /** Pipe operators that choose the rows */
  readonly where_clause?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface MultiDataSourcePlotTimeseriesScoreanomoliesParameters {
  /** Table whose rows are counted */
  readonly table: string;
  /** Column that holds the time */
  readonly timestampcolumn?: string;
  /** What is put into each interval, as query text */
  readonly aggregatefunction?: string;
  /** Length of an interval */
  readonly timeframe?: string;
  /** Pipe operators that choose the rows */
  readonly where_clause?: string;
  /** Score from which a value counts as anomalous */
  readonly scorethreshold?: number;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkListAzureNetworkFlowsByIpParameters {
  /** The addresses */
  readonly ip_address_list: ListInput;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkListAzureNetworkFlowsByHostParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureNetworkAzNetAnalyticsParameters {
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkAllNetworkConnectionsCslParameters {
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkHostNetworkConnectionsCslParameters {
  /** Name of the host, or part of it */
  readonly host_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkIpNetworkConnectionsCslParameters {
  /** The address */
  readonly ip_address?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkIpsByHostCslParameters {
  /** Name of the host, or part of it */
  readonly host_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkHostsByIpCslParameters {
  /** The address */
  readonly ip_address?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkNetworkConnectionsToUrlParameters {
  /** The URL, or part of it */
  readonly url: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkGetHostForIpParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface NetworkGetIpsForHostParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureNetworkDnsLookupsForDomainParameters {
  /** The domain, or the end of it */
  readonly domain: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureNetworkDnsLookupsForIpParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureNetworkDnsLookupsFromIpParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface Office365ListActivityForAccountParameters {
  /** The account, or part of its name */
  readonly account_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface Office365ListActivityForIpParameters {
  /** The addresses */
  readonly ip_address_list: ListInput;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface Office365ListActivityForResourceParameters {
  /** Path, URL or id of the object, or part of it */
  readonly resource_id: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface SecurityAlertListAlertsParameters {
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface SecurityAlertGetAlertParameters {
  /** Id of the alert */
  readonly system_alert_id: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface SecurityAlertListAlertsCountsParameters {
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface SecurityAlertListAlertsForIpParameters {
  /** The addresses */
  readonly source_ip_list: ListInput;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface SecurityAlertListRelatedAlertsParameters {
  /** Name of the host */
  readonly host_name?: string;
  /** Name of the account */
  readonly account_name?: string;
  /** Name of the process */
  readonly process_name?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureSentinelListBookmarksParameters {
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureSentinelGetBookmarkByIdParameters {
  /** Id of the bookmark */
  readonly bookmark_id: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureSentinelGetBookmarkByNameParameters {
  /** Name of the bookmark, or part of it */
  readonly bookmark_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureSentinelListBookmarksForEntityParameters {
  /** Value of the entity */
  readonly entity_id?: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureSentinelListBookmarksForTagsParameters {
  /** The tags */
  readonly bookmark_tags: ListInput;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureSentinelListDynamicSummariesParameters {
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureSentinelGetDynamicSummaryByIdParameters {
  /** Id of the summary */
  readonly summary_id: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface AzureSentinelGetDynamicSummaryByNameParameters {
  /** Name of the summary, or part of it */
  readonly summary_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface ThreatIntelligenceListIndicatorsParameters {
  /** Indicators published since then; their validity is checked as well */
  readonly start?: TimeInput;
  /** Indicators published until then, and valid at that time */
  readonly end?: TimeInput;
  /** Also those that expired, were revoked or deleted */
  readonly include_inactive?: boolean;
  /** Lowest confidence, 0 to 100 */
  readonly min_confidence?: number | bigint;
}

export interface ThreatIntelligenceListIndicatorsByIpParameters {
  /** The addresses */
  readonly ip_address_list: ListInput;
  /** Indicators published since then; their validity is checked as well */
  readonly start?: TimeInput;
  /** Indicators published until then, and valid at that time */
  readonly end?: TimeInput;
  /** Also those that expired, were revoked or deleted */
  readonly include_inactive?: boolean;
  /** Lowest confidence, 0 to 100 */
  readonly min_confidence?: number | bigint;
}

export interface ThreatIntelligenceListIndicatorsByDomainParameters {
  /** The domains */
  readonly domain_list: ListInput;
  /** Indicators published since then; their validity is checked as well */
  readonly start?: TimeInput;
  /** Indicators published until then, and valid at that time */
  readonly end?: TimeInput;
  /** Also those that expired, were revoked or deleted */
  readonly include_inactive?: boolean;
  /** Lowest confidence, 0 to 100 */
  readonly min_confidence?: number | bigint;
}

export interface ThreatIntelligenceListIndicatorsByUrlParameters {
  /** The URLs */
  readonly url_list: ListInput;
  /** Indicators published since then; their validity is checked as well */
  readonly start?: TimeInput;
  /** Indicators published until then, and valid at that time */
  readonly end?: TimeInput;
  /** Also those that expired, were revoked or deleted */
  readonly include_inactive?: boolean;
  /** Lowest confidence, 0 to 100 */
  readonly min_confidence?: number | bigint;
}

export interface ThreatIntelligenceListIndicatorsByHashParameters {
  /** The hashes */
  readonly file_hash_list: ListInput;
  /** Indicators published since then; their validity is checked as well */
  readonly start?: TimeInput;
  /** Indicators published until then, and valid at that time */
  readonly end?: TimeInput;
  /** Also those that expired, were revoked or deleted */
  readonly include_inactive?: boolean;
  /** Lowest confidence, 0 to 100 */
  readonly min_confidence?: number | bigint;
}

export interface ThreatIntelligenceListIndicatorsByFilepathParameters {
  /** File names or paths */
  readonly observables: ListInput;
  /** Indicators published since then; their validity is checked as well */
  readonly start?: TimeInput;
  /** Indicators published until then, and valid at that time */
  readonly end?: TimeInput;
  /** Also those that expired, were revoked or deleted */
  readonly include_inactive?: boolean;
  /** Lowest confidence, 0 to 100 */
  readonly min_confidence?: number | bigint;
}

export interface ThreatIntelligenceListIndicatorsByEmailParameters {
  /** E-mail addresses */
  readonly observables: ListInput;
  /** Indicators published since then; their validity is checked as well */
  readonly start?: TimeInput;
  /** Indicators published until then, and valid at that time */
  readonly end?: TimeInput;
  /** Also those that expired, were revoked or deleted */
  readonly include_inactive?: boolean;
  /** Lowest confidence, 0 to 100 */
  readonly min_confidence?: number | bigint;
}

export interface WindowsSecurityListEventsParameters {
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface WindowsSecurityListEventsByIdParameters {
  /** Event ids */
  readonly event_list: ListInput;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface WindowsSecurityListHostEventsParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityListHostEventsByIdParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Event ids */
  readonly event_list?: ListInput;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityListOtherEventsParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecuritySummarizeEventsParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityNotableEventsParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityAccountChangeEventsParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecuritySchdldTasksAndServicesParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityListHostLogonsParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityListHostLogonFailuresParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityListAllLogonsByHostParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityGetHostLogonParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Logon id of the session, for example 0x3e7 */
  readonly logon_session_id: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityListLogonsByAccountParameters {
  /** Name of the account */
  readonly account_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface WindowsSecurityListLogonFailuresByAccountParameters {
  /** Name of the account */
  readonly account_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface WindowsSecurityListLogonAttemptsByAccountParameters {
  /** Name of the account */
  readonly account_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface WindowsSecurityListLogonAttemptsByIpParameters {
  /** The address */
  readonly ip_address: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface WindowsSecurityListHostProcessesParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityListMatchingProcessesParameters {
  /** Name or path of the process, or the end of it */
  readonly process_name: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface WindowsSecurityListProcessesInSessionParameters {
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Logon id of the session, for example 0x3e7 */
  readonly logon_session_id: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityListHostsMatchingCommandlineParameters {
  /** Name or path of the process, or the end of it */
  readonly process_name: string;
  /** Part of the command line */
  readonly commandline: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
}

export interface WindowsSecurityGetParentProcessParameters {
  /** Id of the process as the event shows it, for example 0x1a2c */
  readonly process_id: string;
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Name or path of the process, or the end of it */
  readonly process_name: string;
  /** Logon id of the session, for example 0x3e7 */
  readonly logon_session_id: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface WindowsSecurityGetProcessTreeParameters {
  /** Id of the process as the event shows it, for example 0x1a2c */
  readonly process_id: string;
  /** Name of the host, or part of it */
  readonly host_name: string;
  /** Name or path of the process, or the end of it */
  readonly process_name: string;
  /** Logon id of the session, for example 0x3e7 */
  readonly logon_session_id: string;
  /** Start of the time range */
  readonly start?: TimeInput;
  /** End of the time range */
  readonly end?: TimeInput;
  /** How the host name is compared */
  readonly host_op?: string;
}

export interface MSSentinelAzureQueries {
  /** The latest inventory record of a virtual machine, by host name */
  readonly get_vmcomputer_for_host: QueryFunction<AzureGetVmcomputerForHostParameters, AzureGetVmcomputerForHostRow>;
  /** The latest inventory record of a virtual machine, by one of its addresses */
  readonly get_vmcomputer_for_ip: QueryFunction<AzureGetVmcomputerForIpParameters, AzureGetVmcomputerForHostRow>;
  /** Sign-ins of one account, by user principal name, display name or object id */
  readonly list_aad_signins_for_account: QueryFunction<
    AzureListAadSigninsForAccountParameters,
    AzureListAadSigninsForAccountRow
  >;
  /** Sign-ins from a list of addresses, interactive and not */
  readonly list_aad_signins_for_ip: QueryFunction<AzureListAadSigninsForIpParameters, AzureListAadSigninsForAccountRow>;
  /** Interactive sign-ins with their place, coordinates and a plain result (Success or Failed) */
  readonly list_all_signins_geo: QueryFunction<AzureListAllSigninsGeoParameters, AzureListAllSigninsGeoRow>;
  /** What an account did in Azure Resource Manager */
  readonly list_azure_activity_for_account: QueryFunction<
    AzureListAzureActivityForAccountParameters,
    AzureListAzureActivityForAccountRow
  >;
  /** What was done in Azure Resource Manager from a list of addresses */
  readonly list_azure_activity_for_ip: QueryFunction<
    AzureListAzureActivityForIpParameters,
    AzureListAzureActivityForAccountRow
  >;
  /** What was done to one Azure resource */
  readonly list_azure_activity_for_resource: QueryFunction<
    AzureListAzureActivityForResourceParameters,
    AzureListAzureActivityForAccountRow
  >;
  /** Blobs that were written with a content hash (MD5) */
  readonly list_storage_ops_for_hash: QueryFunction<
    AzureListStorageOpsForHashParameters,
    AzureListStorageOpsForHashRow
  >;
  /** Operations on blob storage from one address */
  readonly list_storage_ops_for_ip: QueryFunction<AzureListStorageOpsForIpParameters, AzureListStorageOpsForIpRow>;
}

export interface MSSentinelAzureNetworkQueries {
  /** Connections that proxies and firewalls reported */
  readonly all_network_connections_csl: QueryFunction<
    NetworkAllNetworkConnectionsCslParameters,
    NetworkAllNetworkConnectionsCslRow
  >;
  /** Azure flows with the addresses of both sides taken apart */
  readonly az_net_analytics: QueryFunction<AzureNetworkAzNetAnalyticsParameters, AzureNetworkAzNetAnalyticsRow>;
  /** Look-ups of a domain and the names below it */
  readonly dns_lookups_for_domain: QueryFunction<
    AzureNetworkDnsLookupsForDomainParameters,
    AzureNetworkDnsLookupsForDomainRow
  >;
  /** Look-ups that gave an address as answer */
  readonly dns_lookups_for_ip: QueryFunction<AzureNetworkDnsLookupsForIpParameters, AzureNetworkDnsLookupsForDomainRow>;
  /** Look-ups that a machine with an address made */
  readonly dns_lookups_from_ip: QueryFunction<
    AzureNetworkDnsLookupsFromIpParameters,
    AzureNetworkDnsLookupsForDomainRow
  >;
  /** The latest heartbeat of a host, by name */
  readonly get_heartbeat_for_host: QueryFunction<
    HeartbeatGetHeartbeatForHostParameters,
    HeartbeatGetHeartbeatForHostRow
  >;
  /** The latest heartbeat of hosts with an address, public or private */
  readonly get_heartbeat_for_ip: QueryFunction<HeartbeatGetHeartbeatForIpParameters, HeartbeatGetHeartbeatForHostRow>;
  /** Hosts that had an address, by their heartbeats */
  readonly get_host_for_ip: QueryFunction<NetworkGetHostForIpParameters, NetworkGetHostForIpRow>;
  /** Addresses that a host had, by its heartbeats */
  readonly get_ips_for_host: QueryFunction<NetworkGetIpsForHostParameters, NetworkGetIpsForHostRow>;
  /** Connections of a host that proxies and firewalls reported; without a name those of all hosts */
  readonly host_network_connections_csl: QueryFunction<
    NetworkHostNetworkConnectionsCslParameters,
    NetworkAllNetworkConnectionsCslRow
  >;
  /** Hosts that used an address, by proxies and firewalls */
  readonly hosts_by_ip_csl: QueryFunction<NetworkHostsByIpCslParameters, NetworkHostsByIpCslRow>;
  /** Connections of an address that proxies and firewalls reported; without one those of all */
  readonly ip_network_connections_csl: QueryFunction<
    NetworkIpNetworkConnectionsCslParameters,
    NetworkAllNetworkConnectionsCslRow
  >;
  /** Addresses that a host used, by proxies and firewalls */
  readonly ips_by_host_csl: QueryFunction<NetworkIpsByHostCslParameters, NetworkIpsByHostCslRow>;
  /** Azure flows from or to a virtual machine */
  readonly list_azure_network_flows_by_host: QueryFunction<
    NetworkListAzureNetworkFlowsByHostParameters,
    NetworkListAzureNetworkFlowsByIpRow
  >;
  /** Azure flows from or to a list of addresses */
  readonly list_azure_network_flows_by_ip: QueryFunction<
    NetworkListAzureNetworkFlowsByIpParameters,
    NetworkListAzureNetworkFlowsByIpRow
  >;
  /** Requests to a URL that proxies and firewalls reported */
  readonly network_connections_to_url: QueryFunction<
    NetworkNetworkConnectionsToUrlParameters,
    NetworkAllNetworkConnectionsCslRow
  >;
}

export interface MSSentinelAzureSentinelQueries {
  /** One bookmark, by its id */
  readonly get_bookmark_by_id: QueryFunction<AzureSentinelGetBookmarkByIdParameters, AzureSentinelListBookmarksRow>;
  /** Bookmarks whose name contains a text */
  readonly get_bookmark_by_name: QueryFunction<AzureSentinelGetBookmarkByNameParameters, AzureSentinelListBookmarksRow>;
  /** The items of one dynamic summary, by its id */
  readonly get_dynamic_summary_by_id: QueryFunction<
    AzureSentinelGetDynamicSummaryByIdParameters,
    AzureSentinelListDynamicSummariesRow
  >;
  /** The items of dynamic summaries whose name contains a text */
  readonly get_dynamic_summary_by_name: QueryFunction<
    AzureSentinelGetDynamicSummaryByNameParameters,
    AzureSentinelListDynamicSummariesRow
  >;
  /** Bookmarks of hunts, in their latest state */
  readonly list_bookmarks: QueryFunction<AzureSentinelListBookmarksParameters, AzureSentinelListBookmarksRow>;
  /** Bookmarks that have an entity in their row, such as an address, host, account or URL */
  readonly list_bookmarks_for_entity: QueryFunction<
    AzureSentinelListBookmarksForEntityParameters,
    AzureSentinelListBookmarksRow
  >;
  /** Bookmarks with one of the tags */
  readonly list_bookmarks_for_tags: QueryFunction<
    AzureSentinelListBookmarksForTagsParameters,
    AzureSentinelListBookmarksRow
  >;
  /** Dynamic summaries, one row for each */
  readonly list_dynamic_summaries: QueryFunction<
    AzureSentinelListDynamicSummariesParameters,
    AzureSentinelListDynamicSummariesRow
  >;
}

export interface MSSentinelHeartbeatQueries {
  /** The latest heartbeat of a host, by name */
  readonly get_heartbeat_for_host: QueryFunction<
    HeartbeatGetHeartbeatForHostParameters,
    HeartbeatGetHeartbeatForHostRow
  >;
  /** The latest heartbeat of hosts with an address, public or private */
  readonly get_heartbeat_for_ip: QueryFunction<HeartbeatGetHeartbeatForIpParameters, HeartbeatGetHeartbeatForHostRow>;
  /** Operating system, addresses and place of a host, and since when it was heard */
  readonly get_info_by_hostname: QueryFunction<HeartbeatGetInfoByHostnameParameters, HeartbeatGetInfoByHostnameRow>;
  /** Operating system, addresses and place of the hosts that used an address */
  readonly get_info_by_ipaddress: QueryFunction<HeartbeatGetInfoByIpaddressParameters, HeartbeatGetInfoByHostnameRow>;
}

export interface MSSentinelLinuxAuditQueries {
  /** Lines of the audit daemon with type, time and number of their event */
  readonly auditd_all: QueryFunction<LinuxAuditAuditdAllParameters, LinuxAuditAuditdAllRow>;
}

export interface MSSentinelLinuxSyslogQueries {
  /** All syslog lines, of one host or of all */
  readonly all_syslog: QueryFunction<LinuxSyslogAllSyslogParameters, LinuxSyslogAllSyslogRow>;
  /** What cron did, on one host or on all */
  readonly cron_activity: QueryFunction<LinuxSyslogCronActivityParameters, LinuxSyslogCronActivityRow>;
  /** Failed SSH logons of an account */
  readonly list_account_logon_failures: QueryFunction<
    LinuxSyslogListAccountLogonFailuresParameters,
    LinuxSyslogListLogonFailuresRow
  >;
  /** Failed SSH logons on a host */
  readonly list_host_logon_failures: QueryFunction<
    LinuxSyslogListHostLogonFailuresParameters,
    LinuxSyslogListLogonFailuresRow
  >;
  /** Failed SSH logons from an address */
  readonly list_ip_logon_failures: QueryFunction<
    LinuxSyslogListIpLogonFailuresParameters,
    LinuxSyslogListLogonFailuresRow
  >;
  /** Failed SSH logons on all hosts */
  readonly list_logon_failures: QueryFunction<LinuxSyslogListLogonFailuresParameters, LinuxSyslogListLogonFailuresRow>;
  /** SSH logons of an account, successful and failed */
  readonly list_logons_for_account: QueryFunction<
    LinuxSyslogListLogonsForAccountParameters,
    LinuxSyslogListLogonFailuresRow
  >;
  /** SSH logons on a host, successful and failed */
  readonly list_logons_for_host: QueryFunction<LinuxSyslogListLogonsForHostParameters, LinuxSyslogListLogonFailuresRow>;
  /** SSH logons from an address, successful and failed */
  readonly list_logons_for_source_ip: QueryFunction<
    LinuxSyslogListLogonsForSourceIpParameters,
    LinuxSyslogListLogonFailuresRow
  >;
  /** Lines of severity error and worse, on one host or on all */
  readonly notable_events: QueryFunction<LinuxSyslogNotableEventsParameters, LinuxSyslogAllSyslogRow>;
  /** Requests that a Squid proxy on a host wrote to syslog */
  readonly squid_activity: QueryFunction<LinuxSyslogSquidActivityParameters, LinuxSyslogSquidActivityRow>;
  /** Commands that were run by sudo, on one host or on all */
  readonly sudo_activity: QueryFunction<LinuxSyslogSudoActivityParameters, LinuxSyslogSudoActivityRow>;
  /** How many lines each program wrote, by severity, and when */
  readonly summarize_events: QueryFunction<LinuxSyslogSummarizeEventsParameters, LinuxSyslogSummarizeEventsRow>;
  /** Processes that Sysmon for Linux reported on a host */
  readonly sysmon_process_events: QueryFunction<
    LinuxSyslogSysmonProcessEventsParameters,
    LinuxSyslogSysmonProcessEventsRow
  >;
  /** Users and groups that were added, changed or removed, on one host or on all */
  readonly user_group_activity: QueryFunction<LinuxSyslogUserGroupActivityParameters, LinuxSyslogUserGroupActivityRow>;
  /** Sessions that were opened and closed on a host, by SSH, su, sudo or at the console */
  readonly user_logon: QueryFunction<LinuxSyslogUserLogonParameters, LinuxSyslogUserLogonRow>;
}

export interface MSSentinelMSSentinelQueries {
  /** One bookmark, by its id */
  readonly get_bookmark_by_id: QueryFunction<AzureSentinelGetBookmarkByIdParameters, AzureSentinelListBookmarksRow>;
  /** Bookmarks whose name contains a text */
  readonly get_bookmark_by_name: QueryFunction<AzureSentinelGetBookmarkByNameParameters, AzureSentinelListBookmarksRow>;
  /** The items of one dynamic summary, by its id */
  readonly get_dynamic_summary_by_id: QueryFunction<
    AzureSentinelGetDynamicSummaryByIdParameters,
    AzureSentinelListDynamicSummariesRow
  >;
  /** The items of dynamic summaries whose name contains a text */
  readonly get_dynamic_summary_by_name: QueryFunction<
    AzureSentinelGetDynamicSummaryByNameParameters,
    AzureSentinelListDynamicSummariesRow
  >;
  /** Bookmarks of hunts, in their latest state */
  readonly list_bookmarks: QueryFunction<AzureSentinelListBookmarksParameters, AzureSentinelListBookmarksRow>;
  /** Bookmarks that have an entity in their row, such as an address, host, account or URL */
  readonly list_bookmarks_for_entity: QueryFunction<
    AzureSentinelListBookmarksForEntityParameters,
    AzureSentinelListBookmarksRow
  >;
  /** Bookmarks with one of the tags */
  readonly list_bookmarks_for_tags: QueryFunction<
    AzureSentinelListBookmarksForTagsParameters,
    AzureSentinelListBookmarksRow
  >;
  /** Dynamic summaries, one row for each */
  readonly list_dynamic_summaries: QueryFunction<
    AzureSentinelListDynamicSummariesParameters,
    AzureSentinelListDynamicSummariesRow
  >;
}

export interface MSSentinelMultiDataSourceQueries {
  /** Intervals of time whose count is far from what was to be expected */
  readonly get_timeseries_anomalies: QueryFunction<MultiDataSourceGetTimeseriesAnomaliesParameters, Row>;
  /** Counts in intervals of time, one row for each interval */
  readonly get_timeseries_data: QueryFunction<MultiDataSourceGetTimeseriesDataParameters, Row>;
  /** Counts in intervals of time, taken apart into baseline, season, trend and rest */
  readonly get_timeseries_decompose: QueryFunction<MultiDataSourceGetTimeseriesDecomposeParameters, Row>;
  /** Counts in intervals of time and their baseline, drawn as a chart */
  readonly plot_timeseries_datawithbaseline: QueryFunction<
    MultiDataSourcePlotTimeseriesDatawithbaselineParameters,
    Row
  >;
  /** Counts in intervals of time and the score of each, drawn as a chart */
  readonly plot_timeseries_scoreanomolies: QueryFunction<MultiDataSourcePlotTimeseriesScoreanomoliesParameters, Row>;
}

export interface MSSentinelNetworkQueries {
  /** Connections that proxies and firewalls reported */
  readonly all_network_connections_csl: QueryFunction<
    NetworkAllNetworkConnectionsCslParameters,
    NetworkAllNetworkConnectionsCslRow
  >;
  /** The latest heartbeat of a host, by name */
  readonly get_heartbeat_for_host: QueryFunction<
    HeartbeatGetHeartbeatForHostParameters,
    HeartbeatGetHeartbeatForHostRow
  >;
  /** The latest heartbeat of hosts with an address, public or private */
  readonly get_heartbeat_for_ip: QueryFunction<HeartbeatGetHeartbeatForIpParameters, HeartbeatGetHeartbeatForHostRow>;
  /** Hosts that had an address, by their heartbeats */
  readonly get_host_for_ip: QueryFunction<NetworkGetHostForIpParameters, NetworkGetHostForIpRow>;
  /** Addresses that a host had, by its heartbeats */
  readonly get_ips_for_host: QueryFunction<NetworkGetIpsForHostParameters, NetworkGetIpsForHostRow>;
  /** Connections of a host that proxies and firewalls reported; without a name those of all hosts */
  readonly host_network_connections_csl: QueryFunction<
    NetworkHostNetworkConnectionsCslParameters,
    NetworkAllNetworkConnectionsCslRow
  >;
  /** Hosts that used an address, by proxies and firewalls */
  readonly hosts_by_ip_csl: QueryFunction<NetworkHostsByIpCslParameters, NetworkHostsByIpCslRow>;
  /** Connections of an address that proxies and firewalls reported; without one those of all */
  readonly ip_network_connections_csl: QueryFunction<
    NetworkIpNetworkConnectionsCslParameters,
    NetworkAllNetworkConnectionsCslRow
  >;
  /** Addresses that a host used, by proxies and firewalls */
  readonly ips_by_host_csl: QueryFunction<NetworkIpsByHostCslParameters, NetworkIpsByHostCslRow>;
  /** Azure flows from or to a virtual machine */
  readonly list_azure_network_flows_by_host: QueryFunction<
    NetworkListAzureNetworkFlowsByHostParameters,
    NetworkListAzureNetworkFlowsByIpRow
  >;
  /** Azure flows from or to a list of addresses */
  readonly list_azure_network_flows_by_ip: QueryFunction<
    NetworkListAzureNetworkFlowsByIpParameters,
    NetworkListAzureNetworkFlowsByIpRow
  >;
  /** Requests to a URL that proxies and firewalls reported */
  readonly network_connections_to_url: QueryFunction<
    NetworkNetworkConnectionsToUrlParameters,
    NetworkAllNetworkConnectionsCslRow
  >;
}

export interface MSSentinelOffice365Queries {
  /** What an account did */
  readonly list_activity_for_account: QueryFunction<
    Office365ListActivityForAccountParameters,
    Office365ListActivityForAccountRow
  >;
  /** What was done from a list of addresses; ports after the address are left out */
  readonly list_activity_for_ip: QueryFunction<Office365ListActivityForIpParameters, Office365ListActivityForIpRow>;
  /** What was done to a file, site, mailbox or other object */
  readonly list_activity_for_resource: QueryFunction<
    Office365ListActivityForResourceParameters,
    Office365ListActivityForAccountRow
  >;
}

export interface MSSentinelSecurityAlertQueries {
  /** One alert in its latest state */
  readonly get_alert: QueryFunction<SecurityAlertGetAlertParameters, SecurityAlertGetAlertRow>;
  /** Alerts in their latest state, newest first */
  readonly list_alerts: QueryFunction<SecurityAlertListAlertsParameters, SecurityAlertListAlertsRow>;
  /** How many alerts of each name, severity and product there are, and when they came */
  readonly list_alerts_counts: QueryFunction<SecurityAlertListAlertsCountsParameters, SecurityAlertListAlertsCountsRow>;
  /** Alerts that name one of the addresses among their entities or properties */
  readonly list_alerts_for_ip: QueryFunction<SecurityAlertListAlertsForIpParameters, SecurityAlertListAlertsForIpRow>;
  /** Alerts that name a host, an account or a process */
  readonly list_related_alerts: QueryFunction<
    SecurityAlertListRelatedAlertsParameters,
    SecurityAlertListRelatedAlertsRow
  >;
}

export interface MSSentinelThreatIntelligenceQueries {
  /** All indicators */
  readonly list_indicators: QueryFunction<
    ThreatIntelligenceListIndicatorsParameters,
    ThreatIntelligenceListIndicatorsRow
  >;
  /** Indicators for a list of domains */
  readonly list_indicators_by_domain: QueryFunction<
    ThreatIntelligenceListIndicatorsByDomainParameters,
    ThreatIntelligenceListIndicatorsRow
  >;
  /** Indicators for e-mail addresses */
  readonly list_indicators_by_email: QueryFunction<
    ThreatIntelligenceListIndicatorsByEmailParameters,
    ThreatIntelligenceListIndicatorsRow
  >;
  /** Indicators for file names and paths */
  readonly list_indicators_by_filepath: QueryFunction<
    ThreatIntelligenceListIndicatorsByFilepathParameters,
    ThreatIntelligenceListIndicatorsRow
  >;
  /** Indicators for a list of file hashes (MD5, SHA-1, SHA-256) */
  readonly list_indicators_by_hash: QueryFunction<
    ThreatIntelligenceListIndicatorsByHashParameters,
    ThreatIntelligenceListIndicatorsRow
  >;
  /** Indicators for a list of addresses */
  readonly list_indicators_by_ip: QueryFunction<
    ThreatIntelligenceListIndicatorsByIpParameters,
    ThreatIntelligenceListIndicatorsRow
  >;
  /** Indicators for a list of URLs */
  readonly list_indicators_by_url: QueryFunction<
    ThreatIntelligenceListIndicatorsByUrlParameters,
    ThreatIntelligenceListIndicatorsRow
  >;
}

export interface MSSentinelWindowsSecurityQueries {
  /** Accounts and groups that were created, changed, enabled or removed on a host */
  readonly account_change_events: QueryFunction<
    WindowsSecurityAccountChangeEventsParameters,
    WindowsSecurityAccountChangeEventsRow
  >;
  /** The logon that began a session on a host */
  readonly get_host_logon: QueryFunction<WindowsSecurityGetHostLogonParameters, WindowsSecurityListHostLogonsRow>;
  /** The process that started a process */
  readonly get_parent_process: QueryFunction<
    WindowsSecurityGetParentProcessParameters,
    WindowsSecurityListHostProcessesRow
  >;
  /** A process with its parent, its siblings and two generations of children in the same session */
  readonly get_process_tree: QueryFunction<WindowsSecurityGetProcessTreeParameters, WindowsSecurityGetProcessTreeRow>;
  /** Logons on a host, successful and failed, with a plain result */
  readonly list_all_logons_by_host: QueryFunction<
    WindowsSecurityListAllLogonsByHostParameters,
    WindowsSecurityListAllLogonsByHostRow
  >;
  /** All security events, as they are */
  readonly list_events: QueryFunction<WindowsSecurityListEventsParameters, SecurityEventRow>;
  /** Events with one of the ids, on all hosts */
  readonly list_events_by_id: QueryFunction<WindowsSecurityListEventsByIdParameters, SecurityEventRow>;
  /** All security events of a host */
  readonly list_host_events: QueryFunction<WindowsSecurityListHostEventsParameters, SecurityEventRow>;
  /** Events of a host with one of the ids; without ids all of them */
  readonly list_host_events_by_id: QueryFunction<WindowsSecurityListHostEventsByIdParameters, SecurityEventRow>;
  /** Failed logons on a host */
  readonly list_host_logon_failures: QueryFunction<
    WindowsSecurityListHostLogonFailuresParameters,
    WindowsSecurityListHostLogonsRow
  >;
  /** Successful logons on a host */
  readonly list_host_logons: QueryFunction<WindowsSecurityListHostLogonsParameters, WindowsSecurityListHostLogonsRow>;
  /** Processes that started on a host */
  readonly list_host_processes: QueryFunction<
    WindowsSecurityListHostProcessesParameters,
    WindowsSecurityListHostProcessesRow
  >;
  /** Hosts on which a process ran with a command line, and how often */
  readonly list_hosts_matching_commandline: QueryFunction<
    WindowsSecurityListHostsMatchingCommandlineParameters,
    WindowsSecurityListHostsMatchingCommandlineRow
  >;
  /** Logons of an account, successful and failed, on all hosts */
  readonly list_logon_attempts_by_account: QueryFunction<
    WindowsSecurityListLogonAttemptsByAccountParameters,
    WindowsSecurityListAllLogonsByHostRow
  >;
  /** Logons from an address, successful and failed, on all hosts */
  readonly list_logon_attempts_by_ip: QueryFunction<
    WindowsSecurityListLogonAttemptsByIpParameters,
    WindowsSecurityListAllLogonsByHostRow
  >;
  /** Failed logons of an account, on all hosts */
  readonly list_logon_failures_by_account: QueryFunction<
    WindowsSecurityListLogonFailuresByAccountParameters,
    WindowsSecurityListHostLogonsRow
  >;
  /** Successful logons of an account, on all hosts */
  readonly list_logons_by_account: QueryFunction<
    WindowsSecurityListLogonsByAccountParameters,
    WindowsSecurityListHostLogonsRow
  >;
  /** Starts of a process, on all hosts */
  readonly list_matching_processes: QueryFunction<
    WindowsSecurityListMatchingProcessesParameters,
    WindowsSecurityListHostProcessesRow
  >;
  /** Events of a host other than logons and process starts */
  readonly list_other_events: QueryFunction<
    WindowsSecurityListOtherEventsParameters,
    WindowsSecurityListOtherEventsRow
  >;
  /** Processes that started in one logon session */
  readonly list_processes_in_session: QueryFunction<
    WindowsSecurityListProcessesInSessionParameters,
    WindowsSecurityListHostProcessesRow
  >;
  /** Events of a host that seldom come for ordinary reasons (cleared logs, new services and tasks, policy and group changes) */
  readonly notable_events: QueryFunction<WindowsSecurityNotableEventsParameters, WindowsSecurityNotableEventsRow>;
  /** Scheduled tasks and services that were made or changed on a host */
  readonly schdld_tasks_and_services: QueryFunction<
    WindowsSecuritySchdldTasksAndServicesParameters,
    WindowsSecuritySchdldTasksAndServicesRow
  >;
  /** How often each event came on a host, from when to when, and from which accounts */
  readonly summarize_events: QueryFunction<WindowsSecuritySummarizeEventsParameters, WindowsSecuritySummarizeEventsRow>;
}

export interface MSSentinelFamilies {
  readonly Azure: MSSentinelAzureQueries;
  readonly AzureNetwork: MSSentinelAzureNetworkQueries;
  readonly AzureSentinel: MSSentinelAzureSentinelQueries;
  readonly Heartbeat: MSSentinelHeartbeatQueries;
  readonly LinuxAudit: MSSentinelLinuxAuditQueries;
  readonly LinuxSyslog: MSSentinelLinuxSyslogQueries;
  readonly MSSentinel: MSSentinelMSSentinelQueries;
  readonly MultiDataSource: MSSentinelMultiDataSourceQueries;
  readonly Network: MSSentinelNetworkQueries;
  readonly Office365: MSSentinelOffice365Queries;
  readonly SecurityAlert: MSSentinelSecurityAlertQueries;
  readonly ThreatIntelligence: MSSentinelThreatIntelligenceQueries;
  readonly WindowsSecurity: MSSentinelWindowsSecurityQueries;
}

export type LocalFamilies = MSSentinelFamilies;

export interface ShippedQueryFamilies {
  readonly MSSentinel: MSSentinelFamilies;
  readonly Local: LocalFamilies;
}
