/** Where Jupyter looks for what was installed for it, per system. */
import { homedir } from "node:os";
import { join } from "node:path";

export interface JupyterEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

export function currentJupyterEnvironment(): JupyterEnvironment {
  return { env: process.env, platform: process.platform, home: homedir() };
}

/**
 * The user's own Jupyter data folder.
 *
 * Source: jupyter_core.paths (`jupyter_data_dir`), https://docs.jupyter.org/en/latest/use/jupyter-directories.html
 */
export function userDataDir({ env, platform, home }: JupyterEnvironment): string {
  const chosen = env["JUPYTER_DATA_DIR"];
  if (chosen !== undefined && chosen !== "") return chosen;
  if (platform === "darwin") return join(home, "Library", "Jupyter");
  if (platform === "win32") return join(env["APPDATA"] ?? join(home, "AppData", "Roaming"), "jupyter");
  const xdg = env["XDG_DATA_HOME"];
  return join(xdg !== undefined && xdg !== "" ? xdg : join(home, ".local", "share"), "jupyter");
}

/** Data folders of the whole machine. */
export function systemDataDirs({ env, platform }: JupyterEnvironment): readonly string[] {
  if (platform === "win32") return [join(env["PROGRAMDATA"] ?? "C:\\ProgramData", "jupyter")];
  return ["/usr/local/share/jupyter", "/usr/share/jupyter"];
}

/** Data folder below an installation of Python or conda. */
export const prefixDataDir = (prefix: string): string => join(prefix, "share", "jupyter");

/** Every data folder in Jupyter's order; what is found in an earlier one hides the same name in a later one. */
export function dataDirs(environment: JupyterEnvironment): readonly string[] {
  const { env, platform } = environment;
  const extra = (env["JUPYTER_PATH"] ?? "").split(platform === "win32" ? ";" : ":").filter(p => p !== "");
  const prefixes = ["VIRTUAL_ENV", "CONDA_PREFIX"].flatMap(name => env[name] ?? []).map(prefixDataDir);
  return [...new Set([...extra, userDataDir(environment), ...prefixes, ...systemDataDirs(environment)])];
}
