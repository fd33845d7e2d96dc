/**
 * Notebooks as Markdown (`.hunt.md`): front matter, prose, and fences of TypeScript and KQL that are cells. Made for git: no
 * outputs, stable cell ids, everything else as in the `.ipynb` it came from.
 *
 * Each cell is written in the plainest form that reads back as itself; the reader decides, so that nothing is lost.
 */
import { parse as parseYaml, stringify as stringifyYaml } from "yaml";
import { HuntError, messageOf } from "../../base/error.js";
import type { Json, Notebook, NotebookCell } from "./notebook.js";
import { freeId } from "./notebook.js";

/** File names that mean this format. */
export const textNotebookEnding = ".hunt.md";

const formatVersion = 1;
const defaultMetadata: Json = {
  kernelspec: { name: "huntbook", display_name: "TypeScript (Huntbook)", language: "typescript" },
};

/** What a cell is besides its text. */
interface CellHead {
  readonly id?: string;
  readonly metadata?: Json;
  readonly rest?: Json;
}
interface RawCell extends CellHead {
  readonly cellType: NotebookCell["cellType"];
  readonly source: string;
}

/**
 * Reads a notebook from Markdown. Fences of `ts` and `kql` at the top level are cells, whether or not they have an id;
 * what is between them is prose.
 *
 * @throws HuntError `notebook/invalid` for front matter or a cell's head that cannot be read
 */
export function parseTextNotebook(text: string, name: string): Notebook {
  const clean = text.replace(/^\uFEFF/, "");
  // Written by an editor of Windows: line ends are no part of any cell.
  const lines = (/^[^\n]*\r\n/.test(clean) ? clean.replaceAll("\r\n", "\n") : clean).split("\n");
  const { front, bodyStart } = readFront(lines, name);
  const ids = new Set<string>();
  const cells = [...readCells(lines, bodyStart, name)].map((cell): NotebookCell => {
    const valid = cell.id !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(cell.id) && !ids.has(cell.id);
    const id = valid ? cell.id : freeId(`cell-${ids.size + 1}`, ids);
    ids.add(id);
    const { cellType, source, metadata = {}, rest = {} } = cell;
    return { cellType, id, source, metadata, rest, executionCount: null, outputs: [] };
  });
  return { metadata: asJson(front["metadata"]) ?? defaultMetadata, rest: asJson(front["rest"]) ?? {}, cells };
}

/**
 * Writes a notebook as Markdown. Outputs, counts and what a run noted (`execution`, times, widgets) are left out; sources,
 * ids and all other metadata read back as they were.
 */
export function formatTextNotebook(notebook: Notebook): string {
  const { metadata, rest } = withoutRun(notebook);
  const front = { huntbook: formatVersion, metadata, ...(Object.keys(rest).length === 0 ? {} : { rest }) };
  const chunks = notebook.cells.map(cell => formatCell(cell));
  return `---\n${formatFront(front)}---\n\n${chunks.join("\n\n")}${chunks.length === 0 ? "" : "\n"}`;
}

/** What belongs to the notebook and not to a run of it. */
function withoutRun({ metadata, rest }: Pick<Notebook, "metadata" | "rest">): Pick<Notebook, "metadata" | "rest"> {
  const { widgets, ...kept } = metadata;
  void widgets;
  return { metadata: withoutKeys(kept, ["run"]), rest };
}
function withoutKeys(metadata: Json, keys: readonly string[]): Json {
  const own = asJson(metadata["huntbook"]);
  if (own === undefined) return metadata;
  const kept = Object.fromEntries(Object.entries(own).filter(([key]) => !keys.includes(key)));
  const { huntbook, ...others } = metadata;
  void huntbook;
  return Object.keys(kept).length === 0 ? others : { ...others, huntbook: kept };
}
function cellMetadata(cell: NotebookCell): Json {
  const { execution, ...kept } = cell.metadata;
  void execution;
  return withoutKeys(kept, ["status", "tookMs"]);
}

function formatFront(front: Json): string {
  const yaml = stringifyYaml(front, { lineWidth: 0 });
  const safe = !/^(?:---|\.\.\.)\s*$/m.test(yaml) && isSame(readYaml(yaml), front);
  // JSON is YAML; everything is on one line and quoted.
  return safe ? yaml : `${JSON.stringify(front)}\n`;
}
function readYaml(text: string): unknown {
  try {
    return parseYaml(text, { logLevel: "error" }) as unknown;
  } catch {
    return undefined;
  }
}

function readFront(lines: readonly string[], name: string): { readonly front: Json; readonly bodyStart: number } {
  if (lines[0]?.trimEnd() !== "---") return { front: {}, bodyStart: 0 };
  const end = lines.findIndex((line, i) => i > 0 && line.trimEnd() === "---");
  if (end < 0) throw invalid(name, 1, "the front matter is not closed by a line '---'");
  let front: unknown;
  try {
    front = parseYaml(lines.slice(1, end).join("\n"), { logLevel: "error" });
  } catch (cause) {
    throw invalid(name, 2, `the front matter is not YAML: ${messageOf(cause).split("\n")[0] ?? ""}`);
  }
  const read = front === null ? {} : asJson(front);
  if (read === undefined) throw invalid(name, 2, "the front matter is not a mapping");
  const version = read["huntbook"] ?? formatVersion;
  if (version !== formatVersion)
    throw invalid(name, 2, `it is of format ${JSON.stringify(version)}, and this version reads ${formatVersion}`);
  return { front: read, bodyStart: end + 1 };
}

function invalid(name: string, line: number, problem: string): HuntError {
  return new HuntError("notebook/invalid", `'${name}' is not a text notebook: ${problem}`, {
    where: `${name}:${line}`,
    hint: "huntbook convert NOTEBOOK.ipynb NOTEBOOK.hunt.md writes one",
  });
}

const fencePattern = /^(`{3,}|~{3,})[ \t]*([^\s`{]*)[ \t]*([^`]*)$/;
const markerPattern = /^<!-- (cell|prose)(?: ([A-Za-z0-9_-]{1,64}))?(?: (\{.*\}))? -->$/;

interface Fence {
  readonly mark: string;
  readonly language: string;
  readonly info: string;
}
function readFence(line: string): Fence | undefined {
  const match = fencePattern.exec(line);
  if (match === null) return undefined;
  return { mark: match[1] ?? "", language: match[2] ?? "", info: (match[3] ?? "").trim() };
}
/** The line that closes a fence, or the end of the text. */
function findEnd(lines: readonly string[], from: number, mark: string): number {
  const char = mark[0] ?? "`";
  for (let i = from; i < lines.length; i += 1) {
    const line = lines[i] ?? "";
    const trimmed = line.trimEnd();
    if (trimmed.length >= mark.length && trimmed === char.repeat(trimmed.length)) return i;
  }
  return lines.length;
}

/** Languages of fences that are cells. The last three are cells only with an id: prose may show such fences too. */
const languages = ["ts", "typescript", "kql", "cell", "raw", "huntbook-cell"];
const isCell = ({ language, info }: Fence): boolean =>
  languages.indexOf(language) >= 3 ? /(?:^|\s)id=/.test(info) : languages.includes(language);

function* readCells(lines: readonly string[], start: number, name: string): Generator<RawCell> {
  let head: CellHead | undefined;
  let prose: string[] = [];
  const flush = function* (): Generator<RawCell> {
    const source = prose.join("\n").replace(/^(?:[ \t]*\n)+|(?:\n[ \t]*)+$/g, "");
    if (source.trim() !== "" || head !== undefined)
      yield { cellType: "markdown", source: source.trim() === "" ? "" : source, ...head };
    head = undefined;
    prose = [];
  };
  for (let i = start; i < lines.length; i += 1) {
    const line = lines[i] ?? "";
    const marker = markerPattern.exec(line);
    if (marker !== null) {
      yield* flush();
      const [, kind, id, json] = marker;
      const own = { ...(id === undefined ? {} : { id }), ...readHead(json, name, i + 1) };
      if (kind === "cell") {
        head = own;
        continue;
      }
      const close = `<!-- /prose${id === undefined ? "" : ` ${id}`} -->`;
      const end = lines.indexOf(close, i + 1);
      if (end < 0) throw invalid(name, i + 1, `'${line.slice(0, 60)}' is not closed by '${close}'`);
      yield { cellType: "markdown", source: lines.slice(i + 1, end).join("\n"), ...own };
      i = end;
      continue;
    }
    const fence = readFence(line);
    if (fence === undefined) {
      prose.push(line);
      continue;
    }
    const end = findEnd(lines, i + 1, fence.mark);
    const inside = lines.slice(i + 1, end);
    if (isCell(fence)) {
      yield* flush();
      yield toCell(fence, inside, name, i + 1);
    } else prose.push(line, ...inside, ...lines.slice(end, end + 1));
    i = end;
  }
  yield* flush();
}

function toCell({ language, info }: Fence, inside: readonly string[], name: string, line: number): RawCell {
  const json = /(?:^|\s)(\{.*\})$/.exec(info)?.[1];
  const words = json === undefined ? info : info.slice(0, info.length - json.length).trimEnd();
  const id = /(?:^|\s)id=([A-Za-z0-9_-]{1,64})$/.exec(words);
  const args = id === null ? words : words.slice(0, id.index).trimEnd();
  const head: CellHead = { ...(id?.[1] === undefined ? {} : { id: id[1] }), ...readHead(json, name, line) };
  const text = inside.join("\n");
  switch (language) {
    case "huntbook-cell":
      return { ...head, ...readJsonCell(text, name, line) };
    case "raw":
      return { cellType: "raw", source: text, ...head };
    case "kql": {
      const magic = args.replace(/^name=/, "");
      const first = magic === "" ? "%%kql" : `%%kql ${magic}`;
      return { cellType: "code", source: inside.length === 0 ? first : `${first}\n${text}`, ...head };
    }
    default:
      return { cellType: "code", source: text, ...head };
  }
}

function readHead(json: string | undefined, name: string, line: number): CellHead {
  if (json === undefined) return {};
  let read: Json | undefined;
  try {
    read = asJson(JSON.parse(json));
  } catch (cause) {
    throw invalid(name, line, `the cell's ${json.slice(0, 40)} is not JSON: ${messageOf(cause)}`);
  }
  const { rest, ...metadata } = read ?? {};
  const known = asJson(rest);
  return { metadata, ...(known === undefined ? {} : { rest: known }) };
}

/** The last resort of the writer: the whole cell as JSON. */
function readJsonCell(text: string, name: string, line: number): RawCell {
  try {
    const { cellType, source, metadata, rest } = JSON.parse(text) as NotebookCell;
    if (typeof source === "string" && ["code", "markdown", "raw"].includes(cellType))
      return { cellType, source, metadata, rest };
  } catch {
    // Said below.
  }
  throw invalid(name, line, "the cell's JSON does not describe a cell");
}

function formatCell(cell: NotebookCell): string {
  const forms = cell.cellType === "markdown" ? [asProse, asVerbatim] : [asKql, asFence];
  for (const form of forms) {
    const text = form(cell);
    if (text !== undefined && readsBack(text, cell)) return text;
  }
  const { cellType, source, rest } = cell;
  const json = escaped(JSON.stringify({ cellType, source, metadata: cellMetadata(cell), rest }));
  return `\`\`\`huntbook-cell id=${cell.id}\n${json}\n\`\`\``;
}

const sentinel = "<!-- cell end-of-check -->\nx\n";
/** As itself, and without touching what follows. */
function readsBack(text: string, cell: NotebookCell): boolean {
  try {
    const found = [...readCells(`${text}\n\n${sentinel}`.split("\n"), 0, "check")];
    const [own, last] = found;
    return (
      found.length === 2 &&
      last?.id === "end-of-check" &&
      own?.cellType === cell.cellType &&
      own.id === cell.id &&
      own.source === cell.source &&
      // Characters that no text file keeps.
      !/[\r\uFEFF]|\p{Surrogate}/u.test(text) &&
      isSame(own.metadata ?? {}, cellMetadata(cell)) &&
      isSame(own.rest ?? {}, cell.rest)
    );
  } catch {
    return false;
  }
}

/** Metadata on the line of the cell: nothing when there is none. */
function headOf(cell: NotebookCell): string {
  const metadata = cellMetadata(cell);
  const rest = Object.keys(cell.rest).length === 0 ? {} : { rest: cell.rest };
  const all = { ...metadata, ...rest };
  return Object.keys(all).length === 0 ? "" : ` ${escaped(JSON.stringify(all))}`;
}
/** Nothing that ends a comment or a fence's line. */
const escaped = (json: string): string =>
  json.replace(/[`>\u2028\u2029]|--/g, part => [...part].map(toEscape).join(""));
const toEscape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;

const asProse = (cell: NotebookCell): string => `<!-- cell ${cell.id}${headOf(cell)} -->\n${cell.source}`;
const asVerbatim = (cell: NotebookCell): string =>
  `<!-- prose ${cell.id}${headOf(cell)} -->\n${cell.source}\n<!-- /prose ${cell.id} -->`;

/** `%%kql hits --last 7d` becomes a fence `kql name=hits --last 7d`. */
function asKql(cell: NotebookCell): string | undefined {
  const match = /^%%kql(?:[ ]([^\n]*))?(?:\n([^]*))?$/.exec(cell.source);
  if (match === null || cell.cellType !== "code") return undefined;
  const args = (match[1] ?? "").replace(/^(?=[A-Za-z_])/, "name=");
  return fenced(cell, `kql${args === "" ? "" : ` ${args}`}`, match[2]);
}
const asFence = (cell: NotebookCell): string =>
  fenced(cell, cell.cellType === "raw" ? "raw" : cell.source.startsWith("%") ? "cell" : "ts", cell.source);

function fenced(cell: NotebookCell, language: string, text: string | undefined): string {
  const longest = Math.max(2, ...[...(text ?? "").matchAll(/`+/g)].map(m => m[0].length));
  const mark = "`".repeat(longest + 1);
  const inside = text === undefined ? "" : `${text}\n`;
  return `${mark}${language} id=${cell.id}${headOf(cell)}\n${inside}${mark}`;
}

const asJson = (value: unknown): Json | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

/** Equal as JSON, whatever the order of keys. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([key, value]) => Object.hasOwn(b, key) && isSame(value, (b as Json)[key]))
  );
}
