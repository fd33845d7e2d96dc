/** `npm run bench [-- NAME…]`: runs the benches one after another, each in a process of its own, and prints what they print. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { machine } from "./measure.js";

interface Bench {
  readonly file: string;
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
  /** Takes minutes. */
  readonly isLong?: boolean;
}
/** Without names all but the long ones run. */
const benches: Readonly<Record<string, Bench>> = {
  frame: { file: "frame.ts", flags: ["--expose-gc"] },
  compile: { file: "compile.ts" },
  kql: { file: "kql.ts", args: ["1m"] },
  startup: { file: "startup.ts" },
  lab: { file: "lab.ts" },
  "first-start": { file: "first-start.ts", isLong: true },
  contoso: { file: "contoso.ts", args: ["small"] },
  ioc: { file: "ioc.ts" },
  kernel: { file: "kernel.ts" },
  "kernel-starts": { file: "kernel.ts", args: ["starts", "100"], isLong: true },
  geo: { file: "geo.ts" },
  ti: { file: "ti.ts", isLong: true },
  views: { file: "views.ts" },
  "kql-10m": { file: "kql.ts", args: ["10m"], isLong: true },
  "kql-peers": { file: "kql-peers.ts", isLong: true },
  growth: { file: "kql.ts", args: ["small", "1m", "10m"], isLong: true },
  "contoso-10m": { file: "contoso.ts", args: ["1m", "10m"], isLong: true },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(", ")}; there are: ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
console.log(machine());
for (const [name, { file, flags = [], args = [], isLong = false }] of Object.entries(benches)) {
  if (wanted.length === 0 ? isLong : !wanted.includes(name)) continue;
  console.log(`\n== ${name}`);
  const child = spawnSync(process.execPath, [...flags, "--import", "tsx", join(import.meta.dirname, file), ...args], {
    stdio: "inherit",
  });
  if (child.status !== 0) process.exitCode = 1;
}
