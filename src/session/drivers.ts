/** How a session connects providers: the ports of the built-in drivers. */
import { createAzureCliTokens, createClientSecretTokens } from "../config/azure-token.js";
import { getCloud, type Cloud } from "../config/cloud.js";
import type { WorkspaceConfig } from "../config/workspace-config.js";
import { Secret } from "../base/secret.js";
import type { Driver, DriverQueryOptions } from "../query/api.js";
import { openDriver as openBuiltIn, type DriverPorts } from "../query/drivers/open.js";
import type { TokenSource } from "../query/drivers/sentinel.js";
import type { Environment } from "../query/environment.js";
import { ambientSignal } from "./ambient.js";
import type { Session } from "./session.js";

/** Tokens for an endpoint on this machine: nothing is asked of Azure, and nothing of Azure's is sent there. */
const loopbackTokens: TokenSource = {
  getToken: async () => new Secret("loopback", "built in for endpoints on this machine"),
};

/** The configured cloud; `Huntbook.LogAnalyticsEndpoint` replaces its query API. */
function cloudOf(session: Session): Cloud {
  const { config } = session;
  const cloud = getCloud(config.text("Azure.cloud"));
  return config.logAnalyticsEndpoint === undefined ? cloud : { ...cloud, logAnalytics: config.logAnalyticsEndpoint };
}

/** An application's secret where the workspace has one, else the sign-in of `az login`. */
function tokensFor(session: Session, workspace: WorkspaceConfig | undefined): TokenSource {
  const cloud = cloudOf(session);
  if (cloud.logAnalytics.startsWith("http:")) return loopbackTokens;
  const clientId = workspace?.argument("ClientId");
  const clientSecret = workspace?.secretArgument("ClientSecret");
  if (clientId === undefined || clientSecret === undefined) return createAzureCliTokens({ nowMs: Date.now });
  const { http } = session;
  return createClientSecretTokens({ nowMs: Date.now, http, authority: cloud.login, clientId, clientSecret });
}

async function portsOf(session: Session): Promise<DriverPorts> {
  return {
    config: () => session.config,
    clock: session.clock,
    frames: await session.store(),
    http: session.http,
    cloud: () => cloudOf(session),
    openWorkspace: place => session.workspaceAt(session.nameOf(place), place),
    tokensFor: workspace => tokensFor(session, workspace),
  };
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
 * Opens and connects the driver for an environment and a target. A local folder and the demo answer for Sentinel's
 * environment too, so that the same notebook runs on both; only the configuration differs.
 *
 * @throws HuntError `query/environment-unsupported`, `query/connect-target`, `config/…`, `auth/…`, `workspace/…`
 */
export async function openDriver(
  session: Session,
  environment: Environment,
  target: unknown,
  options: Readonly<Record<string, unknown>>,
): Promise<Driver> {
  return interruptible(await openBuiltIn(await portsOf(session), environment, target, options));
}
