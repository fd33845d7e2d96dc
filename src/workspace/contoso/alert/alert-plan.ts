/** All alerts of the fortnight: the story's eleven, two look-alikes, and the everyday ones. A function of seed and end. */
import { dayUs, hourUs, minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import type { Draw } from "../hash.js";
import { image } from "../endpoint/image.js";
import { maliciousApp } from "../world/app.js";
import { cast } from "../world/person.js";
import { storyIps, sprayIps } from "../world/site.js";
import { c2, document, playersOf } from "../story/cast.js";
import { emitAlert } from "./alert.js";
import type { Alert, AlertEntity } from "./alert.js";
import { emitIncident } from "./incident.js";
import type { Incident } from "./incident.js";

/** The story's alerts, each minutes after its cause, in order. */
export function storyAlerts(ctx: Context): readonly Alert[] {
  const { at } = ctx.calendar;
  const { dana, marc, desk, fileServer, excel, stage1, stage2, service } = playersOf(ctx);
  const accounts = ctx.world.accounts;
  const storage = `/subscriptions/${ctx.world.subscriptionId}/resourcegroups/rg-data/providers/microsoft.storage/storageaccounts/contosodata`;
  const deskHost: AlertEntity = { kind: "host", host: desk };
  const marcOn: AlertEntity = { kind: "account", account: marc, on: desk };
  const processOf = (p: typeof stage1, account?: typeof marc): AlertEntity => ({
    kind: "process",
    host: p.host,
    pid: p.pid,
    commandLine: p.commandLine,
    path: p.image.path,
    createdUs: p.startUs,
    ...(account === undefined ? {} : { account }),
  });
  return [
    {
      key: "spray",
      atUs: at(-9, "05:31:12"),
      startUs: at(-9, "03:00:20"),
      name: "Password spray attack against Microsoft Entra application",
      description: "Many accounts failed to sign in from a small set of addresses of one network.",
      severity: "Medium",
      product: "sentinel",
      tactics: ["CredentialAccess"],
      techniques: ["T1110.003"],
      entities: [
        { kind: "account", account: accounts["svc-scan"] },
        ...sprayIps.slice(0, 4).map((address): AlertEntity => ({ kind: "ip", address })),
      ],
    },
    {
      key: "token",
      atUs: at(-6, "09:40:51"),
      startUs: at(-6, "09:31:22"),
      name: "Anomalous Token",
      description: "A token with unusual characteristics was used from an unfamiliar location.",
      severity: "High",
      product: "aadip",
      tactics: ["DefenseEvasion", "InitialAccess"],
      techniques: ["T1550.004"],
      entities: [
        { kind: "account", account: dana },
        { kind: "ip", address: storyIps.thief },
      ],
    },
    {
      key: "inbox-rule",
      atUs: at(-6, "09:58:20"),
      startUs: at(-6, "09:44:03"),
      name: "Suspicious inbox manipulation rule",
      description:
        "An inbox rule hides messages with certain words in an unusual folder, and mail is forwarded outside.",
      severity: "High",
      product: "mda",
      tactics: ["Collection", "DefenseEvasion"],
      techniques: ["T1564.008", "T1114.003"],
      entities: [
        { kind: "account", account: dana },
        { kind: "mailbox", account: dana },
        { kind: "ip", address: storyIps.thief },
      ],
    },
    {
      key: "oauth",
      atUs: at(-5, "11:31:05"),
      startUs: at(-5, "11:20:41"),
      name: "Suspicious OAuth app with mail permissions",
      description: "A user consented to an application that nobody else uses and that reads mail.",
      severity: "Medium",
      product: "mda",
      tactics: ["CredentialAccess"],
      techniques: ["T1528"],
      entities: [
        { kind: "account", account: dana },
        { kind: "application", name: maliciousApp.name, id: maliciousApp.id },
      ],
    },
    {
      key: "macro",
      atUs: at(-4, "14:08:33"),
      startUs: stage1.startUs,
      name: "Suspicious PowerShell command line",
      description: "An Office application started PowerShell with an encoded command.",
      severity: "High",
      product: "mde",
      tactics: ["Execution"],
      techniques: ["T1059.001", "T1204.002"],
      entities: [
        deskHost,
        marcOn,
        processOf(excel),
        processOf(stage1, marc),
        { kind: "file", name: document.name, folder: document.folder },
      ],
    },
    {
      key: "c2",
      atUs: at(-4, "15:02:10"),
      startUs: at(-4, "14:07:00"),
      name: "TI map IP entity to DeviceNetworkEvents",
      description: "A device connected to an address from threat intelligence.",
      severity: "Medium",
      product: "sentinel",
      tactics: ["CommandAndControl"],
      techniques: ["T1071.001"],
      entities: [deskHost, { kind: "ip", address: c2.ip }, { kind: "dns", name: c2.domain }],
    },
    {
      key: "lsass",
      atUs: at(-3, "02:44:40"),
      startUs: at(-3, "02:40:18"),
      name: "Sensitive credential memory read",
      description: "The memory of lsass.exe was written to a file.",
      severity: "High",
      product: "mde",
      tactics: ["CredentialAccess"],
      techniques: ["T1003.001"],
      entities: [deskHost, marcOn, processOf(stage2, marc)],
    },
    {
      key: "service",
      atUs: at(-3, "03:14:02"),
      startUs: at(-3, "03:08:20"),
      name: "Suspicious service registration",
      description: "A service was installed remotely and runs a file from an unusual folder.",
      severity: "Medium",
      product: "mde",
      tactics: ["Persistence", "LateralMovement"],
      techniques: ["T1543.003", "T1021.002"],
      entities: [
        { kind: "host", host: fileServer },
        { kind: "account", account: accounts["adm-desk1"], on: fileServer },
        processOf(service),
      ],
    },
    {
      key: "dcsync",
      atUs: at(-2, "05:36:18"),
      startUs: at(-2, "05:30:04"),
      name: "Suspected DCSync attack (replication of directory services)",
      description: "A machine that is not a domain controller or Entra Connect server asked for replication.",
      severity: "High",
      product: "mdi",
      tactics: ["CredentialAccess"],
      techniques: ["T1003.006"],
      entities: [
        { kind: "account", account: accounts.MSOL_sync, on: fileServer },
        { kind: "host", host: fileServer },
        { kind: "host", host: ctx.world.server("DC01") },
      ],
    },
    {
      key: "blob",
      atUs: at(-1, "03:46:55"),
      startUs: at(-1, "03:02:00"),
      name: "Unusual amount of data extracted from a storage account",
      description: "Far more blobs were read with a SAS than before, from a new address.",
      severity: "Medium",
      product: "asc",
      tactics: ["Exfiltration"],
      techniques: ["T1530"],
      entities: [
        { kind: "azure-resource", resourceId: storage },
        { kind: "ip", address: storyIps.copier },
      ],
    },
    {
      key: "log-cleared",
      atUs: at(-1, "05:16:09"),
      startUs: at(-1, "05:10:41"),
      name: "Security event log cleared",
      description: "The Security log of a server was cleared.",
      severity: "Medium",
      product: "sentinel",
      tactics: ["DefenseEvasion"],
      techniques: ["T1070.001"],
      entities: [{ kind: "host", host: fileServer }],
    },
  ];
}

/** Alerts that look like the story's and are false: the real DCSync twin, and impossible travel of someone on a VPN. */
export function lookAlikeAlerts(ctx: Context): readonly Alert[] {
  const { at } = ctx.calendar;
  const roamer = ctx.world.person(cast.roamer);
  return [
    {
      key: "false-dcsync",
      atUs: at(-7, "10:12:30"),
      startUs: at(-7, "10:10:00"),
      name: "Suspected DCSync attack (replication of directory services)",
      description: "MSOL_sync asked for replication after Entra Connect was updated on AADC01.",
      severity: "High",
      product: "mdi",
      tactics: ["CredentialAccess"],
      techniques: ["T1003.006"],
      entities: [
        { kind: "account", account: ctx.world.accounts.MSOL_sync },
        { kind: "host", host: ctx.world.server("AADC01") },
        { kind: "host", host: ctx.world.server("DC01") },
      ],
      status: "Resolved",
    },
    {
      key: "false-travel",
      atUs: at(-5, "13:40:08"),
      startUs: at(-5, "13:20:00"),
      name: "Impossible travel activity",
      description: "Sign-ins from two countries within an hour, through a VPN whose egress moves.",
      severity: "Medium",
      product: "mda",
      tactics: ["InitialAccess"],
      techniques: ["T1078.004"],
      entities: [
        { kind: "account", account: roamer },
        { kind: "ip", address: "198.18.5.21" },
        { kind: "ip", address: "198.18.5.53" },
      ],
      status: "Resolved",
    },
  ];
}

type Template = Pick<Alert, "name" | "description" | "severity" | "product" | "tactics" | "techniques"> & {
  readonly about: "host" | "person" | "mail" | "cloud" | "network";
};
const everyday: readonly Template[] = [
  {
    name: "Unwanted software was detected",
    description: "A potentially unwanted application was blocked.",
    severity: "Low",
    product: "mde",
    tactics: ["Execution"],
    techniques: ["T1204.002"],
    about: "host",
  },
  {
    name: "Suspicious script detected by AMSI",
    description: "A script was blocked before it ran.",
    severity: "Medium",
    product: "mde",
    tactics: ["Execution"],
    techniques: ["T1059.001"],
    about: "host",
  },
  {
    name: "EICAR test file was detected",
    description: "An antivirus test file was found.",
    severity: "Informational",
    product: "mde",
    tactics: ["Execution"],
    techniques: [],
    about: "host",
  },
  {
    name: "Connection to a newly registered domain",
    description: "A device contacted a domain registered a few days ago.",
    severity: "Informational",
    product: "mde",
    tactics: ["CommandAndControl"],
    techniques: ["T1071.001"],
    about: "host",
  },
  {
    name: "Email messages containing phish URLs removed after delivery",
    description: "Messages were moved by zero-hour auto purge.",
    severity: "Informational",
    product: "mdo",
    tactics: ["InitialAccess"],
    techniques: ["T1566.002"],
    about: "mail",
  },
  {
    name: "Email reported by user as malware or phish",
    description: "A user reported a message.",
    severity: "Low",
    product: "mdo",
    tactics: ["InitialAccess"],
    techniques: ["T1566"],
    about: "mail",
  },
  {
    name: "Unfamiliar sign-in properties",
    description: "A sign-in had properties not seen recently for this user.",
    severity: "Low",
    product: "aadip",
    tactics: ["InitialAccess"],
    techniques: ["T1078"],
    about: "person",
  },
  {
    name: "Activity from infrequent country",
    description: "Activity from a country that the user has not visited before.",
    severity: "Medium",
    product: "mda",
    tactics: ["InitialAccess"],
    techniques: ["T1078.004"],
    about: "person",
  },
  {
    name: "Mass download",
    description: "A user downloaded many files in a short time.",
    severity: "Medium",
    product: "mda",
    tactics: ["Exfiltration"],
    techniques: ["T1567"],
    about: "person",
  },
  {
    name: "Multiple failed user logons to a service",
    description: "A user failed to sign in many times.",
    severity: "Low",
    product: "sentinel",
    tactics: ["CredentialAccess"],
    techniques: ["T1110"],
    about: "person",
  },
  {
    name: "Account enumeration reconnaissance",
    description: "Names were tried against a domain controller by a scanner.",
    severity: "Medium",
    product: "mdi",
    tactics: ["Discovery"],
    techniques: ["T1087.002"],
    about: "host",
  },
  {
    name: "Port scan detected",
    description: "One address tried many ports.",
    severity: "Low",
    product: "sentinel",
    tactics: ["Discovery"],
    techniques: ["T1046"],
    about: "network",
  },
  {
    name: "Rare application consent",
    description: "A user consented to an application that few use.",
    severity: "Informational",
    product: "sentinel",
    tactics: ["CredentialAccess"],
    techniques: ["T1528"],
    about: "person",
  },
  {
    name: "Access from an unusual location to a storage account",
    description: "A storage account was read from a location not seen before.",
    severity: "Low",
    product: "asc",
    tactics: ["Collection"],
    techniques: ["T1530"],
    about: "cloud",
  },
  {
    name: "User account created and deleted within 10 minutes",
    description: "A short-lived account.",
    severity: "Low",
    product: "sentinel",
    tactics: ["Persistence"],
    techniques: ["T1136"],
    about: "person",
  },
];

/** How many everyday alerts there are; with the story's and the look-alikes about two hundred. */
const everydayCount = 187;

function everydayAlert(ctx: Context, index: number): Alert {
  const d = ctx.draw("alert", index);
  const t = d.pick(everyday);
  const span = ctx.calendar.endUs - ctx.calendar.startUs - 3 * hourUs;
  const startUs = ctx.calendar.startUs + hourUs + Math.floor(((index + d.real()) / everydayCount) * span);
  return {
    ...withoutAbout(t),
    key: `everyday-${index}`,
    startUs,
    atUs: startUs + d.range(120, 2400) * secondUs,
    entities: entitiesOf(ctx, t, d),
    status: d.chance(0.8) ? "Resolved" : "New",
  };
}

const withoutAbout = ({
  name,
  description,
  severity,
  product,
  tactics,
  techniques,
}: Template): Omit<Template, "about"> => ({ name, description, severity, product, tactics, techniques });

function entitiesOf(ctx: Context, t: Template, d: Draw): AlertEntity[] {
  const host = d.pick(ctx.world.workstations);
  const person = d.pick(ctx.world.people);
  const site = ctx.world.internet.pickSite(d);
  switch (t.about) {
    case "host": {
      const of = image(d.pick(["powershell", "edge", "cmd", "chrome"] as const));
      const owner = host.owner ?? person;
      return [
        { kind: "host", host },
        { kind: "account", account: owner, on: host },
        {
          kind: "process",
          host,
          pid: 4 * d.range(1200, 5000),
          commandLine: of.fileName,
          path: of.path,
          createdUs: ctx.calendar.startUs,
          account: owner,
        },
      ];
    }
    case "person":
      return [
        { kind: "account", account: person },
        { kind: "ip", address: person.mobileIp },
      ];
    case "mail":
      return [
        { kind: "mailbox", account: person },
        { kind: "url", url: `https://${site.domain}${site.paths[0] ?? "/"}` },
      ];
    case "cloud":
      return [
        {
          kind: "azure-resource",
          resourceId: `/subscriptions/${ctx.world.subscriptionId}/resourcegroups/rg-data/providers/microsoft.storage/storageaccounts/contosodata`,
        },
        { kind: "ip", address: site.ips[0]! },
      ];
    case "network":
      return [
        { kind: "ip", address: "10.10.9.9" },
        { kind: "ip", address: d.pick(ctx.world.servers).fixedIp! },
      ];
  }
}

const comments = [
  "Checked with the user, expected.",
  "Known software, exclusion requested.",
  "Scanner, as scheduled.",
  "Blocked before it ran; nothing to do.",
  "Duplicate of an earlier incident.",
];

function everydayIncident(ctx: Context, alert: Alert, index: number): Incident {
  const d = ctx.draw("everyday-incident", index);
  const createdUs = alert.atUs + d.range(60, 300) * secondUs;
  const updates: Incident["updates"][number][] = [{ atUs: createdUs, alerts: [alert], status: "New" }];
  const isOpen = alert.status === "New" && alert.atUs > ctx.calendar.endUs - 2 * dayUs;
  if (d.chance(0.5))
    updates.push({ atUs: createdUs + d.range(10, 300) * minuteUs, alerts: [alert], status: "Active", assigned: true });
  const classification = d.chance(0.62) ? "BenignPositive" : d.chance(0.8) ? "FalsePositive" : "Undetermined";
  const reason =
    classification === "BenignPositive"
      ? { reason: "SuspiciousButExpected" as const }
      : classification === "FalsePositive"
        ? { reason: d.chance(0.5) ? ("IncorrectAlertLogic" as const) : ("InaccurateData" as const) }
        : {};
  if (!isOpen)
    updates.push({
      atUs: createdUs + d.range(320, 1600) * minuteUs,
      alerts: [alert],
      status: "Closed",
      classification,
      ...reason,
      comment: d.pick(comments),
      assigned: true,
    });
  return { number: 1000 + index, title: alert.name, severity: alert.severity, createdUs, updates };
}

/** Keys of the story's alerts that one incident links. */
export const linkedAlerts = ["token", "inbox-rule", "macro", "c2", "lsass", "service"] as const;
export const storyIncidentNumber = 1187;

function storyIncident(alerts: readonly Alert[]): Incident {
  const linked = alerts.filter(a => (linkedAlerts as readonly string[]).includes(a.key));
  const createdUs = linked[0]!.atUs + 3 * minuteUs;
  const updates = linked.map((last, i) => ({
    atUs: last.atUs + 3 * minuteUs,
    alerts: linked.slice(0, i + 1),
    status: i < 2 ? ("New" as const) : ("Active" as const),
    assigned: i >= 2,
    labels: i >= 4 ? ["hands-on-keyboard"] : [],
  }));
  return {
    number: storyIncidentNumber,
    title: "Multi-stage incident involving Initial access & Lateral movement on multiple endpoints",
    severity: "High",
    createdUs,
    updates,
  };
}

const isOn = (ctx: Context, day: number, atUs: number): boolean =>
  atUs >= ctx.calendar.midnight(day) && atUs < ctx.calendar.midnight(day + 1);

/** Incidents are written on the day they begin, with all their updates. */
export const alertDay: DayGenerator = function* (ctx, day) {
  const story = storyAlerts(ctx);
  for (const a of story) if (isOn(ctx, day, a.atUs)) emitAlert(ctx, a, "breach-alerts");
  if (isOn(ctx, day, storyIncident(story).createdUs)) emitIncident(ctx, storyIncident(story), "breach-incident");
  const alone = story.filter(a => !(linkedAlerts as readonly string[]).includes(a.key));
  for (const [i, a] of alone.entries())
    if (isOn(ctx, day, a.atUs))
      emitIncident(ctx, {
        number: 1190 + i,
        title: a.name,
        severity: a.severity,
        createdUs: a.atUs + 2 * minuteUs,
        updates: [
          { atUs: a.atUs + 2 * minuteUs, alerts: [a], status: "New" },
          ...(a.key === "spray"
            ? [
                {
                  atUs: a.atUs + 4 * hourUs,
                  alerts: [a],
                  status: "Closed" as const,
                  classification: "Undetermined" as const,
                  comment: "No success seen among the people.",
                  assigned: true,
                },
              ]
            : []),
        ],
      });
  yield;
  for (const [i, a] of lookAlikeAlerts(ctx).entries()) {
    if (!isOn(ctx, day, a.atUs)) continue;
    emitAlert(ctx, a, "trap-look-alike-alerts");
    emitIncident(ctx, {
      number: 1196 + i,
      title: a.name,
      severity: a.severity,
      createdUs: a.atUs + minuteUs,
      updates: [
        { atUs: a.atUs + minuteUs, alerts: [a], status: "New" },
        {
          atUs: a.atUs + 3 * hourUs,
          alerts: [a],
          status: "Closed",
          classification: "FalsePositive",
          reason: "InaccurateData",
          comment: i === 0 ? "Source is AADC01, change CHG-4471." : "Commercial VPN, confirmed with the user.",
          assigned: true,
        },
      ],
    });
  }
  for (let i = 0; i < everydayCount; i++) {
    const a = everydayAlert(ctx, i);
    if (!isOn(ctx, day, a.atUs)) continue;
    emitAlert(ctx, a);
    emitIncident(ctx, everydayIncident(ctx, a, i));
  }
  yield;
};
