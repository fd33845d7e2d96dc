/** Made-up process creations and events for `views.ts`, with the true parents: what a tree should come to. */

/** Numbers that are the same in every run. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export const processColumns = [
  "TimeGenerated",
  "EventID",
  "Computer",
  "SubjectUserSid",
  "SubjectUserName",
  "SubjectDomainName",
  "SubjectLogonId",
  "TargetLogonId",
  "NewProcessId",
  "NewProcessName",
  "ProcessId",
  "ParentProcessName",
  "CommandLine",
] as const;

export interface Processes {
  /** In the order of `processColumns`; times are ISO texts. */
  readonly rows: readonly (readonly string[])[];
  /** Row of the true parent; -1 for children of services.exe, which began before the log. */
  readonly truth: readonly number[];
}

interface Alive {
  readonly row: number;
  readonly pid: number;
  readonly name: string;
  readonly logon: string;
  readonly user: string;
  readonly depth: number;
}

const programs =
  "cmd powershell svchost rundll32 wscript certutil curl mshta regsvr32 schtasks net whoami conhost".split(" ");
const words = "update report sync backup agent loader config policy client cache index audit deploy".split(" ");
const hex = (n: number): string => `0x${n.toString(16)}`;
const startMs = Date.parse("2026-01-01T00:00:00Z");

/** Windows 4688 events of one or several hosts: process ids are used again, the first parent is not in the log. */
export function makeProcesses(count: number, hosts = 1, seed = 7): Processes {
  const random = generator(seed);
  const upTo = (n: number): number => Math.floor(random() * n);
  const pick = (list: readonly string[]): string => list[upTo(list.length)] ?? "";
  const free = Array.from({ length: hosts }, () => Array.from({ length: 2000 }, (_, i) => (i + 64) * 4));
  const services = "C:\\Windows\\System32\\services.exe";
  const root: Alive = { row: -1, pid: 4, name: services, logon: "0x3e7", user: "SYSTEM", depth: 0 };
  const alive: Alive[][] = Array.from({ length: hosts }, () => []);
  const rows: string[][] = [];
  const truth: number[] = [];
  let atMs = startMs;
  for (let i = 0; i < count; i += 1) {
    const host = upTo(hosts);
    const [here, ids] = [alive[host] as Alive[], free[host] as number[]];
    atMs += 1 + upTo(4000);
    const some = here[upTo(here.length)];
    const parent = some === undefined || some.depth > 8 || random() < 0.12 ? root : some;
    const fresh = parent === root && random() < 0.5 ? upTo(20) : -1;
    const user = fresh >= 0 ? `user${fresh}` : parent.user;
    const logon = fresh >= 0 ? hex(0x10000 + fresh * 4096) : parent.logon;
    const pid = ids.pop() ?? 0;
    const name = `C:\\${pick(["Windows\\System32", "ProgramData", "Program Files\\Contoso"])}\\${pick(programs)}.exe`;
    const command = `"${name}" ${Array.from({ length: upTo(6) }, () => pick(words)).join(" ")}`;
    rows.push([
      new Date(atMs).toISOString(),
      "4688",
      `HOST${host + 1}.contoso.example`,
      `S-1-5-21-1-2-3-${user === "SYSTEM" ? 18 : 1000 + user.length}`,
      user,
      "CONTOSO",
      parent.logon,
      logon,
      hex(pid),
      name,
      hex(parent.pid),
      parent.name,
      command,
    ]);
    truth.push(parent.row);
    here.push({ row: i, pid, name, logon, user, depth: parent.depth + 1 });
    if (here.length > 400) {
      const [dead] = here.splice(1 + upTo(200), 1);
      if (dead !== undefined) ids.unshift(dead.pid);
    }
  }
  return { rows, truth };
}

export const eventColumns = ["TimeGenerated", "EventID", "Computer", "Account", "Process", "CommandLine"] as const;

/** Events of thirty days: five kinds, 500 hosts, 2,000 accounts. */
export function* makeEvents(count: number, seed = 11): Generator<readonly string[]> {
  const random = generator(seed);
  const upTo = (n: number): number => Math.floor(random() * n);
  const kinds = ["4688", "4688", "4624", "4625", "5156", "4672"];
  for (let i = 0; i < count; i += 1) {
    const atMs = startMs + Math.floor(((i + random()) / count) * 30 * 86_400_000);
    const program = `${programs[upTo(programs.length)] ?? ""}.exe`;
    yield [
      new Date(atMs).toISOString(),
      kinds[upTo(kinds.length)] ?? "",
      `HOST${upTo(500)}.contoso.example`,
      `CONTOSO\\user${upTo(2000)}`,
      program,
      `"C:\\Windows\\System32\\${program}" ${words[upTo(words.length)] ?? ""} /${words[upTo(words.length)] ?? ""} ${upTo(1_000_000)}`,
    ];
  }
}

/** Processes, roots, leaves and depth of a forest given by parents; parents of -1 share one root that is not in the data. */
export function measureTruth(truth: readonly number[]): { processes: number; leaves: number; depth: number } {
  const inner = new Uint8Array(truth.length);
  const depths = new Int32Array(truth.length);
  let depth = 0;
  truth.forEach((parent, i) => {
    if (parent >= 0) inner[parent] = 1;
    // Parents stand before their children; children of what is not in the data stand one below it.
    depths[i] = parent < 0 ? 1 : (depths[parent] ?? 0) + 1;
    depth = Math.max(depth, depths[i] ?? 0);
  });
  return { processes: truth.length, leaves: inner.filter(i => i === 0).length, depth };
}
