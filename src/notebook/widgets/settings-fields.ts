/** One control for each kind of field of the settings editor; it says what a person changed. */
import type { Secret } from "../../base/secret.js";
import type { CredentialState, Field, FieldValue, OrderField, Storage } from "../../config/editor-fields.js";
import type { FieldChange } from "../../config/settings-editor.js";
import { vaultSecretName } from "../../config/setting.js";
import { Box, Composite, Panel } from "./containers.js";
import type { AnyControl } from "./control.js";
import { Button, Checkbox, Dropdown, Note, Password, Radio, Select, Text } from "./controls.js";
import type { WidgetValue } from "./node.js";

/** A field that is drawn. */
export interface FieldControl {
  readonly field: Field;
  readonly control: AnyControl;
  /** What was changed; undefined for nothing. */
  change(): FieldChange | undefined;
}

export interface CredentialActions {
  /** A secret was typed. */
  learn(secret: Secret): void;
  /** Puts the field's secret into the key vault; the form is drawn again afterwards. */
  upload(field: Field, typed: Secret | undefined): Promise<void>;
}

export function toControl(field: Field, label: string, actions: CredentialActions): FieldControl {
  const help = field.doc;
  const change = (now: FieldValue, isSame: boolean): FieldChange | undefined =>
    isSame ? undefined : { field, value: now };
  switch (field.kind) {
    case "text":
    case "number":
    case "timeout": {
      const placeholder = field.byDefault === undefined ? "" : `default: ${field.byDefault}`;
      const control = new Text({ label, help, value: field.value, placeholder });
      return { field, control, change: () => change(control.value, control.value.trim() === field.value) };
    }
    case "bool": {
      const control = new Checkbox({ label, help, value: field.value });
      return { field, control, change: () => change(control.value, control.value === field.value) };
    }
    case "choice": {
      const unset = field.byDefault === undefined ? "(not set)" : `(not set: ${field.byDefault})`;
      const options = new Map([[unset, ""], ...field.options.map((o): [string, string] => [o, o])]);
      const control = new Dropdown<string>({ label, help, options, value: field.value });
      return { field, control, change: () => change(control.value, control.value === field.value) };
    }
    case "order": {
      const control = new OrderedChoice(field, label);
      return { field, control, change: () => change(control.value, sameList(control.value, field.value)) };
    }
    case "list": {
      const text = field.value.join("\n");
      const control = new Text({ label, help: `${help} One per line.`, value: text, rows: 3 });
      return { field, control, change: () => change(control.value.split("\n"), control.value.trim() === text) };
    }
    case "credential": {
      const control = new CredentialInput(field.path, field.value, { label, help, field, actions });
      return {
        field,
        control,
        change: () => (control.isChanged ? { field, value: control.toFieldValue() } : undefined),
      };
    }
    case "odd": {
      const words = field.isSet ? "has a form that is not shown here; it stays as it is" : "is not set";
      return { field, control: new Note(`${label} ${words}. ${help}`, "faint"), change: () => undefined };
    }
  }
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i]);

/** Some of several in an order: a list, and buttons that move what is chosen in it. */
class OrderedChoice extends Composite<readonly string[]> {
  readonly #options: readonly string[];
  readonly #list: Select;
  readonly #add: Dropdown;
  #moving = false;

  constructor(field: OrderField, label: string) {
    super(field.value, { label, help: field.doc });
    this.#options = field.options;
    this.#list = new Select({ label: "In this order", options: numbered(field.value) });
    this.#add = new Dropdown({ label: "Others", options: this.#others });
    const button = (text: string, help: string, act: (chosen: number) => readonly string[]) => {
      const made = new Button({ label: text, help });
      made.onPress(() => this.#show(act(this.value.indexOf(this.#list.value ?? ""))));
      return made;
    };
    const swap = (at: number, by: number): readonly string[] => {
      const [a, b] = [this.value[at], this.value[at + by]];
      if (a === undefined || b === undefined) return this.value;
      return this.value.map((item, i) => (i === at ? b : i === at + by ? a : item));
    };
    this.hold([
      this.#list,
      new Box(
        [
          button("Up", "Try it earlier", at => swap(at, -1)),
          button("Down", "Try it later", at => swap(at, 1)),
          button("Remove", "Do not use it", at => this.value.filter((_, i) => i !== at)),
        ],
        { direction: "row" },
      ),
      new Box(
        [
          this.#add,
          button("Add method", "Use it too, last", () => {
            const item = this.#add.value;
            return item === undefined || this.value.includes(item) ? this.value : [...this.value, item];
          }),
        ],
        { direction: "row" },
      ),
    ]);
  }

  override describe(): string {
    return this.value.join(", ");
  }

  get #others(): readonly string[] {
    return this.#options.filter(o => !this.value.includes(o));
  }

  #show(next: readonly string[]): void {
    if (this.#moving || next === this.value) return;
    this.#moving = true;
    const chosen = this.#list.value;
    this.value = next;
    this.#list.setOptions(numbered(next));
    if (chosen !== undefined && next.includes(chosen)) this.#list.value = chosen;
    this.#add.setOptions(this.#others);
    this.#moving = false;
  }
}

const numbered = (items: readonly string[]): Map<string, string> =>
  new Map(items.map((item, i) => [`${i + 1}. ${item}`, item]));

const storages = new Map<string, Storage>([
  ["Text", "text"],
  ["EnvironmentVar", "environment"],
  ["KeyVault", "keyvault"],
]);

/** A password that may stand in the file already: the page knows that, and never what it is. */
class StoredPassword extends Password {
  readonly #isStored: boolean;
  constructor(label: string, isStored: boolean) {
    super({ label });
    this.#isStored = isStored;
  }
  override toPage(): WidgetValue {
    return this.#isStored || this.typed !== undefined;
  }
  /** Undefined for nothing: a field that was left empty is no secret. */
  get typed(): Secret | undefined {
    return this.value === undefined || this.value.reveal() === "" ? undefined : this.value;
  }
}

interface CredentialOptions {
  readonly label: string;
  readonly help: string;
  readonly field: Field;
  readonly actions: CredentialActions;
}

/** A secret: as text, from an environment variable, or in a key vault. */
export class CredentialInput extends Composite<undefined> {
  readonly #before: CredentialState;
  readonly #storage: Radio<Storage>;
  readonly #typed: StoredPassword;
  readonly #variable: Text;
  readonly #secretName: Text;
  readonly #isOwnName: Checkbox;
  readonly #input = new Panel();
  #isCleared = false;

  constructor(path: Field["path"], before: CredentialState, { label, help, field, actions }: CredentialOptions) {
    super(undefined, { label, help });
    this.#before = before;
    this.#storage = new Radio<Storage>({ label: "Storage:", options: storages, value: before.storage });
    this.#typed = new StoredPassword("Value", before.hasText);
    this.#variable = new Text({ label: "EnvironmentVar", value: before.variable, placeholder: "name of the variable" });
    this.#secretName = new Text({ label: "KeyVault", value: before.secretName, placeholder: "secret or vault/secret" });
    this.#isOwnName = new Checkbox({
      label: "Def KV Path",
      help: `The secret's name is ${vaultSecretName(path)}`,
      value: before.secretName === "",
    });
    const upload = new Button({
      label: "Upload to KV",
      help: "Put this secret into the key vault and leave a reference here",
    });
    const clear = new Button({ label: "Clear", help: "Take this setting away" });
    upload.onPress(() => actions.upload(field, this.#typed.typed));
    clear.onPress(() => this.#clear());
    this.#typed.onChange(secret => {
      this.#isCleared = false;
      if (secret !== undefined) actions.learn(secret);
    });
    const draw = (): void => {
      const input = {
        text: [this.#typed, upload, clear],
        environment: [this.#variable, upload, clear],
        keyvault: [this.#isOwnName, ...(this.#isOwnName.value ? [] : [this.#secretName]), clear],
      }[this.#storage.value ?? "text"];
      this.#input.replace([new Box(input, { direction: "row" })]);
    };
    this.#storage.onChange(draw);
    this.#isOwnName.onChange(draw);
    draw();
    this.hold([this.#storage, this.#input]);
  }

  get isChanged(): boolean {
    const before = this.#before;
    const storage = this.#storage.value ?? "text";
    if (this.#isCleared) return before.hasText || before.variable !== "" || before.storage === "keyvault";
    if (storage === "text") return this.#typed.typed !== undefined;
    if (storage === "environment") return this.#variable.value.trim() !== before.variable;
    return storage !== before.storage || this.#ownName() !== before.secretName;
  }

  /** Undefined takes it away. */
  toFieldValue(): FieldValue {
    if (this.#isCleared) return undefined;
    switch (this.#storage.value ?? "text") {
      case "environment":
        return { storage: "environment", variable: this.#variable.value };
      case "keyvault":
        return { storage: "keyvault", secretName: this.#ownName() };
      case "text":
        return this.#typed.typed === undefined ? undefined : { storage: "text", secret: this.#typed.typed };
    }
  }

  override describe(): string {
    const { storage, hasText, variable, secretName } = this.#before;
    if (storage === "environment") return `environment variable ${variable}`;
    if (storage === "keyvault") return secretName === "" ? "key vault" : `key vault: ${secretName}`;
    return hasText ? "(set)" : "";
  }

  #ownName(): string {
    return this.#isOwnName.value ? "" : this.#secretName.value.trim();
  }

  #clear(): void {
    this.#isCleared = true;
    this.#typed.value = undefined;
    this.#variable.value = "";
    this.#storage.value = "text";
    this.#input.replace([new Note("It is taken away with Update.", "faint")]);
  }
}
