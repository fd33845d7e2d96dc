/** Benign things that look bad. Each has a tag, so that the answer key can say what must not be reported. */
import { hourUs, minuteUs, secondUs } from "../calendar.js";
import { emitFlow } from "../cloud/cloud-day.js";
import type { Context, DayGenerator } from "../context.js";
import { hasFleetAgent } from "../endpoint/boot.js";
import { image } from "../endpoint/image.js";
import { machineOn, pidsOf } from "../endpoint/machine.js";
import { emitConnection, emitProxy } from "../endpoint/network.js";
import { emitProcess, localSystem, systemLogonId } from "../endpoint/process.js";
import type { Process } from "../endpoint/process.js";
import { emitOffice } from "../identity/office.js";
import { emitSignIn } from "../identity/sign-in.js";
import { supplier } from "../mail/mail-day.js";
import { apps, phoneOf, workstationBrowser } from "../world/app.js";
import type { Host } from "../world/host.js";
import { addressOf } from "../world/host.js";
import { cast } from "../world/person.js";
import type { Person } from "../world/person.js";
import { roamingIps, sites } from "../world/site.js";
import { workdayOf } from "../world/workday.js";

export const trapDay: DayGenerator = function* (ctx, day) {
  yield* fleetDay(ctx, day);
  failingServiceDay(ctx, day);
  yield;
  if (ctx.calendar.weekday(day) === 1) yield* inventoryMonday(ctx, day);
  if (ctx.calendar.weekday(day) === 0) backupSunday(ctx, day);
  if (day === -12 || day === -11) closingRules(ctx, day);
  if (day === -9) flyingDirector(ctx);
  if (!ctx.calendar.isWeekend(day)) roamingDirector(ctx, day);
  supplierOrders(ctx, day);
  yield;
};

/** A telemetry agent that calls home every 300 s with 1 % jitter, whenever its workstation is on. */
function* fleetDay(ctx: Context, day: number): Generator<undefined, void, undefined> {
  const collector = ctx.world.internet.service("fleet");
  const [ip = ""] = collector.ips;
  for (const host of ctx.world.workstations) {
    if (!hasFleetAgent(ctx, host)) continue;
    const workday = host.owner === undefined ? undefined : workdayOf(ctx, host.owner, day);
    if (workday === undefined) continue;
    const d = ctx.draw("fleet", host.index, day);
    const { fleet } = machineOn(ctx, host, day).system;
    const proxy = workday.mode === "office" ? sites[host.site] : undefined;
    for (
      let atUs = workday.startUs + d.int(300) * secondUs;
      atUs < workday.endUs;
      atUs += (297 + d.real() * 6) * secondUs
    ) {
      const localPort = 49_300 + d.int(15_000);
      emitConnection(
        ctx,
        {
          process: fleet,
          atUs,
          localIp: workday.localIp,
          localPort,
          remoteIp: ip,
          remotePort: 443,
          remoteUrl: collector.domain,
        },
        "trap-telemetry-agent",
      );
      if (proxy === undefined) continue;
      const volume = { sentBytes: 640 + d.int(20), receivedBytes: 210 };
      emitProxy(
        ctx,
        {
          site: proxy,
          atUs: atUs + 30_000,
          sourceIp: workday.localIp,
          sourcePort: localPort,
          user: `${host.name}$`,
          destinationIp: ip,
          host: collector.domain,
          path: "/v2/heartbeat",
          method: "POST",
          ...volume,
          userAgent: "FleetPulse/5.2",
          category: "business",
        },
        "trap-telemetry-agent",
      );
    }
    yield;
  }
}

/** A service account whose password expired: a failure every minute for eleven days. */
function failingServiceDay(ctx: Context, day: number): void {
  if (day < -11 || day > -1) return;
  const account = ctx.world.accounts["svc-print"];
  const device = { os: "", browser: "", userAgent: "PrintGateway/3.1", client: "Other clients", isManaged: false };
  for (let minute = 0; minute < 1440; minute++)
    emitSignIn(
      ctx,
      {
        atUs: ctx.calendar.midnight(day) + minute * minuteUs + 17 * secondUs + (minute % 7) * 11_000,
        account,
        app: apps.outlook,
        ip: sites.SEA.egressIp,
        device,
        isInteractive: false,
        code: 50126,
        mfa: "none",
        protocol: "ropc",
        clientApp: "Other clients",
      },
      "trap-failing-service-account",
    );
}

const inventoryScript =
  "$o=Get-CimInstance Win32_OperatingSystem|Select-Object Caption,Version,LastBootUpTime;$s=Get-CimInstance Win32_Product|Select-Object Name,Version;@{os=$o;software=$s}|ConvertTo-Json|Set-Content C:\\ProgramData\\Contoso\\inventory.json";
export const inventoryCommand = Buffer.from(inventoryScript, "utf16le").toString("base64");

/** Management software runs an encoded inventory script on every machine each Monday. */
function* inventoryMonday(ctx: Context, day: number): Generator<undefined, void, undefined> {
  for (const host of [...ctx.world.workstations, ...ctx.world.servers]) {
    const workday = host.owner === undefined ? undefined : workdayOf(ctx, host.owner, day);
    if (host.owner !== undefined && workday === undefined) continue;
    const d = ctx.draw("inventory", host.index, day, host.kind.length);
    const startUs = workday === undefined ? ctx.calendar.midnight(day) + 4 * hourUs : workday.startUs + 6 * minuteUs;
    inventoryRun(ctx, host, startUs + d.int(1500) * secondUs, day);
    if (host.index % 40 === 0) yield;
  }
}

function inventoryRun(ctx: Context, host: Host, atUs: number, day: number): void {
  const machine = machineOn(ctx, host, day);
  const of = image("powershell");
  const pid = pidsOf(machine, day)() + 4 * (host.kind === "server" ? 5990 : 690);
  const p: Process = {
    host,
    pid,
    startUs: atUs,
    image: of,
    commandLine: `powershell.exe -NonInteractive -ExecutionPolicy AllSigned -EncodedCommand ${inventoryCommand}`,
    principal: localSystem,
    parent: machine.system.agent,
    integrity: "System",
    logonId: systemLogonId,
  };
  emitProcess(ctx, p, "trap-encoded-inventory");
}

/** Sunday 01:00–03:00: the full backup leaves for the backup provider: far more than the exfiltration, and every week. */
function backupSunday(ctx: Context, day: number): void {
  const backup = ctx.world.server("BKP01");
  const destination = "198.19.16.40";
  const startUs = ctx.calendar.midnight(day) + hourUs;
  const machine = machineOn(ctx, backup, day);
  const of = image("backup");
  const agent: Process = {
    host: backup,
    pid: 5212,
    startUs,
    image: of,
    commandLine: `"${of.path}" --full --target vault`,
    principal: {
      domain: "contoso",
      name: "svc-backup",
      sid: ctx.world.accounts["svc-backup"].sid,
      upn: ctx.world.accounts["svc-backup"].upn,
      objectId: "",
    },
    parent: machine.system.schedule,
    integrity: "High",
    logonId: 0x6f01000,
  };
  emitProcess(ctx, agent, "trap-sunday-backup");
  const d = ctx.draw("backup", day);
  for (let i = 0; i < 240; i++) {
    const atUs = startUs + i * 30 * secondUs + d.int(8_000_000);
    const sentBytes = 480_000_000 + d.int(60_000_000);
    emitProxy(
      ctx,
      {
        site: sites.SEA,
        atUs,
        sourceIp: backup.fixedIp!,
        sourcePort: 54_000 + (i % 40),
        user: "svc-backup@contoso.example",
        destinationIp: destination,
        host: "vault7.prairie-backup.example",
        path: `/v1/vault/contoso/full-${day + 14}/${i}`,
        method: "PUT",
        sentBytes,
        receivedBytes: 900,
        userAgent: "ContosoBackup/4.4",
        category: "business",
      },
      "trap-sunday-backup",
    );
    if (i % 20 === 19)
      emitFlow(
        ctx,
        {
          startUs: atUs - 19 * 30 * secondUs,
          endUs: atUs,
          sourceIp: backup.fixedIp!,
          destinationIp: destination,
          port: 443,
          protocol: "T",
          direction: "Outbound",
          isAllowed: true,
          bytesOut: sentBytes * 20,
          bytesIn: 18_000,
          vm: backup,
          type: "ExternalPublic",
          rule: "UserRule_allow-backup",
        },
        "trap-sunday-backup",
      );
  }
}

/** Finance sets up rules for the closing: "invoice" and "payroll" are moved to folders, and all of it is harmless. */
function closingRules(ctx: Context, day: number): void {
  const finance = ctx.world.people.filter(p => p.department === "Finance" && p.index !== cast.dana).slice(0, 18);
  finance.forEach((person, i) => {
    if (i % 2 !== day + 12) return;
    const rule = [
      ["SubjectContainsWords", ["invoice", "payroll", "closing", "accrual"][i % 4]!],
      ["MoveToFolder", `Closing ${["AP", "Payroll", "Close", "Accruals"][i % 4]}`],
      ["Name", `Month-end ${["invoices", "payroll", "close", "accruals"][i % 4]}`],
      ["StopProcessingRules", "True"],
    ] as const;
    const device = workstationBrowser(ctx.seed, person, day);
    emitOffice(
      ctx,
      {
        atUs: ctx.calendar.midnight(day) + 9 * hourUs + i * 11 * minuteUs,
        account: person,
        operation: "New-InboxRule",
        ip: sites.DUB.egressIp,
        userAgent: device.userAgent,
        sessionId: ctx.draw("closing", person.index).guid(),
        parameters: rule,
        inCloudApps: true,
        object: `${person.upn}\\${rule[2][1]}`,
      },
      "trap-month-end-rules",
    );
  });
}

/** A sales director flies from Osaka to Dublin: far, but eighteen hours apart. */
function flyingDirector(ctx: Context): void {
  const person: Person = ctx.world.person(cast.flyer);
  const { at } = ctx.calendar;
  const host = ctx.world.workstation(person.workstation);
  const managed = {
    device: workstationBrowser(ctx.seed, person, -9),
    deviceId: host.entraDeviceId,
    deviceName: host.name,
  };
  const base = { account: person, isInteractive: true, code: 0, mfa: "push" } as const;
  emitSignIn(
    ctx,
    { ...base, ...managed, atUs: at(-10, "21:40:10"), app: apps.office, ip: sites.OSA.egressIp },
    "trap-flying-director",
  );
  emitSignIn(
    ctx,
    { ...base, device: phoneOf(person), atUs: at(-10, "22:05:00"), app: apps.teamsWeb, ip: sites.OSA.egressIp },
    "trap-flying-director",
  );
  emitSignIn(
    ctx,
    { ...base, device: phoneOf(person), atUs: at(-9, "15:52:31"), app: apps.teamsWeb, ip: sites.DUB.egressIp },
    "trap-flying-director",
  );
  emitSignIn(
    ctx,
    { ...base, ...managed, atUs: at(-9, "17:10:45"), app: apps.office, ip: sites.DUB.egressIp },
    "trap-flying-director",
  );
}

/** Another director works through a VPN that leaves the country anew within the hour. */
function roamingDirector(ctx: Context, day: number): void {
  const person = ctx.world.person(cast.roamer);
  const host = ctx.world.workstation(person.workstation);
  const managed = {
    ...{ device: workstationBrowser(ctx.seed, person, day), deviceId: host.entraDeviceId, deviceName: host.name },
    ...({ account: person, isInteractive: true, code: 0, mfa: "previous" } as const),
  };
  const tag = "trap-roaming-vpn";
  const [first, second] = [roamingIps[(day + 13) % 4]!, roamingIps[(day + 14) % 4]!];
  emitSignIn(ctx, { ...managed, atUs: ctx.calendar.at(day, "12:20:15"), app: apps.office, ip: first }, tag);
  emitSignIn(ctx, { ...managed, atUs: ctx.calendar.at(day, "13:16:40"), app: apps.crm, ip: second }, tag);
}

/** People order from a supplier whose site shares its address with the phishing page. */
function supplierOrders(ctx: Context, day: number): void {
  if (ctx.calendar.isWeekend(day)) return;
  const buyers = ctx.world.people.filter(p => p.department === "Operations" && p.workstation >= 0).slice(0, 12);
  const d = ctx.draw("orders", day);
  for (let i = 0; i < 3; i++) {
    const person = d.pick(buyers);
    const site = sites[person.site];
    const host = ctx.world.workstation(person.workstation);
    const atUs = ctx.calendar.midnight(day) + (10 - site.utcOffsetHours) * hourUs + d.int(18_000) * secondUs;
    emitProxy(
      ctx,
      {
        site,
        atUs,
        sourceIp: addressOf(host, day),
        sourcePort: 50_000 + d.int(9000),
        user: person.upn,
        destinationIp: supplier.ip,
        host: `www.${supplier.domain}`,
        path: `/orders/${d.range(1000, 9999)}`,
        method: "GET",
        sentBytes: 800 + d.int(400),
        receivedBytes: 20_000 + d.int(50_000),
        userAgent: workstationBrowser(ctx.seed, person, day).userAgent,
        category: "partner",
      },
      "trap-shared-hosting",
    );
  }
}
