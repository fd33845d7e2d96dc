/**
 * SQL that needs `arguments` more than once: each is evaluated once. `body` gets their names. A column named like
 * the lambda's variable would win over its fields (DuckDB): the name is none that logs have.
 */
export function once(args: readonly string[], body: (...names: readonly string[]) => string): string {
  if (args.every(isCheap)) return body(...args);
  if (args.length === 1) return `list_transform([${args[0] ?? ""}], lambda k__v: ${body("k__v")})[1]`;
  const fields = args.map((sql, i) => `a${i} := ${sql}`).join(", ");
  const names = args.map((_, i) => `k__v.a${i}`);
  return `list_transform([struct_pack(${fields})], lambda k__v: ${body(...names)})[1]`;
}

/** A column slot, a bound or printed literal: evaluating it again costs nothing. */
function isCheap(sql: string): boolean {
  return /^("?[A-Za-z_][A-Za-z0-9_.]*"?|\$\d+(::[A-Z]+)?|\(?-?\d+(\.\d+)?\)?(::[A-Z]+)?|'[^']*'(::[A-Z]+)?)$/.test(sql);
}
