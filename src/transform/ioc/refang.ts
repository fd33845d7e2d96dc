/** Defanging makes an indicator unclickable (`hxxps://evil[.]example`), refanging makes it whole again. */

const schemes: Readonly<Record<string, string>> = {
  hxxp: "http",
  hxxps: "https",
  hxtp: "http",
  hxtps: "https",
  htxp: "http",
  htxps: "https",
  meow: "http",
  meows: "https",
  fxp: "ftp",
  fxps: "ftps",
  sfxp: "sftp",
};

/** Anything that could be defanged; most texts have none of it, and are given back at once. */
const hint =
  /[[({](?:\.|:|@|\/|\s?(?:d[o0]t|at|dot)\s?[\])}])|[.:@/][\])}]|:\\\\|\b(?:h(?:x[xt]|tx)ps?|meows?|s?fxps?)\b/i;

const scheme = /\b(hxxps?|hxtps?|htxps?|meows?|s?fxps?)(?=\s?\[?:)/gi;
/** `[.]`, `(.)`, `{.}`, `[dot]`, also with blanks inside, and the sloppy `[.` and `.]` between letters and digits. */
const dot = /[[({]\s?(?:\.|d[o0]t)\s?[\])}]|(?<=[A-Za-z0-9])(?:\[\.|\.\])(?=[A-Za-z0-9])/gi;
const at = /[[({]\s?(?:@|at)\s?[\])}]/gi;
const colon = /[[({]\s?:\s?[\])}]/g;
const separator = /[[({]\s?:\/\/\s?[\])}]/g;
const slash = /[[({]\s?\/\s?[\])}]/g;
/** `http:\\host`, as some reports write it. */
const backslashes = /\b((?:https?|ftps?):)\\\\/gi;

/**
 * Makes defanged indicators in a text whole: `hxxps[:]//evil[.]example` → `https://evil.example`. Text without any is given
 * back as it is.
 */
export function refang(text: string): string {
  if (!hint.test(text)) return text;
  return text
    .replace(scheme, found => schemes[found.toLowerCase()] ?? found)
    .replace(dot, ".")
    .replace(at, "@")
    .replace(separator, "://")
    .replace(colon, ":")
    .replace(slash, "/")
    .replace(backslashes, "$1//");
}

/**
 * Makes the indicators of a text unclickable: scheme `hxxp`, dots of hosts and addresses in brackets, `[at]` in mail
 * addresses. `refang` undoes it.
 */
export function defang(text: string): string {
  const host = (name: string): string => name.replaceAll(".", "[.]");
  return text
    .replace(/\bhttp(?=s?:\/\/)/gi, "hxxp")
    .replace(/\b(s?)ftp(?=s?:\/\/)/gi, "$1fxp")
    .replace(/(?<=:\/\/)[^\s/?#"'<>]+/g, host)
    .replace(
      // Only from the start of a word: tried from each of its letters, a long one would take the square of its length.
      /(?<![\w.+-])([\w.+-]+)@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,126})/g,
      (_, user: string, name: string) => `${user}[at]${host(name)}`,
    )
    .replace(
      /(?<![\w.\]/-])(?:[A-Za-z0-9-]{1,63}\.){1,126}[A-Za-z0-9-]{2,63}(?![\w-])|(?<![\w.\]])\d{1,3}(?:\.\d{1,3}){3}(?!\d)/g,
      host,
    );
}
