/** Where Huntbook keeps what it makes: never in the notebook's or the evidence's folder. */
import { join } from "node:path";

export interface FolderEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/**
 * The user's data folder for Huntbook: `HUNTBOOK_HOME`, else the platform's usual place.
 *
 * Source: XDG Base Directory specification; Apple's and Microsoft's conventions.
 */
export function dataFolder({ env, platform, home }: FolderEnvironment): string {
  const chosen = env["HUNTBOOK_HOME"];
  if (chosen !== undefined && chosen !== "") return chosen;
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "huntbook");
  if (platform === "darwin") return join(home, "Library", "Application Support", "huntbook");
  const xdg = env["XDG_DATA_HOME"];
  return join(xdg !== undefined && xdg.startsWith("/") ? xdg : join(home, ".local", "share"), "huntbook");
}
