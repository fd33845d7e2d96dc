/** Markdown cells → markup: HTML in them is text, nothing is fetched, headings can be linked to. */
import MarkdownIt from "markdown-it";
import type { Html } from "../../view/index.js";
import { html, safeHref, trustedHtml, visibleText } from "../../view/index.js";

export interface Heading {
  readonly id: string;
  readonly level: number;
  readonly text: string;
}

export interface MarkdownResult {
  readonly markup: Html;
  readonly headings: readonly Heading[];
}

/** Pictures inside the file: `attachment:name` and data URLs of these types. */
const dataImage = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/;

/** A report lies anywhere, so that relative links would lead to another place than their writer meant: they stay text. */
const linkable = /^(https?:\/\/|mailto:)/i;

/** Draws Markdown; one instance per document, so that the ids of headings are unique in it. */
export class MarkdownRenderer {
  #count = 0;
  readonly #prefix: string;

  constructor(prefix = "section") {
    this.#prefix = prefix;
  }

  /** @param attachments file name → data URL, for `![](attachment:name)` */
  render(text: string, attachments: ReadonlyMap<string, string> = new Map()): MarkdownResult {
    const markdown = new MarkdownIt({ html: false, linkify: false });
    // Pictures are checked when they are drawn; everything else stays with the library's list of unsafe schemes.
    const isSafeByDefault = markdown.validateLink.bind(markdown);
    markdown.validateLink = url => url.startsWith("attachment:") || dataImage.test(url) || isSafeByDefault(url);
    markdown.renderer.rules["image"] = (tokens, index) => {
      const token = tokens[index];
      const source = String(token?.attrGet("src") ?? "");
      return drawImage(attachments.get(source.replace(/^attachment:/, "")) ?? source, token?.content ?? "").text;
    };
    const env = {};
    const tokens = markdown.parse(visibleText(text), env);
    const headings: Heading[] = [];
    for (const link of tokens.flatMap(t => t.children ?? []).filter(t => t.type === "link_open"))
      if (linkable.test(String(link.attrGet("href") ?? ""))) link.attrSet("rel", "noopener noreferrer");
      else link.attrs = null;
    tokens.forEach((token, i) => {
      if (token.type !== "heading_open") return;
      const id = `${this.#prefix}-${(this.#count += 1)}`;
      token.attrSet("id", id);
      const words = (tokens[i + 1]?.children ?? []).map(t => (t.type === "softbreak" ? " " : t.content)).join("");
      headings.push({ id, level: Number(token.tag.slice(1)), text: words });
    });
    return { markup: trustedHtml(markdown.renderer.render(tokens, markdown.options, env)), headings };
  }
}

function drawImage(source: string, alt: string): Html {
  if (dataImage.test(source)) return html`<img src="${source}" alt="${alt}">`;
  const href = safeHref(source);
  const label = `[picture: ${alt === "" ? source : alt}]`;
  return href === undefined ? html`${label}` : html`<a href="${href}" rel="noopener noreferrer">${label}</a>`;
}
