import { afterEach, expect, test } from "vitest";
import { pinnedClock } from "../../base/clock.js";
import { Secret } from "../../base/secret.js";
import { getCloud } from "../../config/cloud.js";
import { loadConfig, type Config } from "../../config/config.js";
import { WorkspaceConfig } from "../../config/workspace-config.js";
import type { FrameFactory } from "../../frame/api.js";
import { createHttpClient, type HttpClient } from "../../net/client.js";
import type { LocalWorkspace } from "../../workspace/api.js";
import { getEnvironment } from "../environment.js";
import { openDriver, type DriverPorts } from "./open.js";

const clock = pinnedClock(Date.UTC(2026, 0, 13));
const guid = (digit: string) => [8, 4, 4, 4, 12].map(n => digit.repeat(n)).join("-");
const text = `
MSSentinel:
  Workspaces:
    Soc: { WorkspaceId: ${guid("1")}, TenantId: ${guid("a")} }
    Edr: { WorkspaceId: ${guid("2")}, TenantId: ${guid("a")} }
    Other: { WorkspaceId: ${guid("3")}, TenantId: ${guid("b")} }
    Broken: { WorkspaceId: nope, TenantId: ${guid("a")} }
Huntbook:
  Workspaces:
    Default: { local: /cases/one }
`;
const read = (file: string | undefined): Config =>
  loadConfig({ env: {}, cwd: "/", home: "/home", read: path => (path.startsWith("/home") ? undefined : file) });

let http: HttpClient | undefined;
afterEach(async () => http?.close());

function workspaceNamed(name: string): LocalWorkspace {
  return {
    name,
    dir: `/cases/${name}`,
    clock,
    generation: 1,
    tables: [],
    schemas: [],
    functions: [],
    edit: () => Promise.reject(new Error("no editor here")),
    compile: async () => ({ state: "failed", diagnostics: [] }),
    query: async () => Promise.reject(new Error("not asked")),
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function ports(config: Config): DriverPorts & { readonly opened: unknown[]; readonly tenants: string[] } {
  const opened: unknown[] = [];
  const tenants: string[] = [];
  http = createHttpClient({ offline: true });
  return {
    opened,
    tenants,
    config: () => config,
    clock,
    frames: { fromBatches: async () => Promise.reject(new Error("not asked")) } satisfies FrameFactory,
    http,
    cloud: () => getCloud(),
    openWorkspace: async place => {
      opened.push(place);
      return workspaceNamed(place.kind);
    },
    tokensFor: () => ({
      getToken: async (_, tenantId) => {
        tenants.push(tenantId);
        return new Secret("t", "test");
      },
    }),
  };
}

const sentinel = getEnvironment("AzureSentinel");

test("without a target the default workspace is opened, local or not", async () => {
  const p = ports(read(text));
  const driver = await openDriver(p, sentinel, undefined);
  expect([driver.environment, driver.connected, p.opened]).toEqual([
    "Local",
    true,
    [{ kind: "local", path: "/cases/one" }],
  ]);
});

test("without a configuration it is the demo", async () => {
  const p = ports(read(undefined));
  await openDriver(p, sentinel, undefined);
  expect(p.opened).toEqual([{ kind: "contoso" }]);
});

test.each<[string, (config: Config) => unknown]>([
  ["a name", () => "Soc"],
  ["an id", () => guid("1")],
  ["a WorkspaceConfig", config => new WorkspaceConfig({ config, workspace: "Soc" })],
  ["MSTICPy's keyword argument", () => ({ workspace: "Soc" })],
  ["a connection string", () => `loganalytics://code().tenant('${guid("a")}').workspace('${guid("1")}')`],
])("a Sentinel workspace is found by %s, and signed in to", async (_, target) => {
  const config = read(text);
  const p = ports(config);
  const driver = await openDriver(p, sentinel, target(config));
  expect([driver.environment, driver.connected, p.tenants]).toEqual(["MSSentinel", true, [guid("a")]]);
  expect(driver.connection).toContain(guid("1"));
});

test.each<[string, unknown, string, RegExp]>([
  ["of another tenant", { workspaces: ["Soc", "Other"] }, "query/connect-target", /another tenant/],
  ["a local one", { workspaces: ["Soc", "Default"] }, "query/connect-target", /is local/],
  ["a local one first", { workspaces: ["Default", "Soc"] }, "query/connect-target", /is local/],
  ["no list", { workspaces: "Soc" }, "query/connect-target", /not a list/],
  ["an unknown one", { workspaces: ["Soc", "Nowhere"] }, "config/unknown-workspace", /Nowhere/],
])("several workspaces, one of them %s, are refused", async (_, target, code, message) => {
  await expect(openDriver(ports(read(text)), sentinel, target)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

test("several workspaces of one tenant are one connection", async () => {
  const p = ports(read(text));
  const driver = await openDriver(p, sentinel, { workspaces: ["Soc", "Edr", "Soc"] });
  expect(driver.connection).toBe(`workspace Soc + Edr (${guid("1")})`);
  expect((await openDriver(p, sentinel, undefined, { workspaces: ["Edr"] })).connection).toContain(guid("2"));
});

test("an open workspace is used as it is", async () => {
  const p = ports(read(text));
  const driver = await openDriver(p, sentinel, workspaceNamed("mine"));
  expect([driver.connection, p.opened]).toEqual(["local workspace mine (/cases/mine)", []]);
});

test.each<[string, unknown, string]>([
  ["Local", "Soc", "query/connect-target"],
  ["MSSentinel", "Sok", "config/unknown-workspace"],
  ["MSSentinel", "Broken", "config/invalid-guid"],
  ["MSSentinel", 5, "query/connect-target"],
  ["Splunk", undefined, "query/environment-unsupported"],
])("%s refuses %j", async (environment, target, code) => {
  const p = ports(read(text));
  await expect(openDriver(p, getEnvironment(environment), target)).rejects.toMatchObject({ code });
});
