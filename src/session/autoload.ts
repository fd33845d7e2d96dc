/** What a notebook has ready when it starts: `UserDefaults` of the configuration and `mp_user_session.yaml`. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { HuntError, isHuntError, messageOf } from "../base/error.js";
import type { Notice } from "../base/port.js";
import { toBoolean } from "../config/check-spec.js";
import { isMapping, parseYamlSource } from "../config/yaml-source.js";
import { createProvider } from "./provider.js";
import type { Session } from "./session.js";

export interface Autoloaded {
  /** Variable → what it holds. */
  readonly variables: ReadonlyMap<string, unknown>;
  /** What could not be loaded. */
  readonly notices: readonly Notice[];
}

/** Classes that components are made of, by name; those that are not there cannot be loaded. */
export type Components = Readonly<Record<string, unknown>>;

class Loading implements Autoloaded {
  readonly variables = new Map<string, unknown>();
  readonly notices: Notice[] = [];

  async add(variable: string, what: string, make: () => unknown): Promise<void> {
    try {
      if (!/^[A-Za-z_$][\w$]*$/.test(variable))
        throw new HuntError("session/autoload", `'${variable}' is no name of a variable`, {
          hint: "give another alias",
        });
      this.variables.set(variable, await make());
    } catch (error) {
      const hint = isHuntError(error) ? error.hint : undefined;
      const message = `${what} could not be loaded: ${messageOf(error).split("\n")[0] ?? ""}`;
      this.notices.push({ code: "session/autoload", message, ...(hint === undefined ? {} : { hint }) });
    }
  }
}

const settingsOf = (value: unknown): Readonly<Record<string, unknown>> => (isMapping(value) ? value : {});
const variableName = (alias: string): string => `qry_${alias.toLowerCase().replace(/\W+/g, "_")}`;

async function loadProvider(
  session: Session,
  environment: string,
  settings: unknown,
  workspace?: string,
): Promise<unknown> {
  const { connect, ...others } = settingsOf(settings);
  const options = Object.fromEntries(Object.entries(others).filter(([key]) => key !== "alias"));
  const provider = createProvider(session, environment);
  if (toBoolean(connect) === false) return provider;
  await provider.connect(workspace === undefined ? undefined : session.workspaceConfig(workspace), options);
  return provider;
}

async function loadProviders(session: Session, section: unknown, loading: Loading): Promise<void> {
  for (const [environment, entry] of Object.entries(settingsOf(section))) {
    if (environment === "AzureSentinel" || environment === "MSSentinel") {
      for (const [workspace, settings] of Object.entries(settingsOf(entry))) {
        const alias = settingsOf(settings)["alias"];
        const variable = variableName(typeof alias === "string" && alias !== "" ? alias : workspace);
        await loading.add(variable, `workspace ${workspace}`, () =>
          loadProvider(session, environment, settings, workspace),
        );
      }
      continue;
    }
    const alias = settingsOf(entry)["alias"];
    const variable = variableName(typeof alias === "string" && alias !== "" ? alias : environment);
    await loading.add(variable, `provider ${environment}`, () => loadProvider(session, environment, entry));
  }
}

function construct(components: Components, name: string, ...args: readonly unknown[]): unknown {
  const found = components[name];
  if (typeof found !== "function")
    throw new HuntError("session/autoload", `there is no '${name}' in this version`, {
      hint: "take it out of UserDefaults.LoadComponents",
    });
  return new (found as new (...given: readonly unknown[]) => unknown)(...args);
}

async function loadComponents(section: unknown, components: Components, loading: Loading): Promise<void> {
  for (const [name, settings] of Object.entries(settingsOf(section))) {
    const given = settingsOf(settings);
    switch (name) {
      case "TILookup":
        await loading.add("ti_lookup", name, () => construct(components, "TILookup"));
        break;
      case "GeoIpLookup": {
        const provider = typeof given["provider"] === "string" ? given["provider"] : "GeoLiteLookup";
        await loading.add("geoip", provider, () => construct(components, provider));
        break;
      }
      case "Pivot":
        await loading.add("pivot", name, () => construct(components, "Pivot"));
        break;
      case "AzureData":
        await loading.add("az_data", name, () => construct(components, "AzureData"));
        break;
      case "AzureSentinelAPI":
        await loading.add("azs_api", name, () => construct(components, "MicrosoftSentinel"));
        break;
      case "Notebooklets":
        await loading.add("nb", name, () => construct(components, "Notebooklets"));
        break;
      default:
        await loading.add(name.toLowerCase(), name, () => construct(components, name));
    }
  }
}

/** Makes and connects what `UserDefaults` asks for. Failures are notices; the rest is loaded. */
export async function loadUserDefaults(session: Session, components: Components): Promise<Autoloaded> {
  const loading = new Loading();
  await loadProviders(session, session.config.find("UserDefaults.QueryProviders"), loading);
  await loadComponents(session.config.find("UserDefaults.LoadComponents"), components, loading);
  return loading;
}

const sessionFile = "mp_user_session.yaml";

/**
 * Makes what a user session file asks for: `QueryProviders.<variable>` with DataEnvironment, InitArgs, Connect, ConnectArgs, and
 * `Components.<variable>` with Class, InitArgs, Connect, ConnectArgs. Undefined when the default file is not there.
 *
 * @throws HuntError `session/user-session` for a named file that is missing or cannot be read
 */
export async function loadUserSession(
  session: Session,
  components: Components,
  path?: string,
): Promise<Autoloaded | undefined> {
  const full = resolve(path ?? sessionFile);
  if (!existsSync(full)) {
    if (path === undefined) return undefined;
    throw new HuntError("session/user-session", `there is no '${full}'`, { hint: `the default is ./${sessionFile}` });
  }
  const source = parseYamlSource(readFileSync(full, "utf8"), full, { maxBytes: 1024 * 1024, merge: true });
  const error = source.diagnostics.find(d => d.severity === "error");
  if (error !== undefined)
    throw new HuntError("session/user-session", `'${full}' cannot be read: ${error.message}`, {
      where: source.whereIs([]),
      hint: error.hint ?? "correct it",
    });
  const loading = new Loading();
  const root = settingsOf(source.value);
  for (const [variable, entry] of Object.entries(settingsOf(root["QueryProviders"]))) {
    const { DataEnvironment: environment, Connect: connect, ConnectArgs: args } = settingsOf(entry);
    await loading.add(variable, variable, async () => {
      if (typeof environment !== "string")
        throw new HuntError("session/user-session", "it has no DataEnvironment", { hint: "for example MSSentinel" });
      const provider = createProvider(session, environment);
      if (toBoolean(connect) === true) await provider.connect(args === null ? undefined : args);
      return provider;
    });
  }
  for (const [variable, entry] of Object.entries(settingsOf(root["Components"]))) {
    const { Class: name, InitArgs: init, Connect: connect, ConnectArgs: args } = settingsOf(entry);
    await loading.add(variable, variable, async () => {
      const made = construct(components, typeof name === "string" ? name : "", ...(isMapping(init) ? [init] : []));
      const open = (made as { connect?: (given?: unknown) => unknown }).connect;
      if (toBoolean(connect) === true && typeof open === "function") await open.call(made, args ?? undefined);
      return made;
    });
  }
  return loading;
}
