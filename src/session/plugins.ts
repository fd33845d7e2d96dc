/** Plug-ins: folders of ES modules that add drivers, providers, queries, pivots and names to a session. */
import { readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HuntError, messageOf } from "../base/error.js";
import type { Driver } from "../query/api.js";

/** What a plug-in's driver is given. */
export interface PluginDriverRequest {
  readonly environment: string;
  /** What `connect` was given. */
  readonly target: unknown;
  readonly options: Readonly<Record<string, unknown>>;
}
export type PluginDriverFactory = (request: PluginDriverRequest) => Driver | Promise<Driver>;

/** What a plug-in adds to. */
export interface PluginHost {
  /** A driver for an environment by MSTICPy's name (`Splunk`, `Elastic`, …); it is used before a built-in one. */
  addDriver(environment: string, open: PluginDriverFactory): void;
  /** A folder of query files, relative to the plug-in's. */
  addQueries(folder: string): void;
  /** A provider of threat intelligence, geolocation or context, by its kind and the name of its class. */
  addProvider(kind: "ti" | "geoip" | "context", name: string, provider: unknown): void;
  /** A function offered on an entity. */
  addPivot(entity: string, name: string, pivot: (...args: never[]) => unknown): void;
  /** Names for the notebook's scope. */
  addNames(names: Readonly<Record<string, unknown>>): void;
}

/** What a module of a plug-in folder exports as `default`. */
export interface Plugin {
  readonly name: string;
  /** Called once per session. */
  setup(host: PluginHost): void | Promise<void>;
}

export interface PluginProvider {
  readonly kind: "ti" | "geoip" | "context";
  readonly name: string;
  readonly provider: unknown;
}
export interface PluginPivot {
  readonly entity: string;
  readonly name: string;
  readonly pivot: (...args: never[]) => unknown;
}

/** What plug-ins added to one session. */
export class PluginRegistry {
  readonly drivers = new Map<string, PluginDriverFactory>();
  readonly queryFolders: string[] = [];
  readonly providers: PluginProvider[] = [];
  readonly pivots: PluginPivot[] = [];
  readonly names = new Map<string, unknown>();
  /** Plug-in's name → its file. */
  readonly loaded = new Map<string, string>();

  /**
   * Loads every module (`.js`, `.mjs`, `.ts` where the runtime takes it) of the folders, once; those that fail are told and the
   * others are loaded.
   */
  async load(folders: readonly string[]): Promise<HuntError[]> {
    const errors: HuntError[] = [];
    for (const folder of folders) {
      for (const file of listModules(folder, errors)) {
        if ([...this.loaded.values()].includes(file)) continue;
        try {
          await this.#loadModule(file);
        } catch (cause) {
          const message = `plug-in '${file}' failed: ${messageOf(cause)}`;
          errors.push(
            new HuntError("session/plugin", message, { cause, hint: "correct it, or take it out of PluginFolders" }),
          );
        }
      }
    }
    return errors;
  }

  async #loadModule(file: string): Promise<void> {
    const module = (await import(pathToFileURL(file).href)) as { default?: Partial<Plugin> };
    const plugin = module.default;
    if (typeof plugin?.setup !== "function" || typeof plugin.name !== "string")
      throw new Error("it does not export default { name, setup }");
    const staged = new PluginRegistry();
    // All or nothing: a plug-in that fails half-way adds nothing.
    await plugin.setup(staged.#host(dirname(file)));
    for (const [name, open] of staged.drivers) this.drivers.set(name, open);
    for (const [name, value] of staged.names) this.names.set(name, value);
    this.queryFolders.push(...staged.queryFolders);
    this.providers.push(...staged.providers);
    this.pivots.push(...staged.pivots);
    this.loaded.set(plugin.name, file);
  }

  #host(dir: string): PluginHost {
    return {
      addDriver: (environment, open) => void this.drivers.set(environment, open),
      addQueries: folder => void this.queryFolders.push(resolve(dir, folder)),
      addProvider: (kind, name, provider) => void this.providers.push({ kind, name, provider }),
      addPivot: (entity, name, pivot) => void this.pivots.push({ entity, name, pivot }),
      addNames: names => {
        for (const [name, value] of Object.entries(names)) this.names.set(name, value);
      },
    };
  }
}

function listModules(folder: string, errors: HuntError[]): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    errors.push(
      new HuntError("session/plugin", `plug-in folder '${folder}' is not there`, { hint: "correct PluginFolders" }),
    );
    return [];
  }
  const isModule = (name: string) => /\.(?:m?js|m?ts)$/.test(name) && !/\.d\.m?ts$|\.test\./.test(name);
  return readdirSync(folder)
    .filter(isModule)
    .sort()
    .map(name => join(folder, name));
}

/** Folders of the configuration: relative ones count from its file. */
export function pluginFolders(value: unknown, configPath: string | undefined): string[] {
  const items = Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value];
  return items
    .filter(item => typeof item === "string" && item !== "")
    .map(item => {
      const expanded = String(item).replace(/^~(?=[/\\]|$)/, homedir());
      return isAbsolute(expanded) ? expanded : resolve(configPath === undefined ? "." : dirname(configPath), expanded);
    });
}
