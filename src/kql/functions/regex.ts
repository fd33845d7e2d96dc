/** Reading regular expressions (RE2 syntax) as far as their groups. */

/** The capture groups of a pattern in order; names where given. Escapes and classes are skipped. */
export function captureGroups(pattern: string): readonly (string | undefined)[] {
  const groups: (string | undefined)[] = [];
  const tokens =
    /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:[^\]]*:\]|[^\]\\])*\]|\((?:\?P?<([A-Za-z_]\w*)>|(\?))?/g;
  for (const token of pattern.matchAll(tokens)) {
    if (!token[0].startsWith("(") || token[2] !== undefined) continue;
    groups.push(token[1]);
  }
  return groups;
}

/**
 * A pattern as DuckDB's RE2 reads it: `(?<name>…)` is `(?P<name>…)` there, `\\u00e9` and `\\u{e9}` are `\\x{e9}`. Escaped and
 * quoted text stays.
 *
 * Source: https://learn.microsoft.com/kusto/query/regex#syntax
 */
export function toRe2(pattern: string): string {
  const tokens =
    /\\Q[\s\S]*?(?:\\E|$)|\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[uU]\{([0-9a-fA-F]{1,8})\}|[\s\S])|\(\?<(?=[A-Za-z_])/g;
  return pattern.replace(tokens, (token, ...codes: readonly (string | undefined)[]) => {
    if (token.startsWith("(")) return "(?P<";
    const code = codes.slice(0, 3).find(c => c !== undefined);
    return code === undefined ? token : `\\x{${code}}`;
  });
}

/** What a pattern asks for that neither Kusto nor RE2 has; undefined when nothing is known to be wrong with it. */
export function missingInRe2(pattern: string): string | undefined {
  const plain = pattern.replace(/\\Q[\s\S]*?(?:\\E|$)|\\[^1-9]|\[\^?\]?(?:\\[\s\S]|\[:[^\]]*:\]|[^\]\\])*\]/g, "");
  if (/\(\?<?[=!]/.test(plain)) return "look-ahead and look-behind in a regular expression";
  return /\\[1-9]/.test(plain) ? "a back reference in a regular expression" : undefined;
}

/** A JSON path as `extract_json` takes it, in DuckDB's form; undefined when it is not one key or index after another. */
export function toDuckDbJsonPath(path: string): string | undefined {
  const step = /\.([A-Za-z_$][\w$-]*)|\[\s*(\d+)\s*\]|\[\s*'([^'"*\\]+)'\s*\]|\[\s*"([^"*\\]+)"\s*\]/gy;
  if (!path.startsWith("$")) return undefined;
  step.lastIndex = 1;
  let out = "$";
  while (step.lastIndex < path.length) {
    const m = step.exec(path);
    if (m === null) return undefined;
    out += m[2] === undefined ? `."${m[1] ?? m[3] ?? m[4] ?? ""}"` : `[${m[2]}]`;
  }
  return out;
}
