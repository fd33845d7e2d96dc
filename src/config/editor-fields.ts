/** Settings as the fields of a form: from the table of settings and what the file has, and back into values. */
import { didYouMean } from "../base/suggest.js";
import { HuntError } from "../base/error.js";
import type { Secret } from "../base/secret.js";
import { isReference, toBoolean, toOption } from "./check-spec.js";
import type { ConfigValue } from "./config-document.js";
import { showPath } from "./issue.js";
import { isSecretPath } from "./setting.js";
import { findKey, type EnumSpec, type MapSpec, type Spec } from "./spec.js";
import { isMapping, type YamlPath } from "./yaml-source.js";

/** Where a secret (or any setting that is a reference) is kept. */
export type Storage = "text" | "environment" | "keyvault";

/** A secret as a form has it: everything but its value. */
export interface CredentialState {
  readonly storage: Storage;
  /** Something stands in the file as text. */
  readonly hasText: boolean;
  readonly variable: string;
  /** `secret` or `vault/secret`; empty for the name made from the setting's path. */
  readonly secretName: string;
}

interface FieldBase {
  /** In the file. */
  readonly path: YamlPath;
  /** Behind the tab's or the entry's path: `Args.AuthKey`. */
  readonly label: string;
  readonly doc: string;
  readonly isSet: boolean;
  readonly byDefault: string | undefined;
}
/** One line of text; numbers and time limits too. */
export interface TextField extends FieldBase {
  readonly kind: "text" | "number" | "timeout";
  readonly value: string;
}
export interface BoolField extends FieldBase {
  readonly kind: "bool";
  readonly value: boolean;
}
export interface ChoiceField extends FieldBase {
  readonly kind: "choice";
  readonly options: readonly string[];
  /** Empty: not set. */
  readonly value: string;
}
/** Several of several, in an order that matters. */
export interface OrderField extends FieldBase {
  readonly kind: "order";
  readonly options: readonly string[];
  readonly value: readonly string[];
}
export interface ListField extends FieldBase {
  readonly kind: "list";
  readonly value: readonly string[];
}
export interface CredentialField extends FieldBase {
  readonly kind: "credential";
  readonly value: CredentialState;
}
/** A value that no form can show; it stays as it is. */
export interface OddField extends FieldBase {
  readonly kind: "odd";
}
export type Field = TextField | BoolField | ChoiceField | OrderField | ListField | CredentialField | OddField;

/** What a person made of a field; undefined and empty text take the setting away. */
export type FieldValue =
  | undefined
  | string
  | boolean
  | readonly string[]
  | { readonly storage: "text"; readonly secret: Secret }
  | { readonly storage: "environment"; readonly variable: string }
  | { readonly storage: "keyvault"; readonly secretName: string };

/** The fields of a mapping, nested ones included, in the table's order. */
export function toFields(spec: MapSpec, path: YamlPath, value: unknown, under: readonly string[] = []): Field[] {
  const found = isMapping(value) ? value : {};
  return Object.entries(spec.keys).flatMap(([name, item]): Field[] => {
    const key = Object.keys(found).find(k => findKey(spec, k) === name) ?? name;
    const [place, label] = [
      [...path, key],
      [...under, name],
    ];
    if (item.kind === "map") return toFields(item, place, found[key], label);
    // Names with settings have tabs of their own.
    if (item.kind === "named") return [];
    return [toField(item, place, label.join("."), found[key])];
  });
}

/** Keys that the file has and the table does not know; they stay as they are. */
export function unknownKeys(spec: MapSpec, value: unknown, under: readonly string[] = []): string[] {
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const known = findKey(spec, key);
    if (known === undefined) return [showPath([...under, key])];
    const inner = spec.keys[known];
    return inner?.kind === "map" ? unknownKeys(inner, item, [...under, known]) : [];
  });
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

function toField(spec: Exclude<Spec, { kind: "map" | "named" }>, path: YamlPath, label: string, value: unknown): Field {
  const isSet = value !== undefined && value !== null;
  const byDefault = spec.default === undefined ? undefined : String(spec.default);
  const base = { path, label, doc: spec.doc, isSet, byDefault };
  const odd: OddField = { ...base, kind: "odd" };
  if (spec.kind === "secret" || isReference(value) || (spec.kind === "any" && isSecretPath(path)))
    return isSet && !isScalar(value) && !isReference(value)
      ? odd
      : { ...base, kind: "credential", value: credentialOf(value) };
  switch (spec.kind) {
    case "bool": {
      const known = isSet ? toBoolean(value) : (spec.default ?? false) === true;
      return known === undefined ? odd : { ...base, kind: "bool", value: known };
    }
    case "enum":
      return enumField(spec, base, value) ?? odd;
    case "list": {
      const items: readonly unknown[] = Array.isArray(value) ? value : isSet ? [value] : [];
      return items.every(isScalar) ? { ...base, kind: "list", value: items.map(String) } : odd;
    }
    case "timeout":
      return isSet ? (timeoutField(base, value) ?? odd) : { ...base, kind: "timeout", value: "" };
    case "number":
    case "text":
      return isSet && !isScalar(value)
        ? odd
        : { ...base, kind: spec.kind, value: isScalar(value) ? String(value) : "" };
    case "any":
      return odd;
  }
}

type Base = FieldBase;

function enumField(spec: EnumSpec, base: Base, value: unknown): Field | undefined {
  if (spec.many === true) {
    const items: readonly unknown[] = Array.isArray(value) ? value : base.isSet ? [value] : [];
    if (!items.every(isScalar)) return undefined;
    const named = items.map(item => toOption(String(item), spec) ?? String(item));
    return { ...base, kind: "order", options: [...new Set([...spec.options, ...named])], value: [...new Set(named)] };
  }
  if (base.isSet && !isScalar(value)) return undefined;
  const chosen = isScalar(value) ? (toOption(String(value), spec) ?? String(value)) : "";
  const options = chosen === "" || spec.options.includes(chosen) ? spec.options : [...spec.options, chosen];
  return { ...base, kind: "choice", options, value: chosen };
}

function timeoutField(base: Base, value: unknown): Field | undefined {
  const isPart = (part: unknown) => part === null || typeof part === "number";
  const show = (part: unknown) => (typeof part === "number" ? String(part) : "none");
  if (typeof value === "number") return { ...base, kind: "timeout", value: String(value) };
  if (Array.isArray(value) && value.every(isPart))
    return { ...base, kind: "timeout", value: (value as unknown[]).map(show).join(", ") };
  if (!isMapping(value) || !Object.values(value).every(isPart)) return undefined;
  const text = Object.entries(value).map(([key, part]) => `${key}: ${show(part)}`);
  return { ...base, kind: "timeout", value: text.join(", ") };
}

function credentialOf(value: unknown): CredentialState {
  const text = (part: unknown) => (typeof part === "string" ? part : "");
  const none = { hasText: false, variable: "", secretName: "" };
  if (!isMapping(value)) return { ...none, storage: "text", hasText: isScalar(value) && value !== "" };
  if ("EnvironmentVar" in value) return { ...none, storage: "environment", variable: text(value["EnvironmentVar"]) };
  const secretName = text(value["KeyVault"]);
  return { ...none, storage: "keyvault", secretName: secretName === "default" ? "" : secretName };
}

/**
 * The value of the file that a person's value means; undefined takes the setting away.
 * @throws HuntError `config/field`
 */
export function toConfigValue(field: Field, value: FieldValue): ConfigValue | undefined {
  const refuse = (what: string, hint: string): never => {
    throw new HuntError("config/field", `${field.label} ${what}`, { hint });
  };
  if (value === undefined) return undefined;
  if (typeof value === "object" && "storage" in value) return referenceValue(value, refuse);
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") {
    const items = value.map(item => item.trim()).filter(item => item !== "");
    const stranger = field.kind === "order" ? items.find(item => !field.options.includes(item)) : undefined;
    if (stranger !== undefined && field.kind === "order")
      return refuse(`cannot be '${stranger}'${didYouMean(stranger, field.options)}`, `of: ${field.options.join(", ")}`);
    return items.length === 0 ? undefined : items;
  }
  const text = value.trim();
  if (text === "") return undefined;
  if (field.kind === "number") {
    const number = Number(text);
    return Number.isFinite(number) ? number : refuse("must be a number", "write digits, for example 30");
  }
  if (field.kind === "timeout") return parseTimeout(text) ?? refuse("is no time limit", timeoutHint);
  return text;
}

type Reference = Exclude<FieldValue, undefined | string | boolean | readonly string[]>;

function referenceValue(value: Reference, refuse: (what: string, hint: string) => never): ConfigValue | undefined {
  switch (value.storage) {
    case "text":
      return value.secret.reveal() === "" ? undefined : value.secret.reveal();
    case "environment": {
      const name = value.variable.trim();
      if (name === "") return undefined;
      // What looks like a key is not repeated: it may be one.
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        return refuse(
          "names no environment variable",
          "names have letters, digits and underscores, for example VT_API_KEY",
        );
      return { EnvironmentVar: name };
    }
    case "keyvault": {
      const name = value.secretName.trim();
      if (name === "" || name === "default") return { KeyVault: null };
      if (!/^(?:[0-9A-Za-z-]+\/)?[0-9A-Za-z-]+$/.test(name))
        return refuse("names no key vault secret", "write secret or vault/secret: letters, digits and hyphens");
      return { KeyVault: name };
    }
  }
}

const timeoutHint = "write seconds (30), total and connect (30, 5), or timeout: 30, connect: 5";

function parseTimeout(text: string): ConfigValue | undefined {
  const parts = text.replace(/^[[{]|[\]}]$/g, "").split(",");
  const toPart = (part: string): number | null | undefined => {
    const word = part.trim().toLowerCase();
    if (word === "none" || word === "null") return null;
    const number = Number(word);
    return word !== "" && Number.isFinite(number) && number > 0 ? number : undefined;
  };
  if (text.includes(":")) {
    const entries = parts.map(part => part.split(":", 2).map(s => s.trim()) as [string, string]);
    const known = ["timeout", "connect", "read", "write", "pool"];
    const read = entries.map(([key, part]) => [key, toPart(part)] as const);
    if (read.some(([key, part]) => !known.includes(key) || part === undefined)) return undefined;
    return Object.fromEntries(read) as ConfigValue;
  }
  const numbers = parts.map(toPart);
  if (numbers.length > 4 || numbers.some(n => n === undefined)) return undefined;
  return numbers.length === 1 ? (numbers[0] ?? undefined) : (numbers as (number | null)[]);
}

/** What a new entry has: what MSTICPy needs to load a provider, and nothing that is a guess. */
export function newEntry(spec: Spec): ConfigValue {
  if (spec.kind !== "map") return null;
  const { Primary, Provider } = spec.keys;
  return {
    ...(Primary?.kind === "bool" ? { Primary: Primary.default === true } : {}),
    ...(Provider?.kind === "text" && typeof Provider.default === "string" && Provider.default !== ""
      ? { Provider: Provider.default }
      : {}),
  };
}
