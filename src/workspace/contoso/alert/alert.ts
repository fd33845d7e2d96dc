/** Alerts as Sentinel and Defender keep them: SecurityAlert, AlertInfo, AlertEvidence, with Entities that refer to each other. */
import { minuteUs } from "../calendar.js";
import type { Context } from "../context.js";
import { Draw, hashText } from "../hash.js";
import type { Row } from "../recorder.js";
import type { Host } from "../world/host.js";
import type { Account } from "../world/person.js";

export type AlertEntity =
  | { readonly kind: "host"; readonly host: Host }
  | { readonly kind: "account"; readonly account: Account; readonly on?: Host }
  | { readonly kind: "ip"; readonly address: string }
  | {
      readonly kind: "process";
      readonly host: Host;
      readonly pid: number;
      readonly commandLine: string;
      readonly path: string;
      readonly createdUs: number;
      readonly account?: Account;
    }
  | { readonly kind: "file"; readonly name: string; readonly folder: string; readonly sha256?: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "dns"; readonly name: string }
  | { readonly kind: "mailbox"; readonly account: Account }
  | { readonly kind: "application"; readonly name: string; readonly id: string }
  | { readonly kind: "azure-resource"; readonly resourceId: string };

const products = {
  mde: {
    provider: "MDATP",
    product: "Microsoft Defender Advanced Threat Protection",
    vendor: "Microsoft",
    service: "Microsoft Defender for Endpoint",
    detection: "EDR",
  },
  mdo: {
    provider: "OATP",
    product: "Office 365 Advanced Threat Protection",
    vendor: "Microsoft",
    service: "Microsoft Defender for Office 365",
    detection: "Microsoft Defender for Office 365",
  },
  mdi: {
    provider: "AATP",
    product: "Azure Advanced Threat Protection",
    vendor: "Microsoft",
    service: "Microsoft Defender for Identity",
    detection: "Microsoft Defender for Identity",
  },
  mda: {
    provider: "MCAS",
    product: "Microsoft Cloud App Security",
    vendor: "Microsoft",
    service: "Microsoft Defender for Cloud Apps",
    detection: "Microsoft Defender for Cloud Apps",
  },
  aadip: {
    provider: "IPC",
    product: "Azure Active Directory Identity Protection",
    vendor: "Microsoft",
    service: "AAD Identity Protection",
    detection: "AAD Identity Protection",
  },
  asc: {
    provider: "StorageThreatDetection",
    product: "Azure Security Center",
    vendor: "Microsoft",
    service: "",
    detection: "",
  },
  sentinel: {
    provider: "ASI Scheduled Alerts",
    product: "Azure Sentinel",
    vendor: "Microsoft",
    service: "",
    detection: "",
  },
} as const;
export type AlertProduct = keyof typeof products;

export interface Alert {
  readonly key: string;
  readonly atUs: number;
  readonly startUs: number;
  readonly name: string;
  readonly description: string;
  readonly severity: "High" | "Medium" | "Low" | "Informational";
  readonly product: AlertProduct;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly entities: readonly AlertEntity[];
  readonly status?: "New" | "Resolved" | "InProgress" | "Dismissed";
}

export const alertIdOf = (ctx: Context, a: Pick<Alert, "key">): string =>
  new Draw(hashText(`${ctx.seed}/alert/${a.key}`)).guid();
export const vendorIdOf = (ctx: Context, a: Pick<Alert, "key">): string =>
  `da${(hashText(`${ctx.seed}/${a.key}`) % 900_000_000) + 638_000_000_000}_${hashText(a.key) % 2_000_000_000}`;

/** The Entities array: each has an $id, and processes and accounts point to their host with $ref. */
export function entitiesJson(ctx: Context, entities: readonly AlertEntity[]): object[] {
  const made: Record<string, unknown>[] = [];
  const hosts = new Map<string, string>();
  let next = 0;
  const id = (): string => String(++next + 1);
  const refOf = (host: Host): { $ref: string } => {
    let ref = hosts.get(host.name);
    if (ref === undefined) {
      ref = id();
      hosts.set(host.name, ref);
      made.push({
        $id: ref,
        HostName: host.name.toLowerCase(),
        DnsDomain: "contoso.example",
        NTDomain: "contoso.example",
        NetBiosName: host.name.toLowerCase(),
        IsDomainJoined: true,
        OSFamily: host.kind === "linux" ? "Linux" : "Windows",
        OSVersion: host.os.name,
        AzureID: host.resourceId,
        Type: "host",
      });
    }
    return { $ref: ref };
  };
  const account = (a: Account, on: Host | undefined): Record<string, unknown> => ({
    Name: a.sam,
    NTDomain: "CONTOSO",
    UPNSuffix: "contoso.example",
    ...(on === undefined ? {} : { Host: refOf(on) }),
    Sid: a.sid,
    AadTenantId: ctx.world.tenantId,
    AadUserId: a.objectId,
    IsDomainJoined: true,
    DisplayName: a.display,
    Type: "account",
  });
  for (const e of entities) {
    switch (e.kind) {
      case "host":
        refOf(e.host);
        break;
      case "account":
        made.push({ $id: id(), ...account(e.account, e.on) });
        break;
      case "ip": {
        const at = ctx.world.locate(e.address);
        const location =
          at === undefined
            ? {}
            : {
                Location: {
                  CountryCode: at.countryCode,
                  CountryName: at.country,
                  City: at.city,
                  Latitude: at.latitude,
                  Longitude: at.longitude,
                },
              };
        made.push({ $id: id(), Address: e.address, ...location, Type: "ip" });
        break;
      }
      case "process": {
        const host = refOf(e.host);
        const [self, file] = [id(), id()];
        const slash = e.path.lastIndexOf("\\");
        const by = e.account === undefined ? {} : { Account: { $id: id(), ...account(e.account, e.host) } };
        made.push({
          $id: self,
          ProcessId: String(e.pid),
          CommandLine: e.commandLine,
          CreationTimeUtc: new Date(e.createdUs / 1000).toISOString(),
          ImageFile: {
            $id: file,
            Directory: e.path.slice(0, slash),
            Name: e.path.slice(slash + 1),
            Host: host,
            Type: "file",
          },
          ...by,
          Host: host,
          Type: "process",
        });
        break;
      }
      case "file":
        made.push({
          $id: id(),
          Directory: e.folder,
          Name: e.name,
          ...(e.sha256 === undefined
            ? {}
            : { FileHashes: [{ $id: id(), Algorithm: "SHA256", Value: e.sha256, Type: "filehash" }] }),
          Type: "file",
        });
        break;
      case "url":
        made.push({ $id: id(), Url: e.url, Type: "url" });
        break;
      case "dns":
        made.push({ $id: id(), DomainName: e.name, Type: "dns" });
        break;
      case "mailbox":
        made.push({
          $id: id(),
          MailboxPrimaryAddress: e.account.upn,
          Upn: e.account.upn,
          DisplayName: e.account.display,
          AadId: e.account.objectId,
          RiskLevel: "None",
          Type: "mailbox",
        });
        break;
      case "application":
        made.push({ $id: id(), AppId: e.id, Name: e.name, Type: "cloud-application" });
        break;
      case "azure-resource":
        made.push({ $id: id(), ResourceId: e.resourceId, Type: "azure-resource" });
        break;
    }
  }
  return made;
}

function compromisedOf(a: Alert): string {
  const first = a.entities[0];
  if (first?.kind === "host") return first.host.name;
  if (first?.kind === "account" || first?.kind === "mailbox") return first.account.upn;
  return first?.kind === "azure-resource" ? first.resourceId : "";
}

/** Writes an alert to SecurityAlert and, when a Defender product raised it, to AlertInfo and AlertEvidence. */
export function emitAlert(ctx: Context, a: Alert, tag?: string): void {
  const p = products[a.product];
  const endUs = Math.min(a.atUs, a.startUs + 5 * minuteUs);
  ctx.emit(
    "SecurityAlert",
    a.atUs,
    {
      SystemAlertId: alertIdOf(ctx, a),
      VendorOriginalId: p.service === "" ? alertIdOf(ctx, a) : vendorIdOf(ctx, a),
      AlertName: a.name,
      DisplayName: a.name,
      Description: a.description,
      AlertSeverity: a.severity,
      AlertType:
        a.product === "sentinel"
          ? `${ctx.world.workspaceId}_${new Draw(hashText(a.name)).guid()}`
          : a.name.replaceAll(/[^A-Za-z]/g, ""),
      ProviderName: p.provider,
      ProductName: p.product,
      VendorName: p.vendor,
      ProductComponentName: a.product === "sentinel" ? "Scheduled Alerts" : "",
      Status: a.status ?? "New",
      StartTime: a.startUs,
      EndTime: endUs,
      ProcessingEndTime: a.atUs,
      CompromisedEntity: compromisedOf(a),
      ConfidenceLevel: "Unknown",
      ConfidenceScore: null,
      IsIncident: false,
      Tactics: a.tactics.join(", "),
      Techniques: JSON.stringify(a.techniques.map(t => t.split(".")[0])),
      SubTechniques: JSON.stringify(a.techniques.filter(t => t.includes("."))),
      Entities: JSON.stringify(entitiesJson(ctx, a.entities)),
      ExtendedProperties: JSON.stringify({
        "Query Period": "01:00:00",
        "Trigger Operator": "GreaterThan",
        "Trigger Threshold": "0",
        "Search Query Results Overall Count": "1",
        ProcessedBySentinel: "True",
        "Alert generation status": "Full alert created",
      }),
      ExtendedLinks: JSON.stringify([
        {
          Href: `https://security.microsoft.example/alerts/${alertIdOf(ctx, a)}`,
          Category: null,
          Label: "alert",
          Type: "webLink",
        },
      ]),
      AlertLink: `https://security.microsoft.example/alerts/${alertIdOf(ctx, a)}`,
      RemediationSteps: JSON.stringify(["Review the entities", "Contact the user", "Contain the device if needed"]),
      WorkspaceSubscriptionId: ctx.world.subscriptionId,
      WorkspaceResourceGroup: "rg-security",
    },
    tag,
  );
  if (p.service === "") return;
  const id = vendorIdOf(ctx, a);
  const info = {
    AlertId: id,
    Title: a.name,
    ServiceSource: p.service,
    DetectionSource: p.detection,
    AttackTechniques: JSON.stringify(a.techniques),
  };
  ctx.emit("AlertInfo", a.atUs, { ...info, Category: a.tactics[0] ?? "", Severity: a.severity }, tag);
  for (const [i, e] of a.entities.entries())
    ctx.emit(
      "AlertEvidence",
      a.atUs,
      {
        ...info,
        Categories: JSON.stringify(a.tactics),
        Severity: a.severity,
        EvidenceRole: i === 0 ? "Impacted" : "Related",
        EvidenceDirection: "",
        ...evidenceRow(e),
      },
      tag,
    );
}

function evidenceRow(e: AlertEntity): Row {
  switch (e.kind) {
    case "host":
      return {
        EntityType: "Machine",
        DeviceId: e.host.deviceId,
        DeviceName: e.host.deviceName,
        AdditionalFields: { HostName: e.host.name.toLowerCase(), OSFamily: "Windows" },
      };
    case "account":
    case "mailbox":
      return {
        EntityType: e.kind === "account" ? "User" : "Mailbox",
        AccountName: e.account.sam,
        AccountDomain: "contoso",
        AccountSid: e.account.sid,
        AccountObjectId: e.account.objectId,
        AccountUpn: e.account.upn,
        AdditionalFields: { Name: e.account.sam },
      };
    case "ip":
      return {
        EntityType: "Ip",
        RemoteIP: e.address.startsWith("10.") ? "" : e.address,
        LocalIP: e.address.startsWith("10.") ? e.address : "",
        AdditionalFields: { Address: e.address },
      };
    case "process":
      return {
        EntityType: "Process",
        DeviceId: e.host.deviceId,
        DeviceName: e.host.deviceName,
        FileName: e.path.slice(e.path.lastIndexOf("\\") + 1),
        FolderPath: e.path,
        ProcessCommandLine: e.commandLine,
        AdditionalFields: { ProcessId: String(e.pid), CreationTimeUtc: new Date(e.createdUs / 1000).toISOString() },
      };
    case "file":
      return {
        EntityType: "File",
        FileName: e.name,
        FolderPath: e.folder,
        SHA256: e.sha256 ?? "",
        AdditionalFields: { Name: e.name },
      };
    case "url":
      return { EntityType: "Url", RemoteUrl: e.url, AdditionalFields: { Url: e.url } };
    case "dns":
      return { EntityType: "Url", RemoteUrl: e.name, AdditionalFields: { DomainName: e.name } };
    case "application":
      return {
        EntityType: "OAuthApplication",
        Application: e.name,
        OAuthApplicationId: e.id,
        AdditionalFields: { AppId: e.id },
      };
    case "azure-resource":
      return {
        EntityType: "CloudResource",
        ResourceID: e.resourceId,
        ResourceType: "Storage account",
        CloudPlatform: "Azure",
        SubscriptionId: "",
        AdditionalFields: { ResourceId: e.resourceId },
      };
  }
}
