/** Workspaces from elsewhere: Azure Machine Learning's config.json, an address of the portal, Azure Resource Graph. */
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import type { HttpClient } from "../net/client.js";
import { isGuid } from "./check-spec.js";
import type { Cloud } from "./cloud.js";
import { managerError } from "./manager-error.js";
import { isMapping } from "./yaml-source.js";

/** Keys as in `MSSentinel.Workspaces.<name>`; what is not known is missing. */
export interface WorkspaceSettings {
  readonly WorkspaceId?: string;
  readonly TenantId?: string;
  readonly SubscriptionId?: string;
  readonly ResourceGroup?: string;
  readonly WorkspaceName?: string;
}

const jsonKeys = {
  workspace_id: "WorkspaceId",
  tenant_id: "TenantId",
  subscription_id: "SubscriptionId",
  resource_group: "ResourceGroup",
  workspace_name: "WorkspaceName",
} as const satisfies Record<string, keyof WorkspaceSettings>;

/** Reads a config.json. @throws HuntError `config/import` */
export function readConfigJson(text: string, name: string): WorkspaceSettings {
  const refuse = (what: string): never => {
    throw new HuntError("config/import", `'${name}' ${what}`, {
      hint: "it has tenant_id, subscription_id, resource_group, workspace_id and workspace_name",
    });
  };
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return refuse("is not JSON");
  }
  if (!isMapping(value)) return refuse("is not an object");
  const found: Record<string, string> = {};
  for (const [key, target] of Object.entries(jsonKeys)) {
    const item = value[key];
    if (typeof item !== "string" || item === "") continue;
    if (key.endsWith("_id") && !isGuid(item)) return refuse(`has no GUID in '${key}'`);
    found[target] = item;
  }
  return found["WorkspaceId"] === undefined ? refuse("has no workspace_id") : found;
}

const portals: Readonly<Record<string, Cloud["name"]>> = {
  "portal.azure.com": "global",
  "ms.portal.azure.com": "global",
  "portal.azure.us": "usgov",
  "portal.azure.cn": "cn",
};

export interface PortalAddress {
  readonly cloud: Cloud["name"];
  readonly settings: WorkspaceSettings;
  /** The directory's domain, when the address has one. */
  readonly tenantDomain: string | undefined;
}

/** Names as Azure allows them, so that they can stand in a query. */
const workspaceName = /^[A-Za-z0-9][A-Za-z0-9-]{2,62}$/;
const resourceGroup = /^[-\w.()]{1,90}$/;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Reads the address of a workspace's page in the Azure portal: subscription, resource group and workspace.
 * @throws HuntError `config/import`
 */
export function parsePortalUrl(address: string): PortalAddress {
  const refuse = (what: string): never => {
    throw new HuntError("config/import", what, {
      hint: "open the workspace in Microsoft Sentinel in the Azure portal and copy the whole address",
    });
  };
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  const cloud = url === undefined ? undefined : portals[url.hostname.toLowerCase()];
  if (url === undefined || cloud === undefined) return refuse("this is not an address of the Azure portal");
  const path = decode(decode(url.hash));
  const part = (...names: string[]) => names.map(n => new RegExp(`/${n}/([^/?#]+)`, "i").exec(path)?.[1]).find(Boolean);
  const subscription = part("subscriptions", "subscriptionId");
  const group = part("resourceGroups", "resourceGroup");
  const name = part("workspaces", "workspaceName", "workspace", "sentinel");
  if (subscription === undefined || group === undefined || name === undefined)
    return refuse("the address does not name a subscription, resource group and workspace");
  // The segment after `sentinel` may be the solution's: SecurityInsights(name).
  const inner = /^SecurityInsights\(([^)]+)\)$/i.exec(name)?.[1] ?? name;
  if (!isGuid(subscription) || !resourceGroup.test(group) || !workspaceName.test(inner))
    return refuse("the address names something that is no workspace");
  return {
    cloud,
    settings: { SubscriptionId: subscription, ResourceGroup: group, WorkspaceName: inner },
    tenantDomain: /#@([\w.-]+)/.exec(path)?.[1],
  };
}

/** A workspace as a person names it: its id or its name. @throws HuntError `config/import` */
export function parseWorkspaceName(text: string): WorkspaceSettings {
  const name = text.trim();
  if (isGuid(name)) return { WorkspaceId: name };
  if (workspaceName.test(name)) return { WorkspaceName: name };
  throw new HuntError("config/import", `'${text.slice(0, 80)}' is no workspace, file or address`, {
    hint: "give the id or the name of a workspace, a config.json, or the address of the workspace's page in the Azure portal",
  });
}

export interface ResolvePorts {
  readonly http: HttpClient;
  /** Azure Resource Manager, for example `https://management.azure.com`. */
  readonly resourceManager: string;
  /** A token for it. */
  readonly token: Secret;
}

const filled = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

function graphQuery(known: WorkspaceSettings): string {
  const conditions = [
    ["properties.customerId", known.WorkspaceId, isGuid],
    [
      "name",
      filled(known.WorkspaceId) === undefined ? known.WorkspaceName : undefined,
      (t: string) => workspaceName.test(t),
    ],
    ["subscriptionId", known.SubscriptionId, isGuid],
    ["resourceGroup", known.ResourceGroup, (t: string) => resourceGroup.test(t)],
  ] as const;
  const lines = conditions.flatMap(([column, value, isValid]) => {
    if (value === undefined || value === "") return [];
    if (isValid(value)) return [`| where ${column} =~ '${value}'`];
    throw new HuntError("config/resolve", `the workspace's ${column.replace(/^properties\./, "")} is malformed`, {
      hint: "correct it first",
    });
  });
  if (filled(known.WorkspaceId) === undefined && filled(known.WorkspaceName) === undefined)
    throw new HuntError("config/resolve", "neither WorkspaceId nor WorkspaceName is known", { hint: "fill one in" });
  return [
    "Resources | where type =~ 'microsoft.operationalinsights/workspaces'",
    ...lines,
    "| project name, tenantId, subscriptionId, resourceGroup, workspaceId = tostring(properties.customerId)",
  ].join(" ");
}

/**
 * Completes the settings of a workspace from its id, or its name, through Azure Resource Graph. What was known stays.
 *
 * Source: https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources
 * @throws HuntError `config/resolve` when there is no such workspace or several, `net/…`
 */
export async function resolveWorkspace(
  known: WorkspaceSettings,
  ports: ResolvePorts,
  signal?: AbortSignal,
): Promise<Required<WorkspaceSettings>> {
  const response = await ports.http.request({
    url: `${ports.resourceManager}/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01`,
    method: "POST",
    headers: { authorization: new Secret(`Bearer ${ports.token.reveal()}`, ports.token.origin) },
    json: { query: graphQuery(known), options: { resultFormat: "objectArray", $top: 3 } },
    idempotent: true,
    maxBytes: 1024 * 1024,
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status !== 200) throw managerError(response.status, "Azure Resource Graph");
  const body = response.json();
  const rows = isMapping(body) && Array.isArray(body["data"]) ? (body["data"] as unknown[]).filter(isMapping) : [];
  const [row, second] = rows;
  if (row === undefined)
    throw new HuntError("config/resolve", "no workspace was found that this sign-in can see", {
      hint: "check the id and the tenant; the role Reader on the workspace is needed",
    });
  if (second !== undefined)
    throw new HuntError("config/resolve", "several workspaces have this name", {
      hint: "give the WorkspaceId, or the SubscriptionId and ResourceGroup",
    });
  const text = (key: string) => (typeof row[key] === "string" ? row[key] : "");
  return {
    WorkspaceId: filled(known.WorkspaceId) ?? text("workspaceId"),
    TenantId: filled(known.TenantId) ?? text("tenantId"),
    SubscriptionId: filled(known.SubscriptionId) ?? text("subscriptionId"),
    ResourceGroup: filled(known.ResourceGroup) ?? text("resourceGroup"),
    WorkspaceName: filled(known.WorkspaceName) ?? text("name"),
  };
}
