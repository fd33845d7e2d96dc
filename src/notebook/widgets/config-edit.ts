/** The settings editor: a widget in notebooks, and what the page `/settings` shows. */
import { HuntError, isHuntError, messageOf } from "../../base/error.js";
import { ConfigFile } from "../../config/config-file.js";
import type { ConfigValue } from "../../config/config-document.js";
import { editorTabs, getTab } from "../../config/editor-tabs.js";
import { SettingsEditor } from "../../config/settings-editor.js";
import { isMapping } from "../../config/yaml-source.js";
import { currentSession } from "../../session/ambient.js";
import { ConfigReport, MpConfigFile } from "../../session/mp-config-file.js";
import type { Session } from "../../session/session.js";
import { SettingsAccess } from "../../session/settings-access.js";
import { Box, Composite, Panel, Tabs } from "./containers.js";
import { Button, Checkbox, Note, Text } from "./controls.js";
import { Output } from "./output.js";
import { SettingsTab, type TabHost } from "./settings-tab.js";

/** Where the editor is: in a notebook, unless said otherwise. */
export interface EditorPlace {
  /** Default the current one. */
  readonly session?: Session;
  /** On a page of its own there is no session of the person's that could use new settings. */
  readonly isPage?: boolean;
}

/**
 * Shows and changes msticpyconfig.yaml: workspaces, threat intelligence, GeoIP and data providers, key vault, cloud and sign-in. As the
 * last value of a cell it shows itself; nothing is written before Save Settings.
 *
 * @example `new MpConfigEdit()` is the file in use; `new MpConfigEdit("other.yaml")` another one, `edit.setTab("TI Providers")` opens a tab.
 * @throws HuntError `config/invalid` for a file that cannot be read, `config/unreadable`
 */
export class MpConfigEdit extends Composite<undefined> {
  readonly #session: Session;
  readonly #isPage: boolean;
  readonly #editor: SettingsEditor;
  readonly #access: SettingsAccess;
  readonly #panels: readonly SettingsTab[];
  readonly #tabs: Tabs;
  readonly #path: Text;
  readonly #refresh = new Checkbox({ label: "Refresh on save", value: true });
  readonly #backup = new Checkbox({ label: "Create backup" });
  readonly #status = new Note("", "faint");
  readonly #problem = new Note("", "bad");
  readonly #viewer = new Output({ label: "Viewer" });
  readonly #viewerPlace = new Panel();
  #open = 0;
  /** Asked for twice, an unsaved configuration is thrown away. */
  #mayReload = false;

  constructor(
    settings?: string | MpConfigFile | Readonly<Record<string, unknown>>,
    confFilepath?: string,
    place: EditorPlace = {},
  ) {
    super(undefined, { label: "" });
    const session = place.session ?? currentSession();
    this.#session = session;
    this.#isPage = place.isPage === true;
    this.#editor = new SettingsEditor(openFile(session, settings, confFilepath));
    this.#access = new SettingsAccess(session, this.#editor);
    const host: TabHost = {
      editor: this.#editor,
      access: this.#access,
      act: work => this.#act(work),
      show: content => this.#show(content),
    };
    this.#panels = editorTabs.map(tab => new SettingsTab(tab, host));
    this.#tabs = new Tabs(Object.fromEntries(this.#panels.map(p => [p.tab.name, p])), { label: "Settings" });
    this.#tabs.onChange(index => this.#openTab(index ?? 0));
    this.#path = new Text({ label: "Conf File", value: this.#editor.path });
    this.#panels[0]?.draw();
    this.#say("");
    this.hold([this.#tabs, this.#path, this.#buttons(), this.#status, this.#problem, this.#viewerPlace]);
  }

  /** Names of the tabs, in their order. */
  get tabNames(): readonly string[] {
    return editorTabs.map(tab => tab.name);
  }
  /** The tabs by name, for scripts that drive the editor. */
  get controls(): Readonly<Record<string, SettingsTab>> {
    return Object.fromEntries(this.#panels.map(p => [p.tab.name, p]));
  }
  /** The path of the file that is edited. */
  get currentConfigFile(): string {
    return this.#editor.path;
  }
  /** Whether there is something to save. */
  get isChanged(): boolean {
    return this.#editor.isChanged;
  }

  /**
   * Opens a tab by its name, in any case; names of other versions of MSTICPy are known too (`AzureSentinel`). `index` chooses an entry.
   * @throws HuntError `config/no-tab`
   */
  setTab(name: string, index = 0): this {
    const tab = getTab(name);
    const at = this.#panels.findIndex(p => p.tab === tab);
    const panel = this.#panels[at];
    if (at !== this.#open) this.#tabs.value = at;
    if (tab.kind === "list" && panel !== undefined) panel.draw(this.#editor.entries(tab)[index]);
    return this;
  }

  override describe(): string {
    return `${this.#editor.path}${this.isChanged ? " (not saved)" : ""}`;
  }

  #openTab(index: number): void {
    const before = this.#panels[this.#open];
    const next = this.#panels[index];
    if (next === undefined || next === before) return;
    void this.#act(() => {
      const changed = before?.apply() ?? [];
      before?.clear();
      this.#open = index;
      next.draw();
      return changed.length === 0 ? undefined : `Updated ${changed.join(", ")}; not saved yet`;
    }).then(() => {
      // What could not be taken over stays in sight.
      if (this.#open !== index) this.#tabs.value = this.#open;
    });
  }

  #buttons(): Box {
    const button = (
      label: string,
      help: string,
      work: () => string | undefined | Promise<string | undefined>,
      tone: "plain" | "primary" = "plain",
    ): Button => {
      const made = new Button({ label, help, tone });
      made.onPress(() => this.#act(work));
      return made;
    };
    return new Box(
      [
        button("Save Settings", "Write the file", () => this.#save(), "primary"),
        ...(this.#isPage ? [] : [this.#refresh]),
        this.#backup,
        button("Validate Settings", "Look for what is wrong or missing", () => this.#validate()),
        button("Undo", "Take the last step back", () => this.#step("undo")),
        button("Redo", "Do it again", () => this.#step("redo")),
        button("Reload", "Read the file again", () => this.#reload()),
      ],
      { direction: "row" },
    );
  }

  get #panel(): SettingsTab | undefined {
    return this.#panels[this.#open];
  }

  async #save(): Promise<string> {
    this.#panel?.apply();
    const path = this.#path.value.trim();
    const isElsewhere = path !== "" && path !== this.#editor.path;
    const saved = await this.#editor.save(new Date(), {
      backup: this.#backup.value,
      ...(isElsewhere ? { path } : {}),
    });
    if (isElsewhere) this.#editor.reload(ConfigFile.open(this.#session.configPorts, path));
    this.#path.value = this.#editor.path;
    this.#panel?.draw();
    const backup = saved.backup === undefined ? "" : `; the old file is ${saved.backup}`;
    const next = this.#isPage ? "; running notebooks use it after settings.refreshConfig()" : "";
    const done = `Saved ${saved.path}${backup}${next}`;
    // It is saved, whatever is wrong in it.
    if (!this.#isPage && this.#refresh.value) this.#tryRefresh();
    return done;
  }

  #tryRefresh(): void {
    try {
      this.#access.refresh();
    } catch (error) {
      this.#problem.value = `The session goes on with the settings it had: ${messageOf(error)}`;
    }
  }

  async #validate(): Promise<string> {
    this.#panel?.apply();
    this.#panel?.draw();
    const report = new ConfigReport(this.#editor.path, this.#editor.validate());
    await this.#show(report.show());
    return `${report.errors.length} errors, ${report.warnings.length} warnings`;
  }

  #step(direction: "undo" | "redo"): string {
    const changed = this.#panel?.apply() ?? [];
    // What stands in the form and was not taken over yet is the last step.
    const done = changed.length > 0 && direction === "redo" ? false : this.#editor[direction]();
    this.#panel?.draw();
    return done ? (direction === "undo" ? "Undone" : "Done again") : `There is nothing to ${direction}`;
  }

  #reload(): string {
    if (this.#editor.isChanged && !this.#mayReload) {
      this.#mayReload = true;
      return "There are changes that are not saved; press Reload again to throw them away";
    }
    this.#mayReload = false;
    this.#editor.reload();
    this.#path.value = this.#editor.path;
    this.#panel?.draw();
    return `Loaded ${this.#editor.path}`;
  }

  async #show(content: unknown): Promise<void> {
    await this.#viewer.show(content);
    const close = new Button({ label: "Close viewer" });
    close.onPress(() => {
      this.#viewer.clear();
      this.#viewerPlace.replace([]);
    });
    this.#viewerPlace.replace([this.#viewer, close]);
  }

  async #act(work: () => string | undefined | Promise<string | undefined>): Promise<void> {
    this.#problem.value = "";
    try {
      const done = work();
      if (done instanceof Promise) this.#status.value = "Working…";
      const said = await done;
      if (said !== undefined || done instanceof Promise) this.#say(said ?? "");
      else this.#say("");
      if (said?.startsWith("There are changes") !== true) this.#mayReload = false;
    } catch (error) {
      this.#say("");
      const hint = isHuntError(error) && error.hint !== undefined ? `; ${error.hint}` : "";
      this.#problem.value = `${isHuntError(error) ? `${error.code}: ` : ""}${messageOf(error)}${hint}`;
    }
  }

  #say(text: string): void {
    const state = this.#editor.isChanged ? "There are changes that are not saved." : "";
    this.#status.value = [text, text.includes("not saved") ? "" : state].filter(part => part !== "").join(" — ");
  }
}

function openFile(session: Session, settings: unknown, confFilepath: string | undefined): ConfigFile {
  if (settings instanceof MpConfigFile) return settings.configFile;
  if (typeof settings === "string") return ConfigFile.open(session.configPorts, settings);
  const file = ConfigFile.open(session.configPorts, confFilepath);
  if (settings === undefined) return file;
  if (!isMapping(settings))
    throw new HuntError("config/edit", "MpConfigEdit edits a path, an MpConfigFile or settings as an object", {
      hint: 'new MpConfigEdit("msticpyconfig.yaml")',
    });
  for (const [section, value] of Object.entries(settings)) file.set([section], value as ConfigValue);
  return file;
}
