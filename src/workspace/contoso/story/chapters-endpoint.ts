/** D-4 to D-2: macro, beacon, discovery, LSASS, the way to FS01, DCSync, the new administrator. */
import { minuteUs, secondUs } from "../calendar.js";
import type { Context } from "../context.js";
import { emitPowerChange } from "../endpoint/boot.js";
import { emitDeviceEvent, emitFileWrite } from "../endpoint/file.js";
import { image } from "../endpoint/image.js";
import type { ImageName } from "../endpoint/image.js";
import { emitIdentityLogon, emitLogoff, emitLogon } from "../endpoint/logon.js";
import type { Logon } from "../endpoint/logon.js";
import { logonIdsOf, machineOn } from "../endpoint/machine.js";
import { emitConnection, emitDns, emitProxy } from "../endpoint/network.js";
import { emitProcess, principalOf } from "../endpoint/process.js";
import type { Process } from "../endpoint/process.js";
import { emitServiceInstall } from "../endpoint/server.js";
import { emitAccountCreated, emitGroupMember, emitReplication, emitSyncLogon } from "../identity/directory-day.js";
import { domainSid } from "../world/person.js";
import { awake, beaconTimes, c2, childOf, document, dublin, payloadSha256, playersOf, serviceImage } from "./cast.js";

/** D-4 14:05: EXCEL opens the workbook, powershell -enc follows, then the hidden second one. */
export function macro(ctx: Context): void {
  const { excel, stage1, stage2, dana, deskSession } = playersOf(ctx);
  const tag = "breach-macro";
  const download = {
    atUs: ctx.calendar.at(-4, "14:03:52"),
    action: "FileCreated",
    fileName: document.name,
    folder: document.folder,
    sizeBytes: 88_214,
    sha256: ctx.draw("workbook").hex(64),
  } as const;
  emitFileWrite(
    ctx,
    deskSession.explorer,
    {
      ...download,
      originUrl: `https://contoso-my.sharepoint.example/personal/${dana.sam.replace(".", "_")}_contoso_example/Documents/${document.name}`,
      originReferrer: "https://contoso-my.sharepoint.example/",
    },
    tag,
  );
  for (const p of [excel, stage1, stage2]) emitProcess(ctx, p, tag);
  const payload = {
    fileName: "wu-sync.bin",
    folder: "C:\\Users\\marc.oliver\\AppData\\Local\\Temp\\",
    sizeBytes: 41_472,
    sha256: payloadSha256,
  } as const;
  emitFileWrite(
    ctx,
    stage1,
    { ...payload, atUs: ctx.calendar.at(-4, "14:06:49"), action: "FileCreated", originUrl: c2.url, originIp: c2.ip },
    tag,
  );
  emitDeviceEvent(
    ctx,
    stage1,
    {
      atUs: ctx.calendar.at(-4, "14:05:44"),
      action: "AmsiScriptDetection",
      fields: { Description: "Obfuscated script content", ContentSize: 1840 },
    },
    tag,
  );
}

/** D-4 14:07 to D-1 05:38: the beacon, as four sensors see it; the endpoint's view has a hole on D-3. */
export function beacon(ctx: Context, day: number): void {
  if (day < -4 || day > -1) return;
  const { stage2, marc, desk, deskIp } = playersOf(ctx);
  const [from, to] = [ctx.calendar.midnight(day), ctx.calendar.midnight(day + 1)];
  const localIp = deskIp(day);
  const d = ctx.draw("beacon-sizes", day);
  beaconTimes(ctx).forEach((atUs, i) => {
    if (atUs < from || atUs >= to) return;
    const localPort = 50_000 + ((i * 7) % 14_000);
    if (i % 5 === 0)
      emitDns(
        ctx,
        {
          atUs: atUs - 30_000,
          clientIp: localIp,
          name: c2.domain,
          answers: [c2.ip],
          server: i % 10 === 0 ? "DC01" : "DC02",
        },
        "breach-beacon",
      );
    emitConnection(
      ctx,
      { process: stage2, atUs, localIp, localPort, remoteIp: c2.ip, remotePort: 443, remoteUrl: c2.domain },
      "breach-beacon",
    );
    const volume = { sentBytes: 312 + d.int(5), receivedBytes: 1184 + d.int(9) };
    emitProxy(
      ctx,
      {
        site: dublin,
        atUs: atUs + 30_000,
        sourceIp: localIp,
        sourcePort: localPort,
        user: marc.upn,
        destinationIp: c2.ip,
        host: c2.domain,
        path: "/assets/ping?v=2",
        method: "GET",
        ...volume,
        userAgent: "Microsoft-Delivery-Optimization/10.0",
        category: "newly-registered",
      },
      "breach-beacon",
    );
  });
  for (const [wokenDay, wake, sleep] of awake) {
    if (wokenDay !== day) continue;
    if (wake !== "00:00" && day !== -4) emitPowerChange(ctx, desk, ctx.calendar.at(day, wake), "wake");
    if (sleep !== "24:00") emitPowerChange(ctx, desk, ctx.calendar.at(day, sleep), "sleep");
  }
}

/** D-4 15:32: a desktop administrator repairs the machine, which leaves adm-desk1's credentials in LSASS. No breach. */
export function deskRepair(ctx: Context): void {
  const { desk } = playersOf(ctx);
  const account = ctx.world.accounts["adm-desk1"];
  const logon: Logon = {
    host: desk,
    principal: principalOf(account),
    type: 10,
    logonId: logonIdsOf(machineOn(ctx, desk, -4), -4)() + 0x90000,
    atUs: ctx.calendar.at(-4, "15:32:10"),
    fromIp: "10.10.8.19",
    fromName: "MGT01",
    fromPort: 51_990,
    isAdmin: true,
  };
  emitLogon(ctx, logon);
  emitIdentityLogon(ctx, logon, account);
  emitLogoff(ctx, logon, ctx.calendar.at(-4, "15:51:40"));
}

const discoveryPlan: readonly (readonly [ImageName, string, string])[] = [
  ["whoami", "whoami.exe /all", "02:10:06"],
  ["nltest", "nltest.exe /dclist:contoso.example", "02:10:24"],
  ["net", 'net.exe group "Domain Admins" /domain', "02:10:47"],
  ["quser", "quser.exe", "02:11:30"],
];

/** D-3 02:10: four questions in 90 seconds, at night, by someone from finance. */
export function discovery(ctx: Context): void {
  const { stage2 } = playersOf(ctx);
  discoveryPlan.forEach(([name, commandLine, time], slot) => {
    const p = childOf(ctx, stage2, { day: -3, time, image: image(name), commandLine, slot: slot * 2 });
    emitProcess(ctx, p, "breach-discovery");
    if (name === "net")
      emitProcess(
        ctx,
        childOf(ctx, p, {
          day: -3,
          time: "02:10:47.2",
          image: image("net1"),
          commandLine: 'C:\\Windows\\system32\\net1 group "Domain Admins" /domain',
          slot: slot * 2 + 1,
        }),
        "breach-discovery",
      );
  });
}

/** D-3 02:40: LSASS is written to a file. */
export function lsassDump(ctx: Context): void {
  const { stage2, desk } = playersOf(ctx);
  const lsass = machineOn(ctx, desk, -3).system.lsass;
  const tag = "breach-lsass";
  const dump = childOf(ctx, stage2, {
    day: -3,
    time: "02:40:18",
    image: image("rundll32"),
    commandLine: `rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump ${lsass.pid} C:\\Windows\\Temp\\wu.dmp full`,
    integrity: "High",
    slot: 20,
  });
  emitProcess(ctx, dump, tag);
  const target = {
    processId: lsass.pid,
    fileName: "lsass.exe",
    folderPath: "C:\\Windows\\System32\\lsass.exe",
    commandLine: "lsass.exe",
  };
  emitDeviceEvent(
    ctx,
    dump,
    {
      atUs: ctx.calendar.at(-3, "02:40:18.4"),
      action: "OpenProcessApiCall",
      fields: { DesiredAccess: 2097151 },
      ...target,
    },
    tag,
  );
  emitDeviceEvent(
    ctx,
    dump,
    {
      atUs: ctx.calendar.at(-3, "02:40:18.9"),
      action: "ReadProcessMemoryApiCall",
      fields: { TotalBytesCopied: 58_372_096 },
      ...target,
    },
    tag,
  );
  emitFileWrite(
    ctx,
    dump,
    {
      atUs: ctx.calendar.at(-3, "02:40:21"),
      action: "FileCreated",
      fileName: "wu.dmp",
      folder: "C:\\Windows\\Temp\\",
      sizeBytes: 58_372_096,
      sha256: ctx.draw("dump").hex(64),
    },
    tag,
  );
}

/** D-3 03:05: adm-desk1 from WKS-0042 to FS01, a service, and a script with a password in it. */
export function lateralMovement(ctx: Context): void {
  const { desk, fileServer, service, serviceShell, deskIp, fileServerMachine, fileServerIp, stage2 } = playersOf(ctx);
  const tag = "breach-lateral";
  const account = ctx.world.accounts["adm-desk1"];
  const ids = logonIdsOf(fileServerMachine, -3);
  ["03:05:09", "03:07:44", "03:08:18"].forEach((time, i) => {
    const from = { fromIp: deskIp(-3), fromName: desk.name, fromPort: 52_110 + i * 13 };
    const logon: Logon = {
      host: fileServer,
      principal: principalOf(account),
      type: 3,
      logonId: ids() + 0x80000,
      atUs: ctx.calendar.at(-3, time),
      ...from,
      isAdmin: true,
      package: "NTLM",
    };
    emitLogon(ctx, logon, tag);
    emitIdentityLogon(ctx, logon, account, tag);
    emitConnection(
      ctx,
      {
        process: stage2,
        atUs: logon.atUs - secondUs,
        localIp: from.fromIp,
        localPort: from.fromPort,
        remoteIp: fileServerIp,
        remotePort: 445,
        remoteUrl: fileServer.deviceName,
      },
      tag,
    );
  });
  const serviceFile = serviceImage();
  emitFileWrite(
    ctx,
    fileServerMachine.system.System,
    {
      atUs: ctx.calendar.at(-3, "03:08:19"),
      action: "FileCreated",
      fileName: serviceFile.fileName,
      folder: "C:\\ProgramData\\WinUpd\\",
      sizeBytes: serviceFile.sizeBytes,
      sha256: serviceFile.sha256,
      requestIp: deskIp(-3),
    },
    tag,
  );
  emitServiceInstall(
    ctx,
    {
      host: fileServer,
      atUs: ctx.calendar.at(-3, "03:08:20"),
      name: "WinUpdSvc",
      path: `${serviceFile.path} -k netsvcs`,
      account: "LocalSystem",
      user: "CONTOSO\\adm-desk1",
    },
    tag,
  );
  for (const p of [service, serviceShell]) emitProcess(ctx, p, tag);
}

/** D-2 05:30: the directory's secrets leave by replication, asked for from FS01 as MSOL_sync. */
export function dcSync(ctx: Context): void {
  const sync = ctx.world.accounts.MSOL_sync;
  const { fileServerIp } = playersOf(ctx);
  const by = { name: sync.sam, sid: sync.sid, logonId: dcSyncLogonId };
  emitSyncLogon(ctx, { atUs: ctx.calendar.at(-2, "05:29:58"), by, ip: fileServerIp, port: 55_012 }, "breach-dcsync");
  for (let i = 0; i < 12; i++) {
    const atUs = ctx.calendar.at(-2, "05:30:04") + i * 1_700_000;
    emitReplication(ctx, { atUs, dc: "DC01", by, kind: "changes" }, "breach-dcsync");
    emitReplication(ctx, { atUs: atUs + 30_000, dc: "DC01", by, kind: "changes-all" }, "breach-dcsync");
  }
}
export const dcSyncLogonId = 0x7d3a9c1;

/** D-2 05:48: an account that looks like the help desk's becomes a domain administrator. */
export function newAdministrator(ctx: Context): void {
  const admin = ctx.world.accounts["adm-domain1"];
  const made = ctx.world.accounts["adm-helpdesk2"];
  const by = { name: admin.sam, sid: admin.sid, logonId: 0x7d41b07 };
  const target = { name: made.sam, sid: made.sid, display: made.display };
  const atUs = ctx.calendar.at(-2, "05:48:33");
  const { fileServerIp } = playersOf(ctx);
  emitSyncLogon(ctx, { atUs: atUs - 5 * secondUs, by, ip: fileServerIp, port: 55_377 }, "breach-new-admin");
  emitAccountCreated(ctx, { atUs, by, target }, "breach-new-admin");
  emitGroupMember(
    ctx,
    { atUs: atUs + minuteUs, by, target, group: { name: "Domain Admins", sid: `${domainSid}-512` } },
    "breach-new-admin",
  );
}

/** All children of a story process on FS01 hang under the installed service. */
export function serviceChild(
  ctx: Context,
  what: {
    readonly day: number;
    readonly time: string;
    readonly name: ImageName;
    readonly commandLine: string;
    readonly slot: number;
  },
): Process {
  const { service } = playersOf(ctx);
  return childOf(ctx, service, {
    day: what.day,
    time: what.time,
    image: image(what.name),
    commandLine: what.commandLine,
    slot: what.slot,
  });
}
