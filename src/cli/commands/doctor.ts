import { mkdir, rm, writeFile } from "node:fs/promises";
import { freemem, totalmem } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../base/error.js";
import type { Args, Command, Context } from "../command.js";
import { exitCodes } from "../command.js";
import type { CliHost, DoctorCheck } from "../host.js";
import { printJson, printStates } from "../print.js";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "Check that this machine has what Huntbook needs.",
  synopsis: "doctor [--offline] [--json]",
  details: "Exit code 1 when something failed; warnings are for you to judge.",
  options: {
    offline: { type: "boolean", help: "Ask nothing of the network (also: HUNTBOOK_OFFLINE=1)" },
    json: { type: "boolean", help: "Print the checks as JSON" },
  },
  examples: ["huntbook doctor", "huntbook doctor --offline --json"],
  positionals: { min: 0, max: 0, names: "" },
  run,
};

async function run(args: Args, { io, host: getHost }: Context): Promise<number> {
  const host = await getHost();
  const checks = [
    checkNode(process.versions.node),
    checkMemory(),
    await checkModule("DuckDB", () => import("@duckdb/node-api")),
    await checkModule("TypeScript transform", () => import("oxc-transform")),
    await checkDataDir(host),
    ...(await host.doctor({ offline: args.flag("offline"), signal: io.signal })),
  ];
  if (args.flag("json")) printJson(io, { checks });
  else printStates(io, checks);
  return checks.some(c => c.state === "failed") ? exitCodes.failed : exitCodes.done;
}

/** Node 20.19 or later. */
export function checkNode(version: string): DoctorCheck {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  const base = { name: "Node", detail: version };
  return good ? { ...base, state: "ok" } : { ...base, state: "failed", hint: "install Node 20.19 or later" };
}

function checkMemory(): DoctorCheck {
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const detail = `${gib(totalmem())}, ${gib(freemem())} free`;
  if (totalmem() >= 2 * 2 ** 30) return { name: "Memory", state: "ok", detail };
  return { name: "Memory", state: "warning", detail, hint: "large results will be slow" };
}

async function checkModule(name: string, load: () => Promise<unknown>): Promise<DoctorCheck> {
  try {
    await load();
    return { name, state: "ok", detail: "loads" };
  } catch (error) {
    const hint = "run npm ci again on this machine; native parts differ between platforms";
    return { name, state: "failed", detail: messageOf(error).split("\n")[0] ?? "", hint };
  }
}

async function checkDataDir(host: CliHost): Promise<DoctorCheck> {
  const probe = join(host.dataDir, `.probe-${process.pid}`);
  try {
    await mkdir(host.dataDir, { recursive: true });
    await writeFile(probe, "");
    return { name: "Data folder", state: "ok", detail: host.dataDir };
  } catch (error) {
    const hint = "set HUNTBOOK_HOME to a folder that you may write to";
    return { name: "Data folder", state: "failed", detail: messageOf(error), hint };
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}
