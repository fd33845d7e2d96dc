/**
 * The whole product against the stand-in, by Azure's own addresses: a proxy that asks for a password leads every name there, a private
 * authority vouches for it. `huntbook` runs in this process, as from a terminal of 80 columns.
 */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { main } from "../../src/cli/main.js";
import type { Io } from "../../src/cli/io.js";
import { createSessionHost } from "../../src/cli/session-host.js";
import { createInlineCompiler } from "../../src/kql/compiler.js";
import { createSession, type Session } from "../../src/session/session.js";
import { createLogAnalyticsStandIn, type LogAnalyticsStandIn } from "../../src/testing/index.js";
import { createWorkspace, openWriter } from "../../src/workspace/index.js";
import { searchOutput } from "../leaks/watch.js";
import { applicationPem, serverCertificate } from "./certificates.js";
import { AzureStandIn, clientId, clientSecret, tenant } from "./stand-in.js";

export const workspaceId = "11111111-2222-4333-8444-555555555555";
export const subscriptionId = "33333333-2222-4333-8444-555555555555";
export const proxyPassword = "hunter2-of-the-proxy";

export interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Both, in the order in which they were written. */
  readonly text: string;
}

/** What a variable of the environment is for a while. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Things that change how Azure's SDKs and our own client behave; none of the machine's counts. */
const azureVariables =
  /^(?:AZURE_|MSI_|IDENTITY_|IMDS_|DEFAULT_IDENTITY|HUNTBOOK_|MSTICPY|(?:https?|no|all)_proxy$|NODE_EXTRA_CA_CERTS|DISPLAY|WAYLAND_DISPLAY|SSH_CONNECTION|BROWSER)/i;

export class WholeAzure {
  readonly azure = new AzureStandIn();
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), "huntbook-whole-")));
  readonly #before = { env: { ...process.env }, cwd: process.cwd() };
  #logs: LogAnalyticsStandIn | undefined;
  #session: Session | undefined;

  get logs(): LogAnalyticsStandIn {
    if (this.#logs === undefined) throw new Error("not started");
    return this.#logs;
  }

  async start(): Promise<this> {
    const { azure, dir } = this;
    await azure.start();
    azure.isStrict = true;
    azure.proxyLogin = `ana:${proxyPassword}`;
    azure.secrets.set("TIProviders-OTX-Args-AuthKey", "hunter2-from-vault");
    writeFileSync(join(dir, "ca.pem"), serverCertificate);
    writeFileSync(join(dir, "app.pem"), applicationPem);
    mkdirSync(join(dir, "bin"));
    this.program("az", "exit 127");
    this.program("pwsh", "exit 127");
    for (const name of Object.keys(process.env)) if (azureVariables.test(name)) this.#unset(name);
    this.set({
      HTTPS_PROXY: this.proxy(),
      NODE_EXTRA_CA_CERTS: join(dir, "ca.pem"),
      MSTICPYCONFIG: join(dir, "msticpyconfig.yaml"),
      PATH: `${join(dir, "bin")}${delimiter}${process.env["PATH"] ?? ""}`,
    });
    process.chdir(dir);
    this.configure();
    await this.#openLogs();
    return this;
  }

  /** Sentinel's workspace is a folder with one table of twenty rows. */
  async #openLogs(): Promise<void> {
    const folder = join(this.dir, "logs");
    await createWorkspace(folder, { clock: { kind: "pinned", now: "2026-01-13T18:00:00Z" } });
    const writer = await openWriter(folder);
    const columns = [
      { name: "TimeGenerated", type: "datetime" },
      { name: "Account", type: "string" },
    ] as const;
    const rows = Array.from({ length: 20 }, (_, i) => [`2026-01-13T17:${String(i + 10)}:00Z`, `user${i}`]);
    await writer.addTable("Hunt_CL", columns, { kind: "batches", batches: [rows] });
    await writer.commit();
    this.#session = createSession({
      dataDir: join(this.dir, "standin-data"),
      workspace: folder,
      createCompiler: createInlineCompiler,
      configPorts: { env: {}, cwd: this.dir, home: this.dir, read: () => undefined },
    });
    this.#logs = await createLogAnalyticsStandIn(await this.#session.workspace(), { workspaceId, token: "stand-in" });
    this.azure.logAnalytics = this.#logs.endpoint;
  }

  async close(): Promise<void> {
    process.chdir(this.#before.cwd);
    for (const name of Object.keys(process.env)) if (!(name in this.#before.env)) this.#unset(name);
    Object.assign(process.env, this.#before.env);
    await this.#logs?.close();
    await this.#session?.close();
    await this.azure.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** The address of the proxy, with another password where one is given. */
  proxy(password = proxyPassword): string {
    return `http://ana:${password}@127.0.0.1:${this.azure.proxyPort}`;
  }

  /** Writes the configuration: the workspace Soc, and what is given. */
  configure(more = "", workspace = ""): void {
    writeFileSync(
      join(this.dir, "msticpyconfig.yaml"),
      `MSSentinel:
  Workspaces:
    Soc:
      WorkspaceId: ${workspaceId}
      TenantId: ${tenant}
      WorkspaceName: soc
${workspace}${more}`,
    );
  }

  /** A program of this name that is found first: lines of a shell script. */
  program(name: string, script: string): void {
    const path = join(this.dir, "bin", name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  set(variables: Variables): void {
    for (const [name, value] of Object.entries(variables))
      if (value === undefined) this.#unset(name);
      else process.env[name] = value;
  }

  /** Runs something with further variables, which are as before afterwards. */
  async with<T>(variables: Variables, work: () => Promise<T>): Promise<T> {
    const before = Object.fromEntries(Object.keys(variables).map(name => [name, process.env[name]]));
    this.set(variables);
    try {
      return await work();
    } finally {
      this.set(before);
    }
  }

  async huntbook(...argv: readonly string[]): Promise<Output> {
    const parts: { readonly to: "out" | "err"; readonly text: string }[] = [];
    const io: Io = {
      stdout: text => void parts.push({ to: "out", text }),
      stderr: text => void parts.push({ to: "err", text }),
      ...{ isTty: false, columns: 80, env: process.env, cwd: this.dir, signal: new AbortController().signal },
    };
    const code = await main(argv, {
      io,
      openHost: async () => createSessionHost(io, join(this.dir, "data")),
      galleryDir: join(this.dir, "gallery"),
    });
    const all = (to?: string) => parts.flatMap(p => (to === undefined || p.to === to ? [p.text] : [])).join("");
    searchOutput(`huntbook ${argv.join(" ")}`, all());
    return { code, out: all("out"), err: all("err"), text: all() };
  }

  /** A notebook with these cells, run on a workspace; the executed notebook and the report lie beside it. */
  async run(cells: readonly string[], ...options: readonly string[]): Promise<Output> {
    const notebook = {
      ...{ nbformat: 4, nbformat_minor: 5, metadata: {} },
      cells: cells.map((source, i) => ({
        ...{ cell_type: "code", id: `c${i}`, source, metadata: {}, outputs: [], execution_count: null },
      })),
    };
    writeFileSync(join(this.dir, "hunt.ipynb"), JSON.stringify(notebook));
    return this.huntbook("run", "hunt.ipynb", "--out", "out.ipynb", "--html", "report.html", ...options);
  }

  #unset(name: string): void {
    Reflect.deleteProperty(process.env, name);
  }
}

export { clientId, clientSecret, tenant };
