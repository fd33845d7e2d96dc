/** A disk that is really full: a small tmpfs. Skipped where this user may not mount one; `writer.test.ts` has a limit on file sizes for that. */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FrameStore } from "../../src/frame/store.js";
import { planIngest, readManifest, runIngest, verifyWorkspace } from "../../src/workspace/index.js";

function mount(dir: string, megabytes: number): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", dir], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const unmount = (dir: string): void => void execFileSync("umount", [dir], { stdio: "ignore" });

function mayMount(): boolean {
  const dir = mkdtempSync(join(tmpdir(), "huntbook-mount-"));
  try {
    const done = mount(dir, 1);
    if (done) unmount(dir);
    return done;
  } finally {
    rmdirSync(dir);
  }
}

let [base, disk] = ["", ""];
const size = 6;

describe.skipIf(!mayMount())("on a full disk (needs the right to mount a tmpfs)", () => {
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "huntbook-full-"));
    disk = join(base, "disk");
    await mkdir(disk);
    if (!mount(disk, size)) throw new Error("the tmpfs cannot be mounted any more");
  });
  afterEach(async () => {
    unmount(disk);
    await rm(base, { recursive: true, force: true });
  });

  /** Lines that do not compress: each holds hashes of its number. */
  async function putLogs(name: string, lines: number): Promise<void> {
    const { createHash } = await import("node:crypto");
    const text = Array.from({ length: lines }, (_, i) =>
      JSON.stringify({
        TimeGenerated: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
        Hash: createHash("sha512").update(`${name}${i}`).digest("hex"),
      }),
    );
    await writeFile(join(base, "evidence", name), text.join("\n"));
  }

  test("ingest says so, keeps the generation before, leaves no litter, and goes on once there is room", async () => {
    await mkdir(join(base, "evidence"));
    const workspace = join(disk, "case");
    const ingest = async () => runIngest(await planIngest([join(base, "evidence")], { workspace }), workspace);
    await putLogs("small.jsonl", 100);
    await ingest();
    const before = await readManifest(workspace);

    await putLogs("large.jsonl", 120_000);
    await expect(ingest()).rejects.toMatchObject({ code: "workspace/disk-full" });
    const after = await readManifest(workspace);
    expect(after.generation).toBe(before.generation);
    expect((await verifyWorkspace(workspace)).problems).toEqual([]);
    const files = (await readdir(workspace, { recursive: true })).filter(f => /parquet|tmp.+|lock/.test(f));
    expect(files.filter(f => f.endsWith(".parquet"))).toHaveLength(1);
    expect(files.filter(f => !f.endsWith(".parquet"))).toEqual([]);

    await rm(join(base, "evidence", "large.jsonl"));
    await putLogs("more.jsonl", 100);
    expect((await ingest()).rows).toBe(100);
  });

  test("a query whose spill does not fit says so, and the store goes on", async () => {
    const store = await FrameStore.open({
      ...{ scratchRoot: disk, memoryLimitBytes: 48 * 1024 ** 2, spillLimitBytes: 1024 ** 3, threads: 1 },
    });
    try {
      const sorted = store.run(
        "create table scratch.big as select uuid() as u, md5(range::varchar) as m from range(3000000) order by u",
      );
      await expect(sorted).rejects.toMatchObject({ code: "frame/disk-full" });
      expect(await store.all("select 1 as one")).toEqual([{ one: 1 }]);
    } finally {
      await store.close();
    }
    expect(await readdir(disk)).toEqual([]);
  });
});
