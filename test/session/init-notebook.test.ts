import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  MpConfigFile,
  initNotebook,
  withSession,
  createSession,
  type InitNotebookOptions,
  type Session,
  type TILookup,
} from "../../src/index.js";
import { systemConfigPorts } from "../../src/config/config.js";
import { checkNode } from "../../src/session/init-notebook.js";
import { searchOutput } from "../leaks/watch.js";
import { createInlineCompiler } from "../../src/kql/compiler.js";

let dir: string;
let session: Session;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "huntbook-init-"));
});
afterEach(async () => {
  await session.close();
  rmSync(dir, { recursive: true, force: true });
});

const write = (name: string, text: string): string => {
  const path = join(dir, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
};

async function init(
  config: string | undefined,
  options: InitNotebookOptions & Record<string, unknown> = {},
): Promise<{ text: string; scope: Record<string, unknown> }> {
  if (config !== undefined) write("msticpyconfig.yaml", config);
  session = createSession({
    dataDir: join(dir, "data"),
    configPorts: { ...systemConfigPorts(), env: {}, cwd: dir, home: dir },
    createCompiler: createInlineCompiler,
  });
  const scope: Record<string, unknown> = {};
  const shown = await withSession(session, () => initNotebook({ namespace: scope, ...options }));
  searchOutput("panel of initNotebook", shown.toString());
  return { text: shown.toString(), scope };
}

test("without any configuration the demo is ready, and the article's names are there", async () => {
  const { text, scope } = await init(undefined);
  expect(text).toContain("Notebook ready");
  expect(text).toContain("Contoso (demo tenant");
  for (const name of ["QueryProvider", "WorkspaceConfig", "MpConfigFile", "md", "display", "settings"])
    expect(Object.hasOwn(scope, name), name).toBe(true);
});

test("calling it again is harmless", async () => {
  const { scope } = await init(undefined);
  const again = await withSession(session, () => initNotebook({ namespace: scope }));
  expect(again.toString()).toContain("Notebook ready");
  expect(session.notices.length).toBeLessThanOrEqual(1);
});

test("a broken configuration is told with its line, and the names are there all the same", async () => {
  const { text, scope } = await init("Azure:\n  cloud: [\n");
  expect(text).toMatch(/msticpyconfig\.yaml:\d+:\d+/);
  expect(text).toContain("Notebook ready, with warnings");
  expect(scope["QueryProvider"]).toBeDefined();
});

test("errors of MSTICPy's sections are one line with the way to all of them", async () => {
  const { text } = await init(
    "Huntbook: { Workspaces: { A: { local: ./a } } }\nTIProviders: { OTX: { Args: { AuthKey: '' } } }\n",
  );
  expect(text).toContain("1 error; line 2: TIProviders/OTX: Missing or invalid AuthKey.");
  expect(text).toContain("validateSettings()");
});

test.each<[string, InitNotebookOptions, RegExp]>([
  ["quiet shows nothing when all is well", { verbosity: "quiet" }, /^\s*$/],
  ["verbose shows the data folder", { verbosity: 2 }, /Data folder/],
])("%s", async (_, options, expected) => {
  expect((await init(undefined, { ...options })).text).toMatch(expected);
});

test("an option that does not exist is refused with the nearest", async () => {
  await expect(init(undefined, { extraImport: "x" })).rejects.toMatchObject({
    code: "session/option",
    message: expect.stringContaining("did you mean 'extraImports'") as string,
  });
});

test("extra imports are made in MSTICPy's form; what is missing is told with the command", async () => {
  const { text, scope } = await init(undefined, {
    extraImports: ["node:path, join", "node:os, homedir, myHome", "no-such-package-x"],
    additionalPackages: ["@no/such-package-y"],
  });
  expect(scope["join"]).toBe(join);
  expect(typeof scope["myHome"]).toBe("function");
  expect(text).toContain("npm install no-such-package-x");
  expect(text).toContain("npm install @no/such-package-y");
});

test("another configuration file can be named; one that is not there is told", async () => {
  write("other.yaml", "Huntbook: { Workspaces: { Case42: { local: ./case } } }\n");
  expect((await init(undefined, { config: "other.yaml" })).text).toContain("Case42");
  await session.close();
  expect((await init(undefined, { config: "missing.yaml" })).text).toContain("there is no configuration");
});

test("what UserDefaults asks for is made; what fails is told and the rest is there", async () => {
  const { text, scope } = await init(
    `MSSentinel: { Workspaces: { Soc: { WorkspaceId: 11111111-2222-4333-8444-555555555555, TenantId: 11111111-2222-4333-8444-555555555555 } } }
UserDefaults:
  QueryProviders:
    AzureSentinel:
      Soc: { alias: SOC-1, connect: false }
      Nowhere: { connect: true }
    Splunk: { connect: false }
  LoadComponents: { Notebooklets: }
`,
  );
  expect(Object.keys(Object.getOwnPropertyDescriptors(scope))).toEqual(
    expect.arrayContaining(["qry_soc_1", "qry_splunk"]),
  );
  expect(text).toMatch(/Auto-loaded\s+qry_soc_1, qry_splunk/);
  expect(text).toContain("workspace Nowhere could not be loaded: no workspace 'Nowhere'");
  expect(text).toContain("Notebooklets could not be loaded");
});

test("a user session file makes its variables", async () => {
  const path = write(
    "mine.yaml",
    "QueryProviders:\n  qry: { DataEnvironment: MSSentinel }\n  bad-name: { DataEnvironment: Local }\nComponents:\n  cfg: { Class: MpConfigFile }\n",
  );
  const { text, scope } = await init(undefined, { userSession: path });
  expect(scope["qry"]).toBeDefined();
  expect(scope["cfg"]).toBeInstanceOf(MpConfigFile);
  expect(text).toContain("bad-name could not be loaded");
});

test("plug-ins add queries, names and drivers; one that fails does not keep others from loading", async () => {
  write("plugins/a-broken.mjs", "throw new Error('oops')\n");
  write(
    "plugins/b-half.mjs",
    "export default { name: 'half', setup(h) { h.addNames({ half: 1 }); throw new Error('later'); } }\n",
  );
  write(
    "plugins/c-good.mjs",
    `export default { name: "good", setup(host) {
      host.addNames({ answer: 42 });
      host.addQueries("./queries");
      host.addProvider("ti", "Mine", class {});
      host.addPivot("IpAddress", "mine", () => 1);
      let open = false;
      host.addDriver("Splunk", ({ options }) => ({
        environment: "Splunk", language: "other", get connected() { return open; }, connection: "plug-in " + (options.host ?? ""),
        nowMs: () => 0, connect: async () => { open = true; }, schema: async () => ({}), query: async () => { throw new Error("no"); }, close: async () => {},
      }));
    } }\n`,
  );
  write(
    "plugins/queries/mine.yaml",
    "metadata: { version: 1, description: d, data_environments: [MSSentinel], data_families: [Mine] }\ndefaults: {}\nsources:\n  my_query:\n    description: d\n    args:\n      query: 'T | take 1'\n    parameters: {}\n",
  );
  const { text, scope } = await init("PluginFolders: [./plugins, ./nowhere]\n");
  expect(text).toContain("a-broken.mjs' failed: oops");
  expect(text).toContain("nowhere' is not there");
  expect(text).toMatch(/Plug-ins\s+good/);
  expect([scope["answer"], scope["half"]]).toEqual([42, undefined]);
  expect(session.definitions.some(d => d.name === "my_query")).toBe(true);
  expect(session.plugins.providers.map(p => p.name)).toEqual(["Mine"]);
  const Provider = scope["QueryProvider"] as new (environment: string) => {
    connect(t?: unknown, o?: object): Promise<unknown>;
  };
  const splunk = await withSession(session, async () => new Provider("Splunk").connect(undefined, { host: "h1" }));
  expect((splunk as { connected: boolean }).connected).toBe(true);
});

test("a plug-in's source of threat intelligence is asked; one that is none is told; its classes can be loaded by name", async () => {
  write(
    "plugins/ti.mjs",
    `const mine = {
      name: "Mine", describes: "a list of ours", kind: "feed", isOutbound: false, unavailable: undefined,
      usage: { sent: 0, fromKept: 0, kept: 0 },
      subtypes: type => (type === "ipv4" ? [""] : undefined),
      plan: queries => ({ host: "", toSend: 0, kept: queries.length, quota: [], neededMs: 0 }),
      ask: async (queries, { onAnswer }) => {
        for (const q of queries) onAnswer(q, { status: 0, message: "", cached: false, verdict: { severity: "high", details: { list: "ours" } } });
      },
    };
    class Places { constructor() { this.kind = "places"; } }
    export default { name: "ours", setup(host) {
      host.addProvider("ti", "Mine", mine);
      host.addProvider("ti", "Broken", class {});
      host.addProvider("geoip", "Places", Places);
    } };
    `,
  );
  const { scope } = await init(
    "PluginFolders: [./plugins]\nUserDefaults: { LoadComponents: { TILookup: , GeoIpLookup: { provider: Places } } }\n",
  );
  expect(scope["geoip"]).toMatchObject({ kind: "places" });
  const results = await withSession(session, () =>
    (scope["ti_lookup"] as TILookup).lookupIoc("8.8.4.4", { providers: ["Mine"] }),
  );
  expect(results.find(r => r.Provider === "Mine")).toMatchObject({ Severity: "high", Ioc: "8.8.4.4" });
  expect(session.notices.map(n => n.message)).toContain(
    "provider 'Broken' of a plug-in cannot be asked: it has no ask()",
  );
});

/** A registry of one package, on loopback; npm itself asks it. */
async function registry(version: string | undefined): Promise<Server> {
  const server = createServer((request, response) => {
    const isOurs = version !== undefined && request.url === "/huntbook";
    const dist = { tarball: "http://127.0.0.1/x.tgz", shasum: "0".repeat(40) };
    const versions = { [version ?? ""]: { name: "huntbook", version, dist } };
    const body = isOurs ? { name: "huntbook", "dist-tags": { latest: version }, versions } : { error: "not found" };
    response.writeHead(isOurs ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  return server;
}

test.each<[string, string | undefined, RegExp]>([
  ["a newer version", "99.1.0", /Huntbook 99\.1\.0 is available[^]*npm install huntbook@latest/],
  ["no newer one", "0.0.1", /latest known version/],
  ["no answer of use", undefined, /could not be found out \(offline\?\)/],
])("the check for an upgrade asks npm's registry: %s", async (_, version, expected) => {
  const server = await registry(version);
  const names = ["npm_config_registry", "npm_config_cache"] as const;
  const before = names.map(name => process.env[name]);
  process.env["npm_config_registry"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  process.env["npm_config_cache"] = join(dir, "npm");
  try {
    expect((await init(undefined, { checkUpgrade: true })).text).toMatch(expected);
  } finally {
    for (const [i, name] of names.entries()) {
      const value = before[i];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    server.close();
  }
});

test.each([
  ["18.20.4", ["session/old-node"]],
  ["20.18.3", ["session/old-node"]],
  ["20.19.0", []],
  ["22.4.1", []],
  ["100.0.0", []],
])("Node %s", (version, codes) => {
  expect(checkNode(version).map(n => n.code)).toEqual(codes);
});
