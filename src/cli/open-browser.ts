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

/**
 * The address holds the token, and arguments of programs can be read by every user of the machine. So the browser is given a
 * file that only this user can read, which leads on.
 */
export async function openBrowser(address: string, platform: NodeJS.Platform): Promise<void> {
  const file = join(tmpdir(), `huntbook-${randomBytes(8).toString("hex")}.html`);
  const page = html`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${address}"><title>Huntbook</title><a href="${address}">Open Huntbook</a>`;
  await writeFile(file, page.text, { mode: 0o600 });
  setTimeout(() => void rm(file, { force: true }), keepMs).unref();
  const url = pathToFileURL(file).href;
  const [command, args] = browserCommand(url, platform);
  // Nobody to show it to is no failure: the address is printed anyway.
  spawn(command, args, { detached: true, stdio: "ignore" })
    .on("error", () => undefined)
    .unref();
}

/** Whether a browser can be expected to appear. */
export function hasScreen(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): boolean {
  if (env["CI"] !== undefined || env["SSH_CONNECTION"] !== undefined) return false;
  if (platform !== "linux") return true;
  return (env["DISPLAY"] ?? "") !== "" || (env["WAYLAND_DISPLAY"] ?? "") !== "";
}

function browserCommand(url: string, platform: NodeJS.Platform): readonly [string, string[]] {
  if (platform === "darwin") return ["open", [url]];
  if (platform === "win32") return ["rundll32", ["url.dll,FileProtocolHandler", url]];
  return ["xdg-open", [url]];
}
