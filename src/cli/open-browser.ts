/** Opens an address in the user's browser, where there is one. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { html } from "../view/index.js";

/** How long the page that leads to the address stays on disk. */
const keepMs = 15_000;

export interface Screen {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Says something to the person who waits for a browser. */
  readonly note: (line: string) => void;
  /** Starts a program; `onFailure` when there is none, or when it says that it could not. */
  readonly run?: (command: string, args: readonly string[], onFailure: () => void) => void;
}

/** Shows the address in a browser, or says what to do where none will appear. */
export async function showAddress(address: string, { env, platform, note, run = runAlone }: Screen): Promise<void> {
  if (!hasScreen(env, platform)) return note(describeNoScreen(address, env));
  const [command, args] = browserCommand(await writeRedirect(address), platform);
  run(command, args, () => note("No browser could be opened: open the address above yourself."));
}

/** Who is logged in from another machine has to bring the address there. */
function describeNoScreen(address: string, env: Screen["env"]): string {
  if (env["SSH_CONNECTION"] === undefined)
    return "No browser was opened: open the address above in one on this machine.";
  const { port } = new URL(address);
  return `On the machine you sit at: ssh -N -L ${port}:127.0.0.1:${port} THIS-MACHINE. Then open the address above there.`;
}

/**
 * The address holds the token, and arguments of programs can be read by every user of the machine. So the browser is given a
 * file that only this user can read, which leads on.
 */
async function writeRedirect(address: string): Promise<string> {
  const file = join(tmpdir(), `huntbook-${randomBytes(8).toString("hex")}.html`);
  const page = html`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${address}"><title>Huntbook</title><a href="${address}">Open Huntbook</a>`;
  await writeFile(file, page.text, { mode: 0o600 });
  setTimeout(() => void rm(file, { force: true }), keepMs).unref();
  return pathToFileURL(file).href;
}

function runAlone(command: string, args: readonly string[], onFailure: () => void): void {
  spawn(command, args, { detached: true, stdio: "ignore" })
    .once("error", onFailure)
    .once("exit", code => code !== null && code !== 0 && onFailure())
    .unref();
}

/** Whether a browser can be expected to appear. */
function hasScreen(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): boolean {
  if (env["CI"] !== undefined || env["SSH_CONNECTION"] !== undefined) return false;
  if (platform !== "linux") return true;
  return (env["DISPLAY"] ?? "") !== "" || (env["WAYLAND_DISPLAY"] ?? "") !== "";
}

function browserCommand(url: string, platform: NodeJS.Platform): readonly [string, string[]] {
  if (platform === "darwin") return ["open", [url]];
  if (platform === "win32") return ["rundll32", ["url.dll,FileProtocolHandler", url]];
  return ["xdg-open", [url]];
}
