/** Which driver speaks to which environment: the table of built-in drivers. */
import { getCloud } from "../config/cloud.js";
import { parseConnectionString, WorkspaceConfig, type WorkspacePlace } from "../config/workspace-config.js";
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import type { Driver, DriverQueryOptions } from "../query/api.js";
import { createLocalDriver } from "../query/drivers/local.js";
import { createSentinelDriver, type TokenSource } from "../query/drivers/sentinel.js";
import type { Environment } from "../query/environment.js";
import { ambientSignal } from "./ambient.js";
import { createAzCliTokens } from "./az-cli-tokens.js";
import type { Session } from "./session.js";

type SentinelPlace = Extract<WorkspacePlace, { kind: "sentinel" }>;
interface Target {
  readonly name: string;
  readonly place: WorkspacePlace;
}

/** Environments that these drivers serve; the others come with their issues. */
const served = new Set(["MSSentinel", "Local", "M365D", "MDE"]);

function toTarget(session: Session, target: unknown, options: Readonly<Record<string, unknown>>): Target {
  const named = target ?? options["workspace"];
  if (named instanceof WorkspaceConfig) return { name: named.name, place: named.place };
  if (named === undefined || typeof named === "string") {
    const place = typeof named === "string" ? parseConnectionString(named) : undefined;
    if (place !== undefined) return { name: place.workspaceId, place };
    const config = session.workspaceConfig(named);
    return { name: config.name, place: config.place };
  }
  throw new HuntError(
    "query/connect-target",
    "connect() takes a WorkspaceConfig, a workspace's name or a connection string",
    {
      hint: "await qry.connect(new WorkspaceConfig())",
    },
  );
}

/** Tokens for an endpoint on this machine: nothing is asked of Azure, and nothing of Azure's is sent there. */
const loopbackTokens: TokenSource = {
  getToken: async () => new Secret("loopback", "built in for endpoints on this machine"),
};

async function openSentinel(session: Session, name: string, place: SentinelPlace): Promise<Driver> {
  const { config } = session;
  const endpoint = config.logAnalyticsEndpoint ?? getCloud(config.text("Azure.cloud")).logAnalytics;
  const { maxRows, timeoutMs } = config.limits;
  return createSentinelDriver({
    workspaceId: place.workspaceId,
    tenantId: place.tenantId,
    workspaceName: name,
    endpoint,
    http: session.http,
    tokens: endpoint.startsWith("http:") ? loopbackTokens : createAzCliTokens(Date.now),
    frames: await session.store(),
    clock: session.clock,
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** Queries stop when the running cell or command is interrupted. */
function interruptible(driver: Driver): Driver {
  const query = driver.query.bind(driver);
  return Object.assign(driver, {
    query(text: string, options: DriverQueryOptions = {}) {
      const signal = options.signal ?? ambientSignal();
      return query(text, signal === undefined ? options : { ...options, signal });
    },
  });
}

/**
 * Opens and connects the driver for an environment and a target. A local folder and the demo answer for Sentinel's and
 * Defender's environments, so that the same notebook runs on both; only the configuration differs.
 *
 * @throws HuntError `query/no-driver`, `query/connect-target`, `config/…`, `auth/…`, `workspace/…`
 */
export async function openDriver(
  session: Session,
  environment: Environment,
  target: unknown,
  options: Readonly<Record<string, unknown>>,
): Promise<Driver> {
  if (!served.has(environment.name))
    throw new HuntError("query/no-driver", `there is no driver for '${environment.name}' yet`, {
      hint: `drivers: ${[...served].join(", ")}`,
    });
  const { name, place } = toTarget(session, target, options);
  if (place.kind === "sentinel" && environment.name !== "MSSentinel")
    throw new HuntError("query/no-driver", `'${environment.name}' cannot reach workspace '${name}' in the cloud yet`, {
      hint: `new QueryProvider("MSSentinel") can`,
    });
  const { maxRows, timeoutMs } = session.config.limits;
  const driver =
    place.kind === "sentinel"
      ? await openSentinel(session, name, place)
      : createLocalDriver(await session.workspaceAt(name, place), {
          ...(maxRows === undefined ? {} : { maxRows }),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        });
  await driver.connect(target, options);
  return interruptible(driver);
}
