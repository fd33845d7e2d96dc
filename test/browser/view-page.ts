/** A page with the front-end module under a policy as strict as our Lab's, and probes for whatever should not happen. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { bundleWeb } from "../../tools/web.js";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
const body = `<!doctype html><html><head><meta charset="utf-8"><title>clean</title></head>
<body data-jp-theme-light="true" style="margin:16px"><div id="view"></div><script type="module" src="/main.js"></script></body></html>`;
const main = `import { render } from "/view.js";
window.violations = [];
document.addEventListener("securitypolicyviolation", e => window.violations.push(e.violatedDirective + " " + e.blockedURI));
window.render = render; window.asked = []; window.inserted = []; window.copied = [];
window.show = (model, live) => {
  window.end?.();
  const host = { insertCell: c => window.inserted.push(c), copyText: t => window.copied.push(t) };
  if (live) host.request = async r => { window.asked.push(r); return window.answer(r); };
  window.end = render({ model, el: document.getElementById("view"), host });
};
/** Puts a long string in the place of a word, in the page: messages to a browser have a limit. */
window.showLong = (model, word, part, times) => {
  const long = part.repeat(times);
  const grow = v => typeof v === "string" ? (v.includes(word) ? v.split(word).join(long) : v)
    : Array.isArray(v) ? v.map(grow) : v !== null && typeof v === "object" ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, grow(x)])) : v;
  window.show(grow(model));
};
window.ready = true;`;

export interface ViewPage {
  readonly url: string;
  /** Opens a fresh page; `requests` lists what it asked of anybody. */
  open(
    browser: Browser,
    options?: { readonly dark?: boolean },
  ): Promise<{ readonly page: Page; readonly requests: string[] }>;
  close(): Promise<void>;
}

export async function serveViews(): Promise<ViewPage> {
  const root = mkdtempSync(join(tmpdir(), "huntbook-web-"));
  await bundleWeb(join(import.meta.dirname, "../.."), root);
  const script = readFileSync(join(root, "view.js"));
  rmSync(root, { recursive: true, force: true });
  const server: Server = createServer((request, response) => {
    const found =
      request.url === "/view.js" ? script : request.url === "/main.js" ? main : request.url === "/" ? body : undefined;
    const type = request.url === "/" ? "text/html" : "text/javascript";
    response.writeHead(found === undefined ? 404 : 200, { "content-type": type, "content-security-policy": policy });
    response.end(found);
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    async open(browser, { dark = false } = {}) {
      const page = await browser.newPage({
        viewport: { width: 1100, height: 800 },
        colorScheme: dark ? "dark" : "light",
      });
      const requests: string[] = [];
      page.on("request", request => requests.push(request.url()));
      page.on("dialog", dialog => void dialog.dismiss());
      await page.goto(url);
      await page.waitForFunction("window.ready === true");
      if (dark)
        await page.evaluate(`document.body.dataset.jpThemeLight = "false"; document.body.style.background = "#171a21"`);
      return { page, requests };
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}
