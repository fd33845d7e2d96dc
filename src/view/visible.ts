/** Characters that hide, move or command are made visible, in every renderer. */

/**
 * C0 and C1 controls (terminal sequences among them), soft hyphen, zero-width and bidirectional controls, line and
 * paragraph separators, tag characters and lone surrogates. The joiners U+200C and U+200D stay: scripts and emoji need them.
 */
const hidden =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

function mark(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
}

/** Text on one line: line breaks and tabs become ⏎ and ⇥, everything hidden becomes a visible mark. */
export function visibleLine(text: string): string {
  return text
    .replace(/\r\n|\n|\r/g, "⏎")
    .replace(/\t/g, "⇥")
    .replace(hidden, mark);
}

/** Text that may have several lines: line breaks and tabs stay. */
export function visibleText(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(hidden, c => (c === "\n" || c === "\t" ? c : mark(c)));
}

/** At most `length` code units, not splitting a pair. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** Only addresses a browser may open from a report; undefined for others, and for what is no address. */
export function safeHref(href: string): string | undefined {
  if (!/^https?:\/\//i.test(href) || !URL.canParse(href)) return undefined;
  return new URL(href).href;
}
