/** A day of mail: what came in, went out and around, its links and attachments, and who clicked. */
import { hourUs, minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import type { Draw } from "../hash.js";
import { weighted } from "../hash.js";
import type { Row } from "../recorder.js";
import { hostileText } from "../world/app.js";
import type { Person } from "../world/person.js";
import { sites, storyIps } from "../world/site.js";
import { workdayOf } from "../world/workday.js";
import { documentName } from "../endpoint/program.js";

export interface Mail {
  readonly atUs: number;
  readonly id: string;
  readonly subject: string;
  readonly from: {
    readonly address: string;
    readonly display: string;
    readonly ip: string;
    readonly objectId?: string;
  };
  readonly to: readonly Person[];
  readonly direction: "Inbound" | "Outbound" | "Intra-org";
  /** Recipient of an outbound mail. */
  readonly outsideRecipient?: string;
  readonly delivery: { readonly action: "Delivered" | "Junked" | "Blocked"; readonly location: string };
  readonly threats?: { readonly types: string; readonly names: string; readonly methods: string };
  readonly authentication: "pass" | "fail" | "none";
  readonly urls: readonly string[];
  readonly attachments: readonly {
    readonly name: string;
    readonly type: string;
    readonly sizeBytes: number;
    readonly sha256: string;
  }[];
  readonly language?: string;
}

const authenticationTexts = {
  pass: { SPF: "pass", DKIM: "pass", DMARC: "pass", CompAuth: "pass" },
  fail: { SPF: "fail", DKIM: "none", DMARC: "fail", CompAuth: "fail" },
  none: { SPF: "none", DKIM: "none", DMARC: "none", CompAuth: "none" },
} as const;

/** Writes a mail: one EmailEvents row per recipient; links and attachments once per recipient, as Defender does. */
export function emitMail(ctx: Context, m: Mail, tag?: string): void {
  const recipients =
    m.outsideRecipient === undefined
      ? m.to.map(p => ({ address: p.upn, id: p.objectId }))
      : [{ address: m.outsideRecipient, id: "" }];
  recipients.forEach((recipient, i) => {
    const networkId =
      recipients.length === 1
        ? m.id
        : `${m.id.slice(0, 24)}${(parseInt(m.id.slice(24, 30), 16) + i).toString(16).padStart(6, "0").slice(-6)}${m.id.slice(30)}`;
    const reportId = `${networkId}-${(i + 1) * 7919}`;
    ctx.emit("EmailEvents", m.atUs + i * 150_000, emailRow(m, { ...recipient, networkId, reportId }), tag);
    for (const url of m.urls)
      ctx.emit(
        "EmailUrlInfo",
        m.atUs + i * 150_000 + 90_000,
        {
          NetworkMessageId: networkId,
          ReportId: reportId,
          Url: url,
          UrlDomain: new URL(url).hostname,
          UrlLocation: "Body",
        },
        tag,
      );
    for (const a of m.attachments) {
      const row = {
        NetworkMessageId: networkId,
        ReportId: reportId,
        FileName: a.name,
        FileType: a.type,
        FileSize: a.sizeBytes,
        SHA256: a.sha256,
        SenderFromAddress: m.from.address,
        SenderDisplayName: m.from.display,
        SenderObjectId: m.from.objectId ?? "",
        RecipientEmailAddress: recipient.address,
        RecipientObjectId: recipient.id,
      };
      ctx.emit("EmailAttachmentInfo", m.atUs + i * 150_000 + 95_000, row, tag);
    }
  });
}

function emailRow(
  m: Mail,
  to: { readonly address: string; readonly id: string; readonly networkId: string; readonly reportId: string },
): Row {
  const domain = m.from.address.slice(m.from.address.indexOf("@") + 1);
  return {
    NetworkMessageId: to.networkId,
    InternetMessageId: `<${m.id.slice(0, 18)}@${domain}>`,
    ReportId: to.reportId,
    Subject: m.subject,
    EmailDirection: m.direction,
    SenderFromAddress: m.from.address,
    SenderFromDomain: domain,
    SenderMailFromAddress: m.from.address,
    SenderMailFromDomain: domain,
    SenderDisplayName: m.from.display,
    SenderObjectId: m.from.objectId ?? "",
    SenderIPv4: m.from.ip.includes(":") ? "" : m.from.ip,
    SenderIPv6: m.from.ip.includes(":") ? m.from.ip : "",
    RecipientEmailAddress: to.address,
    RecipientObjectId: to.id,
    DeliveryAction: m.delivery.action,
    DeliveryLocation: m.delivery.location,
    LatestDeliveryAction: m.delivery.action,
    LatestDeliveryLocation: m.delivery.location,
    ThreatTypes: m.threats?.types ?? "",
    ThreatNames: m.threats?.names ?? "",
    DetectionMethods: m.threats === undefined ? "" : JSON.stringify({ [m.threats.types]: [m.threats.methods] }),
    ConfidenceLevel: m.threats === undefined ? "" : JSON.stringify({ [m.threats.types]: "High" }),
    AuthenticationDetails: JSON.stringify(authenticationTexts[m.authentication]),
    AttachmentCount: m.attachments.length,
    UrlCount: m.urls.length,
    EmailLanguage: m.language ?? "en",
    EmailAction: m.delivery.action === "Junked" ? "Move to junk" : "",
    BulkComplaintLevel: m.direction === "Inbound" ? 1 + (m.subject.length % 6) : null,
    OrgLevelAction: "",
    UserLevelAction: "",
    EmailClusterId: m.direction === "Inbound" ? parseInt(m.id.slice(0, 8), 16) : null,
  };
}

export interface Click {
  readonly atUs: number;
  readonly person: Person;
  readonly url: string;
  readonly networkId: string;
  readonly ip: string;
  readonly action: "ClickAllowed" | "ClickBlocked";
  readonly throughWarning?: boolean;
  readonly workload?: "Email" | "Teams" | "Office";
}

export function emitClick(ctx: Context, c: Click, tag?: string): void {
  const row = {
    AccountUpn: c.person.upn,
    ActionType: c.action,
    Url: c.url,
    UrlChain: JSON.stringify([c.url]),
    NetworkMessageId: c.networkId,
    IPAddress: c.ip,
    IsClickedThrough: c.throughWarning ?? c.action === "ClickAllowed",
    Workload: c.workload ?? "Email",
    ThreatTypes: c.action === "ClickBlocked" ? "Phish" : "",
    DetectionMethods: c.action === "ClickBlocked" ? JSON.stringify({ Phish: ["URL detonation reputation"] }) : "",
    ReportId: `${c.networkId.slice(0, 8)}-${c.person.objectId.slice(0, 8)}`,
  };
  ctx.emit("UrlClickEvents", c.atUs, row, tag);
}

const subjects = [
  "Q4 forecast",
  "Meeting notes {w}",
  "Re: {w} schedule",
  "Invoice {n}",
  "Purchase order {n}",
  "Your weekly digest",
  "Re: offer {n}",
  "Travel confirmation",
  "Team update",
  "Fwd: {w}",
  "New comment on {w}",
  "Reminder: timesheet",
  "Welcome aboard",
  "会議の件 {n}",
  "Relatório {w}",
  "Réunion {w}",
  "Ticket {n} was updated",
  "Delivery note {n}",
];
const spamSubjects = [
  "You have won!",
  "Cheap licences today",
  "Verify your account",
  "Last chance: {n}% off",
  "Your parcel is waiting",
  "Document shared with you",
];
const pickDirection = weighted<Mail["direction"]>([
  [46, "Inbound"],
  [38, "Intra-org"],
  [16, "Outbound"],
]);

/** A partner that shares its hosting with the phishing site: the reason why its address alone proves nothing. */
export const supplier = {
  domain: "northwind-parts.example",
  address: "orders@northwind-parts.example",
  display: "Northwind Parts",
  ip: storyIps.sharedHosting,
} as const;

function fill(subject: string, d: Draw): string {
  return subject.replace("{n}", () => String(d.range(1000, 99_999))).replace("{w}", () => documentName(d));
}

export const mailDay: DayGenerator = function* (ctx, day) {
  const d = ctx.draw("mail", day);
  const weekend = ctx.calendar.isWeekend(day) ? 0.2 : 1;
  const count = Math.round(760 * ctx.volume * weekend);
  for (let i = 0; i < count; i++) {
    oneMail(ctx, day, i);
    if (i % 50 === 0) yield;
  }
  for (let i = 0; i < (weekend === 1 ? 3 : 0); i++) supplierMail(ctx, day, d);
};

function oneMail(ctx: Context, day: number, index: number): void {
  const d = ctx.draw("mail-item", day, index);
  const person = d.pick(ctx.world.people);
  const direction = pickDirection(d);
  const isSpam = direction === "Inbound" && d.chance(0.1);
  const atUs =
    ctx.calendar.midnight(day) +
    Math.floor((isSpam ? d.real() * 24 : (9 - sites[person.site].utcOffsetHours + d.real() * 9 + 24) % 24) * hourUs);
  const outside = ctx.world.internet.pickSite(d);
  const outsideAddress = `${d.pick(["info", "sales", "support", "j.smith", "no-reply", "billing", "maria", "team"])}@${outside.domain.replace(/^(www|cdn|static|api|img|m)\./, "")}`;
  const from =
    direction === "Inbound"
      ? {
          address: outsideAddress,
          display: outsideAddress.split("@")[0]!,
          ip: outside.ipv6 !== undefined && d.chance(0.2) ? outside.ipv6 : outside.ips[0]!,
        }
      : { address: person.upn, display: person.display, ip: sites[person.site].egressIp, objectId: person.objectId };
  const to =
    direction === "Inbound"
      ? [person]
      : Array.from({ length: direction === "Intra-org" ? d.range(1, 3) : 1 }, () => d.pick(ctx.world.people));
  const hostile = isSpam && d.chance(0.06) ? hostileText(d) : undefined;
  const hasUrl = d.chance(direction === "Inbound" ? 0.55 : 0.12);
  const mail: Mail = {
    ...{
      atUs,
      id: d.guid(),
      subject: hostile ?? fill(d.pick(isSpam ? spamSubjects : subjects), d),
      from,
      to,
      direction,
    },
    ...(direction === "Outbound" ? { outsideRecipient: outsideAddress } : {}),
    delivery: isSpam
      ? d.chance(0.5)
        ? { action: "Junked", location: "Junk folder" }
        : { action: "Blocked", location: "Quarantine" }
      : { action: "Delivered", location: direction === "Outbound" ? "On-premises/external" : "Inbox/folder" },
    ...(isSpam
      ? {
          threats: d.chance(0.25)
            ? { types: "Phish", names: "", methods: "Fingerprint matching" }
            : { types: "Spam", names: "", methods: "Advanced filter" },
        }
      : {}),
    authentication: isSpam ? d.pick(["fail", "none"] as const) : d.chance(0.96) ? "pass" : "none",
    urls: hasUrl ? [`https://${outside.domain}${d.pick(outside.paths)}`] : [],
    attachments: d.chance(0.18)
      ? [
          {
            name: `${documentName(d)}.${d.pick(["pdf", "docx", "xlsx", "png", "zip"])}`,
            type: d.pick(["pdf", "docx", "xlsx", "png", "zip"]),
            sizeBytes: d.range(8000, 3_000_000),
            sha256: d.hex(64),
          },
        ]
      : [],
    language: person.site === "OSA" ? d.pick(["ja", "en"]) : person.site === "GRU" ? d.pick(["pt", "en"]) : "en",
  };
  emitMail(ctx, mail);
  if (hasUrl && direction === "Inbound" && mail.delivery.action === "Delivered" && d.chance(0.22)) {
    const workday = workdayOf(ctx, person, day);
    const blocked = d.chance(0.02);
    emitClick(ctx, {
      atUs: atUs + d.range(1, 120) * minuteUs,
      person,
      url: mail.urls[0]!,
      networkId: mail.id,
      ip: workday?.publicIp ?? person.mobileIp,
      action: blocked ? "ClickBlocked" : "ClickAllowed",
    });
  }
}

function supplierMail(ctx: Context, day: number, d: Draw): void {
  const buyers = ctx.world.people.filter(p => p.department === "Operations");
  const atUs = ctx.calendar.midnight(day) + 8 * hourUs + d.int(30_000) * secondUs;
  emitMail(
    ctx,
    {
      atUs,
      id: d.guid(),
      subject: `Order confirmation ${d.range(10_000, 99_999)}`,
      from: supplier,
      to: [d.pick(buyers)],
      direction: "Inbound",
      delivery: { action: "Delivered", location: "Inbox/folder" },
      authentication: "pass",
      urls: [`https://www.${supplier.domain}/orders/${d.range(1000, 9999)}`],
      attachments: [],
    },
    "trap-shared-hosting",
  );
}
