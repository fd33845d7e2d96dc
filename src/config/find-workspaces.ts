/** The workspaces that a sign-in can see, from Azure Resource Manager. */
import { HuntError, isHuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import type { HttpResponse } from "../net/client.js";
import { isGuid } from "./check-spec.js";
import type { ResolvePorts, WorkspaceSettings } from "./import-workspace.js";
import { managerError } from "./manager-error.js";
import { isMapping } from "./yaml-source.js";

export interface FoundWorkspace {
  /** As for `MSSentinel.Workspaces.<name>`. */
  readonly settings: Required<WorkspaceSettings>;
  /** The subscription's name, for people. */
  readonly subscription: string;
  /** For example westeurope. */
  readonly location: string;
}

/** What was found, sorted by name; subscriptions that could not be looked at are told, so that a list is never taken for whole. */
export interface FoundWorkspaces {
  readonly workspaces: readonly FoundWorkspace[];
  readonly failed: readonly { readonly subscription: string; readonly message: string }[];
}

/** Source: https://learn.microsoft.com/rest/api/resources/subscriptions/list */
const subscriptionsPath = "/subscriptions?api-version=2022-12-01";
/** Source: https://learn.microsoft.com/rest/api/loganalytics/workspaces/list */
const workspacesPath = (id: string): string =>
  `/subscriptions/${id}/providers/Microsoft.OperationalInsights/workspaces?api-version=2023-09-01`;

/** A list that has more pages than this is not believed. */
const maxPages = 200;
const atOnce = 4;

type Item = Readonly<Record<string, unknown>>;
const textOf = (item: unknown, key: string): string => {
  const value = isMapping(item) ? item[key] : undefined;
  return typeof value === "string" ? value : "";
};

async function get(ports: ResolvePorts, url: string, signal: AbortSignal | undefined): Promise<HttpResponse> {
  return ports.http.request({
    url,
    headers: { authorization: new Secret(`Bearer ${ports.token.reveal()}`, ports.token.origin) },
    maxBytes: 16 * 1024 * 1024,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** All entries of a list, page by page. The token goes to the Resource Manager only, wherever a page says that the next one is. */
async function list(ports: ResolvePorts, path: string, signal: AbortSignal | undefined): Promise<Item[]> {
  const { origin } = new URL(ports.resourceManager);
  const items: Item[] = [];
  let url: string | undefined = `${ports.resourceManager}${path}`;
  for (let page = 0; url !== undefined; page++) {
    if (page >= maxPages || new URL(url).origin !== origin)
      throw new HuntError("config/resolve", "Azure Resource Manager gives a list that leads elsewhere", {
        hint: "check Azure.resource_manager_url",
      });
    const response = await get(ports, url, signal);
    if (response.status !== 200) throw managerError(response.status, "Azure Resource Manager");
    const body = response.json();
    if (!isMapping(body) || !Array.isArray(body["value"]))
      throw new HuntError("config/resolve", "Azure Resource Manager's answer is no list", {
        hint: "a proxy may have answered instead; check Azure.resource_manager_url",
      });
    items.push(...(body["value"] as unknown[]).filter(isMapping));
    const next = body["nextLink"];
    url = typeof next === "string" && URL.canParse(next) ? next : undefined;
  }
  return items;
}

function toWorkspace(item: Item, subscription: Item): FoundWorkspace[] {
  const workspaceId = textOf(item["properties"], "customerId");
  const group = /\/resourceGroups\/([^/]+)\//i.exec(textOf(item, "id"))?.[1] ?? "";
  if (!isGuid(workspaceId)) return [];
  return [
    {
      settings: {
        WorkspaceId: workspaceId,
        TenantId: textOf(subscription, "tenantId"),
        SubscriptionId: textOf(subscription, "subscriptionId"),
        ResourceGroup: group,
        WorkspaceName: textOf(item, "name"),
      },
      subscription: textOf(subscription, "displayName"),
      location: textOf(item, "location"),
    },
  ];
}

/**
 * Lists the Log Analytics workspaces of every subscription that the sign-in can see.
 * @throws HuntError `config/resolve` when subscriptions cannot be listed, `net/…`
 */
export async function findWorkspaces(ports: ResolvePorts, signal?: AbortSignal): Promise<FoundWorkspaces> {
  const subscriptions = (await list(ports, subscriptionsPath, signal)).filter(s => isGuid(textOf(s, "subscriptionId")));
  const workspaces: FoundWorkspace[] = [];
  const failed: { subscription: string; message: string }[] = [];
  const waiting = [...subscriptions];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const subscription = next;
      try {
        const items = await list(ports, workspacesPath(textOf(subscription, "subscriptionId")), signal);
        workspaces.push(...items.flatMap(item => toWorkspace(item, subscription)));
      } catch (error) {
        if (!isHuntError(error) || error.code === "net/cancelled") throw error;
        failed.push({ subscription: textOf(subscription, "displayName"), message: error.message });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, subscriptions.length) }, work));
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return {
    workspaces: workspaces.sort(
      (a, b) =>
        order(a.settings.WorkspaceName.toLowerCase(), b.settings.WorkspaceName.toLowerCase()) ||
        order(a.settings.WorkspaceId, b.settings.WorkspaceId),
    ),
    failed: failed.sort((a, b) => order(a.subscription, b.subscription)),
  };
}
