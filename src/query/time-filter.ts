/** Whether query text limits time itself. */
import { tokenizeKql, type Token } from "./kql-token.js";

const timeColumns = new Set(["TimeGenerated", "Timestamp", "ingestion_time"]);
const filters = new Set(["where", "filter"]);

/**
 * Says whether a `where` of the text compares a time column: then the range of the session is not put on top of it,
 * because a query over `ago(30d)` must not quietly become one over the last 14 days.
 *
 * By words alone: of two tables of which one is filtered it says true. Local workspaces ask the compiler instead, table
 * by table.
 */
export function filtersTime(text: string): boolean {
  // The operator that each open bracket stands in; a bracket may open a pipeline of its own.
  const operators = [""];
  let startsOperator = false;
  for (const token of tokenizeKql(text)) {
    const word = wordOf(token, text);
    const operator = operators.at(-1) ?? "";
    if (word === "|" || word === ";") operators[operators.length - 1] = "";
    if (word === "(") operators.push(operator);
    if (word === ")" && operators.length > 1) operators.pop();
    if (startsOperator && (filters.has(word) || operator === "")) operators[operators.length - 1] = word;
    startsOperator = word === "|" || word === ";" || word === "(";
    if (filters.has(operators.at(-1) ?? "") && timeColumns.has(word)) return true;
  }
  return false;
}

function wordOf(token: Token, text: string): string {
  return token.kind === "identifier" || token.kind === "punctuation" ? text.slice(token.start, token.end) : "";
}

const clockWords = new Set(["now", "ago"]);

/** Says whether the answer depends on when the query runs. */
export function dependsOnClock(text: string): boolean {
  return tokenizeKql(text).some(t => t.kind === "identifier" && clockWords.has(text.slice(t.start, t.end)));
}
