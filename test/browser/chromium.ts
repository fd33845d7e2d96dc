/** Finds an installed Chromium; tests that need one are skipped without it, unless HUNTBOOK_REQUIRE_BROWSER is set. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { chromium, type Browser } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap(dir => names.map(name => join(dir, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const path = findChromium();
export const withoutBrowser = path === undefined && process.env["HUNTBOOK_REQUIRE_BROWSER"] !== "1";

export function launchChromium(): Promise<Browser> {
  if (path === undefined) throw new Error("no Chromium on the PATH, and HUNTBOOK_REQUIRE_BROWSER is set");
  return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-gpu"] });
}
