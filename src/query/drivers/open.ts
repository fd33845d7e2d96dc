/** Which driver a provider's `connect` opens: by environment and by where the workspace is. */
import type { Clock } from "../../base/clock.js";
import { HuntError } from "../../base/error.js";
import type { Config } from "../../config/config.js";
import type { Cloud } from "../../config/cloud.js";
import { parseConnectionString, WorkspaceConfig, type WorkspacePlace } from "../../config/workspace-config.js";
import type { FrameFactory } from "../../frame/api.js";
import type { HttpClient } from "../../net/client.js";
import type { LocalWorkspace } from "../../workspace/api.js";
import type { Driver } from "../api.js";
import type { Environment } from "../environment.js";
import { createLocalDriver } from "./local.js";
import { createSentinelDriver, type TokenSource } from "./sentinel.js";

export interface DriverPorts {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly frames: FrameFactory;
  readonly http: HttpClient;
  readonly cloud: () => Cloud;
  /** Opens a folder's workspace, or the demo's. The session owns what it gives. */
  readonly openWorkspace: (place: Extract<WorkspacePlace, { kind: "local" | "contoso" }>) => Promise<LocalWorkspace>;
  /** How to sign in to a Sentinel workspace; without a WorkspaceConfig for connection strings. */
  readonly tokensFor: (workspace: WorkspaceConfig | undefined) => TokenSource;
}

const optionNames = ["workspace", "workspaces", "connection_str"] as const;

interface Target {
  readonly place: WorkspacePlace;
  readonly name: string;
  readonly workspace: WorkspaceConfig | undefined;
}

/** Environments whose queries run where `Local` and `MSSentinel` connect. */
const sentinelLike = new Set(["MSSentinel", "Local"]);

function isLocalWorkspace(target: unknown): target is LocalWorkspace {
  return typeof target === "object" && target !== null && "query" in target && "schemas" in target && "clock" in target;
}

/** `connect({ workspace: "Soc" })` and `connect({ workspaces: ["Soc", "Edr"] })`, as MSTICPy's keyword arguments. */
function isOptions(target: unknown): target is Readonly<Record<string, unknown>> {
  if (typeof target !== "object" || target === null) return false;
  return Object.getPrototypeOf(target) === Object.prototype && optionNames.some(name => name in target);
}

/** Several workspaces that queries are asked of together: the first is the one that is connected to. */
function readWorkspaces(target: unknown, options: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const value = (isOptions(target) ? target : options)["workspaces"];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.length > 0 && value.every(name => typeof name === "string"))
    return [...new Set(value)];
  throw new HuntError("query/connect-target", "'workspaces' is not a list of names", {
    hint: 'write { workspaces: ["Soc", "Edr"] }',
  });
}

/** The ids of the further workspaces. One sign-in serves them, so they are of one tenant. */
function furtherIds(names: readonly string[], first: WorkspacePlace & { kind: "sentinel" }, config: Config): string[] {
  return names.map(name => {
    const { place } = new WorkspaceConfig({ config, workspace: name });
    if (place.kind !== "sentinel")
      throw new HuntError(
        "query/connect-target",
        `workspace '${name}' is local; only those of Sentinel are asked together`,
        {
          hint: `in a local workspace, KQL reads another by workspace("${name}").Table`,
        },
      );
    if (place.tenantId.toLowerCase() !== first.tenantId.toLowerCase())
      throw new HuntError("query/connect-target", `workspace '${name}' is of another tenant than the first`, {
        hint: "connect a QueryProvider of its own to it, and union the frames",
      });
    return place.workspaceId;
  });
}

/** A WorkspaceConfig, a name, a connection string, or (undefined) the default workspace. */
function findTarget(target: unknown, options: Readonly<Record<string, unknown>>, ports: DriverPorts): Target {
  const named = isOptions(target) ? target : options;
  const given = (isOptions(target) ? undefined : target) ?? named["workspace"] ?? named["connection_str"];
  if (given instanceof WorkspaceConfig) return { place: given.place, name: given.name, workspace: given };
  if (given !== undefined && typeof given !== "string")
    throw new HuntError("query/connect-target", "connect() does not know this kind of target", {
      hint: "give a WorkspaceConfig, the name of a workspace, or a connection string",
    });
  const connection = given === undefined ? undefined : parseConnectionString(given);
  if (connection !== undefined) return { place: connection, name: connection.workspaceId, workspace: undefined };
  const workspace = new WorkspaceConfig({ config: ports.config(), workspace: given });
  return { place: workspace.place, name: workspace.name, workspace };
}

/**
 * Opens and connects a driver; what a session gives providers as `openDriver`.
 *
 * @throws HuntError `query/environment-unsupported`, `query/connect-target`, `config/…`, `auth/…`, and those of the
 *   workspace
 */
export async function openDriver(
  ports: DriverPorts,
  environment: Environment,
  target: unknown,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Driver> {
  if (!sentinelLike.has(environment.name))
    throw new HuntError("query/environment-unsupported", `connecting to '${environment.name}' is not supported yet`, {
      hint: `supported: ${[...sentinelLike].join(", ")}`,
    });
  const limits = ports.config().limits;
  const settings = {
    ...(limits.maxRows === undefined ? {} : { maxRows: limits.maxRows }),
    ...(limits.timeoutMs === undefined ? {} : { timeoutMs: limits.timeoutMs }),
  };
  if (isLocalWorkspace(target)) return createLocalDriver(target, settings);
  const several = readWorkspaces(target, options);
  const { place, name, workspace } = findTarget(several?.[0] ?? target, several === undefined ? options : {}, ports);
  if (place.kind !== "sentinel" && several !== undefined && several.length > 1)
    throw new HuntError(
      "query/connect-target",
      `workspace '${name}' is local; only those of Sentinel are asked together`,
      {
        hint: `in a local workspace, KQL reads another by workspace("${several[1] ?? ""}").Table`,
      },
    );
  if (place.kind !== "sentinel") return createLocalDriver(await ports.openWorkspace(place), settings);
  if (environment.name === "Local")
    throw new HuntError("query/connect-target", `workspace '${name}' is not local`, {
      hint: 'use new QueryProvider("MSSentinel") for it',
    });
  const driver = createSentinelDriver({
    ...settings,
    workspaceId: place.workspaceId,
    tenantId: place.tenantId,
    workspaceName: several === undefined ? name : several.join(" + "),
    alsoWorkspaceIds: furtherIds(several?.slice(1) ?? [], place, ports.config()),
    endpoint: ports.cloud().logAnalytics,
    http: ports.http,
    tokens: ports.tokensFor(workspace),
    frames: ports.frames,
    clock: ports.clock,
  });
  await driver.connect();
  return driver;
}
