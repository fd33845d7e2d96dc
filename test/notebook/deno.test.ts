/**
 * Huntbook as a library in Deno's own Jupyter kernel: objects show themselves by `Symbol.for("Jupyter.display")`. Needs Deno
 * (on the PATH, or named by HUNTBOOK_DENO; `npm i deno` has it) and `npm run build`; skipped without.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelHandle } from "../../src/notebook/client/kernel-handle.js";
import { ownKernelSpec } from "../../src/notebook/client/kernel-spec.js";
import type { JsonObject } from "../../src/notebook/protocol/message.js";

const repository = join(import.meta.dirname, "../..");
const deno = process.env["HUNTBOOK_DENO"] ?? "deno";
const isHere = spawnSync(deno, ["--version"], { stdio: "ignore", env: { ...process.env, NO_COLOR: "1" } }).status === 0;
const isBuilt = existsSync(join(repository, "dist/index.js"));
const why = isHere ? (isBuilt ? "" : "SKIPPED: npm run build") : `SKIPPED: '${deno}' does not run; set HUNTBOOK_DENO`;

describe.skipIf(why !== "")(`in Deno's kernel${why === "" ? "" : ` (${why})`}`, () => {
  let dir: string;
  let kernel: KernelHandle;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "huntbook-deno-"));
    mkdirSync(join(dir, "node_modules"));
    symlinkSync(repository, join(dir, "node_modules/huntbook"));
    writeFileSync(join(dir, "package.json"), '{ "type": "module", "dependencies": { "huntbook": "*" } }');
    kernel = await KernelHandle.start({
      spec: {
        ...ownKernelSpec(),
        ...{ name: "deno", displayName: "Deno", interruptMode: "signal" },
        argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
      },
      cwd: dir,
      env: { ...process.env, HUNTBOOK_HOME: join(dir, "home"), DENO_DIR: join(dir, "deno"), DENO_NO_UPDATE_CHECK: "1" },
      transport: "tcp",
    });
  }, 60_000);
  afterAll(async () => {
    await kernel?.shutdown();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  async function shown(code: string): Promise<JsonObject> {
    let data: JsonObject = {};
    let failed = "";
    const reply = await kernel.channels.execute(code, {
      onOutput: ({ header, content }) => {
        if (header.msg_type === "execute_result" || header.msg_type === "display_data")
          data = content["data"] as JsonObject;
        if (header.msg_type === "error") failed = JSON.stringify(content["traceback"]);
      },
    });
    expect(failed).toBe("");
    expect(reply.status).toBe("ok");
    return data;
  }

  test("a frame is a table: escaped HTML, plain text, and our view", async () => {
    const data = await shown(
      'import { frameFrom } from "huntbook";\nconst f = await frameFrom([{ Host: "dc01", Note: "<img src=x onerror=alert(1)>" }]);\nf',
    );
    expect(data["text/html"]).toContain("dc01");
    expect(data["text/html"]).toContain("&lt;img");
    expect(data["text/html"]).not.toContain("<img");
    expect(data["text/plain"]).toContain("dc01");
    expect(data).toHaveProperty(["application/vnd.huntbook.view+json"]);
  }, 90_000);

  test("so is what KQL makes of it", async () => {
    const data = await shown('await f.kql("| summarize Hosts = dcount(Host)")');
    expect(data["text/plain"]).toMatch(/Hosts[^]*1/);
  }, 90_000);

  test("figures are pictures", async () => {
    const data = await shown(
      'const g = await frameFrom([{ TimeGenerated: new Date("2026-01-10T00:00:00Z"), Host: "dc01" }, { TimeGenerated: new Date("2026-01-11T00:00:00Z"), Host: "ws7" }]);\nawait g.plot.timeline()',
    );
    expect(data["text/html"]).toContain("data:image/svg+xml;base64,");
    expect(data["image/png"]).toMatch(/^iVBOR/);
  }, 90_000);
});
