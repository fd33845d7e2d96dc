/** `MpConfigFile`: the configuration as a thing to look at, check, change and save in a notebook. */
import { displaySymbol, type Displayable, type MimeBundle } from "../base/port.js";
import { HuntError } from "../base/error.js";
import { ConfigFile, type SaveConfigOptions } from "../config/config-file.js";
import type { ConfigValue } from "../config/config-document.js";
import type { FoundWorkspaces } from "../config/find-workspaces.js";
import { parsePortalUrl, type WorkspaceSettings } from "../config/import-workspace.js";
import type { ConfigFinding } from "../config/issue.js";
import type { Saved } from "../config/save-text.js";
import type { Content } from "../view/index.js";
import { currentSession } from "./ambient.js";
import type { Session } from "./session.js";
import { findThrough, resolveThrough } from "./settings-access.js";
import { show, type Shown } from "./show.js";

type SettingPath = string | readonly string[];
const stepsOf = (path: SettingPath): readonly string[] => (typeof path === "string" ? path.split(".") : path);

/** What a validation found; shows itself. */
export class ConfigReport implements Displayable {
  readonly findings: readonly ConfigFinding[];
  readonly path: string;

  constructor(path: string, findings: readonly ConfigFinding[]) {
    this.path = path;
    this.findings = findings;
  }

  get errors(): readonly ConfigFinding[] {
    return this.findings.filter(f => f.severity === "error");
  }
  get warnings(): readonly ConfigFinding[] {
    return this.findings.filter(f => f.severity === "warning");
  }
  /** No errors. */
  get ok(): boolean {
    return this.errors.length === 0;
  }

  /** The report as a view. */
  show(): Shown {
    const section = (title: string, rules: readonly ConfigFinding["rule"][]): Content[] => {
      const found = this.findings.filter(f => rules.includes(f.rule));
      const errors = found.filter(f => f.severity === "error").length;
      const counts = `${errors === 0 ? "No errors found." : `${errors} errors.`} ${found.length === errors ? "No warnings found." : `${found.length - errors} warnings.`}`;
      return [
        { kind: "heading", level: 3, text: title },
        { kind: "paragraph", children: [counts] },
        ...(found.length === 0 ? [] : [findingTable(found)]),
      ];
    };
    return show({
      kind: "group",
      children: [
        { kind: "paragraph", children: [{ kind: "text", text: this.path, look: "code" }] },
        ...section("Logical validation results", ["logical"]),
        ...section("Type validation results", ["type", "file"]),
      ],
    });
  }

  [displaySymbol](): MimeBundle {
    return this.show()[displaySymbol]();
  }
}

function findingTable(found: readonly ConfigFinding[]): Content {
  return {
    kind: "table",
    columns: ["line", "severity", "what", "what to do"].map(name => ({ name })),
    rows: found.map(f => [f.line ?? "", f.severity, f.message, f.fix ?? ""]),
  };
}

/**
 * The configuration file in use, or the one at `path`: `loadFromFile`, `viewSettings`, `validateSettings`, `set`, `saveToFile`,
 * `refreshMpConfig`, `showKvSecrets`. Comments, order and unknown keys of the file survive a save.
 *
 * @throws HuntError `config/invalid` for a file that cannot be read, `config/unreadable`
 */
export class MpConfigFile {
  readonly #session: Session;
  #file: ConfigFile;
  #fetched: Required<WorkspaceSettings> | undefined;

  constructor(path?: string, session: Session = currentSession()) {
    this.#session = session;
    this.#file = ConfigFile.open(this.#session.configPorts, path);
  }

  /** For the settings editor: the same file, so that both see one another's changes. */
  get configFile(): ConfigFile {
    return this.#file;
  }
  /** The file's path, whether or not it is there yet. */
  get path(): string {
    return this.#file.path;
  }
  get isChanged(): boolean {
    return this.#file.isChanged;
  }
  /** The settings, secrets masked. */
  get settings(): Readonly<Record<string, unknown>> {
    return this.#file.masked;
  }

  /** Loads the file in use. @throws HuntError as the constructor */
  loadDefault(): this {
    return this.#use(ConfigFile.open(this.#session.configPorts));
  }
  /** Loads another file. @throws HuntError as the constructor */
  loadFromFile(path: string): this {
    return this.#use(ConfigFile.open(this.#session.configPorts, path));
  }
  /** Reads the file again; unsaved changes are lost. */
  reload(): this {
    return this.#use(this.#file.reload());
  }

  /** Sets a value: `set("Azure.cloud", "usgov")`. @throws HuntError `config/edit` */
  set(path: SettingPath, value: ConfigValue): this {
    this.#file.set(stepsOf(path), value);
    return this;
  }
  /** Removes a setting; false when it was not there. */
  delete(path: SettingPath): boolean {
    return this.#file.document.delete(stepsOf(path));
  }
  /** Gives an entry another name. @throws HuntError `config/edit` */
  rename(path: SettingPath, name: string): this {
    this.#file.document.rename(stepsOf(path), name);
    return this;
  }

  /** The settings as a view, secrets masked. */
  viewSettings(): Shown {
    return show({
      kind: "group",
      children: [
        { kind: "paragraph", children: [{ kind: "text", text: this.path, look: "code" }] },
        { kind: "code", text: JSON.stringify(this.settings, undefined, 2), language: "json" },
      ],
    });
  }

  /** Everything that is wrong, with lines and what to do. */
  validateSettings(): ConfigReport {
    return new ConfigReport(this.path, this.#file.validate());
  }

  /** Writes the file in one step, with a backup. @throws HuntError `config/changed`, `config/unwritable`, `config/edit` */
  saveToFile(options: SaveConfigOptions = {}): Promise<Saved> {
    return this.#file.save(new Date(), options);
  }

  /** Reads the file again and makes it the session's configuration. @throws HuntError `config/invalid` */
  refreshMpConfig(): this {
    this.#session.settings.refreshConfig();
    return this.reload();
  }

  /**
   * The secrets of the configured key vault: their names, and values masked unless asked for. Values that are shown stay in the
   * notebook until its output is cleared.
   * @throws HuntError `config/no-vault`, `keyvault/…`, `auth/…`
   */
  async showKvSecrets(options: { readonly reveal?: boolean } = {}): Promise<Shown> {
    const vault = await this.#session.azure.vault();
    const rows: [string, string][] = [];
    for (const name of await vault.list()) {
      const secret =
        options.reveal === true ? await this.#session.azure.secrets.get({ vault: undefined, secret: name }) : undefined;
      rows.push([name, secret?.reveal() ?? "••••••"]);
    }
    const warning: Content[] =
      options.reveal === true
        ? [
            {
              kind: "banner",
              tone: "warning",
              title: "Secrets are shown in clear",
              lines: ["Clear this output before you save the notebook."],
            },
          ]
        : [];
    const table: Content = { kind: "table", columns: [{ name: "secret" }, { name: "value" }], rows };
    return show({ kind: "group", children: [...warning, rows.length === 0 ? "The vault has no secrets." : table] });
  }

  /** Imports Azure Machine Learning's config.json; gives the workspace's name. @throws HuntError `config/import` */
  mapJsonToMpWs(path = "config.json"): string {
    return this.#file.importConfigJson(path);
  }

  /**
   * Finds the workspace of a page of the Azure portal, through Resource Graph; `importIntoSettings` then writes it.
   * @throws HuntError `config/import`, `config/resolve`, `auth/…`
   */
  async getWorkspaceFromUrl(url: string): Promise<Required<WorkspaceSettings>> {
    const address = parsePortalUrl(url);
    this.#fetched = await this.#resolve(address.settings, address.cloud, address.tenantDomain);
    return this.#fetched;
  }

  /** Writes the workspace that was found last. @throws HuntError `config/import` when there is none */
  importIntoSettings(name?: string): string {
    if (this.#fetched === undefined)
      throw new HuntError("config/import", "no workspace was found yet", { hint: "getWorkspaceFromUrl finds one" });
    const entry = name ?? this.#fetched.WorkspaceName;
    this.#file.addWorkspace(entry, this.#fetched);
    return entry;
  }

  /**
   * Lists the workspaces of every subscription that the sign-in can see; subscriptions that could not be looked at are told.
   * @throws HuntError `config/resolve`, `auth/…`
   */
  findWorkspaces(): Promise<FoundWorkspaces> {
    const { azure, config } = this.#session;
    return findThrough(this.#session, { azure, config });
  }

  /**
   * Fills in what is missing of a workspace, from its id or name, through Resource Graph.
   * @throws HuntError `config/resolve`, `auth/…`
   */
  async resolveSettings(name: string): Promise<Required<WorkspaceSettings>> {
    const entry = this.#file.document.get(["MSSentinel", "Workspaces", name]) as WorkspaceSettings | undefined;
    const found = await this.#resolve(entry ?? { WorkspaceName: name }, undefined, undefined);
    this.#file.addWorkspace(name, found);
    return found;
  }

  async #resolve(known: WorkspaceSettings, cloudName: string | undefined, domain: string | undefined) {
    const { azure, config } = this.#session;
    return resolveThrough(this.#session, { azure, config }, { known, cloudName, domain });
  }

  #use(file: ConfigFile): this {
    this.#file = file;
    this.#fetched = undefined;
    return this;
  }
}
