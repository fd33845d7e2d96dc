/** What `huntbook doctor` finds out about the product: configuration, sign-in, services, data, workspaces. */
import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { isHuntError, messageOf } from "../base/error.js";
import { findConfig, readConfig, systemConfigPorts } from "../config/config.js";
import { proxyEnvironment } from "../config/network.js";
import { findProvider } from "../config/provider-settings.js";
import { contosoDir } from "../session/demo.js";
import { createSession, type Session } from "../session/session.js";
import { readManifest } from "../workspace/index.js";
import { findProxy } from "../net/proxy.js";
import type { DoctorCheck, DoctorRequest } from "./host.js";

type Check = (session: Session, signal: AbortSignal) => Promise<DoctorCheck[]>;

const checks: readonly Check[] = [
  checkConfiguration,
  checkDefaultWorkspace,
  checkLocalWorkspaces,
  checkDemo,
  checkSecretStore,
  checkNetwork,
  checkSignIn,
  checkServices,
  checkGeoData,
];

/** All checks; one that fails does not keep others from running. */
export async function doctorChecks(
  dataDir: string,
  { offline, signal }: DoctorRequest,
): Promise<readonly DoctorCheck[]> {
  const session = createSession({ dataDir, ...(offline ? { offline } : {}) });
  const found: DoctorCheck[] = [];
  try {
    for (const check of checks) {
      signal.throwIfAborted();
      try {
        found.push(...(await check(session, signal)));
      } catch (error) {
        if (!isHuntError(error)) throw error;
        // What keeps one check from running may keep others too: it is told once.
        const told = failed(error.code.startsWith("net/") ? "Network" : "Configuration", error);
        if (!found.some(f => f.detail === told.detail)) found.push(told);
      }
    }
  } finally {
    await session.close();
  }
  return found;
}

function failed(name: string, error: unknown, state: DoctorCheck["state"] = "failed"): DoctorCheck {
  const hint = isHuntError(error) ? error.hint : undefined;
  return { name, state, detail: messageOf(error), ...(hint === undefined ? {} : { hint }) };
}

async function checkConfiguration(session: Session): Promise<DoctorCheck[]> {
  const ports = systemConfigPorts();
  const place = findConfig(ports);
  const text = place === undefined ? undefined : ports.read(place.path);
  // Errors end here, with their lines.
  const { config } = session;
  const others = config.notices
    .filter(n => n.code === "config/not-found")
    .map((n): DoctorCheck => ({
      name: "Configuration",
      state: "warning",
      detail: n.message,
      ...(n.hint === undefined ? {} : { hint: n.hint }),
    }));
  if (place === undefined || text === undefined)
    return [
      ...others,
      { name: "Configuration", state: "ok", detail: "no msticpyconfig.yaml: the Contoso demo is the default" },
    ];
  const { findings } = readConfig(text, place, ports);
  const [errors, all] = [findings.filter(f => f.severity === "error").length, findings.length];
  if (all === 0) return [...others, { name: "Configuration", state: "ok", detail: place.path }];
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  const detail = `${place.path}: ${count(errors, "error")}, ${count(all - errors, "warning")}`;
  return [
    ...others,
    { name: "Configuration", state: "warning", detail, hint: "huntbook config validate shows them with their lines" },
  ];
}

async function checkDefaultWorkspace(session: Session): Promise<DoctorCheck[]> {
  try {
    const workspace = session.workspaceConfig();
    // A Sentinel workspace without valid ids cannot be used.
    const { kind } = workspace.place;
    return [{ name: "Default workspace", state: "ok", detail: `${workspace.name} (${kind})` }];
  } catch (error) {
    return [failed("Default workspace", error)];
  }
}

async function checkLocalWorkspaces(session: Session): Promise<DoctorCheck[]> {
  const found: DoctorCheck[] = [];
  for (const { name, path } of session.config.localWorkspaces) {
    try {
      const { tables } = await readManifest(path);
      const files = [...tables.values()].flatMap(t => t.files.map(f => ({ ...f, table: t })));
      const rows = files.reduce((sum, f) => sum + f.rows, 0);
      found.push({
        name: `Workspace ${name}`,
        state: "ok",
        detail: `${rows.toLocaleString("en-US")} rows in ${tables.size} tables, ${path}`,
      });
    } catch (error) {
      found.push(failed(`Workspace ${name}`, error));
    }
  }
  return found;
}

async function checkDemo(session: Session): Promise<DoctorCheck[]> {
  const dir = contosoDir(session.dataDir);
  const there = existsSync(join(dir, "manifest.json"));
  return [{ name: "Contoso demo", state: "ok", detail: there ? dir : "not generated yet; the first use does it" }];
}

async function checkSecretStore(session: Session): Promise<DoctorCheck[]> {
  const store = await session.azure.store();
  const detail =
    "reason" in store
      ? `nothing is kept: ${store.reason}`
      : `kept encrypted; the key is in ${store.kind === "keyring" ? "this machine's key ring" : "HUNTBOOK_CACHE_PASSPHRASE"}`;
  return [{ name: "Secrets and sign-ins", state: "ok", detail }];
}

/** Whether anything in the configuration needs Azure. */
function usesAzure(session: Session): string | undefined {
  const sentinel = session.config.find("MSSentinel.Workspaces");
  if (typeof sentinel !== "object") return undefined;
  const tenants = Object.keys(sentinel ?? {}).map(name => {
    try {
      return session.workspaceConfig(name).tenantId;
    } catch {
      return undefined;
    }
  });
  return tenants.find(t => t !== undefined);
}

/** How requests leave this machine. */
async function checkNetwork(session: Session): Promise<DoctorCheck[]> {
  const name = "Network";
  if (session.offline) return [{ name, state: "ok", detail: "offline: nothing is sent" }];
  // Throws for what cannot be used, with what to do.
  void session.http;
  const proxy = findProxy(new URL("https://login.microsoftonline.com"), proxyEnvironment(session.config, process.env));
  const authority = process.env["NODE_EXTRA_CA_CERTS"] ?? "";
  const trusts = authority === "" ? "" : `; certificates of ${authority} are trusted`;
  return [{ name, state: "ok", detail: `${describeProxy(proxy)}${trusts}` }];
}

/** Without its password. */
function describeProxy(proxy: string | undefined): string {
  if (proxy === undefined) return "direct, without a proxy";
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url === undefined) return "through a proxy whose address cannot be read";
  return `through the proxy ${url.host}${url.username === "" ? "" : " with a user name and password"}`;
}

async function checkSignIn(session: Session, signal: AbortSignal): Promise<DoctorCheck[]> {
  const tenant = usesAzure(session);
  if (tenant === undefined) return [];
  const { cloud } = session.azure;
  if (session.offline)
    return [{ name: `Azure sign-in (${cloud.name})`, state: "skipped", detail: "not looked at: offline" }];
  const signIn = await session.azure.signIn();
  const status = await signIn.status(`${cloud.resourceManager}/.default`, tenant, signal);
  const good = status.attempts.find(a => a.state === "ok");
  const name = `Azure sign-in (${cloud.name})`;
  if (good !== undefined) return [{ name, state: "ok", detail: `${good.method}: ${good.detail}` }];
  const asks = status.attempts.find(a => a.state === "asks");
  const failures = status.attempts.filter(a => a.state === "failed").map(a => a.detail);
  const detail = [...failures, ...(asks === undefined ? [] : [`${asks.method}: ${asks.detail}`])].join("\n");
  return [
    {
      name,
      state: "warning",
      detail: detail || "no way works here",
      hint: "huntbook auth status shows every way and what to do",
    },
  ];
}

/** Whether the services answer at all; what they answer does not matter. */
async function checkServices(session: Session, signal: AbortSignal): Promise<DoctorCheck[]> {
  if (usesAzure(session) === undefined) return [];
  const { cloud } = session.azure;
  if (session.offline) return [{ name: "Azure's services", state: "skipped", detail: "not looked at: offline" }];
  const wanted = [
    ["Microsoft Entra", `${cloud.login}/common/v2.0/.well-known/openid-configuration`],
    ["Log Analytics query API", cloud.logAnalytics],
    ["Azure Resource Manager", `${cloud.resourceManager}/metadata/endpoints?api-version=2020-09-01`],
  ] as const;
  const skews: number[] = [];
  const found = await Promise.all(
    wanted.map(async ([name, url]): Promise<DoctorCheck> => {
      try {
        const response = await session.http.request({
          ...{ url, retries: 0, timeoutMs: 8_000, maxBytes: 2 ** 22, signal },
        });
        const at = Date.parse(response.headers["date"] ?? "");
        if (!Number.isNaN(at)) skews.push(at - Date.now());
        const host = new URL(url).host;
        return { name, state: "ok", detail: `${host} answers (status ${response.status})` };
      } catch (error) {
        return failed(name, error, "warning");
      }
    }),
  );
  return [...found, ...checkClock(skews)];
}

/** Tokens and certificates are refused beyond five minutes. */
const maxSkewMs = 5 * 60_000;

function checkClock(skews: readonly number[]): DoctorCheck[] {
  const [skew] = [...skews].sort((a, b) => Math.abs(a) - Math.abs(b));
  if (skew === undefined) return [];
  const name = "Clock";
  if (Math.abs(skew) < maxSkewMs) return [{ name, state: "ok", detail: "agrees with Azure's" }];
  const minutes = Math.round(Math.abs(skew) / 60_000);
  const detail = `this machine's clock is ${minutes} minutes ${skew > 0 ? "behind" : "ahead of"} Azure's`;
  return [{ name, state: "warning", detail, hint: "set the clock by the network's time: sign-ins fail otherwise" }];
}

const geoFiles = ["GeoLite2-City.mmdb", "GeoLite2-ASN.mmdb"];
const staleDays = 60;

/** Age of a GeoLite database, when one is configured. */
async function checkGeoData(session: Session): Promise<DoctorCheck[]> {
  const provider = findProvider(session.config, "OtherProviders", "GeoIPLite");
  if (provider === undefined) return [];
  const folder = (provider.text("DBFolder") ?? "~/.msticpy").replace(/^~(?=[/\\]|$)/, homedir());
  return geoFiles.flatMap((file): DoctorCheck[] => {
    const stat = statSync(join(folder, file), { throwIfNoEntry: false });
    if (stat === undefined) return [];
    const days = Math.floor((Date.now() - stat.mtimeMs) / 86_400_000);
    const base = { name: file, detail: `${days} days old, ${folder}` };
    return days <= staleDays
      ? [{ ...base, state: "ok" }]
      : [{ ...base, state: "warning", hint: "download it again: addresses move" }];
  });
}
