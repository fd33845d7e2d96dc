/** A person's day in the cloud: sign-ins, mail, files, chats, consents, and what their apps ask Graph. */
import { dayUs, hourUs, minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import type { Draw } from "../hash.js";
import { weighted } from "../hash.js";
import { documentName } from "../endpoint/program.js";
import {
  apps,
  hostileText,
  ordinaryApps,
  phoneOf,
  pickBackgroundApp,
  pickInteractiveApp,
  workstationBrowser,
} from "../world/app.js";
import type { Device } from "../world/app.js";
import type { Person } from "../world/person.js";
import { cast } from "../world/person.js";
import { roamingIps } from "../world/site.js";
import { momentOf, workdayOf } from "../world/workday.js";
import type { Workday } from "../world/workday.js";
import { emitAudit, emitGraph, emitOffice } from "./office.js";
import type { OfficeOperation } from "./office.js";
import { emitSignIn } from "./sign-in.js";
import type { SignInCode } from "./sign-in.js";

/** Mean numbers per working day in the small tenant. */
const perDay = { interactive: 1.5, background: 2.1, office: 1.9, graph: 1.2 } as const;

export const personDay: DayGenerator = function* (ctx, day) {
  for (const person of ctx.world.people) {
    const workday = workdayOf(ctx, person, day);
    if (workday !== undefined) onePerson(ctx, workday);
    else if (ctx.draw("phone-only", person.index, day).chance(0.25)) phoneCheck(ctx, person, day);
    yield;
  }
};

interface Presence {
  readonly ctx: Context;
  readonly d: Draw;
  readonly person: Person;
  readonly workday: Workday;
  readonly browser: Device;
  readonly sessionId: string;
}

function onePerson(ctx: Context, workday: Workday): void {
  const { person, day } = workday;
  const d = ctx.draw("presence", person.index, day);
  const presence: Presence = {
    ctx,
    d,
    person,
    workday,
    browser: workstationBrowser(ctx.seed, person, day),
    sessionId: d.guid(),
  };
  const busy = ctx.activity * workday.load * person.energy;
  for (let i = d.count(perDay.interactive * busy); i > 0; i--) interactive(presence);
  for (let i = d.count(perDay.background * busy); i > 0; i--) background(presence);
  for (let i = d.count(perDay.office * busy); i > 0; i--) office(presence);
  for (let i = d.count(perDay.graph * busy); i > 0; i--) graph(presence);
  if (d.chance(0.006)) consent(presence);
  if (d.chance(0.012)) inboxRule(presence);
}

const pickFailure = weighted<SignInCode>([
  [40, 50126],
  [14, 50140],
  [14, 50074],
  [10, 50076],
  [4, 50055],
  [3, 50053],
  [6, 65001],
  [4, 50125],
  [5, 70044],
]);

const trapOfIp = (ip: string): string | undefined =>
  (roamingIps as readonly string[]).includes(ip) ? "trap-roaming-vpn" : undefined;

function interactive({ ctx, d, person, workday, browser, sessionId }: Presence): void {
  const atUs = momentOf(workday, d);
  const onPhone = person.workstation < 0 || d.chance(0.2);
  const host = person.workstation < 0 ? undefined : ctx.world.workstation(person.workstation);
  const ip =
    onPhone && person.index !== cast.roamer ? (d.chance(0.6) ? person.mobileIp : workday.publicIp) : workday.publicIp;
  const failed = d.chance(0.055);
  const isManaged = !onPhone && host !== undefined;
  const base = {
    ...{
      account: person,
      app: pickInteractiveApp(d),
      ip,
      device: onPhone ? phoneOf(person) : browser,
      isInteractive: true,
      sessionId,
    },
    ...(isManaged ? { deviceId: host.entraDeviceId, deviceName: host.name } : {}),
    ...(d.chance(0.0012) ? { userAgent: hostileText(d) } : d.chance(0.01) ? { userAgent: "" } : {}),
  };
  if (failed) {
    const correlationId = d.guid();
    emitSignIn(
      ctx,
      { ...base, atUs: atUs - 25 * secondUs, code: pickFailure(d), mfa: "none", correlationId },
      trapOfIp(ip),
    );
    if (d.chance(0.2)) return;
    emitSignIn(ctx, { ...base, atUs, code: 0, mfa: "push", correlationId }, trapOfIp(ip));
    return;
  }
  const risk = d.chance(0.0015) ? { risk: "low" as const, riskEvents: ["unfamiliarFeatures"] } : {};
  emitSignIn(
    ctx,
    { ...base, ...risk, atUs, code: 0, mfa: d.chance(0.25) ? "push" : d.chance(0.75) ? "previous" : "none" },
    trapOfIp(ip),
  );
  if (risk.risk !== undefined)
    emitRiskEvent(ctx, {
      atUs: atUs + 4 * minuteUs,
      person,
      ip,
      type: "unfamiliarFeatures",
      level: "low",
      state: "dismissed",
    });
}

function background({ ctx, d, person, workday, sessionId }: Presence): void {
  const host = person.workstation < 0 ? undefined : ctx.world.workstation(person.workstation);
  const atUs = d.chance(0.85) ? momentOf(workday, d) : ctx.calendar.midnight(workday.day) + d.int(86_400) * secondUs;
  const onPhone = host === undefined || d.chance(0.3) || atUs < workday.startUs || atUs > workday.endUs;
  const code: SignInCode = d.chance(0.03) ? d.pick([50173, 70044, 50076] as const) : 0;
  const device: Device = onPhone
    ? phoneOf(person)
    : {
        os: "Windows10",
        browser: "Rich Client 5.2.8.0",
        userAgent: "Windows-AzureAD-Authentication-Provider/1.0",
        client: "Mobile Apps and Desktop clients",
        isManaged: true,
      };
  const known = onPhone ? {} : { deviceId: host.entraDeviceId, deviceName: host.name };
  emitSignIn(ctx, {
    ...known,
    atUs,
    account: person,
    app: pickBackgroundApp(d),
    ip: onPhone ? person.mobileIp : workday.publicIp,
    device,
    isInteractive: false,
    code,
    mfa: "previous",
    sessionId,
  });
}

function phoneCheck(ctx: Context, person: Person, day: number): void {
  const d = ctx.draw("phone-check", person.index, day);
  for (let i = d.count(0.6 * ctx.activity); i > 0; i--)
    emitSignIn(ctx, {
      atUs: ctx.calendar.midnight(day) + d.int(86_400) * secondUs,
      account: person,
      app: pickBackgroundApp(d),
      ip: person.mobileIp,
      device: phoneOf(person),
      isInteractive: false,
      code: 0,
      mfa: "previous",
    });
}

const pickOperation = weighted<OfficeOperation>([
  [24, "MailItemsAccessed"],
  [12, "Send"],
  [5, "MoveToDeletedItems"],
  [1, "HardDelete"],
  [16, "FileAccessed"],
  [10, "FileModified"],
  [5, "FileDownloaded"],
  [4, "FileUploaded"],
  [6, "FileSyncDownloadedFull"],
  [2, "SharingSet"],
  [0.4, "AnonymousLinkCreated"],
  [9, "MessageSent"],
  [4, "TeamsSessionStarted"],
  [0.3, "MemberAdded"],
]);

const subjects = [
  "Weekly report",
  "Re: budget",
  "Invoice question",
  "Team lunch",
  "Fwd: contract",
  "Status update",
  "Minutes",
  "Re: 見積",
  "Férias",
  "Agenda",
];

function office({ ctx, d, person, workday, browser, sessionId }: Presence): void {
  const operation = pickOperation(d);
  const isMail =
    operation === "MailItemsAccessed" ||
    operation === "Send" ||
    operation.startsWith("Move") ||
    operation === "HardDelete";
  const object = isMail ? d.pick(subjects) : `${documentName(d)}.${d.pick(["docx", "xlsx", "pptx", "pdf"])}`;
  const clientInfo = d.chance(0.6) ? "Client=MSExchangeRPC" : "Client=OWA;Action=ViaProxy";
  emitOffice(ctx, {
    atUs: momentOf(workday, d),
    account: person,
    operation,
    ip: workday.publicIp,
    userAgent: browser.userAgent,
    sessionId,
    inCloudApps: d.chance(0.6),
    object,
    folder: "Inbox",
    clientInfo,
  });
}

const graphUris = [
  "/v1.0/me",
  "/v1.0/me/messages?$top=25",
  "/v1.0/me/calendarview?startDateTime=2026-01-01",
  "/v1.0/me/drive/root/children",
  "/v1.0/me/photo/$value",
  "/v1.0/me/people?$top=10",
  "/v1.0/me/joinedTeams",
  "/v1.0/$batch",
  "/beta/me/insights/used",
  "/v1.0/me/presence",
];

function graph({ ctx, d, person, workday, browser }: Presence): void {
  const app = d.pick([apps.teams, apps.office, apps.outlook, apps.teamsWeb, apps.crm, apps.tickets]);
  const uri = d.chance(0.08) ? `/v1.0/users/${d.pick(ctx.world.people).objectId}/presence` : d.pick(graphUris);
  const status = d.chance(0.02) ? 404 : d.chance(0.01) ? 429 : d.chance(0.01) ? 403 : 200;
  const method = uri.endsWith("$batch") ? "POST" : "GET";
  emitGraph(ctx, {
    atUs: momentOf(workday, d),
    account: person,
    appId: app.id,
    ip: workday.publicIp,
    method,
    uri,
    status,
    sizeBytes: d.range(400, 40_000),
    userAgent: browser.userAgent,
    scopes: "User.Read Mail.Read Calendars.Read Presence.Read.All",
  });
}

/** Trap: people consent to ordinary applications all the time. */
function consent({ ctx, d, person, workday, browser }: Presence): void {
  const [name, scopes] = d.pick(ordinaryApps);
  emitConsent(
    ctx,
    {
      atUs: momentOf(workday, d),
      person,
      ip: workday.publicIp,
      app: { name, id: `7c1d0e4a-0000-4000-8000-${name.length.toString(16).padStart(12, "0")}` },
      scopes,
      userAgent: browser.userAgent,
    },
    "trap-ordinary-consents",
  );
}

export interface Consent {
  readonly atUs: number;
  readonly person: Person;
  readonly ip: string;
  readonly app: { readonly name: string; readonly id: string };
  readonly scopes: string;
  readonly userAgent: string;
}

/** "Consent to application" with the rows that come with it. */
export function emitConsent(ctx: Context, c: Consent, tag?: string): void {
  const d = ctx.draw(`consent-${c.app.name}`, c.person.index);
  const [principal, grant] = [d.guid(), d.guid()];
  const by = { account: c.person, ip: c.ip };
  const permissions = `[] => [[Id: ${grant}, ClientId: ${principal}, PrincipalId: ${c.person.objectId}, ResourceId: ${d.guid()}, ConsentType: Principal, Scope: ${c.scopes}, CreatedDateTime: , LastModifiedDateTime ]];`;
  const app = { displayName: c.app.name, id: principal, type: "ServicePrincipal" } as const;
  const common = { by, category: "ApplicationManagement", service: "Core Directory", userAgent: c.userAgent } as const;
  const appId = [["AppId", c.app.id]] as const;
  emitAudit(
    ctx,
    {
      ...common,
      atUs: c.atUs - 700_000,
      operation: "Add service principal",
      type: "Add",
      targets: [
        {
          ...app,
          changes: [
            ["AccountEnabled", "", "true"],
            ["AppPrincipalId", "", c.app.id],
            ["DisplayName", "", c.app.name],
          ],
        },
      ],
      details: appId,
    },
    tag,
  );
  emitAudit(
    ctx,
    {
      ...common,
      atUs: c.atUs - 300_000,
      operation: "Add delegated permission grant",
      type: "Assign",
      targets: [
        {
          ...app,
          changes: [
            ["DelegatedPermissionGrant.Scope", "", c.scopes],
            ["DelegatedPermissionGrant.ConsentType", "", "Principal"],
          ],
        },
      ],
      details: appId,
    },
    tag,
  );
  emitAudit(
    ctx,
    {
      ...common,
      atUs: c.atUs,
      operation: "Consent to application",
      type: "Assign",
      targets: [
        {
          ...app,
          changes: [
            ["ConsentContext.IsAdminConsent", "", "False"],
            ["ConsentContext.OnBehalfOfAll", "", "False"],
            ["ConsentAction.Permissions", "", permissions],
          ],
        },
      ],
      details: appId,
    },
    tag,
  );
}

const harmlessRules = [
  [
    ["SubjectContainsWords", "newsletter"],
    ["MoveToFolder", "Newsletters"],
  ],
  [
    ["From", "no-reply@contoso.service-now.example"],
    ["MoveToFolder", "Tickets"],
  ],
  [
    ["SentOnlyToMe", "True"],
    ["ApplyCategory", "To me"],
  ],
  [
    ["SubjectContainsWords", "[platform]"],
    ["MoveToFolder", "Builds"],
  ],
] as const;

function inboxRule({ ctx, d, person, workday, browser, sessionId }: Presence): void {
  const rule = d.pick(harmlessRules);
  const name = rule[1][1];
  const parameters = [
    ["AlwaysDeleteOutlookRulesBlob", "False"],
    ["Force", "False"],
    ...rule,
    ["Name", name],
    ["StopProcessingRules", "True"],
  ] as const;
  emitOffice(ctx, {
    atUs: momentOf(workday, d),
    account: person,
    operation: "New-InboxRule",
    ip: workday.publicIp,
    userAgent: browser.userAgent,
    sessionId,
    parameters,
    inCloudApps: true,
    object: `${person.upn}\\${name}`,
  });
}

export interface RiskEvent {
  readonly atUs: number;
  readonly person: Person;
  readonly ip: string;
  readonly type: string;
  readonly level: "low" | "medium" | "high";
  readonly state: "atRisk" | "dismissed" | "remediated" | "confirmedCompromised";
}

export function emitRiskEvent(ctx: Context, r: RiskEvent, tag?: string): void {
  const at = ctx.world.locate(r.ip);
  const d = ctx.draw(
    `risk-${r.type}`,
    r.person.index,
    Math.floor(r.atUs / dayUs),
    Math.floor((r.atUs % hourUs) / secondUs),
  );
  ctx.emit(
    "AADUserRiskEvents",
    r.atUs,
    {
      ...{
        OperationName: "User Risk Detection",
        Activity: "signin",
        ActivityDateTime: r.atUs - 3 * minuteUs,
        DetectedDateTime: r.atUs,
        LastUpdatedDateTime: r.atUs + 60 * secondUs,
        DetectionTimingType: "realtime",
      },
      ...{
        Id: d.hex(64),
        CorrelationId: d.guid(),
        RequestId: d.guid(),
        IpAddress: r.ip,
        RiskEventType: r.type,
        RiskLevel: r.level,
        RiskState: r.state,
        RiskDetail: r.state === "dismissed" ? "aiConfirmedSigninSafe" : "none",
      },
      ...{
        Source: "IdentityProtection",
        TokenIssuerType: "AzureAD",
        UserDisplayName: r.person.display,
        UserId: r.person.objectId,
        UserPrincipalName: r.person.upn,
      },
      Location:
        at === undefined
          ? {}
          : {
              city: at.city,
              state: at.state,
              countryOrRegion: at.countryCode,
              geoCoordinates: { latitude: at.latitude, longitude: at.longitude },
            },
      AdditionalInfo: [
        { Key: "userAgent", Value: "" },
        { Key: "alertUrl", Value: null },
      ],
    },
    tag,
  );
}
