/** A working day at a workstation: logon, programs, files, connections, logoff. */
import { hourUs, minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import type { Draw } from "../hash.js";
import { hostileText, workstationBrowser } from "../world/app.js";
import type { Host } from "../world/host.js";
import type { ServiceName } from "../world/internet.js";
import { cast } from "../world/person.js";
import type { Person } from "../world/person.js";
import { sites } from "../world/site.js";
import { momentOf, workdayOf } from "../world/workday.js";
import type { Workday } from "../world/workday.js";
import { emitBoot, emitPower } from "./boot.js";
import { emitFile, emitImageLoad, emitMiscellaneous, emitRegistry } from "./file.js";
import { image } from "./image.js";
import { emitFailedLogon, emitIdentityLogon, emitLogoff, emitLogon } from "./logon.js";
import type { Logon } from "./logon.js";
import { logonIdsOf, machineOn, pidsOf, sessionOn } from "./machine.js";
import type { Machine, Session } from "./machine.js";
import { emitConnection, emitVisit } from "./network.js";
import { emitProcess, emitProcessEnd, localSystem, systemLogonId } from "./process.js";
import type { Process } from "./process.js";
import { commandLineOf, fillArguments, pickProgram, programOf, rareImage } from "./program.js";
import type { Program, ProgramName } from "./program.js";

interface Desk {
  readonly ctx: Context;
  readonly d: Draw;
  readonly host: Host;
  readonly owner: Person;
  readonly workday: Workday;
  readonly session: Session;
  readonly machine: Machine;
  readonly userAgent: string;
  readonly nextPid: () => number;
  readonly nextLogonId: () => number;
}

/** Mean numbers per working day in the small tenant. */
const perDay = { programs: 7.6, systemVisits: 2.2, fileShares: 0.5 } as const;

export const workstationDay: DayGenerator = function* (ctx, day) {
  for (const host of ctx.world.workstations) {
    const owner = host.owner;
    const workday = owner === undefined ? undefined : workdayOf(ctx, owner, day);
    if (owner === undefined || workday === undefined) continue;
    oneDesk(ctx, host, workday);
    yield;
  }
};

function oneDesk(ctx: Context, host: Host, workday: Workday): void {
  const { day, person: owner } = workday;
  const d = ctx.draw("desk", host.index, day);
  const machine = machineOn(ctx, host, day);
  const [nextPid, nextLogonId] = [pidsOf(machine, day), logonIdsOf(machine, day)];
  // The first ids of the day belong to the session itself.
  const session = sessionOn(ctx, host, workday);
  if (session.isNew) {
    nextPid();
    nextPid();
    nextLogonId();
  }
  const userAgent = d.chance(0.0006) ? hostileText(d) : workstationBrowser(ctx.seed, owner, day).userAgent;
  const desk: Desk = { ctx, d, host, owner, workday, session, machine, userAgent, nextPid, nextLogonId };
  if (machine.bootDay === day) emitBoot(ctx, machine);
  else emitPower(ctx, machine, workday);
  beginDay(desk);
  const programs = d.count(perDay.programs * ctx.activity * workday.load * owner.energy);
  for (let i = 0; i < programs; i++) runProgram(desk, momentOf(workday, d), pickProgram(owner.department, d));
  for (let i = d.count(perDay.systemVisits * ctx.activity); i > 0; i--) systemVisit(desk);
  for (let i = d.count(perDay.fileShares * ctx.activity * workday.load); i > 0; i--) openShare(desk);
  if (d.chance(0.012 * ctx.activity)) runRare(desk);
  endDay(desk);
}

function beginDay({ ctx, d, host, owner, workday, session, machine }: Desk): void {
  const { logon } = session;
  if (d.chance(0.06))
    emitFailedLogon(ctx, { ...logon, atUs: workday.startUs - d.range(8, 40) * secondUs }, "0xc000006a");
  if (session.isNew) {
    emitLogon(ctx, logon);
    emitProcess(ctx, session.userinit);
    emitProcess(ctx, session.explorer);
  } else emitLogon(ctx, { ...logon, type: 7, atUs: workday.startUs });
  if (workday.mode === "office" && d.chance(0.5))
    emitIdentityLogon(ctx, { ...logon, fromIp: workday.localIp, fromName: host.name, atUs: workday.startUs }, owner);
  emitMiscellaneous(ctx, machine.system.sense, workday.startUs + d.int(3600) * secondUs, d);
}

function endDay({ ctx, d, owner, workday, session }: Desk): void {
  const isHeld = owner.index === cast.marc && workday.day >= -4 && workday.day <= -1;
  if (!isHeld && d.chance(0.7)) {
    emitProcessEnd(ctx, session.explorer, workday.endUs - 2 * secondUs);
    emitLogoff(ctx, session.logon, workday.endUs);
  }
}

/** Starts a program of the menu, and what follows from it: children, connections, files, loaded modules. */
function runProgram(desk: Desk, atUs: number, name: ProgramName): void {
  const { ctx, d } = desk;
  const program = programOf(name);
  const p = start(desk, { program, parent: parentOf(desk, program), atUs });
  if (program.children !== undefined && d.chance(0.3)) {
    const child = start(desk, {
      program: programOf(d.pick(program.children)),
      parent: p,
      atUs: atUs + d.range(2, 240) * secondUs,
    });
    emitProcessEnd(ctx, child, child.startUs + d.range(1, 60) * secondUs);
  }
  for (const to of program.net ?? [])
    if (d.chance(0.72)) visit(desk, p, { to, atUs: atUs + d.range(1, 900) * secondUs });
  if (program.writes !== undefined && d.chance(0.55))
    emitFile(ctx, p, { atUs: atUs + d.range(5, 1500) * secondUs, kind: program.writes, d, user: desk.owner.sam });
  if (d.chance(0.22)) emitImageLoad(ctx, p, atUs + d.range(1, 900) * 1000, d);
  if (d.chance(0.09)) emitRegistry(ctx, p, atUs + d.range(1, 30) * secondUs, d);
  if (d.chance(0.35)) emitProcessEnd(ctx, p, atUs + d.range(1, 5400) * secondUs);
}

function parentOf(desk: Desk, program: Program): Process {
  if (program.parent === "svchost") return desk.machine.system.svchost;
  return program.parent === "services" ? desk.machine.system.services : desk.session.explorer;
}

function start(
  desk: Desk,
  what: { readonly program: Program; readonly parent: Process; readonly atUs: number },
): Process {
  const { ctx, d, host, owner, session } = desk;
  const { program, parent } = what;
  const of = image(program.image);
  const byWindows = program.parent === "services";
  const site = ctx.world.internet.pickSite(d).domain;
  const argument = fillArguments(d.pick(program.arguments), d, { user: owner.sam, site });
  const isElevated = owner.department === "IT" && parent === session.explorer && d.chance(0.2);
  const p: Process = {
    ...{ host, pid: desk.nextPid(), startUs: Math.max(what.atUs, parent.startUs + 1000), image: of, parent },
    commandLine: commandLineOf(of, argument),
    principal: byWindows ? localSystem : session.principal,
    integrity: byWindows ? "System" : isElevated ? "High" : "Medium",
    logonId: byWindows ? systemLogonId : session.logon.logonId,
  };
  emitProcess(ctx, p);
  return p;
}

function visit(desk: Desk, process: Process, what: { readonly to: ServiceName | "web"; readonly atUs: number }): void {
  const { ctx, d, workday } = desk;
  const destination = what.to === "web" ? ctx.world.internet.pickSite(d) : ctx.world.internet.service(what.to);
  const site = workday.mode === "office" ? sites[workday.person.site] : undefined;
  const volume = { sentBytes: 300 + d.int(4000), receivedBytes: Math.floor(900 * Math.exp(d.real() * 6.5)) };
  emitVisit(ctx, {
    process,
    atUs: what.atUs,
    localIp: workday.localIp,
    site,
    destination,
    userAgent: desk.userAgent,
    ...volume,
    method: d.chance(0.14) ? "POST" : "GET",
  });
}

const systemServices: readonly ServiceName[] = ["update", "defender", "telemetryVendor", "login"];
function systemVisit(desk: Desk): void {
  const { d, machine, workday } = desk;
  const process = d.chance(0.5) ? machine.system.update : machine.system.defender;
  visit({ ...desk, userAgent: "Microsoft-Delivery-Optimization/10.0" }, process, {
    to: d.pick(systemServices),
    atUs: momentOf(workday, d),
  });
}

const fileServers = ["FS01", "FS01", "FS02", "PRT01", "SQL01"] as const;

/** A network logon on a file server: seen at both ends. */
function openShare(desk: Desk): void {
  const { ctx, d, host, owner, workday, session } = desk;
  const server = ctx.world.server(d.pick(fileServers));
  const atUs = momentOf(workday, d);
  const serverMachine = machineOn(ctx, server, workday.day);
  const logonId = logonIdsOf(serverMachine, workday.day)() + 0x40000 + (d.next() % 0xf00000);
  const from = { fromIp: workday.localIp, fromName: host.name, fromPort: d.range(49_200, 65_000) };
  const logon: Logon = { host: server, principal: session.principal, type: 3, logonId, atUs, ...from };
  emitLogon(ctx, logon);
  if (d.chance(0.3)) emitIdentityLogon(ctx, logon, owner);
  emitLogoff(ctx, logon, atUs + d.range(20, 1800) * secondUs);
  const port = server.name.startsWith("SQL") ? 1433 : 445;
  const remote = { remoteIp: server.fixedIp!, remotePort: port, remoteUrl: server.deviceName };
  emitConnection(ctx, {
    process: desk.machine.system.System,
    atUs: atUs - 30_000,
    localIp: workday.localIp,
    localPort: from.fromPort,
    ...remote,
  });
}

function runRare(desk: Desk): void {
  const { ctx, d, host, workday, session } = desk;
  const of = rareImage(d);
  const atUs = Math.max(momentOf(workday, d), session.explorer.startUs + minuteUs);
  const p: Process = {
    ...{ host, pid: desk.nextPid(), startUs: atUs, image: of, parent: session.explorer, principal: session.principal },
    ...{
      commandLine: commandLineOf(of, d.chance(0.5) ? "" : `/${d.hex(6)}`),
      integrity: "Medium",
      logonId: session.logon.logonId,
    },
  };
  emitProcess(ctx, p);
  if (d.chance(0.6)) visit(desk, p, { to: "web", atUs: atUs + Math.floor(d.real() * 0.2 * hourUs) });
}
