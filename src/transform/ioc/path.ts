/** File paths in text. Every repetition is bounded, so that no text takes longer than in proportion to its length. */

/** Drive, server, variable or dots; folders (blanks allowed inside); a file name without blanks. */
const windows =
  /(?<![A-Za-z0-9])(?:[A-Za-z]:\\|\\\\[A-Za-z0-9_.$?-]{1,255}\\|%[A-Za-z0-9_()]{1,64}%\\|\.{1,2}\\)(?:[^\\/:*?"<>|\r\n\t]{0,254}[^\\/:*?"<>|\r\n\t ](?<! \.{1,2})\\){0,64}[^\\/:*?"<>|\s,;)]{0,255}/g;

/** `/`, `~/` or dots; folders; a name. Not inside a word, URL or tag. */
const linux = /(?<![\w/:.@<\\~%-])(?:~|\.{1,2})?(?:\/[^\s/"'`<>|;,:&(){}[\]*?\\]{1,255}){1,64}\/?/g;

function trimEnd(path: string): string {
  return path.replace(/[.,;:)\]}'"]+$/, "");
}

export function* windowsPaths(text: string): Generator<string> {
  if (!text.includes("\\")) return;
  for (const [found] of text.matchAll(windows)) {
    const path = trimEnd(found);
    if (path.replace(/^(?:[A-Za-z]:|\\|\.{1,2})\\?$/, "") !== "") yield path;
  }
}

export function* linuxPaths(text: string): Generator<string> {
  if (!text.includes("/")) return;
  for (const [found] of text.matchAll(linux)) {
    const path = trimEnd(found);
    // `/c` and `/all` are switches of Windows commands; one component counts only when the root says that it is a path.
    const isRooted = path.startsWith("~") || path.startsWith(".");
    if (isRooted || path.indexOf("/", 1) > 0) yield path;
  }
}

const whole = (pattern: RegExp): RegExp => new RegExp(`^(?:${pattern.source})$`);
const [wholeWindows, wholeLinux] = [whole(windows), whole(linux)];

export function isWindowsPath(text: string): boolean {
  return wholeWindows.test(text);
}

export function isLinuxPath(text: string): boolean {
  return wholeLinux.test(text) && [...linuxPaths(text)][0] === text.replace(/[.,;:)\]}'"]+$/, "");
}
