/** A day of the servers: services, scheduled work, network logons, and the domain controllers' own events. */
import { hourUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import type { Draw } from "../hash.js";
import type { Host, ServerRole } from "../world/host.js";
import type { Account } from "../world/person.js";
import { emitBoot, emitEvent } from "./boot.js";
import { emitFile } from "./file.js";
import { image } from "./image.js";
import type { ImageName } from "./image.js";
import { emitFailedLogon, emitLogoff, emitLogon } from "./logon.js";
import type { Logon } from "./logon.js";
import { logonIdsOf, machineOn, pidsOf } from "./machine.js";
import type { Machine } from "./machine.js";
import { emitConnection, emitVisit } from "./network.js";
import {
  emitProcess,
  emitProcessEnd,
  hexLogonId,
  localSystem,
  principalOf,
  securityBase,
  systemLogonId,
} from "./process.js";
import type { Principal, Process } from "./process.js";
import { commandLineOf, fillArguments } from "./program.js";

interface Duty {
  readonly image: ImageName;
  readonly arguments: readonly string[];
  readonly parent: "services" | "schedule" | "svchost" | "agent";
  readonly account?: string;
  /** Mean number per day in the small tenant. */
  readonly perDay: number;
}

const common: readonly Duty[] = [
  {
    image: "svchost",
    arguments: ["-k netsvcs -p -s BITS", "-k LocalService -p -s W32Time", "-k netsvcs -p -s gpsvc"],
    parent: "services",
    perDay: 1.2,
  },
  { image: "taskhostw", arguments: ["", "/RuntimeWide"], parent: "schedule", perDay: 1 },
  { image: "wmiprvse", arguments: ["-secured -Embedding"], parent: "svchost", perDay: 1.4 },
  {
    image: "mpCmdRun",
    arguments: ["SignatureUpdate -ScheduleJob -RestrictPrivileges"],
    parent: "services",
    perDay: 0.7,
  },
  {
    image: "powershell",
    arguments: [
      "-NoProfile -NonInteractive -File C:\\ops\\health.ps1",
      "-NoProfile -File C:\\ops\\rotate-logs.ps1 -Days {n}",
    ],
    parent: "schedule",
    account: "svc-mgmt",
    perDay: 0.8,
  },
];
const duties: Readonly<Partial<Record<ServerRole, readonly Duty[]>>> = {
  "domain-controller": [
    { image: "dns", arguments: [""], parent: "services", perDay: 0.2 },
    { image: "wmiprvse", arguments: ["-Embedding"], parent: "svchost", perDay: 2 },
  ],
  sql: [
    {
      image: "sqlcmd",
      arguments: ['-S . -d Ledger -Q "exec dbo.nightly_rollup"', "-S . -i D:\\jobs\\stats_{n}.sql"],
      parent: "schedule",
      account: "svc-sql",
      perDay: 5,
    },
  ],
  web: [
    {
      image: "w3wp",
      arguments: [
        '-ap "ContosoPortal" -v "v4.0" -l "webengine4.dll" -a \\\\.\\pipe\\iisipm{guid} -h "C:\\inetpub\\temp\\apppools\\ContosoPortal\\ContosoPortal.config"',
      ],
      parent: "svchost",
      perDay: 2,
    },
  ],
  exchange: [
    {
      image: "transport",
      arguments: ["-pipe:{n} -stopkey:Global\\ExchangeStopKey-{guid}"],
      parent: "services",
      perDay: 1,
    },
  ],
  print: [{ image: "spoolsv", arguments: [""], parent: "services", perDay: 0.4 }],
  file: [
    {
      image: "robocopy",
      arguments: ["D:\\shares\\projects \\\\FS02\\mirror$\\projects /MIR /R:1 /W:1 /LOG:C:\\ops\\mirror.log"],
      parent: "schedule",
      account: "svc-backup",
      perDay: 2,
    },
  ],
  app: [
    {
      image: "node",
      arguments: ["C:\\apps\\portal\\server.js", "C:\\apps\\jobs\\worker.js --queue q{digit}"],
      parent: "services",
      perDay: 1.5,
    },
  ],
  "entra-connect": [
    {
      image: "powershell",
      arguments: ["-NoProfile -Command Start-ADSyncSyncCycle -PolicyType Delta"],
      parent: "schedule",
      account: "svc-mgmt",
      perDay: 3,
    },
  ],
  management: [
    {
      image: "powershell",
      arguments: [
        "-NoProfile -File D:\\mgmt\\compliance-report.ps1",
        "-NoProfile -Command Invoke-Command -ComputerName {host} -FilePath D:\\mgmt\\probe.ps1",
      ],
      parent: "schedule",
      account: "svc-mgmt",
      perDay: 6,
    },
  ],
};

export const serverDay: DayGenerator = function* (ctx, day) {
  for (const host of ctx.world.servers) {
    oneServer(ctx, host, day);
    yield;
  }
};

interface Room {
  readonly ctx: Context;
  readonly d: Draw;
  readonly host: Host;
  readonly day: number;
  readonly machine: Machine;
  readonly nextPid: () => number;
  readonly nextLogonId: () => number;
}

function oneServer(ctx: Context, host: Host, day: number): void {
  const d = ctx.draw("server", host.index, day);
  const machine = machineOn(ctx, host, day);
  const room: Room = {
    ctx,
    d,
    host,
    day,
    machine,
    nextPid: pidsOf(machine, day),
    nextLogonId: logonIdsOf(machine, day),
  };
  if (machine.bootDay === day) emitBoot(ctx, machine);
  const role = host.role as ServerRole;
  for (const duty of [...common, ...(duties[role] ?? [])])
    for (let i = d.count(duty.perDay * ctx.activity); i > 0; i--) perform(room, duty);
  for (let i = d.count(8 * ctx.activity); i > 0; i--) serviceLogon(room);
  for (let i = d.count(3 * ctx.activity); i > 0; i--) updateVisit(room);
  if (role === "domain-controller") domainControllerDay(room);
  if (role === "build") buildDay(room);
  for (let i = d.count(1.5 * ctx.activity); i > 0; i--) serviceEvent(room);
  if (d.chance(0.05 * ctx.activity))
    emitFailedLogon(
      ctx,
      {
        host,
        principal: localSystem,
        type: 3,
        logonId: 0,
        atUs: room.ctx.calendar.midnight(day) + d.int(86_400) * secondUs,
        fromIp: "10.10.9.9",
        fromName: "LNX-JOB07",
      },
      "0xc0000064",
    );
}

const momentOfDay = (room: Room): number =>
  room.ctx.calendar.midnight(room.day) + room.d.int(86_400) * secondUs + room.d.int(1_000_000);

function accountOf(ctx: Context, name: string | undefined): Principal {
  return name === undefined ? localSystem : principalOf(ctx.world.accounts[name as "svc-sql"]);
}

function perform(room: Room, duty: Duty): void {
  const { ctx, d, host, machine } = room;
  const atUs = momentOfDay(room);
  const principal = accountOf(ctx, duty.account);
  let logonId = systemLogonId;
  let logon: Logon | undefined;
  if (principal !== localSystem) {
    logonId = room.nextLogonId();
    logon = { host, principal, type: 4, logonId, atUs: atUs - 300_000 };
    emitLogon(ctx, logon);
  }
  const of = image(duty.image);
  const commandLine = commandLineOf(of, fillArguments(d.pick(duty.arguments), d, { user: principal.name, site: "" }));
  const p: Process = {
    host,
    pid: room.nextPid(),
    startUs: atUs,
    image: of,
    commandLine,
    principal,
    parent: machine.system[duty.parent],
    integrity: principal === localSystem ? "System" : "High",
    logonId,
  };
  emitProcess(ctx, p);
  const endUs = atUs + d.range(1, 1800) * secondUs;
  if (d.chance(0.25))
    emitFile(ctx, p, { atUs: atUs + d.range(1, 60) * secondUs, kind: "code", d, user: principal.name });
  if (d.chance(0.5)) emitProcessEnd(ctx, p, endUs);
  if (logon !== undefined) emitLogoff(ctx, logon, endUs + secondUs);
}

/** Machines and services talk to servers all the time: short network logons of machine accounts. */
function serviceLogon(room: Room): void {
  const { ctx, d, host } = room;
  const from = d.pick(ctx.world.servers);
  if (from === host) return;
  const machineAccount: Principal = {
    domain: "contoso",
    name: `${from.name.toLowerCase()}$`,
    sid: `S-1-5-21-1004336348-1177238915-682003330-${9000 + from.index}`,
    upn: "",
    objectId: "",
  };
  const service = d.chance(0.4)
    ? principalOf(ctx.world.accounts[d.pick(["svc-backup", "svc-mgmt", "svc-sql", "svc-print"] as const)])
    : machineAccount;
  const isMachine = service === machineAccount;
  const logon: Logon = {
    ...{
      host,
      principal: service,
      type: 3,
      logonId: room.nextLogonId(),
      atUs: momentOfDay(room),
      fromIp: from.fixedIp!,
      fromName: from.name,
    },
    ...{
      fromPort: d.range(49_200, 65_000),
      isAdmin: service.name === "svc-backup",
      package: isMachine || d.chance(0.85) ? "Kerberos" : "NTLM",
    },
  };
  emitLogon(ctx, logon);
  emitLogoff(ctx, logon, logon.atUs + d.range(1, 600) * secondUs);
  if (d.chance(0.4))
    emitConnection(ctx, {
      ...{
        process: room.machine.system.svchost,
        atUs: logon.atUs - 40_000,
        localIp: host.fixedIp!,
        localPort: host.role === "domain-controller" ? 389 : 445,
      },
      ...{
        remoteIp: from.fixedIp!,
        remotePort: logon.fromPort!,
        action: "InboundConnectionAccepted",
        remoteUrl: from.deviceName,
      },
    });
}

function updateVisit(room: Room): void {
  const { ctx, d, host, machine } = room;
  const service = d.pick(["update", "defender", "telemetryVendor", "login"] as const);
  emitVisit(ctx, {
    ...{
      process: d.chance(0.5) ? machine.system.defender : machine.system.update,
      atUs: momentOfDay(room),
      localIp: host.fixedIp!,
      site: undefined,
    },
    ...{
      destination: ctx.world.internet.service(service),
      userAgent: "",
      sentBytes: 800,
      receivedBytes: 9000,
      method: "POST",
    },
  });
}

const ticket = { id: 4768, activity: "A Kerberos authentication ticket (TGT) was requested.", task: 14339 };
const serviceTicket = { id: 4769, activity: "A Kerberos service ticket was requested.", task: 14337 };
const groupMember = { id: 4799, activity: "A security-enabled local group membership was enumerated", task: 13826 };

/** Kerberos at the domain controllers: people in their working hours, machines at any time. */
function domainControllerDay(room: Room): void {
  const { ctx, d, host, day } = room;
  for (let i = d.count(55 * ctx.volume); i > 0; i--) {
    const person = d.pick(ctx.world.people);
    const atUs =
      ctx.calendar.isWeekend(day) && !d.chance(0.15) ? -1 : ctx.calendar.midnight(day) + (8 + d.real() * 10) * hourUs;
    if (atUs < 0) continue;
    const from = ctx.world.workstation(d.int(ctx.world.workstations.length));
    kerberos(room, {
      account: person,
      atUs,
      ip: from.fixedIp ?? `::ffff:10.10.${32 + d.int(128)}.${d.range(2, 250)}`,
      service: d.chance(0.5) ? "krbtgt" : d.pick(ctx.world.servers).name,
    });
  }
  for (let i = d.count(4 * ctx.activity); i > 0; i--) {
    const atUs = momentOfDay(room);
    ctx.emit("SecurityEvent", atUs, {
      ...securityBase(host, groupMember, atUs),
      Account: `CONTOSO\\${host.name}$`,
      AccountType: "Machine",
      SubjectUserName: `${host.name}$`,
      SubjectDomainName: "CONTOSO",
      SubjectUserSid: "S-1-5-18",
      SubjectLogonId: hexLogonId(systemLogonId),
      TargetUserName: "Administrators",
      TargetDomainName: "Builtin",
      TargetSid: "S-1-5-32-544",
      CallerProcessName: "C:\\Windows\\System32\\svchost.exe",
      CallerProcessId: "0x4d8",
    });
  }
}

function kerberos(
  room: Room,
  t: { readonly account: Account; readonly atUs: number; readonly ip: string; readonly service: string },
): void {
  const { ctx, d, host } = room;
  const isTgt = t.service === "krbtgt";
  const row = {
    TargetUserName: isTgt ? t.account.sam : `${t.account.sam}@CONTOSO.EXAMPLE`,
    TargetDomainName: "CONTOSO.EXAMPLE",
    TargetSid: isTgt ? t.account.sid : "",
    ServiceName: isTgt ? "krbtgt" : `${t.service}$`,
  };
  ctx.emit("SecurityEvent", t.atUs, {
    ...securityBase(host, isTgt ? ticket : serviceTicket, t.atUs),
    ...row,
    ...{
      Account: `CONTOSO.EXAMPLE\\${row.TargetUserName}`,
      AccountType: "User",
      TargetAccount: `CONTOSO.EXAMPLE\\${row.TargetUserName}`,
      IpAddress: t.ip,
      IpPort: String(d.range(49_200, 65_000)),
      Status: "0x0",
    },
    EventData: `<EventData><Data Name="TicketOptions">0x40810010</Data><Data Name="TicketEncryptionType">0x12</Data></EventData>`,
  });
}

/** Trap: a build server that spawns thousands of short processes, day and night on working days. */
function buildDay(room: Room): void {
  const { ctx, d, host, machine } = room;
  const builds = ctx.calendar.isWeekend(room.day) ? 1 : 6;
  const principal = principalOf(ctx.world.accounts["svc-build"]);
  for (let b = 0; b < builds; b++) {
    const startUs = momentOfDay(room);
    const logon: Logon = { host, principal, type: 5, logonId: room.nextLogonId(), atUs: startUs - secondUs };
    emitLogon(ctx, logon);
    const of = { host, principal, integrity: "High", logonId: logon.logonId } as const;
    const make = (name: ImageName, argument: string, parent: Process, atUs: number): Process => ({
      ...of,
      pid: room.nextPid(),
      startUs: atUs,
      image: image(name),
      commandLine: commandLineOf(image(name), argument),
      parent,
    });
    const agent = make("buildAgent", `spawnclient ${d.int(900)} ${d.int(900)}`, machine.system.services, startUs);
    const msbuild = make(
      "msbuild",
      "C:\\BuildAgent\\_work\\1\\s\\platform.sln /m /p:Configuration=Release",
      agent,
      startUs + 4 * secondUs,
    );
    for (const p of [agent, msbuild]) emitProcess(ctx, p, "trap-build-server");
    const steps = 26 + d.int(20);
    for (let i = 0; i < steps; i++) {
      const isLink = i % 9 === 8;
      const argument = isLink
        ? `/OUT:bin\\module${i}.dll @obj\\module${i}.rsp`
        : `/c /nologo /W4 /O2 /Foobj\\unit${i}.obj src\\unit_${d.int(400)}.cpp`;
      const p = make(
        isLink ? "linker" : "compiler",
        argument,
        msbuild,
        startUs + 6 * secondUs + i * d.range(300, 2500) * 1000,
      );
      emitProcess(ctx, p, "trap-build-server");
      emitProcessEnd(ctx, p, p.startUs + d.range(150, 2400) * 1000);
    }
  }
}

const serviceEvents = [
  { id: 7036, source: "Service Control Manager", text: "The {s} service entered the running state.", log: "System" },
  {
    id: 7040,
    source: "Service Control Manager",
    text: "The start type of the {s} service was changed from demand start to auto start.",
    log: "System",
  },
  {
    id: 10016,
    source: "Microsoft-Windows-DistributedCOM",
    text: "The application-specific permission settings do not grant Local Activation permission for {s}.",
    log: "System",
  },
  {
    id: 1000,
    source: "Application Error",
    text: "Faulting application name: {s}.exe, version: 10.0.20348.1",
    log: "Application",
  },
] as const;
const services = [
  "Windows Update",
  "Background Intelligent Transfer Service",
  "Windows Modules Installer",
  "WMI Performance Adapter",
  "Print Spooler",
  "Remote Registry",
];

function serviceEvent(room: Room): void {
  const { d } = room;
  const kind = d.pick(serviceEvents);
  const service = d.pick(services);
  const level = kind.id === 1000 ? "Error" : kind.id === 10016 ? "Warning" : "Information";
  emitEvent(room.ctx, {
    host: room.host,
    atUs: momentOfDay(room),
    id: kind.id,
    log: kind.log,
    source: kind.source,
    level,
    text: kind.text.replace("{s}", service),
    data: { param1: service, param2: "running" },
  });
  if (kind.id === 7040 && d.chance(0.3)) installService(room);
}

/** Real software installs services too: the story's 7045 is not the only one. */
function installService(room: Room): void {
  const { d, ctx } = room;
  const [name, path] = d.pick([
    ["Contoso Backup Agent", '"C:\\Program Files\\Contoso\\Backup\\bkpagent.exe" --service'],
    ["MpKslDrv", "C:\\ProgramData\\Microsoft\\Windows Defender\\Definition Updates\\{7A}\\MpKslDrv.sys"],
    ["Meridian Sync Service", '"C:\\Program Files\\Meridian\\MeridianSync.exe" /svc'],
  ] as const);
  emitServiceInstall(ctx, {
    host: room.host,
    atUs: momentOfDay(room),
    name,
    path,
    account: "LocalSystem",
    user: "NT AUTHORITY\\SYSTEM",
  });
}

export interface ServiceInstall {
  readonly host: Host;
  readonly atUs: number;
  readonly name: string;
  readonly path: string;
  readonly account: string;
  readonly user: string;
}

/** 7045 in the System log. */
export function emitServiceInstall(ctx: Context, s: ServiceInstall, tag?: string): void {
  const data = {
    ServiceName: s.name,
    ImagePath: s.path,
    ServiceType: "user mode service",
    StartType: "auto start",
    AccountName: s.account,
  };
  const text = `A service was installed in the system.\r\n\r\nService Name:  ${s.name}\r\nService File Name:  ${s.path}\r\nService Type:  user mode service\r\nService Start Type:  auto start\r\nService Account:  ${s.account}`;
  emitEvent(
    ctx,
    {
      host: s.host,
      atUs: s.atUs,
      id: 7045,
      log: "System",
      source: "Service Control Manager",
      level: "Information",
      text,
      data,
      user: s.user,
    },
    tag,
  );
}
