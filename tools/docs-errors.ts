/**
 * `tsx tools/docs-errors.ts`: writes docs/errors.md from docs/errors.yaml, the notes on every code.
 *
 * A code is every string literal of the source in the form `area/name` whose area is one of ours.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..");
export const notesFile = join(root, "docs/errors.yaml");
export const pageFile = join(root, "docs/errors.md");

/** Area → what it is about, in the order of the page. */
const areas: Readonly<Record<string, string>> = {
  kql: "Queries in KQL",
  external: "Files that queries read from elsewhere",
  query: "Named queries, providers and cloud workspaces",
  frame: "Frames and files",
  workspace: "Local workspaces",
  ingest: "Reading logs",
  transform: "Observables and Base64",
  ti: "Threat intelligence",
  geo: "Places of addresses",
  whois: "Registration data",
  domain: "Names and certificates",
  entity: "Entities",
  config: "Configuration",
  auth: "Signing in",
  keyvault: "Key vaults",
  secrets: "Secrets that are kept",
  net: "Network",
  notebook: "Notebooks",
  widget: "Widgets",
  server: "The notebook server and JupyterLab",
  session: "Sessions",
  cli: "Command line",
  schema: "Tables",
  view: "Views and reports",
  finding: "Findings",
  yaml: "YAML files",
  demo: "The demo",
  contoso: "The demo's generator",
  internal: "Bugs",
};

const literal = new RegExp(`["']((?:${Object.keys(areas).join("|")})/[a-z][a-z0-9-]*)["']`, "g");

/** Every code in the product's source, sorted. */
export function findCodes(): string[] {
  const src = join(root, "src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
    f => f.endsWith(".ts") && !f.endsWith(".test.ts"),
  );
  const found = files.flatMap(f => [...readFileSync(join(src, f), "utf8").matchAll(literal)].map(m => m[1] ?? ""));
  return [...new Set(found)].sort();
}

export interface Note {
  readonly means: string;
  readonly action: string;
}

/** @throws Error for a note that lacks one of its texts */
export function readNotes(): ReadonlyMap<string, Note> {
  const notes = parse(readFileSync(notesFile, "utf8")) as Record<string, unknown>;
  return new Map(
    Object.entries(notes).map(([code, note]) => {
      const { means, action } = (note ?? {}) as Record<string, unknown>;
      if (typeof means !== "string" || typeof action !== "string")
        throw new Error(`docs/errors.yaml: '${code}' needs 'means' and 'action'`);
      return [code, { means, action }];
    }),
  );
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** The page, whole, as the formatter of the repository wants it. */
export async function writePage(notes: ReadonlyMap<string, Note>): Promise<string> {
  const options = await resolveConfig(pageFile);
  return format(drawPage(notes), { ...options, parser: "markdown" });
}

function drawPage(notes: ReadonlyMap<string, Note>): string {
  const sections = Object.entries(areas).flatMap(([area, title]) => {
    const rows = [...notes].filter(([code]) => code.startsWith(`${area}/`)).sort(([a], [b]) => (a < b ? -1 : 1));
    if (rows.length === 0) return [];
    const table = rows.map(([code, { means, action }]) => `| \`${code}\` | ${cell(means)} | ${cell(action)} |`);
    return [`## ${title}`, "", "| code | what it means | what to do |", "| --- | --- | --- |", ...table, ""];
  });
  return [
    "# Error codes",
    "",
    "<!-- Written by tools/docs-errors.ts from errors.yaml: change that. -->",
    "",
    "Every failure has a stable code, a message with the name of what failed, and mostly a hint. On the command line: `error CODE: message`",
    'and the hint below it; in TypeScript: `HuntError` with `code`, `message`, `hint`, `where`, and `isHuntError(error, "query/time")` to',
    "ask for one. Problems in a query's text come all at once, each with its position. Scripts should look at codes, never at messages.",
    "",
    ...sections,
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(pageFile, await writePage(readNotes()));
  const codes = new Set(findCodes());
  const notes = readNotes();
  for (const code of codes) if (!notes.has(code)) console.error(`no note on ${code}`);
  for (const code of notes.keys()) if (!codes.has(code)) console.error(`${code} is not in the source`);
}
