/** msticpyconfig.yaml: found, read, and kept as an immutable value. */
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { formatDiagnostic, positionAt, type Diagnostic } from "../base/diagnostic.js";
import { HuntError, messageOf } from "../base/error.js";
import type { Notice } from "../base/port.js";
import type { Secret } from "../base/secret.js";
import {
  noExternalData,
  readHuntbookSection,
  type ExternalDataSettings,
  type Limits,
  type LocalWorkspaceSettings,
} from "./huntbook-section.js";
import { checkSections } from "./section.js";
import { settingSecret, settingText, toSettings, type EnvironmentVariables } from "./setting.js";
import { isMapping, parseYamlSource, type YamlSource } from "./yaml-source.js";

/** The outside world that configuration is found in. */
export interface ConfigPorts {
  readonly env: EnvironmentVariables;
  readonly cwd: string;
  readonly home: string;
  /** The text of a file; undefined when there is none. Throws when it is there and cannot be read. */
  readonly read: (path: string) => string | undefined;
}

export interface ConfigPlace {
  readonly path: string;
  readonly from: "MSTICPYCONFIG" | "working folder" | "home";
}

const fileName = "msticpyconfig.yaml";

/** The ports of the process. */
export function systemConfigPorts(): ConfigPorts {
  return {
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    read: path =>
      statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, "utf8") : undefined,
  };
}

interface Found extends ConfigPlace {
  readonly text: string;
}

function readPlace(place: ConfigPlace, ports: ConfigPorts): Found | undefined {
  try {
    const text = ports.read(place.path);
    return text === undefined ? undefined : { ...place, text };
  } catch (cause) {
    throw new HuntError("config/unreadable", `configuration '${place.path}' cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: "check its permissions",
    });
  }
}

function search(ports: ConfigPorts): { found: Found | undefined; notices: Notice[] } {
  const notices: Notice[] = [];
  const variable = ports.env["MSTICPYCONFIG"];
  const places: ConfigPlace[] = [
    ...(variable === undefined || variable === ""
      ? []
      : [{ path: resolve(ports.cwd, expandHome(variable, ports.home)), from: "MSTICPYCONFIG" } as const]),
    { path: join(ports.cwd, fileName), from: "working folder" },
    { path: join(ports.home, ".msticpy", fileName), from: "home" },
  ];
  for (const place of places) {
    const found = readPlace(place, ports);
    if (found !== undefined) return { found, notices };
    if (place.from === "MSTICPYCONFIG")
      notices.push({
        code: "config/not-found",
        message: `MSTICPYCONFIG names '${place.path}', which is not there`,
        hint: "correct the variable or remove it",
      });
  }
  return { found: undefined, notices };
}

function expandHome(path: string, home: string): string {
  return path.startsWith("~") ? join(home, path.slice(1)) : path;
}

/** Where the configuration is: `MSTICPYCONFIG`, the working folder, or `~/.msticpy`; undefined when nowhere. */
export function findConfig(ports: ConfigPorts): ConfigPlace | undefined {
  const { found } = search(ports);
  return found === undefined ? undefined : { path: found.path, from: found.from };
}

type SettingPath = string | readonly string[];

/** A configuration that has been read. Secrets in it are references that print where they come from. */
export class Config {
  /** Undefined when there is no file. */
  readonly place: ConfigPlace | undefined;
  /** `Huntbook.Workspaces`. */
  readonly localWorkspaces: readonly LocalWorkspaceSettings[];
  readonly limits: Limits;
  /** `Huntbook.ExternalData`: what `externaldata` may read; nothing unless the file says so. */
  readonly externalData: ExternalDataSettings;
  /** `Huntbook.LogAnalyticsEndpoint`, when set. */
  readonly logAnalyticsEndpoint: string | undefined;
  /** Warnings about the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Things to tell the user once. */
  readonly notices: readonly Notice[];
  /** Name of the workspace that is meant when none is named, before `Default`; set by a command, not by the file. */
  readonly defaultWorkspace: string | undefined;
  readonly #sections: Readonly<Record<string, unknown>>;

  constructor(parts: {
    readonly defaultWorkspace?: string | undefined;
    readonly place: ConfigPlace | undefined;
    readonly sections: Readonly<Record<string, unknown>>;
    readonly localWorkspaces: readonly LocalWorkspaceSettings[];
    readonly limits: Limits;
    readonly externalData?: ExternalDataSettings;
    readonly logAnalyticsEndpoint: string | undefined;
    readonly diagnostics: readonly Diagnostic[];
    readonly notices: readonly Notice[];
  }) {
    this.place = parts.place;
    this.defaultWorkspace = parts.defaultWorkspace;
    this.#sections = parts.sections;
    this.localWorkspaces = parts.localWorkspaces;
    this.limits = parts.limits;
    this.externalData = parts.externalData ?? noExternalData;
    this.logAnalyticsEndpoint = parts.logAnalyticsEndpoint;
    this.diagnostics = parts.diagnostics;
    this.notices = parts.notices;
  }

  /**
   * A setting by its path (`TIProviders.OTX.Args.AuthKey`, or the steps as an array when names have dots): plain values,
   * mappings, or a SettingReference. `AzureSentinel` and `MSSentinel` mean the same section.
   */
  find(path: SettingPath): unknown {
    const steps = typeof path === "string" ? path.split(".") : path;
    let value: unknown = this.#sections;
    for (const [i, step] of steps.entries()) {
      if (!isMapping(value)) return undefined;
      const name = i === 0 && step === "AzureSentinel" ? "MSSentinel" : step;
      value = Object.hasOwn(value, name) ? value[name] : undefined;
    }
    return value ?? undefined;
  }

  /** @throws HuntError `config/missing` when it is not set and there is no other value to use */
  get(path: SettingPath, otherwise?: unknown): unknown {
    const value = this.find(path) ?? otherwise;
    if (value !== undefined) return value;
    const shown = typeof path === "string" ? path : path.join(".");
    throw new HuntError("config/missing", `setting '${shown}' is not set`, {
      hint: `add it to ${this.place?.path ?? fileName}`,
    });
  }

  has(path: SettingPath): boolean {
    return this.find(path) !== undefined;
  }

  /** A setting as text, read from the environment if need be; undefined when not set, or when it is a secret. */
  text(path: SettingPath): string | undefined {
    return settingText(this.find(path));
  }

  secret(path: SettingPath): Secret | undefined {
    return settingSecret(this.find(path), `file:${this.place?.path ?? ""}`);
  }

  /** The same configuration with another default workspace: a configured name, or a folder under a name of its own. */
  withDefault(name: string, path?: string): Config {
    const others = this.localWorkspaces.filter(w => w.name !== name);
    return new Config({
      place: this.place,
      sections: this.#sections,
      localWorkspaces: path === undefined ? this.localWorkspaces : [...others, { name, path }],
      limits: this.limits,
      externalData: this.externalData,
      logAnalyticsEndpoint: this.logAnalyticsEndpoint,
      diagnostics: this.diagnostics,
      notices: this.notices,
      defaultWorkspace: name,
    });
  }

  toJSON(): unknown {
    return { place: this.place, sections: this.#sections };
  }
}

export interface ConfigReading {
  readonly config: Config;
  /** Errors and warnings; with errors the configuration must not be used. */
  readonly diagnostics: readonly Diagnostic[];
  readonly text: string;
}

const sentinelNames = ["AzureSentinel", "MSSentinel"] as const;

/** Both spellings of the section become `MSSentinel`; workspaces of both are kept. */
function uniteSentinel(root: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const found = sentinelNames.map(name => root[name]).filter(isMapping);
  const rest = Object.fromEntries(
    Object.entries(root).filter(([key]) => !(sentinelNames as readonly string[]).includes(key)),
  );
  if (found.length === 0) return rest;
  const workspaces = found.map(section => section["Workspaces"]).filter(isMapping);
  return {
    ...rest,
    MSSentinel: { ...Object.assign({}, ...found), Workspaces: Object.assign({}, ...workspaces) as unknown },
  };
}

function toNotice(warning: Diagnostic, source: YamlSource): Notice {
  const { line } = positionAt(source.text, warning.span.start);
  const message = `${source.name}:${line}: ${warning.message}`;
  return { code: warning.code, message, ...(warning.hint === undefined ? {} : { hint: warning.hint }) };
}

/** Place, message and hint, without the line itself: it may hold a secret. */
function describeError(error: Diagnostic, text: string, path: string): string {
  const [head = "", ...rest] = formatDiagnostic(error, text, path).split("\n");
  return [head, ...rest.filter(line => line.startsWith("  hint: "))].join("\n");
}

/** Reads a configuration's text. Nothing is thrown. */
export function readConfig(
  text: string,
  place: ConfigPlace,
  ports: Pick<ConfigPorts, "env" | "home">,
  notices: readonly Notice[] = [],
): ConfigReading {
  const source = parseYamlSource(text, place.path);
  const isEmpty = source.value === null || source.value === undefined;
  const root = isMapping(source.value) ? source.value : {};
  const shape: Diagnostic[] =
    isEmpty || isMapping(source.value)
      ? []
      : [
          {
            code: "config/invalid",
            severity: "error",
            message: "the file is not a mapping",
            span: { start: 0, end: 0 },
            hint: "it has sections such as MSSentinel",
          },
        ];
  const huntbook = readHuntbookSection(root["Huntbook"], source, ports.home);
  const warnings = checkSections(root, source);
  const config = new Config({
    place,
    sections: toSettings(uniteSentinel(root), "", ports.env, place.path) as Record<string, unknown>,
    localWorkspaces: huntbook.workspaces,
    limits: huntbook.limits,
    externalData: huntbook.externalData,
    logAnalyticsEndpoint: huntbook.logAnalyticsEndpoint,
    diagnostics: warnings,
    notices: [...notices, ...warnings.map(w => toNotice(w, source))],
  });
  return { config, diagnostics: [...source.diagnostics, ...shape, ...huntbook.diagnostics, ...warnings], text };
}

/**
 * Finds and reads the configuration. Without a file, the default workspace is the Contoso demo and a notice says so.
 *
 * @throws HuntError `config/invalid` for YAML that cannot be read and for errors in the `Huntbook` section (all of them,
 *   with their lines), `config/unreadable`
 */
export function loadConfig(ports: ConfigPorts): Config {
  const { found, notices } = search(ports);
  if (found === undefined)
    return new Config({
      place: undefined,
      sections: {},
      localWorkspaces: [],
      limits: {},
      logAnalyticsEndpoint: undefined,
      diagnostics: [],
      notices: [
        ...notices,
        {
          code: "config/none",
          message: "no msticpyconfig.yaml found: the default workspace is the Contoso demo",
          hint: `put one in ${ports.cwd} or ${join(ports.home, ".msticpy")}`,
        },
      ],
    });
  const place: ConfigPlace = { path: found.path, from: found.from };
  const { config, diagnostics, text } = readConfig(found.text, place, ports, notices);
  const errors = diagnostics.filter(d => d.severity === "error");
  if (errors.length === 0) return config;
  throw new HuntError(
    "config/invalid",
    `configuration cannot be used:\n${errors.map(d => describeError(d, text, found.path)).join("\n")}`,
    { hint: "correct the lines named above", where: found.path },
  );
}

/** The configuration of a session: a value that `refreshConfig` replaces. */
export interface Settings {
  readonly config: Config;
  /** Reads the files again. What was made from the old configuration stays as it is. */
  refreshConfig(): Config;
}

/** @throws HuntError as `loadConfig` */
export function createSettings(ports: ConfigPorts): Settings {
  let config = loadConfig(ports);
  return {
    get config() {
      return config;
    },
    refreshConfig: () => (config = loadConfig(ports)),
  };
}
