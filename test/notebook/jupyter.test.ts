/**
 * Jupyter's own tools on our kernel, over libzmq: jupyter_kernel_test and nbconvert. Needs a Python that has them
 * (`pip install jupyter_kernel_test nbconvert nbclient`), named by HUNTBOOK_JUPYTER_PYTHON; skipped without.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installKernel } from "../../src/notebook/client/install.js";

const python = process.env["HUNTBOOK_JUPYTER_PYTHON"] ?? "python3";
const has = (modules: string): boolean =>
  spawnSync(python, ["-c", `import ${modules}`], { stdio: "ignore" }).status === 0;
const found = has("jupyter_kernel_test, nbconvert, nbclient");
const title = found
  ? ""
  : ` (SKIPPED: '${python}' has no jupyter_kernel_test and nbconvert; set HUNTBOOK_JUPYTER_PYTHON)`;

const dir = mkdtempSync(join(tmpdir(), "huntbook-test-"));
const env = {
  ...process.env,
  HOME: dir,
  HUNTBOOK_HOME: join(dir, "home"),
  JUPYTER_DATA_DIR: join(dir, "jupyter"),
  JUPYTER_RUNTIME_DIR: join(dir, "runtime"),
  JUPYTER_CONFIG_DIR: join(dir, "config"),
  // pyenv and the like live in the real home.
  PYENV_ROOT: process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"),
};
const run = promisify(execFile);

beforeAll(() => {
  if (!found) return;
  const environment = { env, platform: process.platform, home: dir };
  const options = { name: "huntbook", displayName: "TypeScript (Huntbook)", args: [], environment };
  installKernel({ place: { kind: "user" }, ...options });
});
afterAll(() => rmSync(dir, { recursive: true }));

test.skipIf(!found)(
  `jupyter_kernel_test has nothing to say${title}`,
  async () => {
    const script = join(import.meta.dirname, "../../bench/peers/jupyter/test_huntbook.py");
    const { stderr } = await run(python, [script, "-v"], { env, cwd: dir, timeout: 170_000 });
    // unittest reports on stderr.
    expect(stderr).toMatch(/Ran \d+ tests in/);
    expect(stderr).toMatch(/\nOK/);
    process.stdout.write(stderr.slice(stderr.indexOf("Ran ")));
  },
  180_000,
);

test.skipIf(!found)(
  `nbconvert runs a notebook and keeps its outputs${title}`,
  async () => {
    const cell = (source: string, i: number) => ({
      ...{ cell_type: "code", id: `c${i}`, metadata: {}, execution_count: null, outputs: [], source },
    });
    const cells = ["const n: number = 6", "console.log('text'); n * 7", "await display('shown', { id: 'x' })"].map(
      cell,
    );
    const kernelspec = { name: "huntbook", display_name: "TypeScript (Huntbook)", language: "typescript" };
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells };
    writeFileSync(join(dir, "in.ipynb"), JSON.stringify(notebook));
    const args = ["-m", "nbconvert", "--to", "notebook", "--execute", "--output", "out.ipynb", "in.ipynb"];
    await run(python, args, { env, cwd: dir, timeout: 170_000 });
    const out = JSON.parse(readFileSync(join(dir, "out.ipynb"), "utf8")) as {
      metadata: { language_info: { name: string } };
      cells: { execution_count: number; outputs: { output_type: string; data?: Record<string, string[]> }[] }[];
    };
    expect(out.metadata.language_info.name).toBe("typescript");
    expect(out.cells.map(c => c.execution_count)).toEqual([1, 2, 3]);
    expect(out.cells[1]?.outputs.map(o => o.output_type)).toEqual(["stream", "execute_result"]);
    expect(out.cells[1]?.outputs[1]?.data?.["text/plain"]).toEqual(["42"]);
    expect(out.cells[2]?.outputs.map(o => o.output_type)).toContain("display_data");
  },
  180_000,
);
