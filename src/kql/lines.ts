/** Values as JSON lines; 64-bit integers travel as `{"$bigint":"…"}`. */
export function encodeLine(value: unknown): string {
  const text = JSON.stringify(value, (_key, v: unknown) => (typeof v === "bigint" ? { $bigint: v.toString() } : v));
  return `${text}\n`;
}

export function decodeLine(line: string): unknown {
  return JSON.parse(line, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || !("$bigint" in value)) return value;
    return Object.keys(value).length === 1 ? BigInt(String(value.$bigint)) : value;
  }) as unknown;
}
