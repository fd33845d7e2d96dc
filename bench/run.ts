/** `npm run bench [-- NAME…]`: runs the benches one after another, each in a process of its own, and prints what they print. */
import { spawnSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import process from "node:process";

interface Bench {
  readonly file: string;
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
}
const benches: Readonly<Record<string, Bench>> = {
  frame: { file: "frame.ts", flags: ["--expose-gc"] },
  kql: { file: "kql.ts", args: ["1m"] },
  startup: { file: "startup.ts" },
  contoso: { file: "contoso.ts", args: ["small"] },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(", ")}; there are: ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
for (const [name, { file, flags = [], args = [] }] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n== ${name}`);
  const child = spawnSync(process.execPath, [...flags, "--import", "tsx", join(import.meta.dirname, file), ...args], {
    stdio: "inherit",
  });
  if (child.status !== 0) process.exitCode = 1;
}
