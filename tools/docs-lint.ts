/** `tsx tools/docs-lint.ts`: writes docs/kql-lint.md from the table of lints. A test compares both. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { lintRules } from "../src/kql/lint/rules.js";

export const lintPageFile = join(import.meta.dirname, "../docs/kql-lint.md");

/** The page, whole, as the formatter of the repository wants it. */
export async function writeLintPage(): Promise<string> {
  const sections = lintRules.flatMap(({ name, severity, why, bad, good }) => [
    `## ${name}`,
    "",
    `${severity === "warning" ? "Warning" : "Note"}. ${why}`,
    "",
    "```text",
    `bad:  ${bad}`,
    `good: ${good}`,
    "```",
    "",
  ]);
  const page = [
    "# Lints",
    "",
    "<!-- Written by tools/docs-lint.ts from src/kql/lint: change that. -->",
    "",
    "`huntbook kql check` says what costs more than it must, or does not mean what it seems to. Their codes are `lint/…`. Nothing of this is an",
    "error: a query with lints runs. What can be changed without another meaning, `--fix` changes.",
    "",
    "A comment silences them: on its line, on the next one when it stands alone, or in the whole text. A comment that silences nothing is itself a finding (`lint/idle-ignore`).",
    "",
    "```text",
    '| where CommandLine contains "power" // huntbook: ignore contains -- parts of words are meant',
    "// huntbook: ignore-all no-time-filter, join-order",
    "```",
    "",
    ...sections,
  ].join("\n");
  return format(page, { ...(await resolveConfig(lintPageFile)), parser: "markdown" });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(lintPageFile, await writeLintPage());
