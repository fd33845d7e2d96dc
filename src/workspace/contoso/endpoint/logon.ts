/** Logons and what three sensors write about them: the Security log, Defender for Endpoint and Defender for Identity. */
import type { Context } from "../context.js";
import type { Row } from "../recorder.js";
import type { Host } from "../world/host.js";
import { hexLogonId, reportId, securityAccount, securityBase } from "./process.js";
import type { Principal, SecurityRecord } from "./process.js";

export type LogonType = 2 | 3 | 4 | 5 | 7 | 9 | 10 | 11;
const logonTypeNames: Readonly<Record<LogonType, string>> = {
  2: "Interactive",
  3: "Network",
  4: "Batch",
  5: "Service",
  7: "Unlock",
  9: "NewCredentials",
  10: "RemoteInteractive",
  11: "CachedInteractive",
};

export interface Logon {
  readonly host: Host;
  readonly principal: Principal;
  readonly type: LogonType;
  readonly logonId: number;
  readonly atUs: number;
  /** Source of a network or remote logon. */
  readonly fromIp?: string;
  readonly fromName?: string;
  readonly fromPort?: number;
  readonly isAdmin?: boolean;
  readonly package?: "Kerberos" | "NTLM" | "Negotiate";
}

const success: SecurityRecord = { id: 4624, activity: "An account was successfully logged on.", task: 12544 };
const failure: SecurityRecord = { id: 4625, activity: "An account failed to log on.", task: 12544 };
const logoff: SecurityRecord = { id: 4634, activity: "An account was logged off.", task: 12545 };
const userLogoff: SecurityRecord = { id: 4647, activity: "User initiated logoff.", task: 12545 };
const special: SecurityRecord = { id: 4672, activity: "Special privileges assigned to new logon.", task: 12548 };
const adminPrivileges =
  "SeSecurityPrivilege\r\n\t\t\tSeBackupPrivilege\r\n\t\t\tSeRestorePrivilege\r\n\t\t\tSeTakeOwnershipPrivilege\r\n\t\t\tSeDebugPrivilege\r\n\t\t\tSeImpersonatePrivilege";

function subjectOf(logon: Logon): Row {
  if (logon.type === 3 || logon.type === 10)
    return {
      SubjectUserSid: "S-1-0-0",
      SubjectUserName: "-",
      SubjectDomainName: "-",
      SubjectAccount: "-\\-",
      SubjectLogonId: "0x0",
    };
  const name = `${logon.host.name}$`;
  return {
    SubjectUserSid: "S-1-5-18",
    SubjectUserName: name,
    SubjectDomainName: "CONTOSO",
    SubjectAccount: `CONTOSO\\${name}`,
    SubjectLogonId: "0x3e7",
  };
}

function targetOf(logon: Logon): Row {
  const target = securityAccount(logon.principal, logon.host);
  return {
    Account: `${target.domain}\\${target.name}`,
    AccountType: target.type,
    TargetAccount: `${target.domain}\\${target.name}`,
    TargetUserName: target.name,
    TargetDomainName: target.domain,
    TargetUserSid: target.sid,
    TargetLogonId: hexLogonId(logon.logonId),
    LogonType: logon.type,
    LogonTypeName: `${logon.type} - ${logonTypeNames[logon.type]}`,
  };
}

function sourceOf(logon: Logon): Row {
  const pack = logon.package ?? (logon.type === 3 ? "Kerberos" : "Negotiate");
  return {
    IpAddress: logon.fromIp ?? (logon.type === 3 ? "-" : "127.0.0.1"),
    IpPort: String(logon.fromPort ?? 0),
    WorkstationName: logon.type === 3 ? (pack === "NTLM" ? (logon.fromName ?? "-") : "-") : logon.host.name,
    AuthenticationPackageName: pack,
    LogonProcessName: pack === "NTLM" ? "NtLmSsp" : pack === "Kerberos" ? "Kerberos" : "User32",
    LmPackageName: pack === "NTLM" ? "NTLM V2" : "-",
    KeyLength: pack === "NTLM" ? 128 : 0,
    ProcessName: logon.type === 3 ? "-" : "C:\\Windows\\System32\\svchost.exe",
    ProcessId: logon.type === 3 ? "0x0" : "0x4d8",
  };
}

/** Writes a successful logon, with 4672 when the account is an administrator there. */
export function emitLogon(ctx: Context, logon: Logon, tag?: string): void {
  const { host, atUs } = logon;
  if (host.sendsSecurityEvents) {
    const row = [securityBase(host, success, atUs), subjectOf(logon), targetOf(logon), sourceOf(logon)];
    ctx.emit(
      "SecurityEvent",
      atUs,
      [
        ...row,
        {
          ElevatedToken: logon.isAdmin === true ? "%%1842" : "%%1843",
          VirtualAccount: "%%1843",
          LogonGuid: "00000000-0000-0000-0000-000000000000",
          TargetLinkedLogonId: "0x0",
        },
      ],
      tag,
    );
    if (logon.isAdmin === true) emitSpecial(ctx, logon, tag);
  }
  emitDeviceLogon(ctx, logon, "LogonSuccess", tag);
}

function emitSpecial(ctx: Context, logon: Logon, tag: string | undefined): void {
  const who = securityAccount(logon.principal, logon.host);
  const atUs = logon.atUs + 90;
  ctx.emit(
    "SecurityEvent",
    atUs,
    {
      ...securityBase(logon.host, special, atUs),
      Account: `${who.domain}\\${who.name}`,
      AccountType: who.type,
      SubjectUserName: who.name,
      SubjectDomainName: who.domain,
      SubjectUserSid: who.sid,
      SubjectAccount: `${who.domain}\\${who.name}`,
      SubjectLogonId: hexLogonId(logon.logonId),
      PrivilegeList: adminPrivileges,
    },
    tag,
  );
}

function emitDeviceLogon(
  ctx: Context,
  logon: Logon,
  action: "LogonSuccess" | "LogonFailed",
  tag: string | undefined,
): void {
  const { host, principal } = logon;
  ctx.emit(
    "DeviceLogonEvents",
    logon.atUs + 1200,
    {
      DeviceId: host.deviceId,
      DeviceName: host.deviceName,
      ActionType: action,
      LogonType: logonTypeNames[logon.type],
      AccountDomain: principal.domain,
      AccountName: principal.name,
      AccountSid: principal.sid,
      Protocol: logon.package ?? (logon.type === 3 ? "Kerberos" : "Negotiate"),
      FailureReason: action === "LogonFailed" ? "InvalidUserNameOrPassword" : "",
      IsLocalAdmin: action === "LogonSuccess" ? logon.isAdmin === true : null,
      LogonId: action === "LogonSuccess" ? logon.logonId : null,
      RemoteDeviceName: logon.fromName ?? "",
      RemoteIP: logon.fromIp ?? "",
      RemoteIPType: logon.fromIp === undefined ? "" : logon.fromIp.startsWith("10.") ? "Private" : "Public",
      RemotePort: logon.fromPort ?? null,
      InitiatingProcessFileName: "lsass.exe",
      InitiatingProcessFolderPath: "c:\\windows\\system32\\lsass.exe",
      InitiatingProcessCommandLine: "lsass.exe",
      InitiatingProcessAccountName: "system",
      InitiatingProcessAccountDomain: "nt authority",
      InitiatingProcessAccountSid: "S-1-5-18",
      InitiatingProcessId: 700 + (host.index % 40) * 4,
      AdditionalFields: { IsLocalLogon: logon.type !== 3 && logon.type !== 10 },
      ReportId: reportId(host.index, logon.logonId),
    },
    tag,
  );
}

/** Writes a failed logon with its Windows status codes (0xC000006A is a wrong password, 0xC0000064 an unknown name). */
export function emitFailedLogon(
  ctx: Context,
  logon: Logon,
  subStatus: "0xc000006a" | "0xc0000064" | "0xc0000234",
  tag?: string,
): void {
  const { host, atUs } = logon;
  if (host.sendsSecurityEvents) {
    const target = { ...targetOf(logon), TargetLogonId: undefined, TargetUserSid: "S-1-0-0" };
    const status = subStatus === "0xc0000234" ? subStatus : "0xc000006d";
    const row = [securityBase(host, failure, atUs), subjectOf(logon), target, sourceOf(logon)];
    ctx.emit(
      "SecurityEvent",
      atUs,
      [
        ...row,
        {
          Status: status,
          SubStatus: subStatus,
          FailureReason: subStatus === "0xc0000234" ? "%%2307" : "%%2313",
          Keywords: "0x8010000000000000",
        },
      ],
      tag,
    );
  }
  emitDeviceLogon(ctx, logon, "LogonFailed", tag);
}

export function emitLogoff(ctx: Context, logon: Logon, atUs: number): void {
  if (!logon.host.sendsSecurityEvents) return;
  const record = logon.type === 2 || logon.type === 10 || logon.type === 11 ? userLogoff : logoff;
  ctx.emit("SecurityEvent", atUs, [securityBase(logon.host, record, atUs), targetOf(logon)]);
}

/** What Defender for Identity sees at the domain controllers. */
export function emitIdentityLogon(
  ctx: Context,
  logon: Logon,
  account: { readonly display: string; readonly upn: string; readonly objectId: string },
  tag?: string,
): void {
  const { principal, host } = logon;
  ctx.emit(
    "IdentityLogonEvents",
    logon.atUs + 2500,
    {
      ActionType: "LogonSuccess",
      Application: "Active Directory",
      LogonType: logon.type === 3 ? "Resource access" : "Credentials validation",
      Protocol: logon.package === "NTLM" ? "Ntlm" : "Kerberos",
      AccountName: principal.name,
      AccountDomain: "contoso.example",
      AccountUpn: account.upn,
      AccountSid: principal.sid,
      AccountObjectId: account.objectId,
      AccountDisplayName: account.display,
      DeviceName: logon.fromName === undefined ? host.deviceName : `${logon.fromName.toLowerCase()}.contoso.example`,
      DeviceType: host.kind === "server" ? "Server" : "Workstation",
      OSPlatform: host.os.platform,
      IPAddress: logon.fromIp ?? "",
      Port: logon.fromPort === undefined ? "" : String(logon.fromPort),
      DestinationDeviceName: logon.fromName === undefined ? "dc01.contoso.example" : host.deviceName,
      DestinationIPAddress: host.fixedIp ?? "10.10.8.10",
      DestinationPort: "88",
      TargetDeviceName: host.deviceName,
      ReportId: `${principal.sid.slice(-5)}-${reportId(host.index, logon.logonId)}`,
      AdditionalFields: {
        Spns: [`cifs/${host.fqdn}`],
        ATTACK_Techniques: "",
        TargetComputerObjectSid: host.machineSid,
      },
    },
    tag,
  );
}
