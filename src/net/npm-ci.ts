/** Installs the packages of one of our build folders (`lab/`, `geo/`) by its lock file. */
import { spawn } from "node:child_process";
import process from "node:process";
import { messageOf } from "../base/error.js";

const args = [
  "ci",
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--no-progress",
  "--loglevel=error",
  "--prefer-offline",
];

/** Settings of the user that npm hands on to its scripts; the rest would tell our npm that it runs in the outer package. */
const kept = /^npm_config_(?:cache|userconfig|registry|cafile|proxy|https_proxy|noproxy|offline)$/i;
const ofOuterNpm = /^npm_(?:config_|package_|lifecycle_)/i;

/**
 * Runs `npm ci`: the npm that started us, else the one on the PATH.
 *
 * @returns undefined when the packages are there, else npm's words
 * @throws the signal's reason
 */
export async function installPackages(dir: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const cli = process.env["npm_execpath"];
  const own = cli !== undefined && /npm-cli\.(?:c?js)$/.test(cli);
  const [command, all] = own ? [process.execPath, [cli, ...args]] : ["npm", args];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !ofOuterNpm.test(name) || kept.test(name)),
  );
  const said: string[] = [];
  const code = await new Promise<number | string>(resolve => {
    const child = spawn(command, all, {
      cwd: dir,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      shell: !own && process.platform === "win32",
      ...(signal === undefined ? {} : { signal }),
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => said.push(text));
    child.once("error", error => resolve(messageOf(error)));
    child.once("close", status => resolve(status ?? "it was ended"));
  });
  if (code === 0) return undefined;
  signal?.throwIfAborted();
  return said.join("").trim().slice(-600) || `npm: ${code}`;
}
