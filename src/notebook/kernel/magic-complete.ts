/** Completion on the first line of a cell that is no TypeScript. */
import type { Completion } from "./typescript-language.js";

const heads = ["%%kql", "%%ioc", "%%b64", "%%txt2frame", "%%markdown", "%lsmagic"] as const;
/** By magic: its options, with values that are often wanted. */
const optionsOf: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "%%kql": kqlOptions(),
  "%%ioc": { "--types": ["ipv4,ipv6,dns,url", "md5_hash,sha1_hash,sha256_hash"] },
  "%%txt2frame": { "--headers": [], "--sep": [",", ";", "|"] },
};
function kqlOptions(): Readonly<Record<string, readonly string[]>> {
  return {
    "--workspace": [],
    "--last": ["1h", "12h", "1d", "7d", "30d"],
    "--limit": ["100", "1000", "100000"],
    "--view": ["timeline", "tree", "map", "chart", "heatmap", "table", "timeline,table", "timeline,map,table"],
  };
}

/** Undefined when the place is not on such a line. */
export function completeFirstLine(code: string, offset: number): Completion | undefined {
  const lead = /^\s*/.exec(code)?.[0].length ?? 0;
  const lineEnd = code.slice(lead).search(/[\r\n]/);
  if (code[lead] !== "%" || offset < lead || (lineEnd >= 0 && offset > lead + lineEnd)) return undefined;
  const before = code.slice(lead, offset);
  const word = /\S*$/.exec(before)?.[0] ?? "";
  const words = before
    .slice(0, before.length - word.length)
    .split(/\s+/)
    .filter(w => w !== "");
  const previous = words.at(-1);
  const options = optionsOf[words[0] ?? ""] ?? {};
  const found =
    previous === undefined ? heads : (options[previous] ?? Object.keys(options).filter(o => !words.includes(o)));
  const items = found.filter(text => text.startsWith(word)).map(text => ({ text, kind: "keyword" }));
  return { span: { start: offset - word.length, end: offset }, items };
}
