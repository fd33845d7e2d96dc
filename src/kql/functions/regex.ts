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
