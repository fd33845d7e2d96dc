/** The run has a temporary folder of its own; what is left in it at the end, also by other processes, is searched for secrets. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describeLeaks, LeakSearch } from "./search.js";

export default function setup(): () => void {
  const dir = mkdtempSync(join(tmpdir(), "hb-"));
  const names = process.platform === "win32" ? ["TEMP", "TMP"] : ["TMPDIR"];
  const before = names.map(name => process.env[name]);
  for (const name of names) process.env[name] = dir;
  return () => {
    const search = new LeakSearch();
    search.files(dir);
    for (const [i, name] of names.entries()) {
      const value = before[i];
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    rmSync(dir, { recursive: true, force: true });
    const leaks = search.take();
    if (leaks.length === 0) return;
    console.error(`\nsecrets were let out:\n${describeLeaks(leaks)}`);
    process.exitCode = 1;
  };
}
