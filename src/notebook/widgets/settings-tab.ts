/** One tab of the settings editor: a list of entries with the form of the chosen one, a form, or the whole file. */
import type { Secret } from "../../base/secret.js";
import type { Field } from "../../config/editor-fields.js";
import type { EditorTab, ListTab } from "../../config/editor-tabs.js";
import type { FieldChange, SettingsEditor } from "../../config/settings-editor.js";
import type { FoundWorkspace } from "../../config/find-workspaces.js";
import type { WorkspaceSettings } from "../../config/import-workspace.js";
import type { SettingsAccess } from "../../session/settings-access.js";
import { show as showView } from "../../session/show.js";
import { Accordion, Box, Panel } from "./containers.js";
import type { AnyControl } from "./control.js";
import { Button, Dropdown, Note, Select, Text } from "./controls.js";
import { Output } from "./output.js";
import { FileText } from "./file-text.js";
import { toControl, type FieldControl } from "./settings-fields.js";

/** What a tab needs of the editor around it. */
export interface TabHost {
  readonly editor: SettingsEditor;
  readonly access: SettingsAccess;
  /** Runs what a person asked for; says how it went, and shows what went wrong. */
  act(work: () => string | undefined | Promise<string | undefined>): Promise<void>;
  /** Shows something below the tabs. */
  show(content: unknown): Promise<void>;
}

const describeWorkspace = ({ settings, subscription }: FoundWorkspace): string =>
  `${settings.WorkspaceName} (${subscription}, ${settings.WorkspaceId})`;

const link = (text: string, href: string) => ({ kind: "link", text, href }) as const;

function help(tab: EditorTab): Accordion {
  const shown = new Output({ label: `Help: ${tab.name}` });
  const paragraphs = tab.help.map(text => ({ kind: "paragraph", children: [text] }) as const);
  const links = tab.links.map(
    ({ text, href }) => ({ kind: "paragraph", children: ["Online: ", link(text, href)] }) as const,
  );
  shown.setView([...paragraphs, ...links]);
  return new Accordion({ Help: shown }, {}, null);
}

export class SettingsTab extends Panel {
  readonly tab: EditorTab;
  readonly #host: TabHost;
  readonly #form = new Panel();
  #fields: readonly FieldControl[] = [];
  #name: Text | undefined;
  #list: Select | undefined;
  #text: FileText | undefined;
  #entry: string | undefined;
  /** While it is drawn, what controls say of themselves is no wish of a person. */
  #drawing = false;

  constructor(tab: EditorTab, host: TabHost) {
    super([], { label: "" });
    this.tab = tab;
    this.#host = host;
  }

  /** The chosen entry. */
  get entry(): string | undefined {
    return this.#entry;
  }
  /** The controls of the form that is shown, by label. */
  get fields(): ReadonlyMap<string, AnyControl> {
    return new Map(this.#fields.map(({ field, control }) => [field.label, control]));
  }

  /** Draws everything as the configuration is now. */
  draw(entry = this.#entry): void {
    const { tab } = this;
    this.#drawing = true;
    if (tab.kind === "list") this.#drawList(tab, entry);
    else if (tab.kind === "form") {
      this.#drawForm();
      this.replace([help(tab), this.#form]);
    } else this.#drawFile();
    this.#drawing = false;
  }

  /** Leaves nothing that costs a page anything. */
  clear(): void {
    this.#text = undefined;
    this.replace([]);
  }

  /** Puts what was changed in the form into the configuration; gives the names of the settings. */
  apply(): readonly string[] {
    const { editor } = this.#host;
    if (this.#text !== undefined) return this.#applyText(this.#text);
    const { tab } = this;
    const changes = this.#fields.map(f => f.change()).filter((c): c is FieldChange => c !== undefined);
    const changed = changes.length === 0 ? [] : editor.update(changes);
    const name = this.#name?.value.trim() ?? this.#entry;
    if (tab.kind !== "list" || this.#entry === undefined || name === undefined || name === this.#entry) return changed;
    editor.rename(tab, this.#entry, name);
    this.#entry = name;
    return [...changed, "Name"];
  }

  /** A text that cannot be read stays in the page as it is. */
  #applyText(text: FileText): readonly string[] {
    const edited = text.edited;
    if (edited === undefined) return [];
    this.#host.editor.replaceText(edited, text.shown);
    this.draw();
    return ["the file"];
  }

  #drawList(tab: ListTab, wanted: string | undefined): void {
    const entries = this.#host.editor.entries(tab);
    this.#entry = wanted !== undefined && entries.includes(wanted) ? wanted : entries[0];
    const title = `${tab.item[0]?.toUpperCase() ?? ""}${tab.item.slice(1)}s`;
    const list = new Select({
      label: title,
      options: entries,
      ...(this.#entry === undefined ? {} : { value: this.#entry }),
    });
    this.#list = list;
    list.onChange(entry => this.#choose(entry));
    this.#drawForm();
    const left = new Box([
      entries.length === 0 ? new Note(`No ${tab.item} yet.`, "faint") : list,
      ...this.#addControls(tab),
    ]);
    this.replace([help(tab), new Box([left, this.#form], { direction: "sides" })]);
  }

  #choose(entry: string | undefined): void {
    if (this.#drawing || entry === undefined || entry === this.#entry) return;
    void this.#host.act(() => {
      const changed = this.apply();
      this.#entry = entry;
      this.draw();
      return changed.length === 0 ? undefined : `Updated ${changed.join(", ")}`;
    });
  }

  #addControls(tab: ListTab): AnyControl[] {
    const { editor } = this.#host;
    const offers = editor.offers(tab);
    const known = new Dropdown<string>({ label: tab.item === "component" ? "Add comp" : "Add prov", options: offers });
    const own = new Text({
      label: "New name",
      placeholder: tab.names === "own" ? "one is made up" : "a name of your own",
    });
    const add = new Button({ label: "Add", help: `Add a ${tab.item}` });
    add.onPress(() =>
      this.#host.act(() => {
        const typed = own.value.trim();
        const name = typed !== "" ? typed : tab.names === "own" ? undefined : known.value;
        this.apply();
        const entry = editor.add(tab, name);
        this.draw(entry);
        return `Added ${entry}`;
      }),
    );
    const remove = new Button({ label: "Delete", tone: "danger", help: `Delete the chosen ${tab.item}` });
    remove.onPress(() =>
      this.#host.act(() => {
        const entry = this.#entry;
        if (entry === undefined) return undefined;
        editor.delete(tab, entry);
        this.#entry = undefined;
        this.draw();
        return `Deleted ${entry}; Undo brings it back`;
      }),
    );
    return [
      ...(tab.names === "own" || offers.length === 0 ? [] : [known]),
      ...(tab.names === "known" ? [] : [own]),
      new Box([add, ...(this.#entry === undefined ? [] : [remove])], { direction: "row" }),
    ];
  }

  #drawForm(): void {
    const { tab } = this;
    const { editor } = this.#host;
    if (tab.kind === "file") return;
    this.#fields = [];
    this.#name = undefined;
    if (tab.kind === "list" && this.#entry === undefined) {
      this.#form.replace([]);
      return;
    }
    const fields = editor.fields(tab, this.#entry);
    const isNamed = tab.kind === "list" && this.#entry !== undefined;
    if (isNamed && tab.canRename)
      this.#name = new Text({ label: "Name", value: this.#entry ?? "", help: "The name of this entry." });
    const groups = this.#groups(fields);
    const kept = editor.keptKeys(tab, this.#entry);
    this.#form.replace([
      ...(this.#name === undefined ? (isNamed ? [new Note(this.#entry ?? "")] : []) : [this.#name]),
      ...groups,
      ...(kept.length === 0 ? [] : [new Note(`Also in the file, and kept as they are: ${kept.join(", ")}`, "faint")]),
      ...(fields.length === 0 && kept.length === 0 && isNamed
        ? [new Note("It has no settings of its own.", "faint")]
        : []),
      new Box([this.#update(), ...this.#entryActions()], { direction: "row" }),
      ...(tab.kind === "list" && tab.isSentinel === true ? [this.#imports(tab)] : []),
    ]);
  }

  /** Settings of one mapping stand together under its name. */
  #groups(fields: readonly Field[]): AnyControl[] {
    const byGroup = new Map<string, FieldControl[]>();
    const actions = {
      learn: (secret: Secret) => this.#host.access.learn(secret),
      upload: (field: Field, typed: Secret | undefined) => this.#upload(field, typed),
    };
    for (const field of fields) {
      const steps = field.label.split(".");
      const group = steps.slice(0, -1).join(".");
      const control = toControl(field, steps.at(-1) ?? field.label, actions);
      byGroup.set(group, [...(byGroup.get(group) ?? []), control]);
    }
    this.#fields = [...byGroup.values()].flat();
    return [...byGroup].flatMap(([group, controls]) => {
      const inside = controls.map(c => c.control);
      return group === "" ? inside : [new Box(inside, { label: group })];
    });
  }

  #update(): Button {
    const update = new Button({
      label: "Update",
      tone: "primary",
      help: "Take over what you changed; Save writes it to the file",
    });
    update.onPress(() =>
      this.#host.act(() => {
        const changed = this.apply();
        this.draw();
        return changed.length === 0 ? "Nothing was changed" : `Updated ${changed.join(", ")}; not saved yet`;
      }),
    );
    return update;
  }

  #entryActions(): Button[] {
    const { tab } = this;
    const { editor, access } = this.#host;
    const actions: Button[] = [];
    const add = (label: string, text: string, work: () => string | undefined | Promise<string | undefined>): void => {
      const made = new Button({ label, help: text });
      made.onPress(() => this.#host.act(work));
      actions.push(made);
    };
    const entry = this.#entry;
    if (tab.kind === "list" && tab.hasDefault === true && entry !== undefined && entry !== "Default")
      add("Set as default", "Copy it to the entry Default, which is meant when none is named", () => {
        this.apply();
        editor.setDefault(tab, this.#entry ?? entry);
        this.draw();
        return `${this.#entry ?? entry} is the default; not saved yet`;
      });
    if (tab.kind === "list" && tab.isSentinel === true && entry !== undefined)
      add("Resolve settings", "Ask Azure for what is not filled in; the workspace id or name is enough", async () => {
        this.apply();
        const name = this.#entry ?? entry;
        const known = (editor.file.document.get(editor.entryPath(tab, name)) ?? {}) as WorkspaceSettings;
        editor.addWorkspace(name, await access.resolve(known));
        this.draw();
        return `${name} is complete; not saved yet`;
      });
    if (tab.kind === "form" && tab.isVault === true)
      add("Test Key Vault", "List the names of the vault's secrets", async () => {
        this.apply();
        const names = await access.vaultSecrets();
        await this.#host.show(
          showView({ kind: "table", columns: [{ name: "Secret" }], rows: names.map(name => [name]) }),
        );
        return `The key vault answers: ${names.length} secrets`;
      });
    return actions;
  }

  /** Workspaces from elsewhere: the portal's address, a config.json, and what the sign-in can see. */
  #imports(tab: ListTab): Box {
    const { editor, access } = this.#host;
    const row = (field: AnyControl, label: string, text: string, work: () => Promise<string> | string): Box => {
      const made = new Button({ label, help: text });
      made.onPress(() =>
        this.#host.act(() => {
          this.apply();
          return work();
        }),
      );
      return new Box([field, made], { direction: "row" });
    };
    const take = (found: WorkspaceSettings & { readonly WorkspaceName: string }): string => {
      // A new entry that has nothing yet is what it is meant for.
      const isEmpty = this.#entry !== undefined && editor.fields(tab, this.#entry).every(f => !f.isSet);
      const name = isEmpty ? (this.#entry ?? found.WorkspaceName) : found.WorkspaceName;
      editor.addWorkspace(name, found);
      this.draw(name);
      return `Imported ${found.WorkspaceName} as ${name}; not saved yet`;
    };
    const address = new Text({
      label: "Portal URL",
      placeholder: "the address of the workspace's page in the Azure portal",
    });
    const json = new Text({ label: "config.json", value: "config.json" });
    const seen = new Dropdown<FoundWorkspace>({ label: "In Azure", options: new Map() });
    const add = new Button({ label: "Add this one", help: "Add the chosen workspace" });
    const found = new Panel();
    add.onPress(() => this.#host.act(() => (seen.value === undefined ? undefined : take(seen.value.settings))));
    const find = new Button({ label: "Find workspaces", help: "List the workspaces that your sign-in can see" });
    find.onPress(() =>
      this.#host.act(async () => {
        const { workspaces, failed } = await access.findWorkspaces();
        seen.setOptions(new Map(workspaces.map(w => [describeWorkspace(w), w])));
        found.replace(workspaces.length === 0 ? [] : [new Box([seen, add], { direction: "row" })]);
        const missing = failed.map(f => `; subscription ${f.subscription} could not be looked at: ${f.message}`);
        return `${workspaces.length} workspaces${missing.join("")}`;
      }),
    );
    return new Box(
      [
        row(address, "Import from URL", "Ask Azure for the workspace of that page", async () =>
          take(await access.fromPortal(address.value)),
        ),
        row(json, "Import config.json", "Read Azure Machine Learning's file", () => {
          const name = editor.importConfigJson(json.value.trim());
          this.draw(name);
          return `Imported ${name}, and as Default where that was not filled in; not saved yet`;
        }),
        find,
        found,
      ],
      { label: "From elsewhere" },
    );
  }

  async #upload(field: Field, typed: Secret | undefined): Promise<void> {
    await this.#host.act(async () => {
      const { access, editor } = this.#host;
      const name = await access.upload(field.path, typed);
      this.#fields = this.#fields.filter(f => f.field !== field);
      this.apply();
      editor.moveToVault(field.path);
      this.draw();
      return `Saved as ${name} in the key vault; the configuration refers to it, and is not saved yet`;
    });
  }

  #drawFile(): void {
    const { editor } = this.#host;
    const text = new FileText(editor.hiddenText, { label: "The file" });
    this.#text = text;
    const found = editor.validate();
    const count = (severity: string) => found.filter(f => f.severity === severity).length;
    this.replace([
      help(this.tab),
      text,
      new Box([this.#update()], { direction: "row" }),
      new Note(`${count("error")} errors, ${count("warning")} warnings; Validate Settings shows them.`, "faint"),
    ]);
  }

  /** The list, for tests and for scripts that drive the editor. */
  get list(): Select | undefined {
    return this.#list;
  }
}
