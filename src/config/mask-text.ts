/** A configuration's text as it can be shown and edited: the same lines, with every secret in its place hidden. */
import { HuntError } from "../base/error.js";
import type { Document, Node, Scalar } from "yaml";
import { isGuid, isReference } from "./check-spec.js";
import { showKey } from "./issue.js";
import { configSpec } from "./section-table.js";
import { isSecretKey, isSecretPath } from "./setting.js";
import { specAt } from "./spec.js";
import { loadYaml } from "./yaml.js";
import { findLostLines } from "./yaml-source.js";

/** A text with `<hidden 1>` and so on in the places of what must not be seen. */
export interface HiddenText {
  readonly text: string;
  /** What is hidden, as it is written in the file; the first is number 1. */
  readonly hidden: readonly string[];
}

interface Cut {
  readonly start: number;
  readonly end: number;
}

/**
 * Hides what `config show` hides: secrets by the table and by their names, texts of which the table knows nothing, keys that could be
 * values, and in comments what looks like any of them.
 */
export function hideSecrets(text: string): HiddenText {
  const cuts = [...secretCuts(text), ...commentCuts(text)].sort((a, b) => a.start - b.start);
  const hidden: string[] = [];
  let [masked, at] = ["", 0];
  for (const { start, end } of cuts) {
    if (start < at) continue;
    hidden.push(text.slice(start, end));
    masked += `${text.slice(at, start)}<hidden ${hidden.length}>`;
    at = end;
  }
  return { text: masked + text.slice(at), hidden };
}

/**
 * An edited text with what was hidden in its places again. Places may be moved and left out; one that would be shown where it stands
 * now is refused, so that nobody reads a secret by moving it.
 * @throws HuntError `config/edit`
 */
export function restoreSecrets(edited: string, { hidden }: HiddenText): string {
  const used: { readonly mark: string; readonly secret: string }[] = [];
  const text = edited.replace(/<hidden(?: (\d+))?>/g, (mark, number: string | undefined) => {
    const secret = hidden[Number(number ?? 0) - 1];
    if (secret === undefined)
      throw new HuntError("config/edit", `there is no ${mark}: nothing is hidden under this number`, {
        hint: "write the value itself, or press Reload to see the file again",
      });
    used.push({ mark, secret });
    return secret;
  });
  const left = [...hideSecrets(text).hidden];
  for (const { mark, secret } of used) {
    const at = left.indexOf(secret);
    if (at < 0)
      throw new HuntError("config/edit", `${mark} cannot stand there: it would be shown`, {
        hint: "leave it where it was, or move it to another secret, such as an AuthKey",
      });
    left.splice(at, 1);
  }
  return text;
}

function secretCuts(text: string): Cut[] {
  const { isAlias, isMap, isScalar, isSeq, parseDocument } = loadYaml();
  const document: Document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    logLevel: "error",
    uniqueKeys: false,
  });
  // What cannot be read has no places: nothing of it is shown.
  if (document.errors.length > 0 || findLostLines(document, text).length > 0)
    return text === "" ? [] : [{ start: 0, end: text.length }];
  const cuts: Cut[] = [];
  /** Anchors that a hidden place stands for. */
  const shared = new Set<string>();
  const cut = (node: Scalar): void => {
    if (node.range === null || node.range === undefined) return;
    const [start, end] = node.range;
    const isBlock = text.slice(start, end).endsWith("\n");
    if (end > start) cuts.push({ start, end: isBlock ? end - 1 : end });
  };
  const walk = (node: Node | null, path: readonly string[], all: boolean): void => {
    if (isAlias(node)) {
      if (all || isHidden(path)) shared.add(node.source);
    } else if (isScalar(node)) {
      const isText = (typeof node.value === "string" && node.value !== "") || typeof node.value === "number";
      const isShared = node.anchor !== undefined && shared.has(node.anchor);
      if (isText && (all || isShared || isHidden(path))) cut(node);
    } else if (isSeq(node)) for (const item of node.items) walk(item as Node, path, all);
    else if (isMap(node)) {
      const inside = all || (node.anchor !== undefined && shared.has(node.anchor));
      if (!inside && path.length > 0 && node.items.length === 1 && isReference(node.toJS(document))) return;
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : "";
        if (isScalar(key) && showKey(name) !== name && key.value !== "<<") cut(key);
        // A key that is a mapping or a list (`? …`) is not known to the table: whatever it holds is hidden.
        if (!isScalar(key)) walk(key as Node | null, [...path, name], true);
        walk(value as Node | null, [...path, name], inside);
      }
    }
  };
  // Twice: an anchor stands before its aliases.
  walk(document.contents, [], false);
  walk(document.contents, [], false);
  return cuts;
}

function isHidden(path: readonly string[]): boolean {
  if (isSecretPath(path)) return true;
  const spec = specAt(configSpec, path);
  return spec === undefined || spec.kind === "any" || spec.kind === "map" || spec.kind === "named";
}

const setting = /["']?([\w-]+)["']?\s*[:=]\s*(?=\S)/g;
const longWord = /[A-Za-z0-9+/_=.~-]{20,}/g;

/** A key that was commented out is still a key. */
function commentCuts(text: string): Cut[] {
  return comments(text).flatMap(({ start, end }): Cut[] => {
    const comment = text.slice(start, end);
    const secret = [...comment.matchAll(setting)].find(
      match =>
        isSecretKey(match[1] ?? "") &&
        !/^\{\s*(?:EnvironmentVar|KeyVault)\b/.test(comment.slice(match.index + match[0].length)),
    );
    const words = [...comment.matchAll(longWord)]
      .filter(([word]) => /[0-9]/.test(word) && /[A-Za-z]/.test(word) && !isGuid(word))
      .map(match => ({ start: start + match.index, end: start + match.index + match[0].length }));
    if (secret === undefined) return words;
    const from = start + secret.index + secret[0].length;
    return [...words.filter(w => w.end <= from), { start: from, end }];
  });
}

/** Comments by the tokens of the text, so that a `#` inside of a value is none. */
function comments(text: string): Cut[] {
  const { Lexer } = loadYaml();
  const found: Cut[] = [];
  let at = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    const wasScalar = isScalar;
    isScalar = token === "\u001f";
    // Marks of the lexer's own.
    if (token === "\u0002" || token === "\u0018" || token === "\u001f") continue;
    if (!wasScalar && token.startsWith("#")) found.push({ start: at, end: at + token.length });
    at += token.length;
  }
  return found;
}
