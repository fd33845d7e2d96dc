/**
 * Enrichment in queries of a cloud workspace: the service runs the text up to the first `| invoke ti_lookup(…)` (or another
 * function of `kql/enrichments.ts`), what follows runs here on its rows. The provenance of the result says where the cut is.
 */
import { HuntError } from "../base/error.js";
import type { FrameStore } from "../frame/store.js";
import { isEnrichment } from "../kql/enrichments.js";
import type { Driver, DriverQueryOptions } from "../query/api.js";
import { tokenizeKql, type Token } from "../query/kql-token.js";

/** A text in two parts: `remote` is KQL for the service, `local` begins with `| invoke` and follows `lets`. */
export interface EnrichmentCut {
  readonly remote: string;
  /** The `let` statements that the local part speaks of. */
  readonly lets: string;
  readonly local: string;
}

interface Statement {
  readonly tokens: readonly Token[];
  readonly text: string;
}

/**
 * Where a text must be cut; undefined when it calls no enrichment.
 * @throws HuntError `query/enrichment-inside` when one stands inside a function, a join or other brackets
 */
export function cutAtEnrichment(text: string): EnrichmentCut | undefined {
  const statements = statementsOf(text);
  const word = (t: Token | undefined): string => (t === undefined ? "" : text.slice(t.start, t.end));
  const own = new Set(statements.flatMap(s => (word(s.tokens[0]) === "let" ? [word(s.tokens[1])] : [])));
  for (const [index, { tokens }] of statements.entries()) {
    let depth = 0;
    for (const [i, token] of tokens.entries()) {
      const written = word(token);
      if (token.kind === "punctuation" && "([{".includes(written)) depth += 1;
      if (token.kind === "punctuation" && ")]}".includes(written)) depth -= 1;
      const name = word(tokens[i + 2]);
      if (written !== "|" || word(tokens[i + 1]) !== "invoke" || !isEnrichment(name) || own.has(name)) continue;
      if (depth > 0 || index !== statements.length - 1)
        throw new HuntError(
          "query/enrichment-inside",
          `'invoke ${name}' stands inside a function, a join or a 'let', where a cloud workspace would have to run it`,
          { hint: "move it to the main pipeline, or query first and continue on the frame: frame.kql(…)" },
        );
      return {
        remote: text.slice(0, token.start),
        local: text.slice(token.start),
        lets: letsFor(statements, token, text),
      };
    }
  }
  return undefined;
}

/** Statements without their semicolons; empty ones left out. */
function statementsOf(text: string): readonly Statement[] {
  const all: Token[][] = [[]];
  let depth = 0;
  for (const token of tokenizeKql(text)) {
    if (token.kind === "comment") continue;
    const written = token.kind === "punctuation" ? text.slice(token.start, token.end) : "";
    if (written !== "" && "([{".includes(written)) depth += 1;
    if (written !== "" && ")]}".includes(written)) depth -= 1;
    if (written === ";" && depth === 0) all.push([]);
    else all.at(-1)?.push(token);
  }
  return all
    .filter(tokens => tokens.length > 0)
    .map(tokens => ({ tokens, text: text.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0) }));
}

/** The lets whose names the local part holds, and those that these speak of, in their order. */
function letsFor(statements: readonly Statement[], cut: Token, text: string): string {
  const names = (tokens: readonly Token[]): readonly string[] =>
    tokens.filter(t => t.kind === "identifier").map(t => text.slice(t.start, t.end));
  const wanted = new Set(names(statements.at(-1)?.tokens.filter(t => t.start >= cut.start) ?? []));
  const kept: string[] = [];
  for (const { tokens, text: statement } of [...statements].reverse()) {
    const [keyword, name] = names(tokens);
    if (keyword !== "let" || name === undefined || !wanted.has(name)) continue;
    for (const other of names(tokens)) wanted.add(other);
    kept.unshift(`${statement};\n`);
  }
  return kept.join("");
}

/** What the rows of the service are called in the local part. */
const remoteName = "Remote";

/** A driver whose queries may end in enrichment, though its service knows nothing of it. */
export function withLocalEnrichment(driver: Driver, store: () => Promise<FrameStore>): Driver {
  const query = driver.query.bind(driver);
  return Object.assign(driver, {
    async query(text: string, options: DriverQueryOptions = {}) {
      const cut = text.includes("invoke") ? cutAtEnrichment(text) : undefined;
      if (cut === undefined) return query(text, options);
      const rows = await query(cut.remote, options);
      const local = await (
        await store()
      ).query(`${cut.lets}${remoteName} ${cut.local}`, {
        frames: { [remoteName]: rows },
        source: `${rows.provenance.source}; from "${firstLine(cut.local)}" on it ran here`,
        ...(options.maxRows === undefined || options.maxRows === Infinity ? {} : { maxRows: options.maxRows }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      return local;
    },
  });
}

const firstLine = (text: string): string => (/^[^\r\n]{0,80}/.exec(text)?.[0] ?? "").trim();
