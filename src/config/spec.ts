/**
 * What a setting may hold, as data. One table of these (`section-table.ts`) drives validation, the JSON Schema for editors and
 * the forms of the settings editor.
 */

interface SpecBase {
  /** A sentence for people: the help text of an editor. */
  readonly doc: string;
  /** What is used when it is not set. */
  readonly default?: string | number | boolean | readonly string[];
}

export interface TextSpec extends SpecBase {
  readonly kind: "text";
  readonly format?: "guid" | "url" | "folder" | "file";
  /** The only text that is right here, for example a provider's class. */
  readonly constant?: string;
  readonly required?: boolean;
}

/** Text, `{ EnvironmentVar: NAME }` or `{ KeyVault: NAME }`; never shown. */
export interface SecretSpec extends SpecBase {
  readonly kind: "secret";
  readonly required?: boolean;
}
export interface BoolSpec extends SpecBase {
  readonly kind: "bool";
}
export interface NumberSpec extends SpecBase {
  readonly kind: "number";
  /** The value must be greater. */
  readonly above?: number;
}
/** One of the options, or (`many`) a list of them. */
export interface EnumSpec extends SpecBase {
  readonly kind: "enum";
  readonly options: readonly string[];
  readonly many?: boolean;
  /** Other spellings → option. Keys in lower case. */
  readonly aliases?: Readonly<Record<string, string>>;
}
/** A list of texts; one text is a list of one. */
export interface ListSpec extends SpecBase {
  readonly kind: "list";
  readonly format?: "folder";
}
/** Seconds: a number, `[total]`, `[total, connect]`, or a mapping, as httpx takes them. */
export interface TimeoutSpec extends SpecBase {
  readonly kind: "timeout";
}
/** Anything: not checked. */
export interface AnySpec extends SpecBase {
  readonly kind: "any";
}
/** A mapping with known keys. */
export interface MapSpec extends SpecBase {
  readonly kind: "map";
  readonly keys: Readonly<Record<string, Spec>>;
  /** Other keys are fine, and hold this. */
  readonly others?: Spec;
  /** Keys may be written in any case. */
  readonly anyCase?: boolean;
}
/** Names that users choose, each with settings. */
export interface NamedSpec extends SpecBase {
  readonly kind: "named";
  /** Names with a meaning, which an editor offers. */
  readonly known?: Readonly<Record<string, Spec>>;
  /** `Splunk-emea` is an instance of `Splunk`. */
  readonly instances?: boolean;
  readonly entry: Spec;
}
export type Spec =
  TextSpec | SecretSpec | BoolSpec | NumberSpec | EnumSpec | ListSpec | TimeoutSpec | AnySpec | MapSpec | NamedSpec;

/** The spec of an entry by its name: `Splunk-emea` is a Splunk. */
export function entrySpec(spec: NamedSpec, name: string): Spec {
  const base = spec.instances === true ? (/^(\w+)-[\w.:]+$/.exec(name)?.[1] ?? name) : name;
  const known = Object.entries(spec.known ?? {});
  return known.find(([key]) => key === name)?.[1] ?? known.find(([key]) => key === base)?.[1] ?? spec.entry;
}

/** The spec of a setting by its path; undefined where the table says nothing. */
export function specAt(root: Spec, path: readonly (string | number)[]): Spec | undefined {
  let spec: Spec | undefined = root;
  for (const step of path) {
    if (spec?.kind === "named") spec = entrySpec(spec, String(step));
    else if (spec?.kind === "map") {
      const found = findKey(spec, String(step));
      spec = found === undefined ? spec.others : spec.keys[found];
    } else return undefined;
  }
  return spec;
}

/** How the table writes a key, if it has it. */
export function findKey(spec: MapSpec, key: string): string | undefined {
  if (Object.hasOwn(spec.keys, key)) return key;
  if (spec.anyCase !== true) return undefined;
  return Object.keys(spec.keys).find(k => k.toLowerCase() === key.toLowerCase());
}
