/** Stored functions of a workspace: `functions/*.kql`, one each. */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { positionAt } from "../base/diagnostic.js";
import { HuntError } from "../base/error.js";
import type { KqlFunction } from "../kql/api.js";
import { errorCode } from "./storage/files.js";

/**
 * Reads the stored functions of a workspace, in the order of their names.
 *
 * @throws HuntError `workspace/invalid-function` with its position
 */
export async function loadFunctions(folder: string): Promise<readonly KqlFunction[]> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
  const functions: KqlFunction[] = [];
  for (const name of names.filter(n => n.endsWith(".kql")).sort()) {
    const text = await readFile(join(folder, name), "utf8");
    functions.push(parseFunction(text, name));
  }
  return functions;
}

/**
 * A function's file: `let Name = (parameters) { body }`, with or without the closing `;`, or, as saved searches are, a
 * query alone, which becomes the body of a function without parameters named after the file.
 *
 * @param fileName for the name and for messages
 */
export function parseFunction(text: string, fileName: string): KqlFunction {
  const stem = fileName.replace(/\.kql$/, "");
  const start = skipBlank(text, 0);
  const head = /^let\s+([A-Za-z_]\w*)\s*=\s*(?=\()/.exec(text.slice(start));
  if (head === null) {
    if (!/^[A-Za-z_]\w*$/.test(stem)) throw invalid(text, 0, fileName, `'${stem}' is not a name for a function`);
    if (start === text.length) throw invalid(text, start, fileName, "the file holds no query");
    return { name: stem, parameters: "", body: text.slice(start).replace(/;\s*$/, "") };
  }
  const open = start + head[0].length;
  const close = closing(text, open);
  if (close === undefined) throw invalid(text, open, fileName, "the parameter list is not closed");
  const brace = skipBlank(text, close + 1);
  if (text[brace] !== "{") throw invalid(text, brace, fileName, "a function's body must follow in { }");
  const end = closing(text, brace);
  if (end === undefined) throw invalid(text, brace, fileName, "the body is not closed");
  const rest = skipBlank(text, end + 1);
  const after = text[rest] === ";" ? skipBlank(text, rest + 1) : rest;
  if (after < text.length) throw invalid(text, after, fileName, "one file holds one function; this follows it");
  return {
    name: head[1] ?? stem,
    parameters: text.slice(open + 1, close).trim(),
    body: text.slice(brace + 1, end).trim(),
  };
}

function invalid(text: string, offset: number, fileName: string, why: string): HuntError {
  const { line, column } = positionAt(text, offset);
  return new HuntError("workspace/invalid-function", `functions/${fileName}:${line}:${column}: ${why}`, {
    where: `functions/${fileName}:${line}:${column}`,
    hint: "write: let Name = (parameter: type) { query };",
  });
}

/** The first offset at or after `from` that is neither space nor comment. */
function skipBlank(text: string, from: number): number {
  const blank = /(?:\s+|\/\/[^\r\n]*)*/y;
  blank.lastIndex = from;
  return from + (blank.exec(text)?.[0].length ?? 0);
}

/** Where the bracket at `open` is closed, strings and comments aside. */
function closing(text: string, open: number): number | undefined {
  // KQL's strings: verbatim ones double their quotes, others escape, three backticks or tildes go over lines.
  const token =
    /\/\/[^\r\n]*|```[\s\S]*?```|~~~[\s\S]*?~~~|[hH]?@"(?:[^"]|"")*"|[hH]?@'(?:[^']|'')*'|[hH]?"(?:[^"\\\r\n]|\\.)*"|[hH]?'(?:[^'\\\r\n]|\\.)*'|[\s\S]/y;
  let depth = 0;
  token.lastIndex = open;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (/^[([{]$/.test(match[0])) depth++;
    else if (/^[)\]}]$/.test(match[0]) && --depth === 0) return match.index;
  }
  return undefined;
}
