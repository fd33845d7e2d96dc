/** One configuration file that is looked at, changed and saved. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { HuntError, messageOf } from "../base/error.js";
import { ConfigDocument, type ConfigValue } from "./config-document.js";
import { configFileName, decodeConfig, findConfig, readConfig, type ConfigPorts } from "./config.js";
import { readConfigJson, type WorkspaceSettings } from "./import-workspace.js";
import type { ConfigFinding } from "./issue.js";
import { isSecretPath, maskSettings } from "./setting.js";
import { saveText, type Saved } from "./save-text.js";
import { isMapping, type YamlPath } from "./yaml-source.js";

export interface SaveConfigOptions {
  /** Another place than where it was loaded from. */
  readonly path?: string;
  /** Keep the old file as `<file>.save_<time>`. Default true. */
  readonly backup?: boolean;
  /** Replace a file that somebody else changed since it was loaded. Default false. */
  readonly overwrite?: boolean;
}

/** The bytes of a file; undefined when there is none. */
function readOnDisk(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(readFileSync(path));
  } catch (cause) {
    throw new HuntError("config/unreadable", `configuration '${path}' cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: "check its permissions",
    });
  }
}

/** A file's text as it is edited: with its byte order mark, UTF-16 turned into text. */
function toText(path: string): string | undefined {
  const text = readOnDisk(path);
  if (text === undefined) return undefined;
  const bytes = readFileSync(path);
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return isWide ? decodeConfig(bytes) : text;
}

/** msticpyconfig.yaml as a thing to edit. Comments, order and keys that nobody knows survive. */
export class ConfigFile {
  readonly path: string;
  /** Whether the file was there when it was loaded. */
  readonly exists: boolean;
  #document: ConfigDocument;
  readonly #ports: ConfigPorts;
  #onDisk: string | undefined;

  private constructor(path: string, ports: ConfigPorts) {
    this.path = path;
    this.#ports = ports;
    const text = toText(path);
    this.exists = text !== undefined;
    this.#onDisk = text;
    this.#document = ConfigDocument.parse(text ?? "", path);
  }

  get document(): ConfigDocument {
    return this.#document;
  }

  /** Another text in the place of the settings as they are now, for example an earlier one. @throws HuntError `config/invalid` */
  replaceText(text: string): void {
    this.#document = ConfigDocument.parse(text, this.path);
  }

  /**
   * The file at a path, or the one that is in use; when there is none, a new one in the working folder.
   * @throws HuntError `config/invalid` for a file that cannot be read, `config/unreadable`
   */
  static open(ports: ConfigPorts, path?: string): ConfigFile {
    const found = path === undefined ? findConfig(ports)?.path : resolve(ports.cwd, path);
    return new ConfigFile(found ?? join(ports.cwd, configFileName), ports);
  }

  /** The settings with every secret masked. */
  get masked(): Record<string, unknown> {
    return maskPlain(this.document.value, []) as Record<string, unknown>;
  }

  /** Whether the settings differ from those on disk when they were loaded or saved last. */
  get isChanged(): boolean {
    try {
      return this.document.toString() !== (this.#onDisk ?? "");
    } catch {
      // It cannot be written; something was changed all the same.
      return this.document.isChanged;
    }
  }

  /** Everything that is wrong with the settings as they are now. */
  validate(): readonly ConfigFinding[] {
    const place = { path: this.path, from: "working folder" } as const;
    return readConfig(this.document.toString(), place, this.#ports).findings;
  }

  set(path: YamlPath, value: ConfigValue): void {
    this.document.set(path, value);
  }

  /** Adds a workspace, or completes it: what is filled in already stays. The first one is the default too. */
  addWorkspace(name: string, settings: WorkspaceSettings, options: { readonly asDefault?: boolean } = {}): void {
    const names = options.asDefault === true ? [name, "Default"] : [name];
    for (const entry of names)
      for (const [key, value] of Object.entries(settings) as [string, string][]) {
        const old = this.document.get(["MSSentinel", "Workspaces", entry, key]);
        if (old === undefined || old === null || old === "")
          this.document.set(["MSSentinel", "Workspaces", entry, key], value);
      }
  }

  /**
   * Writes the file in one step, with a backup of the old one.
   * @throws HuntError `config/changed` when it changed on disk meanwhile, `config/unwritable`, `config/edit`
   */
  async save(now: Date, options: SaveConfigOptions = {}): Promise<Saved> {
    const path = options.path === undefined ? this.path : resolve(this.#ports.cwd, options.path);
    const text = this.document.toString();
    const isOwn = path === this.path;
    if (isOwn && options.overwrite !== true && toText(path) !== this.#onDisk)
      throw new HuntError("config/changed", `'${path}' was changed by somebody else since it was loaded`, {
        hint: "load it again and repeat the change",
      });
    const saved = await saveText(path, text, { backup: options.backup ?? true, now });
    if (isOwn) this.#onDisk = text;
    return saved;
  }

  /** The file as it is on disk now. @throws HuntError as `open` */
  reload(): ConfigFile {
    return new ConfigFile(this.path, this.#ports);
  }

  /** Imports Azure Machine Learning's config.json: a workspace by its name, and as Default. @throws HuntError `config/import` */
  importConfigJson(path: string): string {
    const full = resolve(this.#ports.cwd, path);
    const text = toText(full);
    if (text === undefined)
      throw new HuntError("config/import", `there is no '${full}'`, { hint: "give the path of a config.json" });
    const settings = readConfigJson(text, full);
    const name = settings.WorkspaceName ?? "Default";
    this.addWorkspace(name, settings, { asDefault: true });
    return name;
  }
}

/** As `maskSettings`, for plain values: references keep their form, because they are no secrets themselves. */
function maskPlain(value: unknown, path: YamlPath): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => maskPlain(item, path));
  if (isMapping(value)) {
    const keys = Object.keys(value);
    if (path.length > 0 && keys.length === 1 && (keys[0] === "EnvironmentVar" || keys[0] === "KeyVault")) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskPlain(item, [...path, key])]));
  }
  if ((typeof value === "string" || typeof value === "number") && value !== "" && isSecretPath(path)) return "<secret>";
  return maskSettings(value, path);
}
