/** What runs on a machine before anybody works on it: boots, Windows' own processes, sessions and their ids. */
import { hourUs, minuteUs, secondUs } from "../calendar.js";
import type { Context } from "../context.js";
import type { Host } from "../world/host.js";
import { cast } from "../world/person.js";
import type { Person } from "../world/person.js";
import { workdayOf } from "../world/workday.js";
import type { Workday } from "../world/workday.js";
import { image } from "./image.js";
import type { ImageName } from "./image.js";
import type { Logon } from "./logon.js";
import { localSystem, networkService, networkServiceLogonId, principalOf, systemLogonId } from "./process.js";
import type { Principal, Process } from "./process.js";
import { commandLineOf } from "./program.js";

/** The day before the log begins; every machine had been started by then. */
const beforeLog = -15;

/** The last day, up to `day`, on which a machine was started. */
export function bootDayOf(ctx: Context, host: Host, day: number): number {
  for (let d = day; d > beforeLog; d--) if (bootsOn(ctx, host, d)) return d;
  return beforeLog;
}

function bootsOn(ctx: Context, host: Host, day: number): boolean {
  // The beacon lives on WKS-0042 from D-4 on: it sleeps, but is not restarted.
  if (host.kind === "workstation" && host.index === cast.marc) return day === -8;
  if (host.kind === "server") return day === -6 + (host.index % 2) && host.index % 3 === 0;
  const chance = day === -6 ? 0.75 : 0.09;
  if (!ctx.draw("boot", host.index, day).chance(chance)) return false;
  return host.owner !== undefined && workdayOf(ctx, host.owner, day) !== undefined;
}

export interface Machine {
  readonly host: Host;
  readonly bootDay: number;
  readonly bootUs: number;
  readonly system: Readonly<Record<SystemName, Process>>;
}

/** name, image, parent, arguments, principal */
const bootPlan = [
  ["System", "System", undefined, "", localSystem],
  ["smss", "smss", "System", "", localSystem],
  [
    "csrss",
    "csrss",
    "smss",
    "ObjectDirectory=\\Windows SharedSection=1024,20480,768 Windows=On SubSystemType=Windows",
    localSystem,
  ],
  ["wininit", "wininit", "smss", "", localSystem],
  ["winlogon", "winlogon", "smss", "", localSystem],
  ["services", "services", "wininit", "", localSystem],
  ["lsass", "lsass", "wininit", "", localSystem],
  ["rpc", "svchost", "services", "-k RPCSS -p", networkService],
  ["svchost", "svchost", "services", "-k DcomLaunch -p", localSystem],
  ["schedule", "svchost", "services", "-k netsvcs -p -s Schedule", localSystem],
  ["dnscache", "svchost", "services", "-k NetworkService -p -s Dnscache", networkService],
  ["update", "svchost", "services", "-k netsvcs -p -s wuauserv", localSystem],
  ["defender", "defender", "services", "", localSystem],
  ["sense", "sense", "services", "", localSystem],
  ["agent", "agent", "services", "--service", localSystem],
  ["fleet", "fleet", "services", "--service --interval 300", localSystem],
] as const satisfies readonly (readonly [string, ImageName, string | undefined, string, Principal])[];
export type SystemName = (typeof bootPlan)[number][0];

/** Windows' own processes since the last start. The same objects for every day until the next start. */
export function machineOn(ctx: Context, host: Host, day: number): Machine {
  const bootDay = bootDayOf(ctx, host, day);
  const key = `${host.name}@${bootDay}`;
  const memo = memoOf(ctx);
  const known = memo.get(key);
  if (known !== undefined) return known;
  const d = ctx.draw("machine", host.index + (host.kind === "server" ? 100_000 : 0), bootDay);
  const started = host.owner === undefined ? undefined : workdayOf(ctx, host.owner, bootDay);
  const bootUs =
    started === undefined
      ? ctx.calendar.midnight(bootDay) + 3 * hourUs + d.int(3600) * secondUs
      : started.startUs - 4 * minuteUs;
  const made = new Map<string, Process>();
  bootPlan.forEach(([name, imageName, parent, argument, principal], i) => {
    const of = image(imageName);
    const pid = i === 0 ? 4 : 4 * (60 + i * 41 + d.int(36));
    const startUs = bootUs + i * 900_000 + d.int(600_000);
    const commandLine = i === 0 ? "" : commandLineOf(of, argument);
    const logonId = principal === networkService ? networkServiceLogonId : systemLogonId;
    const from = parent === undefined ? undefined : made.get(parent);
    made.set(name, {
      host,
      pid,
      startUs,
      image: of,
      commandLine,
      principal,
      parent: from,
      integrity: "System",
      logonId,
    });
  });
  const machine: Machine = { host, bootDay, bootUs, system: Object.fromEntries(made) as Record<SystemName, Process> };
  memo.set(key, machine);
  return machine;
}

const memos = new WeakMap<Context, Map<string, Machine>>();
function memoOf(ctx: Context): Map<string, Machine> {
  let memo = memos.get(ctx);
  if (memo === undefined) memos.set(ctx, (memo = new Map<string, Machine>()));
  if (memo.size > 5000) memo.clear();
  return memo;
}

/** Hands out process ids of one machine and day; ids are used again after a restart or some days. */
export function pidsOf(machine: Machine, day: number): () => number {
  const perDay = machine.host.kind === "server" ? 6000 : 700;
  const slot = (day - machine.bootDay) % 12;
  let next = 1100 + slot * perDay;
  return () => 4 * next++;
}

/** Hands out logon ids of one machine and day. The first is the day's interactive session. */
export function logonIdsOf(machine: Machine, day: number): () => number {
  let next = (day - machine.bootDay + 1) * 0x1000000 + (machine.host.index % 0x1000) * 0x400 + 0x4000;
  return () => (next += 0x31f);
}

export interface Session {
  readonly machine: Machine;
  readonly logon: Logon;
  readonly principal: Principal;
  readonly userinit: Process;
  readonly explorer: Process;
  /** True when the session began today, false when the owner unlocked an older one. */
  readonly isNew: boolean;
}

/** The interactive session of a workstation's owner. A new one each working day, except while the story keeps one open. */
export function sessionOn(ctx: Context, host: Host, workday: Workday): Session {
  const owner: Person = workday.person;
  const isHeld = owner.index === cast.marc && workday.day >= -3 && workday.day <= -1;
  const began = isHeld ? workdayOf(ctx, owner, -4)! : workday;
  const machine = machineOn(ctx, host, began.day);
  const [pid, logonId] = [pidsOf(machine, began.day), logonIdsOf(machine, began.day)];
  const principal = principalOf(owner);
  const atUs = began.startUs;
  const logon: Logon = {
    host,
    principal,
    type: began.mode === "office" ? 2 : 11,
    logonId: logonId(),
    atUs,
    isAdmin: owner.department === "IT",
  };
  const of = { host, principal, integrity: "Medium", logonId: logon.logonId } as const;
  const initImage = image("userinit");
  const userinit: Process = {
    ...of,
    pid: pid(),
    startUs: atUs + 1_100_000,
    image: initImage,
    commandLine: "C:\\Windows\\system32\\userinit.exe",
    parent: machine.system.winlogon,
  };
  const explorer: Process = {
    ...of,
    pid: pid(),
    startUs: atUs + 1_900_000,
    image: image("explorer"),
    commandLine: "C:\\Windows\\Explorer.EXE",
    parent: userinit,
  };
  return { machine, logon, principal, userinit, explorer, isNew: !isHeld };
}
