/** Microsoft 365's audit log (OfficeActivity), its view in Defender for Cloud Apps (CloudAppEvents) and the directory's own log. */
import type { Context } from "../context.js";
import { isoOf } from "../calendar.js";
import { Draw, hashText, mix } from "../hash.js";
import type { Row } from "../recorder.js";
import type { Account } from "../world/person.js";

export type OfficeOperation =
  | "MailItemsAccessed"
  | "Send"
  | "MoveToDeletedItems"
  | "HardDelete"
  | "UserLoggedIn"
  | "MailboxLogin"
  | "New-InboxRule"
  | "Set-InboxRule"
  | "Set-Mailbox"
  | "FileAccessed"
  | "FileModified"
  | "FileDownloaded"
  | "FileUploaded"
  | "FileSyncDownloadedFull"
  | "SharingSet"
  | "AnonymousLinkCreated"
  | "MessageSent"
  | "TeamsSessionStarted"
  | "MemberAdded";

interface OperationKind {
  readonly workload: "Exchange" | "SharePoint" | "OneDrive" | "MicrosoftTeams";
  readonly recordType: string;
  readonly application: string;
  readonly applicationId: number;
}
const exchangeItem: OperationKind = {
  workload: "Exchange",
  recordType: "ExchangeItem",
  application: "Microsoft Exchange Online",
  applicationId: 20893,
};
const exchangeAdmin: OperationKind = { ...exchangeItem, recordType: "ExchangeAdmin" };
const file: OperationKind = {
  workload: "OneDrive",
  recordType: "SharePointFileOperation",
  application: "Microsoft OneDrive for Business",
  applicationId: 15600,
};
const siteFile: OperationKind = {
  workload: "SharePoint",
  recordType: "SharePointFileOperation",
  application: "Microsoft SharePoint Online",
  applicationId: 20892,
};
const sharing: OperationKind = { ...siteFile, recordType: "SharePointSharingOperation" };
const teams: OperationKind = {
  workload: "MicrosoftTeams",
  recordType: "MicrosoftTeams",
  application: "Microsoft Teams",
  applicationId: 28375,
};

export const officeOperations: Readonly<Record<OfficeOperation, OperationKind>> = {
  MailItemsAccessed: exchangeItem,
  Send: exchangeItem,
  MoveToDeletedItems: exchangeItem,
  HardDelete: exchangeItem,
  UserLoggedIn: exchangeItem,
  MailboxLogin: exchangeItem,
  "New-InboxRule": exchangeAdmin,
  "Set-InboxRule": exchangeAdmin,
  "Set-Mailbox": exchangeAdmin,
  FileAccessed: file,
  FileModified: file,
  FileDownloaded: siteFile,
  FileUploaded: file,
  FileSyncDownloadedFull: file,
  SharingSet: sharing,
  AnonymousLinkCreated: sharing,
  MessageSent: teams,
  TeamsSessionStarted: teams,
  MemberAdded: teams,
};

export interface OfficeAction {
  readonly atUs: number;
  readonly account: Account;
  readonly operation: OfficeOperation;
  readonly ip: string;
  readonly userAgent: string;
  readonly clientInfo?: string;
  readonly sessionId: string;
  /** Of admin operations: name and value, as Exchange lists them. */
  readonly parameters?: readonly (readonly [name: string, value: string])[];
  /** Of items: what was touched. */
  readonly object?: string;
  readonly folder?: string;
  /** Also seen by Defender for Cloud Apps. */
  readonly inCloudApps: boolean;
  readonly appId?: string;
}

/** Writes an action to OfficeActivity and, when it is seen there, to CloudAppEvents with the same record id. */
export function emitOffice(ctx: Context, a: OfficeAction, tag?: string): void {
  const kind = officeOperations[a.operation];
  const d = new Draw(mix(hashText(a.account.upn + a.operation), Math.floor(a.atUs / 1000) % 0x7fffffff));
  const recordId = d.guid();
  ctx.emit("OfficeActivity", a.atUs, [officeBase(ctx, a, kind, recordId), officeDetails(a, kind, d)], tag);
  if (a.inCloudApps) ctx.emit("CloudAppEvents", a.atUs + 40_000_000, cloudAppRow(ctx, a, kind, recordId), tag);
}

function officeBase(ctx: Context, a: OfficeAction, kind: OperationKind, recordId: string): Row {
  const isExchange = kind.workload === "Exchange";
  const withPort = a.operation.includes("-") ? `${a.ip}:${20_000 + (a.atUs % 40_000)}` : a.ip;
  return {
    RecordType: kind.recordType,
    OfficeWorkload: kind.workload,
    Operation: a.operation,
    OfficeId: recordId,
    SourceRecordId: recordId,
    OrganizationId: ctx.world.tenantId,
    OrganizationName: "contoso.example",
    OfficeTenantId: ctx.world.tenantId,
    UserType: a.operation.includes("-") ? "Admin" : "Regular",
    UserKey: isExchange ? `1003${a.account.sid.slice(-4)}A0F11` : `i:0h.f|membership|${a.account.upn}`,
    UserId: a.account.upn,
    ClientIP: withPort,
    ResultStatus: "Succeeded",
    Start_Time: a.atUs,
    OriginatingServer: isExchange ? "DB8PR04MB6512 (15.20.8137.021)" : "",
  };
}

function officeDetails(a: OfficeAction, kind: OperationKind, d: Draw): Row {
  if (kind.recordType === "ExchangeAdmin") {
    const parameters = JSON.stringify((a.parameters ?? []).map(([Name, Value]) => ({ Name, Value })));
    return {
      Parameters: parameters,
      OfficeObjectId: a.object ?? "",
      ExternalAccess: "False",
      ExtraProperties: a.sessionId === "" ? null : [{ Name: "SessionId", Value: a.sessionId }],
      AppId: a.appId ?? "",
    };
  }
  if (kind.workload === "Exchange")
    return {
      ClientInfoString: a.clientInfo ?? "Client=OWA;Action=ViaProxy",
      Client_IPAddress: a.ip,
      MailboxOwnerUPN: a.account.upn,
      MailboxOwnerSid: a.account.sid,
      MailboxGuid: a.account.objectId,
      LogonUserSid: a.account.sid,
      Logon_Type: "Owner",
      InternalLogonType: 0,
      Folder: a.folder === undefined ? "" : JSON.stringify({ Path: `\\${a.folder}` }),
      Item: a.operation === "Send" ? JSON.stringify({ Subject: a.object ?? "", Id: d.hex(32) }) : "",
      AffectedItems:
        a.object === undefined || a.operation === "Send"
          ? ""
          : JSON.stringify([{ Subject: a.object, ParentFolder: { Path: `\\${a.folder ?? "Inbox"}` } }]),
      OperationProperties:
        a.operation === "MailItemsAccessed"
          ? [
              { Name: "MailAccessType", Value: "Bind" },
              { Name: "IsThrottled", Value: "False" },
            ]
          : null,
      AppId: a.appId ?? "00000002-0000-0ff1-ce00-000000000000",
      ClientAppId: a.appId ?? "",
      ExternalAccess: "False",
    };
  if (kind.workload === "MicrosoftTeams")
    return {
      TeamName: a.object ?? "",
      ChatThreadId: `19:${d.hex(32)}@thread.v2`,
      CommunicationType: "GroupChat",
      UserAgent: a.userAgent,
    };
  const name = a.object ?? "document.docx";
  const site =
    kind.workload === "OneDrive"
      ? `https://contoso-my.sharepoint.example/personal/${a.account.sam.replace(".", "_")}_contoso_example/`
      : "https://contoso.sharepoint.example/sites/finance/";
  return {
    OfficeObjectId: `${site}Documents/${name}`,
    Site_Url: site,
    SourceRelativeUrl: "Documents",
    SourceFileName: name,
    SourceFileExtension: name.slice(name.lastIndexOf(".") + 1),
    ItemType: "File",
    EventSource: "SharePoint",
    UserAgent: a.userAgent,
    MachineDomainInfo: "",
    IsManagedDevice: kind.workload === "OneDrive",
  };
}

function cloudAppRow(ctx: Context, a: OfficeAction, kind: OperationKind, recordId: string): Row {
  const at = ctx.world.locate(a.ip);
  const parameters = (a.parameters ?? []).map(([Name, Value]) => ({ Name, Value }));
  return {
    ActionType: a.operation,
    Application: kind.application,
    ApplicationId: kind.applicationId,
    AccountObjectId: a.account.objectId,
    AccountId: a.account.upn,
    AccountDisplayName: a.account.display,
    AccountType: "Regular",
    IsAdminOperation: kind.recordType === "ExchangeAdmin",
    IsExternalUser: false,
    IsImpersonated: false,
    IsAnonymousProxy: false,
    IPAddress: a.ip,
    City: at?.city ?? "",
    CountryCode: at?.countryCode ?? "",
    ISP: at?.owner ?? "",
    IPCategory: at?.kind === "egress" ? "Corporate" : "Unknown",
    IPTags: at?.kind === "egress" ? ["Corporate"] : [],
    UserAgent: a.userAgent,
    UserAgentTags: [],
    OSPlatform: a.userAgent.includes("iPhone")
      ? "iOS"
      : a.userAgent.includes("Android")
        ? "Android"
        : a.userAgent.includes("Linux")
          ? "Linux"
          : "Windows 10",
    DeviceType: a.userAgent.includes("Mobile") ? "Mobile" : "Desktop",
    ActivityType: a.operation.includes("-")
      ? "Write"
      : a.operation.startsWith("File") || a.operation.startsWith("Mail")
        ? "Basic"
        : "Create",
    ActivityObjects: [{ Type: "Structured object", Role: "Target object", Name: a.object ?? a.account.upn }],
    ObjectName: a.object ?? "",
    ObjectType: kind.workload === "Exchange" ? "Mailbox" : "File",
    RawEventData: {
      Id: recordId,
      CreationTime: isoOf(a.atUs),
      Operation: a.operation,
      Workload: kind.workload,
      UserId: a.account.upn,
      ClientIP: a.ip,
      ResultStatus: "True",
      ...(parameters.length === 0 ? {} : { Parameters: parameters }),
      SessionId: a.sessionId,
    },
    AdditionalFields: {},
    ReportId: recordId,
    AuditSource: "Microsoft 365 Unified Audit Log",
    SessionData: { SessionId: a.sessionId },
  };
}

export interface AuditEntry {
  readonly atUs: number;
  readonly operation: string;
  readonly category:
    "ApplicationManagement" | "UserManagement" | "GroupManagement" | "RoleManagement" | "Policy" | "Device";
  readonly service: string;
  readonly type: "Add" | "Update" | "Assign" | "Delete" | "Unassign";
  readonly by: { readonly account: Account; readonly ip: string } | { readonly app: string; readonly appId: string };
  readonly targets: readonly {
    readonly displayName: string;
    readonly id: string;
    readonly type: string;
    readonly upn?: string;
    readonly changes?: readonly (readonly [name: string, from: string, to: string])[];
  }[];
  readonly details?: readonly (readonly [key: string, value: string])[];
  readonly userAgent?: string;
}

export function emitAudit(ctx: Context, e: AuditEntry, tag?: string): void {
  const d = new Draw(
    mix(hashText(e.operation + (e.targets[0]?.displayName ?? "")), Math.floor(e.atUs / 1000) % 0x7fffffff),
  );
  const initiatedBy =
    "account" in e.by
      ? {
          user: {
            id: e.by.account.objectId,
            displayName: null,
            userPrincipalName: e.by.account.upn,
            ipAddress: e.by.ip,
            roles: [],
          },
        }
      : { app: { appId: e.by.appId, displayName: e.by.app, servicePrincipalId: d.guid(), servicePrincipalName: null } };
  const details = [...(e.details ?? []), ...(e.userAgent === undefined ? [] : [["User-Agent", e.userAgent] as const])];
  const correlation = d.guid();
  ctx.emit(
    "AuditLogs",
    e.atUs,
    {
      AADTenantId: ctx.world.tenantId,
      ResourceId: `/tenants/${ctx.world.tenantId}/providers/Microsoft.aadiam`,
      Resource: "Microsoft.aadiam",
      ResourceGroup: "Microsoft.aadiam",
      OperationName: e.operation,
      OperationVersion: "1.0",
      ActivityDisplayName: e.operation,
      ActivityDateTime: e.atUs,
      AADOperationType: e.type,
      Category: e.category,
      LoggedByService: e.service,
      Result: "success",
      ResultSignature: "None",
      ResultReason: "",
      Level: "4",
      DurationMs: 0,
      CorrelationId: correlation,
      Id: `Directory_${correlation.slice(0, 8)}_${d.hex(5)}`,
      Identity: "account" in e.by ? e.by.account.display : e.by.app,
      InitiatedBy: initiatedBy,
      TargetResources: e.targets.map(t => ({
        id: t.id,
        displayName: t.displayName,
        type: t.type,
        ...(t.upn === undefined ? {} : { userPrincipalName: t.upn }),
        modifiedProperties: (t.changes ?? []).map(([displayName, oldValue, newValue]) => ({
          displayName,
          oldValue: oldValue === "" ? null : JSON.stringify([oldValue]),
          newValue: JSON.stringify([newValue]),
        })),
        administrativeUnits: [],
      })),
      AdditionalDetails: details.map(([key, value]) => ({ key, value })),
    },
    tag,
  );
}

export interface GraphCall {
  readonly atUs: number;
  readonly account?: Account;
  readonly appId: string;
  readonly servicePrincipalId?: string;
  readonly ip: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly uri: string;
  readonly status: number;
  readonly sizeBytes: number;
  readonly userAgent: string;
  readonly scopes: string;
}

export function emitGraph(ctx: Context, g: GraphCall, tag?: string): void {
  const d = new Draw(mix(hashText(g.uri + g.appId), Math.floor(g.atUs / 1000) % 0x7fffffff));
  const at = ctx.world.locate(g.ip);
  const request = d.guid();
  ctx.emit(
    "MicrosoftGraphActivityLogs",
    g.atUs,
    {
      AadTenantId: ctx.world.tenantId,
      ApiVersion: g.uri.includes("/beta/") ? "beta" : "v1.0",
      AppId: g.appId,
      ClientAuthMethod: g.account === undefined ? 2 : 0,
      ClientRequestId: d.guid(),
      DurationMs: d.range(1000, 900_000),
      IdentityProvider: "",
      IPAddress: g.ip,
      Location: at?.kind === "internal" ? "" : "North Europe",
      OperationId: request,
      RequestId: request,
      RequestMethod: g.method,
      RequestUri: `https://graph.microsoft.example${g.uri}`,
      ResponseSizeBytes: g.sizeBytes,
      ResponseStatusCode: g.status,
      Roles: g.account === undefined ? g.scopes : "",
      Scopes: g.account === undefined ? "" : g.scopes,
      ServicePrincipalId: g.servicePrincipalId ?? "",
      SignInActivityId: d.hex(22),
      TokenIssuedAt: g.atUs - 1_800_000_000,
      UserAgent: g.userAgent,
      UserId: g.account?.objectId ?? "",
      Wids: g.account === undefined ? "" : "b79fbf4d-3ef9-4689-8143-76b194e85509",
    },
    tag,
  );
}
