/** How a session connects providers: the ports of the built-in drivers. */
import { createClientSecretTokens } from "../config/azure-token.js";
import type { Cloud } from "../config/cloud.js";
import type { Config } from "../config/config.js";
import type { WorkspaceConfig } from "../config/workspace-config.js";
import { Secret } from "../base/secret.js";
import type { Driver, DriverQueryOptions } from "../query/api.js";
import { openDriver as openBuiltIn, type DriverPorts } from "../query/drivers/open.js";
import type { TokenSource } from "../query/drivers/sentinel.js";
import type { Environment } from "../query/environment.js";
import { ambientSignal } from "./ambient.js";
import { cloudOf, workspaceApplication } from "./azure.js";
import { withLocalEnrichment } from "./cloud-enrich.js";
import type { Session } from "./session.js";

/** Tokens for an endpoint on this machine: nothing is asked of Azure, and nothing of Azure's is sent there. */
const loopbackTokens: TokenSource = {
  getToken: async () => new Secret("loopback", "built in for endpoints on this machine"),
};

/** An application where the workspace has one, by secret or certificate, else the session's sign-in. Tokens are secrets to look for. */
function tokensFor(session: Session, workspace: WorkspaceConfig | undefined): TokenSource {
  const cloud = cloudOf(session.config);
  if (cloud.logAnalytics.startsWith("http:")) return loopbackTokens;
  return {
    async getToken(scope, tenantId, signal) {
      const source = await tokenSource(session, cloud, workspace);
      const token = await source.getToken(scope, tenantId, signal);
      session.learnSecret(token);
      return token;
    },
    async renew(renewal) {
      const source = await tokenSource(session, cloud, workspace);
      const token = (await source.renew?.(renewal)) ?? renewal.refused;
      session.learnSecret(token);
      return token;
    },
  };
}

/** By configuration and application: queries of one session share a sign-in, also when each looks its workspace up anew. */
const sources = new WeakMap<Config, Map<string, Promise<TokenSource>>>();

async function tokenSource(
  session: Session,
  cloud: Cloud,
  workspace: WorkspaceConfig | undefined,
): Promise<TokenSource> {
  const clientId = workspace?.argument("ClientId");
  if (workspace === undefined || clientId === undefined) return session.azure.signIn();
  const all = sources.get(session.config) ?? new Map<string, Promise<TokenSource>>();
  sources.set(session.config, all);
  const key = `${workspace.name} ${clientId}`;
  const known = all.get(key) ?? openApplication(session, cloud, workspace, clientId);
  all.set(key, known);
  known.catch(() => all.delete(key));
  return known;
}

async function openApplication(
  session: Session,
  cloud: Cloud,
  workspace: WorkspaceConfig,
  clientId: string,
): Promise<TokenSource> {
  const clientSecret = await workspace.fetchSecretArgument("ClientSecret");
  if (clientSecret !== undefined) {
    const { http } = session;
    return createClientSecretTokens({ nowMs: Date.now, http, authority: cloud.login, clientId, clientSecret });
  }
  const password = await workspace.fetchSecretArgument("CertificatePassword");
  const application = workspaceApplication(name => workspace.argument(name), password);
  return session.azure.signIn(application === undefined ? {} : { application });
}

async function portsOf(session: Session): Promise<DriverPorts> {
  return {
    config: () => session.config,
    clock: session.clock,
    frames: await session.store(),
    http: session.http,
    cloud: () => cloudOf(session.config),
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
  const plugin = session.plugins.drivers.get(environment.name);
  if (plugin !== undefined) {
    const driver = await plugin({ environment: environment.name, target, options });
    await driver.connect(target, options);
    return interruptible(driver);
  }
  const driver = await openBuiltIn(await portsOf(session), environment, target, options);
  // A local workspace runs the whole text itself.
  return interruptible(driver.environment === "Local" ? driver : withLocalEnrichment(driver, () => session.store()));
}
