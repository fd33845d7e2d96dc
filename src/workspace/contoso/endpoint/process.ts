/** Processes, and the rows that Defender and the Security log write about them. */
import type { Context } from "../context.js";
import { secondUs } from "../calendar.js";
import type { Row } from "../recorder.js";
import type { Host } from "../world/host.js";
import type { Account } from "../world/person.js";
import { Draw, hashText, mix } from "../hash.js";
import type { Image } from "./image.js";

/** Who runs a process: a domain account or one of Windows' own. */
export interface Principal {
  readonly domain: string;
  readonly name: string;
  readonly sid: string;
  readonly upn: string;
  readonly objectId: string;
}

export const localSystem: Principal = {
  domain: "nt authority",
  name: "system",
  sid: "S-1-5-18",
  upn: "",
  objectId: "",
};
export const networkService: Principal = {
  domain: "nt authority",
  name: "network service",
  sid: "S-1-5-20",
  upn: "",
  objectId: "",
};

export function principalOf(account: Account): Principal {
  return {
    domain: "contoso",
    name: account.sam.toLowerCase(),
    sid: account.sid,
    upn: account.upn,
    objectId: account.objectId,
  };
}

export interface Process {
  readonly host: Host;
  readonly pid: number;
  readonly startUs: number;
  readonly image: Image;
  readonly commandLine: string;
  readonly principal: Principal;
  readonly parent: Process | undefined;
  readonly integrity: "System" | "High" | "Medium" | "Low";
  readonly logonId: number;
  /** Filled by `initiating`: the same columns are needed for everything the process does. */
  initiatingRow?: Row;
}

/** Logon ids of Windows' own sessions. */
export const systemLogonId = 0x3e7;
export const networkServiceLogonId = 0x3e4;

const elevation = (p: Process): string =>
  p.integrity === "Medium" || p.integrity === "Low" ? "TokenElevationTypeLimited" : "TokenElevationTypeDefault";

/** The InitiatingProcess… columns for what a process did. */
export function initiating(p: Process): Row {
  if (p.initiatingRow !== undefined) return p.initiatingRow;
  const row = {
    DeviceId: p.host.deviceId,
    DeviceName: p.host.deviceName,
    InitiatingProcessAccountDomain: p.principal.domain,
    InitiatingProcessAccountName: p.principal.name,
    InitiatingProcessAccountSid: p.principal.sid,
    InitiatingProcessAccountUpn: p.principal.upn,
    InitiatingProcessAccountObjectId: p.principal.objectId,
    InitiatingProcessCommandLine: p.commandLine,
    InitiatingProcessCreationTime: p.startUs,
    InitiatingProcessFileName: p.image.fileName.toLowerCase(),
    InitiatingProcessFileSize: p.image.sizeBytes,
    InitiatingProcessFolderPath: p.image.path.toLowerCase(),
    InitiatingProcessId: p.pid,
    InitiatingProcessIntegrityLevel: p.integrity,
    InitiatingProcessTokenElevation: elevation(p),
    InitiatingProcessMD5: p.image.md5,
    InitiatingProcessSHA1: p.image.sha1,
    InitiatingProcessSHA256: p.image.sha256,
    InitiatingProcessParentFileName: p.parent?.image.fileName ?? "",
    InitiatingProcessParentId: p.parent?.pid ?? 0,
    InitiatingProcessParentCreationTime: p.parent?.startUs ?? null,
    InitiatingProcessVersionInfoCompanyName: p.image.company,
    InitiatingProcessVersionInfoProductName: p.image.product,
    InitiatingProcessVersionInfoProductVersion: p.image.version,
    InitiatingProcessVersionInfoInternalFileName: p.image.fileName.replace(/\.exe$/i, ""),
    InitiatingProcessVersionInfoOriginalFileName: p.image.company === "" ? "" : p.image.fileName,
    InitiatingProcessVersionInfoFileDescription: p.image.description,
  };
  p.initiatingRow = row;
  return row;
}

/** The columns that DeviceEvents and DeviceRegistryEvents do not have, or have under other names. */
const withoutIntegrity: readonly string[] = ["InitiatingProcessIntegrityLevel", "InitiatingProcessTokenElevation"];
export function initiatingForDeviceEvents(p: Process): Row {
  const row = Object.fromEntries(Object.entries(initiating(p)).filter(([name]) => !withoutIntegrity.includes(name)));
  return { ...row, InitiatingProcessLogonId: p.logonId };
}

/** A number for ReportId and record ids: a function of the event, not a counter. */
export function reportId(...keys: readonly number[]): number {
  let h = 0x5eed;
  for (const key of keys) h = mix(h, key | 0);
  return (h % 900_000) + 1000;
}

const hexPid = (n: number): string => `0x${n.toString(16)}`;

/** `0x3e7`, as the Security log prints logon ids. */
export const hexLogonId = (n: number): string => `0x${n.toString(16)}`;

const displayDomain = (p: Principal): string => (p.domain === "contoso" ? "CONTOSO" : p.domain.toUpperCase());

/** Name as the Security log prints it: machine accounts for Windows' own sessions. */
export function securityAccount(p: Principal, host: Host): { name: string; domain: string; sid: string; type: string } {
  if (p === localSystem || p === networkService)
    return { name: `${host.name}$`, domain: "CONTOSO", sid: p.sid, type: "Machine" };
  return { name: p.name, domain: displayDomain(p), sid: p.sid, type: p.name.endsWith("$") ? "Machine" : "User" };
}

export interface SecurityRecord {
  readonly id: number;
  readonly activity: string;
  readonly task: number;
  readonly level?: string;
  readonly channel?: string;
}

/** Columns that every row of the Security log has. */
export function securityBase(host: Host, record: SecurityRecord, atUs: number): Row {
  return {
    Computer: host.fqdn,
    EventID: record.id,
    Activity: `${record.id} - ${record.activity}`,
    EventSourceName: record.id === 1102 ? "Microsoft-Windows-Eventlog" : "Microsoft-Windows-Security-Auditing",
    Channel: "Security",
    Task: record.task,
    Level: record.level ?? "8",
    EventRecordId: String(reportId(host.index, record.id, atUs % 0x7fffffff) + 4_000_000),
    SourceComputerId: host.sourceComputerId,
    SystemProcessId: 700 + (host.index % 40) * 4,
    _ResourceId: host.resourceId,
  };
}

const processCreated: SecurityRecord = { id: 4688, activity: "A new process has been created.", task: 13312 };
const processEnded: SecurityRecord = { id: 4689, activity: "A process has exited.", task: 13313 };

const mandatoryLabels = {
  System: "S-1-16-16384",
  High: "S-1-16-12288",
  Medium: "S-1-16-8192",
  Low: "S-1-16-4096",
} as const;

/** Writes the creation of a process to DeviceProcessEvents and, where collected, as 4688 with the same ids. */
export function emitProcess(ctx: Context, p: Process, tag?: string): void {
  const parent = p.parent;
  const from = parent === undefined ? { DeviceId: p.host.deviceId, DeviceName: p.host.deviceName } : initiating(parent);
  ctx.emit(
    "DeviceProcessEvents",
    p.startUs,
    [
      from,
      {
        ActionType: "ProcessCreated",
        FileName: p.image.fileName,
        FolderPath: p.image.path,
        FileSize: p.image.sizeBytes,
        SHA1: p.image.sha1,
        SHA256: p.image.sha256,
        MD5: p.image.md5,
        ProcessId: p.pid,
        ProcessCommandLine: p.commandLine,
        ProcessCreationTime: p.startUs,
        ProcessIntegrityLevel: p.integrity,
        ProcessTokenElevation: elevation(p),
        ProcessVersionInfoCompanyName: p.image.company,
        ProcessVersionInfoProductName: p.image.product,
        ProcessVersionInfoProductVersion: p.image.version,
        ProcessVersionInfoFileDescription: p.image.description,
        ProcessVersionInfoOriginalFileName: p.image.company === "" ? "" : p.image.fileName,
        AccountDomain: p.principal.domain,
        AccountName: p.principal.name,
        AccountSid: p.principal.sid,
        AccountUpn: p.principal.upn,
        AccountObjectId: p.principal.objectId,
        LogonId: p.logonId,
        InitiatingProcessLogonId: parent?.logonId,
        ReportId: reportId(p.pid, p.startUs % 0x7fffffff),
      },
    ],
    tag,
  );
  if (p.host.sendsSecurityEvents) emit4688(ctx, p, tag);
}

function emit4688(ctx: Context, p: Process, tag: string | undefined): void {
  const subject = securityAccount(p.principal, p.host);
  const atUs = p.startUs + 800 + (p.pid % 700);
  ctx.emit(
    "SecurityEvent",
    atUs,
    [
      securityBase(p.host, processCreated, atUs),
      {
        Account: `${subject.domain}\\${subject.name}`,
        AccountType: subject.type,
        SubjectUserName: subject.name,
        SubjectDomainName: subject.domain,
        SubjectUserSid: subject.sid,
        SubjectAccount: `${subject.domain}\\${subject.name}`,
        SubjectLogonId: hexLogonId(p.logonId),
        NewProcessId: hexPid(p.pid),
        NewProcessName: p.image.path,
        Process: p.image.fileName,
        CommandLine: p.commandLine,
        ProcessId: hexPid(p.parent?.pid ?? 4),
        ParentProcessName: p.parent?.image.path ?? "",
        TokenElevationType: p.integrity === "Medium" ? "%%1938" : "%%1936",
        MandatoryLabel: mandatoryLabels[p.integrity],
        TargetUserSid: "S-1-0-0",
        TargetUserName: "-",
        TargetDomainName: "-",
        TargetLogonId: "0x0",
      },
    ],
    tag,
  );
}

export function emitProcessEnd(ctx: Context, p: Process, atUs: number): void {
  if (!p.host.sendsSecurityEvents) return;
  const subject = securityAccount(p.principal, p.host);
  ctx.emit("SecurityEvent", atUs, [
    securityBase(p.host, processEnded, atUs),
    {
      Account: `${subject.domain}\\${subject.name}`,
      AccountType: subject.type,
      SubjectUserName: subject.name,
      SubjectDomainName: subject.domain,
      SubjectUserSid: subject.sid,
      SubjectLogonId: hexLogonId(p.logonId),
      ProcessId: hexPid(p.pid),
      ProcessName: p.image.path,
      Process: p.image.fileName,
      Status: "0x0",
    },
  ]);
}

/** The key of a process for streams of randomness. */
export function processKey(p: Process): number {
  return mix(hashText(p.host.name), mix(p.pid, Math.floor(p.startUs / secondUs) % 0x7fffffff));
}

export function processDraw(p: Process): Draw {
  return new Draw(processKey(p));
}
