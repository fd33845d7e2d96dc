import type { SqlParameter } from "../api.js";

/** Quoted text and names, and placeholders: only the last are changed. */
const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g;

/**
 * Drops the literals that constant folding made unnecessary and numbers the rest in the order they stand in the SQL:
 * DuckDB refuses a literal without a placeholder.
 */
export function usedParameters(
  sql: string,
  parameters: readonly SqlParameter[],
): { readonly sql: string; readonly parameters: readonly SqlParameter[] } {
  const numbers = new Map<string, number>();
  const used: SqlParameter[] = [];
  const renumbered = sql.replace(tokens, (token: string, number: string | undefined) => {
    if (number === undefined) return token;
    const parameter = parameters[Number(number) - 1];
    if (parameter === undefined) return token;
    const known = numbers.get(number) ?? used.push(parameter);
    numbers.set(number, known);
    return `$${known}`;
  });
  return { sql: renumbered, parameters: used };
}
