/** Incidents: one row per change, as SecurityIncident keeps them. */
import type { Context } from "../context.js";
import { isoOf } from "../calendar.js";
import { draw, Draw, hashText } from "../hash.js";
import { cast } from "../world/person.js";
import { alertIdOf } from "./alert.js";
import type { Alert } from "./alert.js";

export interface IncidentUpdate {
  readonly atUs: number;
  readonly alerts: readonly Alert[];
  readonly status: "New" | "Active" | "Closed";
  readonly classification?: "TruePositive" | "BenignPositive" | "FalsePositive" | "Undetermined";
  readonly reason?: "SuspiciousActivity" | "SuspiciousButExpected" | "IncorrectAlertLogic" | "InaccurateData";
  readonly comment?: string;
  readonly assigned?: boolean;
  readonly labels?: readonly string[];
}

export interface Incident {
  readonly number: number;
  readonly title: string;
  readonly severity: Alert["severity"];
  readonly createdUs: number;
  readonly updates: readonly IncidentUpdate[];
}

export function emitIncident(ctx: Context, incident: Incident, tag?: string): void {
  const d = draw(ctx.seed, "incident", incident.number);
  const name = d.guid();
  const analyst = ctx.world.person(cast.helpdesk);
  incident.updates.forEach((u, i) => {
    const alerts = [...u.alerts].sort((a, b) => a.startUs - b.startUs);
    const tactics = [...new Set(alerts.flatMap(a => a.tactics))];
    const owner =
      u.assigned === true
        ? {
            objectId: analyst.objectId,
            email: analyst.upn,
            assignedTo: analyst.display,
            userPrincipalName: analyst.upn,
          }
        : { objectId: null, email: null, assignedTo: null, userPrincipalName: null };
    ctx.emit(
      "SecurityIncident",
      u.atUs,
      {
        IncidentName: name,
        IncidentNumber: incident.number,
        Title: incident.title,
        Description: alerts[0]?.description ?? "",
        Severity: incident.severity,
        Status: u.status,
        Classification: u.classification ?? "",
        ClassificationReason: u.reason ?? "",
        ClassificationComment: u.comment ?? "",
        Owner: owner,
        ProviderName: "Microsoft XDR",
        ProviderIncidentId: String(incident.number + 400),
        CreatedTime: incident.createdUs,
        FirstModifiedTime: incident.updates[0]!.atUs,
        LastModifiedTime: u.atUs,
        FirstActivityTime: alerts[0]?.startUs ?? incident.createdUs,
        LastActivityTime: alerts.at(-1)?.startUs ?? incident.createdUs,
        ClosedTime: u.status === "Closed" ? u.atUs : null,
        AlertIds: alerts.map(a => alertIdOf(ctx, a)),
        BookmarkIds: [],
        Comments:
          u.comment === undefined
            ? []
            : [{ message: u.comment, createdTimeUtc: isoOf(u.atUs), author: { name: analyst.display } }],
        Labels: (u.labels ?? []).map(labelName => ({ labelName, labelType: "User" })),
        Tasks: [],
        RelatedAnalyticRuleIds: alerts
          .filter(a => a.product === "sentinel")
          .map(a => new Draw(hashText(a.name)).guid()),
        AdditionalData: {
          alertsCount: alerts.length,
          bookmarksCount: 0,
          commentsCount: u.comment === undefined ? 0 : 1,
          alertProductNames: [...new Set(alerts.map(a => a.product))],
          tactics,
          techniques: [...new Set(alerts.flatMap(a => a.techniques.map(t => t.split(".")[0]!)))],
        },
        IncidentUrl: `https://security.microsoft.example/incidents/${name}`,
        ModifiedBy: i === 0 ? "Incident created from alert" : u.assigned === true ? analyst.display : "Microsoft XDR",
      },
      tag,
    );
  });
}
