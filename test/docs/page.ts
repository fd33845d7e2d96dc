/** A page of the documentation, as the tests read it: its fences with what their info line says, its links and headings. */
import MarkdownIt from "markdown-it";

export interface Fence {
  readonly language: string;
  /** Words after the language; `name=value` words are in `options`. */
  readonly words: ReadonlySet<string>;
  readonly options: ReadonlyMap<string, string>;
  readonly text: string;
  /** 1-based line of the fence's first line of text. */
  readonly line: number;
}

export interface Page {
  /** Key of the front matter. */
  readonly front: ReadonlyMap<string, string>;
  readonly fences: readonly Fence[];
  readonly links: readonly string[];
  /** Anchors of headings, as GitHub and VitePress make them. */
  readonly anchors: ReadonlySet<string>;
}

const markdown = new MarkdownIt({ html: true });
const frontPattern = /^---\n([\s\S]*?)\n---\n/;

export function readPage(source: string): Page {
  const front = frontPattern.exec(source);
  const skipped = front?.[0].split("\n").length ?? 1;
  const tokens = markdown.parse(source.slice(front?.[0].length ?? 0), {});
  const fences: Fence[] = [];
  const links: string[] = [];
  const anchors = new Set<string>();
  for (const [i, token] of tokens.entries()) {
    if (token.type === "fence") fences.push(toFence(token.info, token.content, (token.map?.[0] ?? 0) + skipped + 1));
    if (token.type === "heading_open") anchors.add(slug(tokens[i + 1]?.content ?? ""));
    for (const child of token.children ?? [])
      if (child.type === "link_open") links.push(String(child.attrGet("href") ?? ""));
  }
  return { front: new Map(frontEntries(front?.[1] ?? "")), fences, links, anchors };
}

function frontEntries(text: string): [string, string][] {
  return text.split("\n").flatMap((line): [string, string][] => {
    const match = /^(\w+):\s*(.*)$/.exec(line);
    return match === null ? [] : [[match[1] ?? "", match[2] ?? ""]];
  });
}

function toFence(info: string, text: string, line: number): Fence {
  const [language = "", ...rest] = info.trim().split(/\s+/);
  const options = rest
    .filter(w => w.includes("="))
    .map((w): [string, string] => [w.split("=")[0] ?? "", afterEquals(w)]);
  return {
    language,
    words: new Set(rest.filter(w => !w.includes("="))),
    options: new Map(options),
    text,
    line,
  };
}

const afterEquals = (word: string): string => word.slice(word.indexOf("=") + 1);

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s+/g, "-");

/** The commands of a shell fence: comments, variables before them and what they are piped into left out. */
export function shellCommands(text: string): string[][] {
  return text
    .split("\n")
    .filter(line => !line.startsWith("  "))
    .flatMap(line => splitShell(line))
    .map(words => words.slice(words.findIndex(w => !/^[A-Z_]+=/.test(w))))
    .filter(words => words.length > 0);
}

/** Words of one line; quotes hold blanks together, `|`, `&&`, `;` and redirections end a command, `#` a line. */
function splitShell(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const [word = ""] of line.matchAll(/#.*|'[^']*'|"[^"]*"|&&|[|;<>]|[^\s'"|;<>]+/g)) {
    if (word.startsWith("#")) break;
    if (["|", "&&", ";", "<", ">"].includes(word)) commands.push([]);
    else commands.at(-1)?.push(word.replace(/^(['"])([\s\S]*)\1$/, "$2"));
  }
  return commands;
}
