/**
 * Splits a Windows command line into arguments as CommandLineToArgvW does.
 *
 * The program's name ends at a space or at its closing quote, and backslashes mean nothing in it. Elsewhere 2n
 * backslashes before a quote are n backslashes and the quote opens or closes; 2n+1 are n backslashes and a literal quote;
 * a doubled quote inside quotes is one literal quote.
 *
 * Source: https://learn.microsoft.com/windows/win32/api/shellapi/nf-shellapi-commandlinetoargvw
 */
export function splitCommandLine(line: string): readonly string[] {
  const first = programName(line);
  return line === "" ? [] : [first.name, ...argumentsOf(line, first.end)];
}

function programName(line: string): { readonly name: string; readonly end: number } {
  if (line.startsWith('"')) {
    const close = line.indexOf('"', 1);
    return close < 0 ? { name: line.slice(1), end: line.length } : { name: line.slice(1, close), end: close + 1 };
  }
  const end = line.search(/[\x01-\x20]/);
  return end < 0 ? { name: line, end: line.length } : { name: line.slice(0, end), end };
}

const isBlank = (c: string): boolean => c === " " || c === "\t";

function argumentsOf(line: string, start: number): readonly string[] {
  const out: string[] = [];
  let at = start;
  for (;;) {
    while (at < line.length && isBlank(line.charAt(at))) at += 1;
    if (at >= line.length) return out;
    const argument = readArgument(line, at);
    out.push(argument.text);
    at = argument.end;
  }
}

function readArgument(line: string, start: number): { readonly text: string; readonly end: number } {
  let text = "";
  let quoted = false;
  let at = start;
  while (at < line.length && (quoted || !isBlank(line.charAt(at)))) {
    const slashes = /^\\*/.exec(line.slice(at, at + 32_768))?.[0].length ?? 0;
    if (line.charAt(at + slashes) !== '"') {
      // Backslashes that no quote follows stand for themselves.
      text += line.slice(at, at + Math.max(slashes, 1));
      at += Math.max(slashes, 1);
      continue;
    }
    text += "\\".repeat(Math.floor(slashes / 2));
    at += slashes + 1;
    if (slashes % 2 === 1) text += '"';
    else if (quoted && line.charAt(at) === '"') {
      text += '"';
      at += 1;
    } else quoted = !quoted;
  }
  return { text, end: at };
}
