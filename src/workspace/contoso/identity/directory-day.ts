/** What happens in the directories every day: accounts made and changed, groups, roles, roll calls. */
import { hourUs, minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import type { Draw } from "../hash.js";
import type { Row } from "../recorder.js";
import { hexLogonId, securityBase } from "../endpoint/process.js";
import type { SecurityRecord } from "../endpoint/process.js";
import { accountPart, givenNames, surnames } from "../world/names.js";
import { domainSid } from "../world/person.js";
import type { Account } from "../world/person.js";
import { sites } from "../world/site.js";
import { emitAudit } from "./office.js";
import type { AuditEntry } from "./office.js";

const accountCreated: SecurityRecord = { id: 4720, activity: "A user account was created.", task: 13824 };
const accountEnabled: SecurityRecord = { id: 4722, activity: "A user account was enabled.", task: 13824 };
const passwordReset: SecurityRecord = {
  id: 4724,
  activity: "An attempt was made to reset an account's password.",
  task: 13824,
};
const accountChanged: SecurityRecord = { id: 4738, activity: "A user account was changed.", task: 13824 };
const globalMember: SecurityRecord = {
  id: 4728,
  activity: "A member was added to a security-enabled global group.",
  task: 13826,
};
const objectAccess: SecurityRecord = { id: 4662, activity: "An operation was performed on an object.", task: 14080 };

export interface AccountWork {
  readonly atUs: number;
  /** Account that does it, as the Security log names it. */
  readonly by: { readonly name: string; readonly sid: string; readonly logonId: number };
  readonly target: { readonly name: string; readonly sid: string; readonly display?: string };
}

function subject(by: AccountWork["by"]): Row {
  const account = `CONTOSO\\${by.name}`;
  return {
    Account: account,
    AccountType: "User",
    SubjectAccount: account,
    SubjectUserName: by.name,
    SubjectDomainName: "CONTOSO",
    SubjectUserSid: by.sid,
    SubjectLogonId: hexLogonId(by.logonId),
  };
}

function target(of: AccountWork["target"]): Row {
  return {
    TargetAccount: `CONTOSO\\${of.name}`,
    TargetUserName: of.name,
    TargetDomainName: "CONTOSO",
    TargetSid: of.sid,
    SamAccountName: of.name,
    DisplayName: of.display ?? "%%1793",
    UserPrincipalName: `${of.name}@contoso.example`,
  };
}

/** 4720, 4722 and 4724 at DC01: what creating an account writes. */
export function emitAccountCreated(ctx: Context, w: AccountWork, tag?: string): void {
  const dc = ctx.world.server("DC01");
  const details = {
    UserAccountControl: "\r\n\t\t%%2080\r\n\t\t%%2082\r\n\t\t%%2084",
    OldUacValue: "0x0",
    NewUacValue: "0x15",
    PrimaryGroupId: "513",
    PasswordLastSet: "%%1794",
    AccountExpires: "%%1794",
  };
  ctx.emit(
    "SecurityEvent",
    w.atUs,
    { ...securityBase(dc, accountCreated, w.atUs), ...subject(w.by), ...target(w.target), ...details },
    tag,
  );
  for (const [record, later] of [
    [accountEnabled, 300_000],
    [passwordReset, 600_000],
  ] as const)
    ctx.emit(
      "SecurityEvent",
      w.atUs + later,
      { ...securityBase(dc, record, w.atUs + later), ...subject(w.by), ...target(w.target) },
      tag,
    );
}

/** 4728: a member was added to a global group. */
export function emitGroupMember(
  ctx: Context,
  w: AccountWork & { readonly group: { readonly name: string; readonly sid: string } },
  tag?: string,
): void {
  const dc = ctx.world.server("DC01");
  const member = `CN=${w.target.display ?? w.target.name},OU=People,DC=contoso,DC=example`;
  const group = {
    TargetAccount: `CONTOSO\\${w.group.name}`,
    TargetUserName: w.group.name,
    TargetDomainName: "CONTOSO",
    TargetSid: w.group.sid,
  };
  ctx.emit(
    "SecurityEvent",
    w.atUs,
    {
      ...securityBase(dc, globalMember, w.atUs),
      ...subject(w.by),
      ...group,
      MemberName: member,
      MemberSid: w.target.sid,
    },
    tag,
  );
}

export interface Replication {
  readonly atUs: number;
  readonly dc: "DC01" | "DC02";
  readonly by: { readonly name: string; readonly sid: string; readonly logonId: number };
  readonly kind: "changes" | "changes-all";
}

/** Extended rights by their schema ids: DS-Replication-Get-Changes and DS-Replication-Get-Changes-All ([MS-ADTS] 5.1.3.2.1). */
const replicationRights = {
  changes: "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2",
  "changes-all": "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2",
} as const;

/** 4662 on the domain object with a replication right. */
export function emitReplication(ctx: Context, r: Replication, tag?: string): void {
  const dc = ctx.world.server(r.dc);
  const isMachine = r.by.name.endsWith("$");
  ctx.emit(
    "SecurityEvent",
    r.atUs,
    {
      ...securityBase(dc, objectAccess, r.atUs),
      ...subject(r.by),
      AccountType: isMachine ? "Machine" : "User",
      ObjectServer: "DS",
      ObjectType: "%{19195a5b-6da0-11d0-afd3-00c04fd930c9}",
      ObjectName: "%{6b1f3b6e-6f2e-4f0e-8f2f-7a6f6d1c2b11}",
      OperationType: "Object Access",
      HandleId: "0x0",
      AccessMask: "0x100",
      Properties: `%%7688\r\n\t\t{${replicationRights[r.kind]}}\r\n\t{19195a5b-6da0-11d0-afd3-00c04fd930c9}`,
      AdditionalInfo: "-",
    },
    tag,
  );
}

export const directoryDay: DayGenerator = function* (ctx, day) {
  const d = ctx.draw("directory", day);
  helpDeskDay(ctx, day, d);
  yield;
  replicationDay(ctx, day);
  yield;
  auditDay(ctx, day, d);
  yield;
};

/** Trap: a help-desk administrator who creates accounts all day, on every working day. */
function helpDeskDay(ctx: Context, day: number, d: Draw): void {
  if (ctx.calendar.isWeekend(day)) return;
  const helper = ctx.world.accounts["adm-helpdesk1"];
  const startUs = ctx.calendar.midnight(day) + 17 * hourUs;
  const by = { name: helper.sam, sid: helper.sid, logonId: 0x2000000 + (day + 20) * 0x10000 };
  for (let i = 0; i < 7; i++) {
    const [given, surname] = [d.pick(givenNames), d.pick(surnames)];
    const name = `${accountPart(given)}.${accountPart(surname)}${day + 14}${i}`;
    const made = { name, sid: `${domainSid}-${60_000 + (day + 14) * 20 + i}`, display: `${given} ${surname}` };
    const atUs = startUs + i * 62 * minuteUs + d.int(1200) * secondUs;
    emitAccountCreated(ctx, { atUs, by, target: made }, "trap-help-desk-accounts");
    if (d.chance(0.6))
      emitGroupMember(ctx, {
        atUs: atUs + 40 * secondUs,
        by,
        target: made,
        group: { name: "All Employees", sid: `${domainSid}-2101` },
      });
  }
  for (let i = d.count(6 * ctx.volume); i > 0; i--) {
    const person = d.pick(ctx.world.people);
    const atUs = startUs + d.int(28_000) * secondUs;
    const dc = ctx.world.server("DC01");
    const record = d.chance(0.6) ? passwordReset : accountChanged;
    ctx.emit("SecurityEvent", atUs, {
      ...securityBase(dc, record, atUs),
      ...subject(by),
      ...target({ name: person.sam, sid: person.sid }),
    });
  }
}

/** Trap: the directory replicates all day: between the controllers, and by MSOL_sync from AADC01 every ten minutes. */
function replicationDay(ctx: Context, day: number): void {
  const sync = ctx.world.accounts.MSOL_sync;
  for (let minute = 0; minute < 1440; minute += 10) {
    const d = ctx.draw("replication", day, minute);
    const atUs = ctx.calendar.midnight(day) + minute * minuteUs + d.int(50) * secondUs;
    const by = { name: sync.sam, sid: sync.sid, logonId: syncLogonId(day, minute) };
    emitSyncLogon(
      ctx,
      { atUs: atUs - 2 * secondUs, by, ip: ctx.world.server("AADC01").fixedIp!, port: 50_000 + (minute % 9000) },
      "trap-directory-replication",
    );
    emitReplication(ctx, { atUs, dc: "DC01", by, kind: "changes" }, "trap-directory-replication");
    emitReplication(ctx, { atUs: atUs + 40_000, dc: "DC01", by, kind: "changes-all" }, "trap-directory-replication");
    if (minute % 30 !== 0) continue;
    const partner = { name: "DC02$", sid: `${domainSid}-1002`, logonId: 0x9000000 + minute };
    emitReplication(
      ctx,
      { atUs: atUs + 9 * secondUs, dc: "DC01", by: partner, kind: "changes" },
      "trap-directory-replication",
    );
    emitReplication(
      ctx,
      {
        atUs: atUs + 14 * secondUs,
        dc: "DC02",
        by: { ...partner, name: "DC01$", sid: `${domainSid}-1001` },
        kind: "changes",
      },
      "trap-directory-replication",
    );
  }
}

const syncLogonId = (day: number, minute: number): number => 0x5000000 + (day + 20) * 0x10000 + minute * 7;

/** The network logon that a replication belongs to: its address says which machine asks. */
export function emitSyncLogon(
  ctx: Context,
  s: { readonly atUs: number; readonly by: Replication["by"]; readonly ip: string; readonly port: number },
  tag?: string,
): void {
  const dc = ctx.world.server("DC01");
  const account = `CONTOSO\\${s.by.name}`;
  ctx.emit(
    "SecurityEvent",
    s.atUs,
    {
      ...securityBase(dc, { id: 4624, activity: "An account was successfully logged on.", task: 12544 }, s.atUs),
      ...{
        Account: account,
        AccountType: "User",
        TargetAccount: account,
        TargetUserName: s.by.name,
        TargetDomainName: "CONTOSO",
        TargetUserSid: s.by.sid,
        TargetLogonId: hexLogonId(s.by.logonId),
      },
      ...{
        SubjectUserSid: "S-1-0-0",
        SubjectUserName: "-",
        SubjectDomainName: "-",
        SubjectAccount: "-\\-",
        SubjectLogonId: "0x0",
        LogonType: 3,
        LogonTypeName: "3 - Network",
      },
      ...{
        IpAddress: s.ip,
        IpPort: String(s.port),
        WorkstationName: "-",
        AuthenticationPackageName: "Kerberos",
        LogonProcessName: "Kerberos",
        LmPackageName: "-",
        KeyLength: 0,
        ProcessName: "-",
        ProcessId: "0x0",
        ElevatedToken: "%%1842",
      },
    },
    tag,
  );
}

type Template = (ctx: Context, d: Draw, atUs: number) => AuditEntry;
const syncActor = { app: "Microsoft Entra Connect", appId: "cb1056e2-e479-49de-ae31-7812af012ed8" } as const;
const byHelpDesk = (ctx: Context): { account: Account; ip: string } => ({
  account: ctx.world.accounts["adm-helpdesk1"],
  ip: sites.SEA.egressIp,
});
const userTarget = (ctx: Context, d: Draw) => {
  const p = d.pick(ctx.world.people);
  return { displayName: p.display, id: p.objectId, type: "User", upn: p.upn };
};

const templates: readonly Template[] = [
  (ctx, d, atUs) => ({
    atUs,
    operation: "Update user",
    category: "UserManagement",
    service: "Core Directory",
    type: "Update",
    by: syncActor,
    targets: [{ ...userTarget(ctx, d), changes: [["Included Updated Properties", "", "OfficeLocation"]] }],
  }),
  (ctx, d, atUs) => ({
    atUs,
    operation: "Reset user password",
    category: "UserManagement",
    service: "Core Directory",
    type: "Update",
    by: byHelpDesk(ctx),
    targets: [userTarget(ctx, d)],
  }),
  (ctx, d, atUs) => ({
    atUs,
    operation: "Add member to group",
    category: "GroupManagement",
    service: "Core Directory",
    type: "Assign",
    by: byHelpDesk(ctx),
    targets: [
      {
        ...userTarget(ctx, d),
        changes: [
          ["Group.DisplayName", "", d.pick(["Project Blue", "VPN Users", "Printers Dublin", "Fabric Viewers"])],
        ],
      },
    ],
  }),
  (ctx, d, atUs) => ({
    atUs,
    operation: "User registered security info",
    category: "UserManagement",
    service: "Authentication Methods",
    type: "Update",
    by: { account: d.pick(ctx.world.people), ip: d.pick(Object.values(sites)).egressIp },
    targets: [userTarget(ctx, d)],
    details: [["AuthenticationMethod", "Mobile app notification"]],
  }),
  (ctx, d, atUs) => ({
    atUs,
    operation: "Update device",
    category: "Device",
    service: "Core Directory",
    type: "Update",
    by: { app: "Device Registration Service", appId: "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9" },
    targets: [{ displayName: d.pick(ctx.world.workstations).name, id: d.guid(), type: "Device" }],
  }),
  (ctx, d, atUs) => ({
    atUs,
    operation: "Change user license",
    category: "UserManagement",
    service: "Core Directory",
    type: "Update",
    by: byHelpDesk(ctx),
    targets: [userTarget(ctx, d)],
  }),
  (ctx, d, atUs) => ({
    atUs,
    operation: "Update application – Certificates and secrets management",
    category: "ApplicationManagement",
    service: "Core Directory",
    type: "Update",
    by: { account: d.pick(ctx.world.people.filter(p => p.department === "IT").slice(0, 20)), ip: sites.SEA.egressIp },
    targets: [
      {
        displayName: d.pick(["Contoso CRM", "Contoso Expenses"]),
        id: d.guid(),
        type: "Application",
        changes: [
          ["KeyDescription", "", `[KeyIdentifier=${d.guid()},KeyType=Password,KeyUsage=Verify,DisplayName=rotation]`],
        ],
      },
    ],
  }),
];

function auditDay(ctx: Context, day: number, d: Draw): void {
  const count = d.count((ctx.calendar.isWeekend(day) ? 35 : 150) * ctx.volume);
  for (let i = 0; i < count; i++) {
    const template = d.chance(0.04) ? templates[6]! : templates[d.int(6)]!;
    const hour = d.chance(0.3) ? d.real() * 24 : 8 + d.real() * 12;
    emitAudit(ctx, template(ctx, d, ctx.calendar.midnight(day) + Math.floor(hour * 3600) * secondUs));
  }
}
