/**
 * What a user agent says about browser, operating system and device: a table of our own with the families that logs
 * hold most, not the thousands of patterns that Kusto uses. What no row knows is "Other", as there.
 */

interface Product {
  readonly family: string;
  readonly version: readonly string[];
}

interface Rule {
  readonly family: string;
  /** Its groups are the parts of the version; the first rule that matches counts. */
  readonly pattern: RegExp;
}

const v = String.raw`(\d+)(?:\.(\d+))?(?:\.(\d+))?`;
const rule = (family: string, pattern: string): Rule => ({ family, pattern: new RegExp(pattern) });

/** Special before general: most agents claim to be Chrome, Safari and Mozilla too. */
const browsers: readonly Rule[] = [
  rule("Googlebot", `Googlebot(?:-\\w+)?/${v}`),
  rule("bingbot", `bingbot/${v}`),
  rule("YandexBot", `YandexBot/${v}`),
  rule("AdobeAIR", `AdobeAIR/${v}`),
  rule("Edge", `(?:Edg|Edge|EdgA|EdgiOS)/${v}`),
  rule("Opera", `(?:OPR|Opera)[/ ]${v}`),
  rule("Samsung Internet", `SamsungBrowser/${v}`),
  rule("Vivaldi", `Vivaldi/${v}`),
  rule("Yandex Browser", `YaBrowser/${v}`),
  rule("Electron", `Electron/${v}`),
  rule("HeadlessChrome", `HeadlessChrome/${v}`),
  rule("Chrome Mobile iOS", `CriOS/${v}`),
  rule("Firefox iOS", `FxiOS/${v}`),
  rule("Chrome Mobile WebView", `; wv\\).*Chrome/${v}`),
  rule("Chrome Mobile", `Chrome/${v}(?=.*Mobile)`),
  rule("Chrome", `(?:Chrome|Chromium)/${v}`),
  rule("Firefox Mobile", `(?:Mobile|Tablet);.*Firefox/${v}`),
  rule("Firefox", `Firefox/${v}`),
  rule("Mobile Safari", `Version/${v}.*Mobile.*Safari/`),
  rule("Safari", `Version/${v}.*Safari/`),
  rule("IE", `MSIE ${v}`),
  rule("IE", `Trident/.*rv:${v}`),
  rule("PowerShell", `(?:Windows)?PowerShell/${v}`),
  rule("curl", `^curl/${v}`),
  rule("Wget", `^Wget/${v}`),
  rule("Python Requests", `python-requests/${v}`),
  rule("Python aiohttp", `aiohttp/${v}`),
  rule("Python-urllib", `Python-urllib/${v}`),
  rule("Go-http-client", `Go-http-client/${v}`),
  rule("okhttp", `okhttp/${v}`),
  rule("Apache-HttpClient", `Apache-HttpClient/${v}`),
  rule("Java", `Java/${v}`),
];

const systems: readonly (Rule & { readonly fixed?: readonly string[] })[] = [
  { ...rule("Windows", "Windows NT 10\\.0"), fixed: ["10"] },
  { ...rule("Windows", "Windows NT 6\\.3"), fixed: ["8", "1"] },
  { ...rule("Windows", "Windows NT 6\\.2"), fixed: ["8"] },
  { ...rule("Windows", "Windows NT 6\\.1"), fixed: ["7"] },
  { ...rule("Windows", "Windows NT 6\\.0"), fixed: ["Vista"] },
  { ...rule("Windows", "Windows NT 5\\.[12]"), fixed: ["XP"] },
  rule("Windows Phone", `Windows Phone(?: OS)? ${v}`),
  rule("iOS", "(?:iPhone|iPad|iPod).*?OS (\\d+)(?:_(\\d+))?(?:_(\\d+))?"),
  rule("Mac OS X", "Mac OS X (\\d+)(?:[._](\\d+))?(?:[._](\\d+))?"),
  rule("Android", `Android ${v}`),
  rule("Android", "Android"),
  rule("Chrome OS", `CrOS \\S+ ${v}`),
  rule("Symbian OS", `SymbianOS/${v}`),
  rule("Ubuntu", `Ubuntu(?:[/ ]${v})?`),
  rule("Fedora", `Fedora(?:[/ ]${v})?`),
  rule("FreeBSD", "FreeBSD"),
  rule("Windows", "Windows"),
  rule("Linux", "Linux"),
];

function find(rules: readonly (Rule & { readonly fixed?: readonly string[] })[], agent: string): Product {
  for (const { family, pattern, fixed } of rules) {
    const m = pattern.exec(agent);
    if (m !== null) return { family, version: fixed ?? m.slice(1).map(part => part ?? "") };
  }
  return { family: "Other", version: [] };
}

function device(agent: string): Readonly<Record<string, string>> {
  const apple = /\b(iPhone|iPad|iPod)\b/.exec(agent)?.[1];
  if (apple !== undefined) return { Family: apple, Brand: "Apple", Model: apple };
  if (/Macintosh/.test(agent)) return { Family: "Mac", Brand: "Apple", Model: "Mac" };
  if (/bot\b|crawler|spider/i.test(agent)) return { Family: "Spider", Brand: "Spider", Model: "Desktop" };
  const model = /Android[^;)]*; (?:[a-z]{2}[-_][a-z]{2}; )?([^;)]+?)(?: Build\/[^;)]*)?[;)]/i.exec(agent)?.[1]?.trim();
  if (model === undefined || /^(K|Mobile|Tablet|wv|rv:.*)$/.test(model))
    return { Family: "Other", Brand: "", Model: "" };
  if (/^(SM|GT)-/.test(model)) return { Family: `Samsung ${model}`, Brand: "Samsung", Model: model };
  if (/^(Pixel|Nexus)/.test(model)) return { Family: model, Brand: "Google", Model: model };
  return { Family: model, Brand: "Generic_Android", Model: model };
}

/** Longer than any browser's; what follows is not read, because the patterns look far ahead. */
const maxLength = 2048;

/** The parts asked for (`browser`, `os`, `device`), each as Kusto names its fields. */
export function parseUserAgent(text: string, wanted: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  const versioned = ({ family, version }: Product, names: readonly string[]) => ({
    Family: family,
    ...Object.fromEntries(names.map((name, i) => [name, version[i] ?? ""])),
  });
  const agent = text.slice(0, maxLength);
  const out: Record<string, unknown> = {};
  if (wanted.has("browser"))
    out["Browser"] = versioned(find(browsers, agent), ["MajorVersion", "MinorVersion", "Patch"]);
  if (wanted.has("os"))
    out["OperatingSystem"] = versioned(find(systems, agent), ["MajorVersion", "MinorVersion", "Patch", "PatchMinor"]);
  if (wanted.has("device")) out["Device"] = device(agent);
  return out;
}
