/** D-9 to D-5: spray, directory reading, phishing, the replayed session, the inbox rule, the consent. */
import { minuteUs, secondUs } from "../calendar.js";
import type { Context } from "../context.js";
import { image } from "../endpoint/image.js";
import { machineOn, sessionOn } from "../endpoint/machine.js";
import { emitConnection, emitProxy } from "../endpoint/network.js";
import type { Process } from "../endpoint/process.js";
import { emitConsent, emitRiskEvent } from "../identity/person-day.js";
import { emitGraph, emitOffice } from "../identity/office.js";
import type { OfficeAction } from "../identity/office.js";
import { emitSignIn } from "../identity/sign-in.js";
import type { SignInCode } from "../identity/sign-in.js";
import { emitClick, emitMail } from "../mail/mail-day.js";
import { apps, maliciousApp, workstationBrowser } from "../world/app.js";
import { addressOf } from "../world/host.js";
import type { Account, Person } from "../world/person.js";
import { sites, sprayIps, storyIps } from "../world/site.js";
import { workdayOf } from "../world/workday.js";
import { document, phish, playersOf, thiefDevice, thiefSessionId, thiefUserAgent } from "./cast.js";

const sprayDevice = { os: "", browser: "", userAgent: "BAV2ROPC", client: "Other clients", isManaged: false };

/** The accounts that were tried: 166 people, four service accounts, ten names that nobody has. */
function sprayedAccounts(ctx: Context): readonly (Account & { readonly isMember: boolean })[] {
  const people = ctx.world.people.slice(0, 498).filter((_, i) => i % 3 === 0);
  const services = (["svc-scan", "svc-backup", "svc-build", "svc-sql"] as const).map(name => ctx.world.accounts[name]);
  const unknown = [
    "admin",
    "test",
    "scanner",
    "reception",
    "info",
    "backup",
    "helpdesk",
    "intern",
    "office",
    "printer",
  ].map((sam): Account => ({ sam, upn: `${sam}@contoso.example`, display: sam, sid: "", objectId: "" }));
  return [
    ...[...people, ...services].map(a => ({ ...a, isMember: true })),
    ...unknown.map(a => ({ ...a, isMember: false })),
  ];
}

/** D-9 03:00–05:20. Five slow rounds over 180 accounts, the address changing with every attempt. */
export function spray(ctx: Context): void {
  const accounts = sprayedAccounts(ctx);
  const startUs = ctx.calendar.at(-9, "03:00:20");
  const stepUs = (139 * 60 * secondUs) / (accounts.length * 5);
  const d = ctx.draw("spray");
  let found = false;
  for (let round = 0; round < 5; round++)
    accounts.forEach((account, i) => {
      const n = round * accounts.length + i;
      const isWeak = account.sam === "svc-scan" && round === 3;
      const code: SignInCode = !account.isMember
        ? 50034
        : isWeak
          ? 0
          : i % 45 === 7 && round === 2
            ? 50076
            : round === 4 && i % 9 === 4
              ? 50053
              : 50126;
      if (found && account.sam === "svc-scan") return;
      if (isWeak) found = true;
      const smtp = n % 2 === 0;
      emitSignIn(
        ctx,
        {
          ...{
            atUs: startUs + n * stepUs + d.int(3000) * 1000,
            account,
            isMember: account.isMember,
            ip: sprayIps[(n * 7 + round) % sprayIps.length]!,
            device: sprayDevice,
            code,
            mfa: "none",
          },
          ...(smtp
            ? { app: apps.smtp, isInteractive: true, clientApp: "Authenticated SMTP", userAgent: "" }
            : { app: apps.powershell, isInteractive: false, clientApp: "Other clients", protocol: "ropc" as const }),
        },
        "breach-spray",
      );
    });
}

const directoryCalls = [
  "/v1.0/users?$top=999&$select=displayName,jobTitle,department,mail,manager",
  "/v1.0/groups?$top=999",
  "/v1.0/organization",
  "/v1.0/directoryRoles?$expand=members",
  "/v1.0/servicePrincipals?$top=999",
];

/** D-8 02:10–02:50: svc-scan signs in to Graph and reads users, groups and finance's org chart. */
export function directoryReading(ctx: Context): void {
  const account = ctx.world.accounts["svc-scan"];
  const { dana } = playersOf(ctx);
  const ip = sprayIps[11]!;
  const startUs = ctx.calendar.at(-8, "02:10:04");
  const userAgent = "python-requests/2.31.0";
  const device = {
    os: "",
    browser: "Python Requests 2.31",
    userAgent,
    client: "Mobile Apps and Desktop clients",
    isManaged: false,
  };
  emitSignIn(
    ctx,
    { atUs: startUs, account, app: apps.graphPowerShell, ip, device, isInteractive: true, code: 0, mfa: "none" },
    "breach-directory",
  );
  const finance = ctx.world.people.filter(p => p.department === "Finance").slice(0, 24);
  const uris = [
    ...directoryCalls,
    ...Array.from({ length: 6 }, (_, i) => `/v1.0/users?$top=999&$skiptoken=RFNwdAIAAQAA${i}`),
    ...Array.from({ length: 9 }, (_, i) => `/v1.0/groups/${ctx.draw("group", i).guid()}/members?$top=999`),
    `/v1.0/users/${dana.objectId}/directReports`,
    ...finance.flatMap(p => [`/v1.0/users/${p.objectId}/manager`, `/v1.0/users/${p.objectId}/directReports`]),
  ];
  const d = ctx.draw("directory-reading");
  uris.forEach((uri, i) =>
    emitGraph(
      ctx,
      {
        atUs: startUs + (20 + i * 34) * secondUs + d.int(9000) * 1000,
        account,
        appId: apps.graphPowerShell.id,
        ip,
        method: "GET",
        uri,
        status: 200,
        sizeBytes: d.range(900, 400_000),
        userAgent,
        scopes: "Directory.Read.All User.Read.All Group.Read.All",
      },
      "breach-directory",
    ),
  );
}

/** The fourteen who got the mail: the first of finance, Dana among them. */
export function phishTargets(ctx: Context): readonly Person[] {
  const finance = ctx.world.people.filter(p => p.department === "Finance" && p.workstation >= 0);
  const { dana } = playersOf(ctx);
  return [...finance.filter(p => p !== dana).slice(0, 13), dana];
}

/** D-6 09:12: the mail, and from 09:18 on three clicks. */
export function phishing(ctx: Context): void {
  const targets = phishTargets(ctx);
  const atUs = ctx.calendar.at(-6, "09:12:07");
  const id = ctx.draw("phish").guid();
  const from = { address: phish.sender, display: phish.display, ip: storyIps.phishMailer };
  emitMail(
    ctx,
    {
      atUs,
      id,
      subject: phish.subject,
      from,
      to: targets,
      direction: "Inbound",
      delivery: { action: "Delivered", location: "Inbox/folder" },
      authentication: "none",
      urls: [phish.url],
      attachments: [],
    },
    "breach-phishing",
  );
  const clickers = [targets[2]!, targets[5]!, targets[13]!];
  clickers.forEach((person, i) => {
    const clickUs = ctx.calendar.at(-6, ["09:18:31", "09:21:12", "09:26:45"][i]!);
    const ip = sites.DUB.egressIp;
    emitClick(
      ctx,
      { atUs: clickUs, person, url: phish.url, networkId: id, ip, action: "ClickAllowed" },
      "breach-phishing",
    );
    visitPhish(ctx, person, clickUs + 2 * secondUs);
  });
}

function visitPhish(ctx: Context, person: Person, atUs: number): void {
  const host = ctx.world.workstation(person.workstation);
  const workday = workdayOf(ctx, person, -6);
  const machine = machineOn(ctx, host, -6);
  const session = workday === undefined ? undefined : sessionOn(ctx, host, workday);
  const of = image("edge");
  const process: Process = {
    host,
    pid: 27_988,
    startUs: atUs - 40 * minuteUs,
    image: of,
    commandLine: `"${of.path}" --profile-directory=Default`,
    principal: { domain: "contoso", name: person.sam, sid: person.sid, upn: person.upn, objectId: person.objectId },
    parent: session?.explorer ?? machine.system.winlogon,
    integrity: "Medium",
    logonId: session?.logon.logonId ?? 0,
  };
  const localIp = addressOf(host, -6);
  emitConnection(
    ctx,
    {
      process,
      atUs,
      localIp,
      localPort: 51_443,
      remoteIp: storyIps.sharedHosting,
      remotePort: 443,
      remoteUrl: phish.domain,
    },
    "breach-phishing",
  );
  emitProxy(
    ctx,
    {
      site: sites.DUB,
      atUs: atUs + 30_000,
      sourceIp: localIp,
      sourcePort: 51_443,
      user: person.upn,
      destinationIp: storyIps.sharedHosting,
      host: phish.domain,
      path: "/adjust/verify?id=q3",
      method: "GET",
      sentBytes: 911,
      receivedBytes: 48_210,
      userAgent: workstationBrowser(ctx.seed, person, -6).userAgent,
      category: "uncategorised",
    },
    "breach-phishing",
  );
}

/** D-6 08:50 Dana from Dublin; 09:31 her session from Valparaíso; then quietly again until D-4. */
export function replayedSession(ctx: Context): void {
  const { dana } = playersOf(ctx);
  const { at } = ctx.calendar;
  const own = ctx.world.workstation(dana.workstation);
  emitSignIn(ctx, {
    atUs: at(-6, "08:50:16"),
    account: dana,
    app: apps.office,
    ip: sites.DUB.egressIp,
    device: workstationBrowser(ctx.seed, dana, -6),
    deviceId: own.entraDeviceId,
    deviceName: own.name,
    isInteractive: true,
    code: 0,
    mfa: "push",
  });
  const stolen = {
    account: dana,
    ip: storyIps.thief,
    device: thiefDevice,
    code: 0,
    mfa: "claim",
    sessionId: thiefSessionId,
  } as const;
  const first = { ...stolen, risk: "medium" as const, riskEvents: ["unfamiliarFeatures", "anomalousToken"] };
  emitSignIn(
    ctx,
    { ...first, atUs: at(-6, "09:31:22"), app: apps.office, isInteractive: true },
    "breach-replayed-session",
  );
  emitSignIn(
    ctx,
    { ...stolen, atUs: at(-6, "09:33:40"), app: apps.owa, isInteractive: true },
    "breach-replayed-session",
  );
  emitSignIn(
    ctx,
    { ...stolen, atUs: at(-5, "11:12:05"), app: apps.owa, isInteractive: true },
    "breach-replayed-session",
  );
  emitSignIn(
    ctx,
    { ...stolen, atUs: at(-5, "16:31:48"), app: apps.sharepoint, isInteractive: true },
    "breach-replayed-session",
  );
  const quiet = [
    [-6, "09:52:10"],
    [-6, "10:53:11"],
    [-6, "11:54:02"],
    [-6, "13:02:44"],
    [-5, "10:40:19"],
    [-5, "11:41:30"],
    [-5, "12:42:52"],
    [-5, "15:50:33"],
    [-5, "16:52:08"],
    [-4, "08:12:27"],
  ] as const;
  for (const [day, time] of quiet)
    emitSignIn(ctx, { ...stolen, atUs: at(day, time), app: apps.owa, isInteractive: false }, "breach-replayed-session");
  const risk = { person: dana, ip: storyIps.thief, state: "atRisk" } as const;
  emitRiskEvent(
    ctx,
    { ...risk, atUs: at(-6, "09:35:02"), type: "unfamiliarFeatures", level: "medium" },
    "breach-replayed-session",
  );
  emitRiskEvent(
    ctx,
    { ...risk, atUs: at(-6, "11:20:48"), type: "mcasImpossibleTravel", level: "medium" },
    "breach-replayed-session",
  );
  emitRiskEvent(
    ctx,
    { ...risk, atUs: at(-6, "13:44:10"), type: "anomalousToken", level: "high" },
    "breach-replayed-session",
  );
}

/** D-6 09:44: a rule named "." hides replies; mail is forwarded outside. The session reads and searches as Dana never does. */
export function inboxRule(ctx: Context): void {
  const { dana } = playersOf(ctx);
  const { at } = ctx.calendar;
  const base = {
    account: dana,
    ip: storyIps.thief,
    userAgent: thiefUserAgent,
    sessionId: thiefSessionId,
    inCloudApps: true,
    clientInfo: "Client=OWA;Action=ViaProxy",
  } as const;
  const act = (atUs: number, rest: Pick<OfficeAction, "operation"> & Partial<OfficeAction>): void =>
    emitOffice(ctx, { ...base, atUs, ...rest }, "breach-inbox-rule");
  act(at(-6, "09:36:12"), { operation: "MailboxLogin", object: "Inbox" });
  for (let i = 0; i < 14; i++)
    act(at(-6, "09:37:05") + i * 21 * secondUs, {
      operation: "MailItemsAccessed",
      folder: i < 9 ? "Inbox" : "Sent Items",
      object: ["Payroll run", "Invoice 20417", "Bank details", "Q3 close"][i % 4]!,
    });
  const rule = [
    ["Force", "False"],
    ["SubjectOrBodyContainsWords", "payroll;invoice;adjustment"],
    ["MoveToFolder", "RSS Feeds"],
    ["MarkAsRead", "True"],
    ["StopProcessingRules", "True"],
    ["Name", "."],
  ] as const;
  act(at(-6, "09:44:03"), { operation: "New-InboxRule", parameters: rule, object: `${dana.upn}\\.` });
  act(at(-6, "09:46:37"), {
    operation: "Set-Mailbox",
    parameters: [
      ["Identity", dana.upn],
      ["ForwardingSmtpAddress", "smtp:d.reyes.archive@mailvault.example"],
      ["DeliverToMailboxAndForward", "True"],
    ],
    object: dana.upn,
  });
  for (let i = 0; i < 4; i++)
    act(at(-6, "09:49:00") + i * 50 * secondUs, {
      operation: "HardDelete",
      folder: "Deleted Items",
      object: "Security alert: new sign-in",
    });
}

/** D-5 11:20: Dana's session consents to "Mail Archiver Pro", which then reads her mail. */
export function oauthConsent(ctx: Context): void {
  const { dana } = playersOf(ctx);
  emitConsent(
    ctx,
    {
      atUs: ctx.calendar.at(-5, "11:20:41"),
      person: dana,
      ip: storyIps.thief,
      app: maliciousApp,
      scopes: "Mail.Read offline_access User.Read",
      userAgent: thiefUserAgent,
    },
    "breach-consent",
  );
  const d = ctx.draw("archiver");
  for (let i = 0; i < 36; i++)
    emitGraph(
      ctx,
      {
        atUs: ctx.calendar.at(-5, "11:26:00") + i * 4 * minuteUs + d.int(60) * secondUs,
        account: dana,
        appId: maliciousApp.id,
        servicePrincipalId: maliciousApp.servicePrincipalId,
        ip: storyIps.copier,
        method: "GET",
        uri: `/v1.0/users/${dana.objectId}/messages?$top=100&$skip=${i * 100}`,
        status: 200,
        sizeBytes: d.range(200_000, 900_000),
        userAgent: "python-requests/2.31.0",
        scopes: "Mail.Read offline_access User.Read",
      },
      "breach-consent",
    );
}

/** D-5 16:40: the thief puts the workbook into Dana's OneDrive and shares it; D-4 14:03 Marc fetches it. */
export function sharedWorkbook(ctx: Context): void {
  const { dana, marc } = playersOf(ctx);
  const base = {
    account: dana,
    ip: storyIps.thief,
    userAgent: thiefUserAgent,
    sessionId: thiefSessionId,
    inCloudApps: true,
    object: document.name,
  } as const;
  emitOffice(ctx, { ...base, atUs: ctx.calendar.at(-5, "16:40:12"), operation: "FileUploaded" }, "breach-macro");
  emitOffice(ctx, { ...base, atUs: ctx.calendar.at(-5, "16:42:55"), operation: "SharingSet" }, "breach-macro");
  const browser = workstationBrowser(ctx.seed, marc, -4).userAgent;
  emitOffice(
    ctx,
    {
      ...base,
      account: marc,
      ip: sites.DUB.egressIp,
      userAgent: browser,
      sessionId: "",
      atUs: ctx.calendar.at(-4, "14:03:37"),
      operation: "FileDownloaded",
    },
    "breach-macro",
  );
}
