/**
 * A configuration that is edited: comments, the order of keys, spellings of values and keys that nobody knows survive. Each
 * text it gives is read again and compared with what was meant, so that no key is ever lost silently.
 */
import { isDeepStrictEqual } from "node:util";
import type { Document, Node, Scalar, YAMLMap } from "yaml";
import { formatDiagnostic } from "../base/diagnostic.js";
import { HuntError } from "../base/error.js";
import { isGuid } from "./check-spec.js";
import { showPath } from "./issue.js";
import { loadYaml } from "./yaml.js";
import { isMapping, parseYamlSource, type YamlPath, type YamlSource } from "./yaml-source.js";

/** What a setting can be set to. */
export type ConfigValue =
  string | number | boolean | null | readonly ConfigValue[] | { readonly [key: string]: ConfigValue };

/** As `readConfig` reads it. */
const readOptions = { maxBytes: 1024 * 1024, merge: true, exactNumbers: true } as const;

/** A scalar that is written as it was: `007`, `0x1F`, `True`. */
class Verbatim {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

const verbatimTag = {
  tag: "!huntbook-verbatim",
  default: true,
  identify: (value: unknown) => value instanceof Verbatim,
  resolve: (text: string) => text,
  stringify: ({ value }: { value: unknown }) => (value instanceof Verbatim ? value.source : ""),
} as const;

/** Texts that YAML 1.1, and so PyYAML, takes as text without quotes. Anything else is quoted. */
const plainText = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z~/\\.][\w\-./\\@ ]*$/i;
const isPlain = (text: string): boolean =>
  (plainText.test(text) && text.trim() === text && text !== "~") || isGuid(text);

interface Style {
  readonly bom: boolean;
  readonly crlf: boolean;
  readonly indent: number;
  readonly indentSeq: boolean;
}

function readStyle(text: string): Style {
  const step = /^( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2;
  return {
    bom: text.startsWith("\uFEFF"),
    crlf: /\r\n/.test(text),
    indent: step >= 1 && step <= 8 ? step : 2,
    indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(text),
  };
}

function parseForEdit(text: string): Document {
  const { parseDocument, visit } = loadYaml();
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    // As in `parseYamlSource`: nothing of the file is printed.
    logLevel: "error",
    uniqueKeys: false,
    merge: true,
    customTags: tags => [verbatimTag, ...tags],
  });
  visit(document, {
    Scalar: (_key, node) => {
      const isOther = typeof node.value !== "string" && node.source !== undefined && node.type === "PLAIN";
      const { source = "" } = node;
      if (isOther && source !== String(node.value) && node.tag === undefined) node.value = new Verbatim(source);
    },
  });
  return document;
}

const sentinelNames = ["AzureSentinel", "MSSentinel"];

/** Edits one configuration. */
export class ConfigDocument {
  readonly name: string;
  readonly #original: string;
  readonly #style: Style;
  readonly #document: Document;
  #isChanged = false;
  /** What the text must mean. */
  #meant: Record<string, unknown>;

  private constructor(text: string, source: YamlSource) {
    this.name = source.name;
    this.#original = text;
    this.#style = readStyle(text);
    this.#document = parseForEdit(source.text.replaceAll("\r\n", "\n"));
    this.#meant = isMapping(source.value) ? source.value : {};
  }

  /** @throws HuntError `config/invalid`, for what cannot be read: it would not survive being written */
  static parse(text: string, name: string): ConfigDocument {
    const source = parseYamlSource(text, name, readOptions);
    const errors = source.diagnostics.filter(d => d.severity === "error");
    const isOther = source.value !== undefined && source.value !== null && !isMapping(source.value);
    if (errors.length === 0 && !isOther) return new ConfigDocument(text, source);
    const places = errors.map(e => formatDiagnostic(e, source.text, name).split("\n")[0]);
    throw new HuntError("config/invalid", isOther ? `'${name}' is not a mapping` : places.join("\n"), {
      hint: "correct the file by hand first",
      where: name,
    });
  }

  /** Whether anything was edited. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** The settings as plain values; a copy. */
  get value(): Record<string, unknown> {
    return structuredClone(this.#meant);
  }

  /** A plain value, by the path as the file spells it; AzureSentinel and MSSentinel mean the same. */
  get(path: YamlPath): unknown {
    let value: unknown = this.#meant;
    for (const step of this.#spell(path)) {
      if (isMapping(value) && Object.hasOwn(value, step)) value = value[String(step)];
      else if (Array.isArray(value) && typeof step === "number") value = (value as unknown[])[step];
      else return undefined;
    }
    return structuredClone(value);
  }

  /** Sets a value, making the mappings above it. @throws HuntError `config/edit` */
  set(path: YamlPath, value: ConfigValue): void {
    const steps = this.#keys(path);
    const last = steps.at(-1) ?? "";
    this.#freeAnchors(this.#mapAt(steps.slice(0, -1)).get(last, true));
    const parent = this.#mapAt(steps.slice(0, -1));
    const old = parent.get(last, true) as unknown;
    const node = this.#toNode(value);
    const { isNode, isScalar } = loadYaml();
    if (isNode(old)) keepComments(old, node, isScalar(old) && isScalar(node));
    parent.set(this.#keyOf(parent, last), node);
    this.#mean(steps, value);
  }

  /** Removes a setting; mappings that become empty by it go too. False when it was not there. */
  delete(path: YamlPath): boolean {
    const steps = this.#keys(path);
    if (this.get(steps) === undefined) return false;
    const last = steps.at(-1) ?? "";
    this.#freeAnchors(this.#mapAt(steps.slice(0, -1)).get(last, true));
    this.#mapAt(steps.slice(0, -1)).delete(last);
    this.#mean(steps, undefined);
    const above = steps.slice(0, -1);
    const rest = this.get(above);
    if (above.length > 0 && isMapping(rest) && Object.keys(rest).length === 0) this.delete(above);
    return true;
  }

  /** Gives an entry another name; it stays where it is. @throws HuntError `config/edit` when the name is taken */
  rename(path: YamlPath, name: string): void {
    const steps = this.#keys(path);
    const old = String(steps.at(-1) ?? "");
    if (old === name) return;
    const above = steps.slice(0, -1);
    const siblings = this.get(above);
    if (!isMapping(siblings) || !Object.hasOwn(siblings, old))
      throw new HuntError("config/edit", `'${showPath(path)}' is not there`, { hint: "reload the configuration" });
    if (Object.hasOwn(siblings, name))
      throw new HuntError("config/edit", `'${showPath([...above, name])}' is there already`, {
        hint: "choose another name",
      });
    const { isScalar } = loadYaml();
    const pair = this.#mapAt(above).items.find(p => isScalar(p.key) && String(p.key.value) === old);
    if (pair === undefined) throw mergedError(path);
    const key = pair.key as Scalar;
    const fresh = this.#toNode(name);
    keepComments(key, fresh, true);
    pair.key = fresh;
    const renamed = Object.fromEntries(Object.entries(siblings).map(([k, v]) => [k === old ? name : k, v]));
    this.#isChanged = true;
    this.#meant = replaceAt(this.#meant, above, renamed) as Record<string, unknown>;
  }

  /**
   * The file's text; without edits the very text that was read.
   * @throws HuntError `config/edit` when the text would not mean what it should; the file is as it was
   */
  toString(): string {
    if (!this.#isChanged) return this.#original;
    const { bom, crlf, indent, indentSeq } = this.#style;
    const refuse = (cause?: unknown) =>
      new HuntError("config/edit", `'${this.name}' cannot be edited without changing other settings in it`, {
        cause,
        hint: "it uses anchors, merges (<<) or tags: make this change by hand",
      });
    let written: string;
    try {
      written = this.#document.toString({ lineWidth: 0, indent, indentSeq });
    } catch (cause) {
      throw refuse(cause);
    }
    const read = parseYamlSource(written, this.name, readOptions);
    if (read.value === undefined || !isDeepStrictEqual(read.value ?? {}, this.#meant)) throw refuse();
    return (bom ? "\uFEFF" : "") + (crlf ? written.replaceAll("\n", "\r\n") : written);
  }

  /** The path as the file spells it. */
  #spell(path: YamlPath): YamlPath {
    const [first, ...rest] = path;
    if (typeof first !== "string") return path;
    if (sentinelNames.includes(first)) {
      const has = (name: string) => Object.hasOwn(this.#meant, name);
      const other = sentinelNames.find(n => n !== first && has(n));
      return has(first) || other === undefined ? path : [other, ...rest];
    }
    const vault = this.#meant["KeyVault"];
    if (first !== "KeyVault" || !isMapping(vault) || typeof rest[0] !== "string") return path;
    const wanted = rest[0].toLowerCase();
    return [first, Object.keys(vault).find(k => k.toLowerCase() === wanted) ?? rest[0], ...rest.slice(1)];
  }

  #keys(path: YamlPath): string[] {
    const steps = this.#spell(path).map(String);
    if (steps.length === 0 || steps.some(s => s === "__proto__" || s.trim() === ""))
      throw new HuntError("config/edit", `'${showPath(path)}' is no name for a setting`, { hint: "give it a name" });
    return steps;
  }

  /** The mapping at a path, made where it is missing; never one that other places share. */
  #mapAt(steps: readonly string[]): YAMLMap {
    const { isAlias, isMap, isNode, YAMLMap: NewMap } = loadYaml();
    let map = this.#document.contents;
    if (!isMap(map)) {
      const fresh = new NewMap(this.#document.schema);
      if (isNode(map)) keepComments(map, fresh, false);
      this.#document.contents = map = fresh;
    }
    for (const step of ["", ...steps]) {
      let next: unknown = step === "" ? map : (map as YAMLMap).get(step, true);
      if (isAlias(next) || (isMap(next) && next.anchor !== undefined)) {
        this.#expandAliases();
        return this.#mapAt(steps);
      }
      if (step === "") continue;
      // A mapping that was empty becomes one key per line.
      if ((map as YAMLMap).items.length === 0) (map as YAMLMap).flow = false;
      if (!isMap(next)) {
        const fresh = new NewMap(this.#document.schema);
        if (isNode(next)) keepComments(next, fresh, false);
        (map as YAMLMap).set(this.#keyOf(map as YAMLMap, step), fresh);
        next = fresh;
      }
      map = next as Node;
    }
    if ((map as YAMLMap).items.length === 0) (map as YAMLMap).flow = false;
    return map as YAMLMap;
  }

  /** What other places refer to must not go away with a part that is replaced or removed. */
  #freeAnchors(part: unknown): void {
    const { isNode, visit } = loadYaml();
    if (!isNode(part)) return;
    let hasAnchor = false;
    visit(part, {
      Node: (_key, node) => {
        hasAnchor ||= (node as { anchor?: string }).anchor !== undefined;
      },
    });
    if (hasAnchor) this.#expandAliases();
  }

  /** Every alias becomes a copy of what it stands for. */
  #expandAliases(): void {
    const { visit } = loadYaml();
    const document = this.#document;
    visit(document, {
      Alias: (_key, alias) => {
        const copy = alias.resolve(document)?.clone() as Node | undefined;
        if (copy === undefined) return undefined;
        delete (copy as { anchor?: string }).anchor;
        return copy;
      },
    });
    visit(document, {
      Node: (_key, node) => {
        delete (node as { anchor?: string }).anchor;
      },
    });
  }

  #keyOf(map: YAMLMap, key: string): unknown {
    const { isScalar } = loadYaml();
    const found = map.items.find(p => isScalar(p.key) && String(p.key.value) === key);
    return found?.key ?? this.#toNode(key);
  }

  /** A node that YAML 1.1 and 1.2 read alike. */
  #toNode(value: ConfigValue): Node {
    const { isScalar, visit } = loadYaml();
    const node = this.#document.createNode(value);
    const quote = (scalar: Scalar) => {
      if (scalar.value === "<<")
        throw new HuntError("config/edit", "'<<' has a meaning of its own in YAML", { hint: "use another text" });
      // Line breaks for YAML 1.1, which MSTICPy reads by, and text for 1.2: they would not come back the same.
      if (typeof scalar.value === "string" && /[\u0085\u2028\u2029]/.test(scalar.value))
        throw new HuntError(
          "config/edit",
          "the text has a line separator (U+0085, U+2028, U+2029) that YAML 1.1 and 1.2 read differently",
          {
            hint: "take it out; it may have come along when the text was copied",
          },
        );
      if (typeof scalar.value === "string" && !isPlain(scalar.value)) scalar.type = "QUOTE_DOUBLE";
    };
    if (isScalar(node)) quote(node);
    else visit(node, { Scalar: (_key, scalar) => quote(scalar) });
    return node;
  }

  #mean(steps: readonly string[], value: ConfigValue | undefined): void {
    this.#isChanged = true;
    this.#meant = replaceAt(this.#meant, steps, structuredClone(value)) as Record<string, unknown>;
  }
}

function mergedError(path: YamlPath): HuntError {
  return new HuntError("config/edit", `'${showPath(path)}' comes from another place of the file (<<)`, {
    hint: "make this change by hand",
  });
}

/** A value with another one at a path; undefined removes it. Keys keep their order. */
function replaceAt(value: unknown, steps: readonly string[], replacement: unknown): unknown {
  const [first, ...rest] = steps;
  if (first === undefined) return replacement;
  const entries = isMapping(value) ? Object.entries(value) : [];
  const old = entries.find(([key]) => key === first)?.[1];
  const fresh = replaceAt(old, rest, replacement);
  if (fresh === undefined) return Object.fromEntries(entries.filter(([key]) => key !== first));
  const isThere = entries.some(([key]) => key === first);
  const kept = entries.map(([key, item]) => [key, key === first ? fresh : item] as const);
  return Object.fromEntries(isThere ? kept : [...kept, [first, fresh]]);
}

interface Commented {
  comment?: string | null;
  commentBefore?: string | null;
  spaceBefore?: boolean;
}

/** Comments stay where they were; one at the end of a line only on another scalar. */
function keepComments(from: Node, to: Node, withTrailing: boolean): void {
  const [old, fresh] = [from as Commented, to as Commented];
  if (old.commentBefore !== undefined && old.commentBefore !== null) fresh.commentBefore = old.commentBefore;
  if (old.spaceBefore === true) fresh.spaceBefore = true;
  if (old.comment === undefined || old.comment === null) return;
  if (withTrailing) fresh.comment = old.comment;
  else fresh.commentBefore = [fresh.commentBefore, old.comment].filter(c => typeof c === "string").join("\n");
}
