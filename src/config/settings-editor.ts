/**
 * The settings editor without a page: tabs, entries, fields, and changes that can be undone. Nothing is written before `save`.
 */
import { HuntError, isHuntError } from "../base/error.js";
import type { ConfigFile, SaveConfigOptions } from "./config-file.js";
import { ConfigDocument, type ConfigValue } from "./config-document.js";
import { newEntry, toConfigValue, toFields, unknownKeys, type Field, type FieldValue } from "./editor-fields.js";
import { editorTabs, getTab, type EditorTab, type FormTab, type ListTab } from "./editor-tabs.js";
import type { WorkspaceSettings } from "./import-workspace.js";
import type { ConfigFinding } from "./issue.js";
import { showPath } from "./issue.js";
import { hideSecrets, restoreSecrets, type HiddenText } from "./mask-text.js";
import type { Saved } from "./save-text.js";
import { configSpec } from "./section-table.js";
import { specAt, type MapSpec, type Spec } from "./spec.js";
import { vaultSecretName } from "./setting.js";
import { isMapping, type YamlPath } from "./yaml-source.js";

export interface FieldChange {
  readonly field: Field;
  readonly value: FieldValue;
}

/** Further steps back than this are forgotten. */
const maxSteps = 200;

/** Changes one configuration file, step by step. */
export class SettingsEditor {
  #file: ConfigFile;
  #past: string[] = [];
  #future: string[] = [];

  constructor(file: ConfigFile) {
    this.#file = file;
  }

  get file(): ConfigFile {
    return this.#file;
  }
  get path(): string {
    return this.#file.path;
  }
  /** Whether a save would change the file. */
  get isChanged(): boolean {
    return this.#file.isChanged;
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }
  get tabs(): readonly EditorTab[] {
    return editorTabs;
  }

  /** Names of a list's entries, in the order of the file. `MSSentinel.Soc` where names are nested. */
  entries(tab: ListTab): readonly string[] {
    const found = this.#file.document.get(tab.path);
    if (!isMapping(found)) return [];
    return Object.entries(found).flatMap(([name, value]) =>
      tab.nested?.includes(name) === true && isMapping(value) ? Object.keys(value).map(n => `${name}.${n}`) : [name],
    );
  }

  /** What can be added, by name; not what is there already. Names of one's own are allowed beside them, unless the tab says otherwise. */
  offers(tab: ListTab): readonly string[] {
    if (tab.names === "own") return [];
    const spec = specAt(configSpec, tab.path);
    const there = new Set(this.entries(tab));
    const configured = (path: YamlPath) => Object.keys(toMapping(this.#file.document.get(path)));
    const known =
      tab.nested === undefined
        ? namesOf(spec)
        : [
            ...configured(["MSSentinel", "Workspaces"]).map(name => `MSSentinel.${name}`),
            ...configured(["DataProviders"]),
          ];
    return known.filter(name => !there.has(name) && !isOlderName(name));
  }

  /** The fields of an entry, or of a whole tab without entries. */
  fields(tab: ListTab | FormTab, entry?: string): readonly Field[] {
    return this.#parts(tab, entry).flatMap(({ spec, path, under, value }) => toFields(spec, path, value, under));
  }

  /** Keys that are kept as they are, because nobody knows them. */
  keptKeys(tab: ListTab | FormTab, entry?: string): readonly string[] {
    return this.#parts(tab, entry).flatMap(({ spec, value, under }) => unknownKeys(spec, value, under));
  }

  #parts(tab: ListTab | FormTab, entry?: string) {
    const paths = tab.kind === "form" ? tab.sections : entry === undefined ? [] : [this.entryPath(tab, entry)];
    return paths.flatMap(path => {
      const spec = specAt(configSpec, path);
      if (spec === undefined) return [];
      const value = this.#file.document.get(path);
      const under = tab.kind === "form" && tab.sections.length > 1 ? path.map(String) : [];
      if (spec.kind === "map") return [{ spec, path, under, value }];
      // A section that is one setting, such as PluginFolders.
      const last = String(path.at(-1));
      const alone: MapSpec = { kind: "map", doc: "", keys: { [last]: spec } };
      return [{ spec: alone, path: path.slice(0, -1), under: [], value: { [last]: value } }];
    });
  }

  entryPath(tab: ListTab, entry: string): YamlPath {
    const nested = (tab.nested ?? []).find(name => entry.startsWith(`${name}.`));
    return nested === undefined ? [...tab.path, entry] : [...tab.path, nested, entry.slice(nested.length + 1)];
  }

  /** Puts changed fields into the configuration, as one step. @throws HuntError `config/field`, `config/edit`; then nothing is changed */
  update(changes: readonly FieldChange[]): readonly string[] {
    const read = changes.map(({ field, value }) => ({ field, value: toConfigValue(field, value) }));
    this.#step(() => {
      for (const { field, value } of read)
        if (value !== undefined) this.#file.document.set(field.path, value);
        else this.#remove(field.path);
    });
    return read.map(({ field }) => field.label);
  }

  /**
   * Adds an entry and gives its name; without a name one is made up.
   * @throws HuntError `config/edit` when there is one of this name
   */
  add(tab: ListTab, name?: string): string {
    const entry = name?.trim() ?? this.#freshName(tab);
    this.#checkName(tab, entry);
    const path = this.entryPath(tab, entry);
    const value = newEntry(specAt(configSpec, path) ?? { kind: "any", doc: "" });
    this.#step(() => this.#file.document.set(path, tab.item === "component" ? null : value));
    return entry;
  }

  delete(tab: ListTab, entry: string): void {
    this.#step(() => this.#file.document.delete(this.entryPath(tab, entry)));
  }

  /** Gives an entry another name; it keeps its place. @throws HuntError `config/edit` when the name is taken */
  rename(tab: ListTab, entry: string, name: string): void {
    const wanted = name.trim();
    if (wanted === entry) return;
    this.#checkName(tab, wanted);
    this.#step(() => this.#file.document.rename(this.entryPath(tab, entry), wanted));
  }

  /** Copies an entry to the one called `Default`. */
  setDefault(tab: ListTab, entry: string): void {
    const value = this.#file.document.get(this.entryPath(tab, entry));
    if (entry === "Default" || value === undefined) return;
    this.#step(() => this.#file.document.set([...tab.path, "Default"], value as ConfigValue));
  }

  /** Completes a workspace with what was found; what is filled in stays. */
  addWorkspace(name: string, found: WorkspaceSettings): void {
    this.#step(() => this.#file.addWorkspace(name, found));
  }

  /** Imports Azure Machine Learning's config.json, as one step; gives the workspace's name. @throws HuntError `config/import` */
  importConfigJson(path: string): string {
    let name = "";
    this.#step(() => (name = this.#file.importConfigJson(path)));
    return name;
  }

  /** A secret was put into the key vault under the setting's own name: the file says so. Gives that name. */
  moveToVault(path: YamlPath): string {
    this.#step(() => this.#file.document.set(path, { KeyVault: null }));
    return vaultSecretName(path);
  }

  undo(): boolean {
    return this.#back(this.#past, this.#future);
  }
  redo(): boolean {
    return this.#back(this.#future, this.#past);
  }

  validate(): readonly ConfigFinding[] {
    return this.#file.validate();
  }

  /** The text that a save would write, with secrets hidden: to be looked at and edited. */
  get hiddenText(): HiddenText {
    const { text, hidden } = hideSecrets(this.#file.document.toString());
    return { text: text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"), hidden };
  }

  /**
   * Takes over a whole text that was edited, as one step; line ends and byte order mark stay those of the file.
   * @throws HuntError `config/invalid` with line and column, `config/edit`; then nothing is changed
   */
  replaceText(edited: string, shown: HiddenText): void {
    const now = this.#file.document.toString();
    const lines = edited.replaceAll("\r\n", "\n");
    const whole = lines === "" || lines.endsWith("\n") ? lines : `${lines}\n`;
    checkReadable(whole, this.path);
    const restored = restoreSecrets(/\r\n/.test(now) ? whole.replaceAll("\n", "\r\n") : whole, shown);
    this.#step(() => this.#file.replaceText((now.startsWith("\uFEFF") ? "\uFEFF" : "") + restored));
  }

  /** @throws HuntError `config/changed`, `config/unwritable`, `config/edit` */
  save(now: Date, options: SaveConfigOptions = {}): Promise<Saved> {
    return this.#file.save(now, options);
  }

  /** The file as it is on disk, or another file; what was not saved is lost. */
  reload(file: ConfigFile = this.#file.reload()): void {
    this.#file = file;
    this.#past = [];
    this.#future = [];
  }

  /** Names that can stand in a path of settings and in a notebook. */
  #checkName(tab: ListTab, name: string): void {
    const refuse = (what: string, hint: string) => new HuntError("config/edit", what, { hint });
    if (name === "" || name === "__proto__" || name.length > 100 || /[\p{Cc}\u2028\u2029]/u.test(name))
      throw refuse(`that is no name for a ${tab.item}`, "give it a short name of letters and digits");
    if (tab.names === "known" && !this.offers(tab).includes(name) && !this.entries(tab).includes(name))
      throw refuse(`there is no ${tab.item} '${name}'`, `one of: ${this.offers(tab).join(", ")}`);
    if (this.entries(tab).includes(name))
      throw refuse(`this ${tab.item} exists already: ${name}`, "choose another name, or change the one that is there");
  }

  #freshName(tab: ListTab): string {
    const there = new Set(this.entries(tab));
    const base = `New${tab.item[0]?.toUpperCase() ?? ""}${tab.item.slice(1)}`;
    for (let n = 1; ; n++) if (!there.has(`${base}_${n}`)) return `${base}_${n}`;
  }

  /** Takes a setting away; the entry that it belongs to stays, also when it has nothing else. */
  #remove(path: YamlPath): void {
    const { document } = this.#file;
    const tab = this.tabs.find(
      (t): t is ListTab => t.kind === "list" && t.path.every((step, i) => sameKey(step, path[i])),
    );
    const depth = tab === undefined ? 0 : tab.path.length + 1;
    const nested = tab?.nested?.includes(String(path[tab.path.length])) === true ? 1 : 0;
    const entry = path.slice(0, depth + nested);
    document.delete(path);
    if (tab !== undefined && path.length > entry.length && document.get(entry) === undefined) document.set(entry, {});
  }

  /** One step that can be undone; a change that fails leaves everything as it was. */
  #step(change: () => unknown): void {
    const before = this.#file.document.toString();
    try {
      change();
      const after = this.#file.document.toString();
      if (after === before) return;
      this.#past = [...this.#past, before].slice(-maxSteps);
      this.#future = [];
    } catch (error) {
      this.#file.replaceText(before);
      if (isHuntError(error)) throw error;
      throw new HuntError("config/edit", "the change could not be made; the configuration is as it was", {
        cause: error,
        hint: "make this change in the file by hand",
      });
    }
  }

  #back(from: string[], to: string[]): boolean {
    const text = from.pop();
    if (text === undefined) return false;
    to.push(this.#file.document.toString());
    this.#file.replaceText(text);
    return true;
  }
}

/** With the places of the text as it is shown. */
function checkReadable(text: string, path: string): void {
  try {
    ConfigDocument.parse(text, path);
  } catch (error) {
    if (!isHuntError(error)) throw error;
    throw new HuntError(error.code, error.message, { hint: "correct the text; Reload shows the file as it is" });
  }
}

/** Where a setting is, for people: `TIProviders.VirusTotal.Args.AuthKey`. */
export const settingName = (path: YamlPath): string => showPath(path);

export { getTab };

const sentinelNames: readonly unknown[] = ["MSSentinel", "AzureSentinel"];
const sameKey = (a: unknown, b: unknown): boolean =>
  a === b || (sentinelNames.includes(a) && sentinelNames.includes(b));

const toMapping = (value: unknown): Record<string, unknown> => (isMapping(value) ? value : {});

function namesOf(spec: Spec | undefined): readonly string[] {
  if (spec?.kind === "named") return Object.keys(spec.known ?? {});
  return spec?.kind === "map" ? Object.keys(spec.keys) : [];
}

/** Older names of what the table has under a newer one. */
const older = new Set(["MDATPApp", "SecurityGraphApp", "Openobserve", "AzureSentinel", "Notebooklets"]);
const isOlderName = (name: string): boolean => older.has(name);
