/**
 * `npx tsx bench/config.ts PYTHON`: msticpyconfig.yaml in both directions with MSTICPy (`bench/peers/config.py`): a file that it
 * saves is read here, and one that is saved here is read by it; values whose meaning differs between YAML 1.1 and 1.2 among them.
 */
import { spawnSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ConfigFile } from "../src/config/config-file.js";
import { readConfig, systemConfigPorts } from "../src/config/config.js";
import { listProviders } from "../src/config/provider-settings.js";
import { WorkspaceConfig } from "../src/config/workspace-config.js";

const [, , python] = process.argv;
if (python === undefined) throw new Error("usage: npx tsx bench/config.ts PYTHON (one that has msticpy)");
const dir = mkdtempSync(join(tmpdir(), "huntbook-peer-"));
const env = { ...process.env, PEER_KEY: "peer-key" };

function peer(action: "read" | "write", path: string): string {
  const script = join(import.meta.dirname, "peers/config.py");
  const ran = spawnSync(python as string, [script, action, path], { encoding: "utf8", env, cwd: dir });
  if (ran.status !== 0) throw new Error(`MSTICPy could not ${action}: ${ran.stderr.slice(-2000)}`);
  return ran.stdout;
}

const keys = ["WorkspaceId", "TenantId", "SubscriptionId", "ResourceGroup", "WorkspaceName"] as const;
interface Seen {
  readonly workspaces: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly providers: Readonly<
    Record<string, Readonly<Record<string, { args: Record<string, unknown>; primary: boolean; provider: string }>>>
  >;
}

/** What we see in a file, in the peer's words. */
async function readHere(path: string): Promise<Seen> {
  const { config, findings } = readConfig(readFileSync(path, "utf8"), { path, from: "home" }, { env, home: dir });
  for (const f of findings) console.log(`  finding: ${f.severity} line ${f.line}: ${f.message}`);
  const sentinel = (config.find("MSSentinel.Workspaces") ?? {}) as Record<string, Record<string, unknown>>;
  const workspaces = Object.fromEntries(
    Object.keys(sentinel).map(name => [
      name,
      pick(sentinel[new WorkspaceConfig({ config, workspace: name }).name] ?? {}),
    ]),
  );
  const providers: Record<string, Seen["providers"][string]> = {};
  for (const section of ["TIProviders", "OtherProviders"] as const) {
    const found: Record<string, { args: Record<string, unknown>; primary: boolean; provider: string }> = {};
    for (const p of listProviders(config, section)) {
      const args = (config.find(`${section}.${p.name}.Args`) ?? {}) as Record<string, unknown>;
      const texts: Record<string, unknown> = {};
      for (const key of Object.keys(args)) texts[key] = (await p.secret(key))?.reveal() ?? String(p.text(key));
      found[p.name] = { args: texts, primary: p.isPrimary, provider: p.provider };
    }
    providers[section] = found;
  }
  return { workspaces, providers };
}

const pick = (settings: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(keys.filter(k => settings[k] !== undefined).map(k => [k, settings[k]]));

function readThere(path: string): Seen {
  const line = peer("read", path)
    .split("\n")
    .find(l => l.startsWith("PEER "));
  const seen = JSON.parse(line?.slice(5) ?? "null") as Seen;
  return { ...seen, workspaces: Object.fromEntries(Object.entries(seen.workspaces).map(([n, w]) => [n, pick(w)])) };
}

function compare(what: string, here: Seen, there: Seen): boolean {
  const differences: string[] = [];
  for (const part of ["workspaces", "providers"] as const) {
    const groups = part === "providers" ? ["TIProviders", "OtherProviders"] : [""];
    for (const group of groups) {
      const [a, b] = [here, there].map(s => (group === "" ? s.workspaces : (s.providers[group] ?? {})));
      for (const name of new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])) {
        const [x, y] = [a?.[name], b?.[name]];
        const [m, n] = [x, y].map(v => (group === "" ? v : (v as { args?: unknown } | undefined)?.args));
        if (!isDeepStrictEqual(m, n))
          differences.push(`${group} ${name}: here ${JSON.stringify(m)}, there ${JSON.stringify(n)}`);
      }
    }
  }
  const [w, p] = [
    Object.keys(there.workspaces).length,
    Object.values(there.providers).reduce((sum, section) => sum + Object.keys(section).length, 0),
  ];
  console.log(`${what}: ${w} workspaces, ${p} providers, ${differences.length} differences`);
  for (const difference of differences) console.log(`  ${difference}`);
  return differences.length === 0;
}

/** Texts that YAML 1.1 or 1.2 would take for something else when they are not quoted. */
const odd = [
  ...[
    "yes",
    "No",
    "on",
    "off",
    "y",
    "null",
    "~",
    "true",
    "0123",
    "0x1f",
    "0o17",
    "1_000",
    "1e5",
    "12:30:45",
    ".5",
    "1.",
  ],
  ...["2026-11-24", "=", "*a", "&a", "!t", "%x", "@x", "`x", "a: b", "a #b", " lead", "trail ", "- x", "[x", "{x"],
  ...["'q'", '"d"', "back\\slash", "tab\there", "two\nlines", "Zoë 🔑", "", "-", "?", "|", ">", "é".repeat(200)],
];

async function main(): Promise<void> {
  const theirs = join(dir, "theirs.yaml");
  peer("write", theirs);
  const results = [compare("saved by MSTICPy", await readHere(theirs), readThere(theirs))];

  const ports = { ...systemConfigPorts(), env, cwd: dir, home: dir };
  const changed = ConfigFile.open(ports, theirs);
  changed.set(["TIProviders", "OTX", "Args", "AuthKey"], "changed here");
  await changed.save(new Date(), { backup: false });
  results.push(compare("saved by MSTICPy, changed here", await readHere(theirs), readThere(theirs)));

  const ours = ConfigFile.open(ports, join(dir, "ours.yaml"));
  const id = (n: number) => `11111111-2222-4333-8444-55555555555${n}`;
  ours.addWorkspace(
    "soc",
    { WorkspaceId: id(1), TenantId: id(2), ResourceGroup: "no", WorkspaceName: "0123" },
    { asDefault: true },
  );
  ours.set(["TIProviders", "VirusTotal"], { Args: { AuthKey: { EnvironmentVar: "PEER_KEY" } }, Primary: true });
  for (const [i, text] of odd.entries()) {
    ours.set(["OtherProviders", `Odd${i}`, "Args", "AuthKey"], text);
    ours.set(["OtherProviders", `Odd${i}`, "Args", "Note"], text);
  }
  await ours.save(new Date());
  results.push(compare("saved here", await readHere(ours.path), readThere(ours.path)));
  rmSync(dir, { recursive: true, force: true });
  if (results.includes(false)) process.exitCode = 1;
}
await main();
