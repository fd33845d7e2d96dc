/** Threat intelligence in both tables, watchlists, and the workspace's own usage. */
import { dayUs, hourUs, isoOf, minuteUs, secondUs } from "../calendar.js";
import type { Context, DayGenerator } from "../context.js";
import { Draw, hashText } from "../hash.js";
import type { RecordedCounts } from "../counts.js";
import type { Row } from "../recorder.js";
import { contosoTableNames } from "../table-schema.js";
import { cast } from "../world/person.js";
import { threats } from "./threat.js";
import type { ThreatItem } from "./threat.js";

interface Indicator extends ThreatItem {
  readonly id: string;
  readonly source: string;
  readonly createdUs: number;
  readonly validUntilUs: number;
  readonly tlp: "white" | "green" | "amber";
}

export const indicatorIdOf = (ctx: Pick<Context, "seed">, value: string): string =>
  `indicator--${new Draw(hashText(`${ctx.seed}/indicator/${value}`)).guid()}`;

function storyIndicators(ctx: Context): readonly Indicator[] {
  return Object.values(threats).map((t: ThreatItem, i) => {
    const createdUs = ctx.calendar.startUs - (t.state === "expired" ? 120 : 20 + i * 3) * dayUs;
    const validUntilUs = t.state === "expired" ? ctx.calendar.startUs - 30 * dayUs : ctx.calendar.endUs + 60 * dayUs;
    return {
      ...t,
      id: indicatorIdOf(ctx, t.value),
      source: t.state === "shared-hosting" ? "Community blocklist" : "Contoso ISAC",
      createdUs,
      validUntilUs,
      tlp: "amber",
    };
  });
}

const families = ["loader", "stealer", "phishing", "botnet", "scanner"] as const;
const bad = [
  "free-gift",
  "login-check",
  "secure-verify",
  "parcel-track",
  "bonus-now",
  "invoice-view",
  "update-flash",
  "wallet-sync",
];

/** Indicators that nothing in this tenant matches: they are in ranges and under names that nobody here uses. */
function otherIndicator(ctx: Context, index: number): Indicator {
  const d = ctx.draw("indicator", index);
  const kind = d.int(10);
  const domain = `${d.pick(bad)}-${d.hex(5)}.example`;
  const ip =
    index % 2 === 0
      ? `203.0.113.${200 + d.int(55)}`
      : `2001:db8:dead:${d.int(65_536).toString(16)}::${d.range(1, 999).toString(16)}`;
  const [value, key] =
    kind < 3
      ? ([ip, ip.includes(":") ? "ipv6-addr:value" : "ipv4-addr:value"] as const)
      : kind < 6
        ? ([domain, "domain-name:value"] as const)
        : kind < 8
          ? ([`http://${domain}/${d.hex(8)}`, "url:value"] as const)
          : ([d.hex(64), "file:hashes.'SHA-256'"] as const);
  const label = d.pick(families);
  return {
    value,
    key: key as ThreatItem["key"],
    description: `Seen in ${label} campaigns`,
    state: d.chance(0.2) ? "expired" : "active",
    confidence: d.range(20, 95),
    label,
    id: indicatorIdOf(ctx, `${index}/${value}`),
    source: d.pick(["Contoso ISAC", "Community blocklist", "Vendor feed A", "Vendor feed B"]),
    createdUs: ctx.calendar.startUs - d.range(10, 400) * dayUs,
    validUntilUs: d.chance(0.2)
      ? ctx.calendar.startUs - d.range(1, 90) * dayUs
      : ctx.calendar.endUs + d.range(5, 120) * dayUs,
    tlp: d.pick(["white", "green", "amber"] as const),
  };
}

export const intelligenceDay: DayGenerator = function* (ctx, day) {
  if (day !== -13) return;
  const atUs = ctx.calendar.midnight(day) + 2 * hourUs;
  for (const [i, indicator] of storyIndicators(ctx).entries())
    emitIndicator(ctx, indicator, atUs + (7 + i * 61) * minuteUs, "breach-threat-intelligence");
  for (let i = 0; i < 1200; i++) emitIndicator(ctx, otherIndicator(ctx, i), atUs + i * 4 * secondUs);
  yield;
  watchlists(ctx, atUs + 3 * hourUs);
  yield;
};

function emitIndicator(ctx: Context, t: Indicator, atUs: number, tag?: string): void {
  const pattern = `[${t.key} = '${t.value}']`;
  const isActive = t.validUntilUs > ctx.calendar.endUs;
  const stix = {
    type: "indicator",
    spec_version: "2.1",
    id: t.id,
    created: isoOf(t.createdUs),
    modified: isoOf(t.createdUs + dayUs),
    name: t.description,
    pattern,
    pattern_type: "stix",
    valid_from: isoOf(t.createdUs),
    valid_until: isoOf(t.validUntilUs),
    indicator_types: [t.label],
    confidence: t.confidence,
  };
  const row: Row = {
    ...{
      Id: t.id,
      Source: t.source,
      Pattern: pattern,
      ObservableKey: t.key,
      ObservableValue: t.value,
      Confidence: t.confidence,
      IsActive: isActive,
      IsDeleted: false,
      Revoked: false,
      Created: t.createdUs,
      Modified: t.createdUs + dayUs,
      ValidFrom: t.createdUs,
      ValidUntil: t.validUntilUs,
    },
    ...{
      Tags: JSON.stringify([t.label]),
      AdditionalFields: { TLPLevel: t.tlp },
      Data: stix,
      LastUpdateMethod: "TaxiiServer",
      AzureTenantId: ctx.world.tenantId,
      WorkspaceId: ctx.world.workspaceId,
    },
  };
  ctx.emit("ThreatIntelIndicators", atUs, row, tag);
  ctx.emit("ThreatIntelligenceIndicator", atUs + 30 * secondUs, { ...legacyIndicator(t), Active: isActive }, tag);
}

function legacyIndicator(t: Indicator): Row {
  const isIp = t.key.startsWith("ip");
  const isFile = t.key.startsWith("file");
  return {
    ...{
      Action: "alert",
      IndicatorId: t.id.slice(11).replaceAll("-", "").toUpperCase(),
      ExternalIndicatorId: t.id,
      Description: t.description,
      ThreatType: t.label === "c2" ? "C2" : t.label,
      ConfidenceScore: t.confidence,
      ExpirationDateTime: t.validUntilUs,
      IndicatorProvider: t.source,
      Tags: JSON.stringify([t.label]),
      TrafficLightProtocolLevel: t.tlp,
      ThreatSeverity: Math.round(t.confidence / 20),
    },
    ...(isIp ? { NetworkIP: t.value, NetworkSourceIP: t.value } : {}),
    ...((t.key as string) === "domain-name:value" ? { DomainName: t.value } : {}),
    ...((t.key as string) === "url:value" ? { Url: t.value } : {}),
    ...(isFile ? { FileHashType: "sha256", FileHashValue: t.value } : {}),
    ...{ KillChainC2: t.label === "c2", KillChainDelivery: t.label === "phishing", PassiveOnly: false },
  };
}

export interface WatchlistTable {
  readonly alias: string;
  readonly name: string;
  readonly searchKey: string;
  readonly items: readonly Readonly<Record<string, string>>[];
}

/** The three watchlists, also written as CSV beside the tables. */
export function contosoWatchlists(ctx: Context): readonly WatchlistTable[] {
  const vips = ctx.world.people.filter(
    p => p.department === "Executive" || p.index === cast.dana || p.title.includes("Director"),
  );
  const assets = ["DC01", "DC02", "FS01", "SQL01", "AADC01", "EX01", "BKP01"].map(name => ctx.world.server(name));
  const leavers = ctx.world.people
    .filter(p => p.index > 100)
    .slice(0, 400)
    .filter((_, i) => i % 37 === 5);
  return [
    {
      alias: "VIPUsers",
      name: "VIP Users",
      searchKey: "User Principal Name",
      items: vips.slice(0, 30).map(p => ({
        "User Identifier": p.sam,
        "User AAD Object Id": p.objectId,
        "User On-Prem Sid": p.sid,
        "User Principal Name": p.upn,
        Tags: p.title,
      })),
    },
    {
      alias: "HighValueAssets",
      name: "High Value Assets",
      searchKey: "Asset FQDN",
      items: assets.map(h => ({
        "Asset Type": "VirtualMachine",
        "Asset Id": h.resourceId,
        "Asset Name": h.name,
        "Asset FQDN": h.fqdn,
        "IP Address": h.fixedIp ?? "",
        Tags: h.role,
      })),
    },
    {
      alias: "TerminatedEmployees",
      name: "Terminated Employees",
      searchKey: "User Principal Name",
      items: leavers.map((p, i) => ({
        "User Identifier": p.sam,
        "User AAD Object Id": p.objectId,
        "User On-Prem Sid": p.sid,
        "User Principal Name": p.upn,
        UserState: i % 3 === 0 ? "Suspended" : "Terminated",
        "Notification date": isoOf(ctx.calendar.startUs - 20 * dayUs).slice(0, 10),
        "Termination date": isoOf(ctx.calendar.endUs + (i + 5) * dayUs).slice(0, 10),
        Tags: p.department,
      })),
    },
  ];
}

function watchlists(ctx: Context, atUs: number): void {
  const by = {
    Name: "adm-domain1",
    Email: "adm-domain1@contoso.example",
    ObjectId: ctx.world.accounts["adm-domain1"].objectId,
  };
  for (const list of contosoWatchlists(ctx)) {
    const id = new Draw(hashText(`${ctx.seed}/watchlist/${list.alias}`)).guid();
    const base = {
      WatchlistId: id,
      WatchlistAlias: list.alias,
      WatchlistName: list.name,
      WatchlistCategory: "General",
      Provider: "Contoso",
      Source: `${list.alias}.csv`,
      SearchKey: "",
      Notes: "",
      Tags: "",
      AzureTenantId: ctx.world.tenantId,
      CorrelationId: id,
      CreatedBy: by,
      UpdatedBy: by,
      CreatedTimeUTC: atUs,
      LastUpdatedTimeUTC: atUs,
      DefaultDuration: "P3650D",
      TimeToLive: atUs + 3650 * dayUs,
      _DTTimestamp: atUs,
      _DTItemStatus: "Create",
    };
    ctx.emit("Watchlist", atUs, { ...base, _DTItemId: id, _DTItemType: "watchlist" });
    list.items.forEach((item, i) => {
      const itemId = new Draw(hashText(`${id}/${i}`)).guid();
      ctx.emit("Watchlist", atUs + (i + 1) * 20_000, {
        ...base,
        WatchlistItemId: itemId,
        _DTItemId: itemId,
        _DTItemType: "watchlist-item",
        SearchKey: item[list.searchKey] ?? "",
        WatchlistItem: item,
        EntityMapping: {},
      });
    });
  }
}

/** Usage is counted, not invented: what was written per table and day, in six reports a day. */
export function emitUsage(ctx: Context, counts: RecordedCounts): void {
  for (const table of contosoTableNames) {
    if (table === "Usage") continue;
    for (const [day, rows] of [...(counts.perDay.get(table) ?? [])].sort(([a], [b]) => a - b))
      for (let part = 0; part < 6; part++) {
        const startUs = ctx.calendar.midnight(day) + part * 4 * hourUs;
        const megabytes = Math.round((rows / 6) * 1.15) / 1000;
        ctx.emit("Usage", startUs + 4 * hourUs - secondUs, {
          DataType: table,
          Solution: "SecurityInsights",
          StartTime: startUs,
          EndTime: startUs + 4 * hourUs,
          Quantity: megabytes,
          QuantityUnit: "MBytes",
          IsBillable: table !== "Heartbeat" && table !== "SecurityIncident",
          Computer: "",
          ResourceUri: `/subscriptions/${ctx.world.subscriptionId}/resourcegroups/rg-security/providers/microsoft.operationalinsights/workspaces/contoso`,
          AvgLatencyInSeconds: 34,
          TotalBatches: 1 + (rows % 40),
          BatchesWithinSla: 1 + (rows % 40),
          BatchesOutsideSla: 0,
          BatchesCapped: 0,
        });
      }
  }
}
