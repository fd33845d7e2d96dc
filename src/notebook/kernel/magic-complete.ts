/** Completion on the first line of a cell that is no TypeScript. */
import type { Completion } from "./typescript-language.js";

const heads = ["%%kql", "%%markdown", "%lsmagic"] as const;
const options: Readonly<Record<string, readonly string[]>> = {
  "--workspace": [],
  "--last": ["1h", "12h", "1d", "7d", "30d"],
  "--limit": ["100", "1000", "100000"],
  "--view": [],
};

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
  const found =
    previous === undefined
      ? heads
      : words[0] !== "%%kql"
        ? []
        : (options[previous] ?? Object.keys(options).filter(o => !words.includes(o)));
  const items = found.filter(text => text.startsWith(word)).map(text => ({ text, kind: "keyword" }));
  return { span: { start: offset - word.length, end: offset }, items };
}
