/** The queries of public collections: kept in Markdown, YAML, `.kql` and `.txt` files, each author in a way of his own. */
import { findQueries, queryFileKind } from "../src/kql/check/find.js";

export interface CorpusQuery {
  readonly line: number;
  /** The text, or, for a file that may hold one query or several, the ways to read it: the first that is valid counts. */
  readonly readings: readonly (readonly string[])[];
}

/** Words that only KQL has behind a pipe. */
const pipes =
  /^\s*\|\s*(where|project|extend|summarize|join|sort|order|take|top|distinct|count|mv-expand|parse|union)\b/m;

/** Fences without a language, or with that of another, whose content is KQL: collections mark theirs as `c#` for its colours. */
function markFences(text: string): string {
  const lines = text.split("\n");
  let open: number | undefined;
  for (const [i, line] of lines.entries()) {
    const language = /^ {0,3}```[ \t]*([^\s`]*)[ \t]*\r?$/.exec(line)?.[1];
    if (language === undefined) continue;
    if (open === undefined) open = i;
    else if (language === "") {
      const body = lines.slice(open + 1, i).join("\n");
      const first = lines[open] ?? "";
      if (/```[ \t]*(?:c#|csharp|sql|powershell|query)?[ \t]*\r?$/i.test(first) && pipes.test(body))
        lines[open] = first.replace(/```.*$/, "```kql");
      open = undefined;
    }
  }
  return lines.join("\n");
}

/** Whether a line is of another language: a text file of notes is no query. */
const isQuery = (text: string): boolean => pipes.test(text) || /^\s*let\s+\w+\s*=/m.test(text);

function fenced(text: string): readonly CorpusQuery[] {
  return findQueries(markFences(text), "markdown").map(q => ({ line: q.line, readings: [[q.text]] }));
}

/**
 * The queries of one file; none for files of other kinds.
 *
 * @param name its name, whose ending tells the kind
 */
export function queriesOf(name: string, text: string): readonly CorpusQuery[] {
  if (/\.(txt|kql|csl|kusto)$/i.test(name)) {
    const body = text.replace(/^\uFEFF/, "");
    if (/^ {0,3}```/m.test(body)) return fenced(body);
    if (!isQuery(body)) return [];
    const blocks = findQueries(body, "kql").map(b => b.text);
    return [{ line: 1, readings: [[body], blocks.filter(isQuery)] }];
  }
  const kind = queryFileKind(name);
  if (kind !== "yaml" && kind !== "markdown") return [];
  if (kind === "markdown") return fenced(text);
  return findQueries(text, kind).map(q => ({ line: q.line, readings: [[q.text]] }));
}
