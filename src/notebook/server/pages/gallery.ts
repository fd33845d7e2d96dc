/** The template gallery: choose, name, launch. */
import { html } from "../../../view/index.js";
import type { Answer } from "../answer.js";
import { htmlAnswer } from "../answer.js";
import type { NotebookTemplate } from "../templates.js";
import { pageFrame } from "./frame.js";

/** A notebook that is there already. */
export interface OwnNotebook {
  readonly path: string;
  /** ISO instant. */
  readonly lastModified: string;
}

export interface GalleryOptions {
  readonly templates: readonly NotebookTemplate[];
  readonly notebooks: readonly OwnNotebook[];
  readonly xsrf: string;
  /** Whether this server has the page `/settings`. */
  readonly hasSettings: boolean;
  /** What went wrong with the last attempt. */
  readonly problem?: { readonly template: string; readonly name: string; readonly message: string };
}

/** The address of a notebook in the Lab. */
export const launchAddress = (path: string): string => `/lab/tree/${path.split("/").map(encodeURIComponent).join("/")}`;

export function galleryPage(status: number, options: GalleryOptions): Answer {
  const body = html`<h1>Templates</h1>
<p class="faint">Choose one, give the new notebook a name, and it opens ready to run. Templates themselves are never changed.</p>
<div class="cards">${options.templates.map(t => card(t, options))}</div>
<section>
<h2>My notebooks</h2>
${options.notebooks.length === 0 ? html`<p class="faint">None yet.</p>` : notebookTable(options.notebooks)}
</section>`;
  return htmlAnswer(
    status,
    pageFrame(
      "Huntbook: templates",
      body,
      html`${options.hasSettings ? html`<a href="/settings">Settings</a>` : ""}<a href="/lab">Open the Lab</a>`,
    ),
  );
}

function card(template: NotebookTemplate, { xsrf, problem }: GalleryOptions) {
  const own = problem?.template === template.name ? problem : undefined;
  const id = `name-${template.name}`;
  return html`<article class="card">
<h2>${template.title}</h2>
<p>${template.description}</p>
${template.parameters.length === 0 ? "" : html`<div class="tags">Parameters ${template.parameters.map(p => html`<span>${p}</span>`)}</div>`}
<form method="post" action="/gallery">
<input type="hidden" name="_xsrf" value="${xsrf}"><input type="hidden" name="template" value="${template.name}">
<label for="${id}">Name of the new notebook</label>
<div class="row"><input id="${id}" name="name" value="${own?.name ?? suggestName(template)}" required maxlength="120" autocomplete="off"><button>Create and launch</button></div>
${own === undefined ? "" : html`<p class="bad" role="alert">${own.message}</p>`}
</form>
</article>`;
}

const suggestName = (template: NotebookTemplate): string =>
  template.name === "blank" ? "my hunt" : `my ${template.name.replaceAll("-", " ")}`;

function notebookTable(notebooks: readonly OwnNotebook[]) {
  return html`<table><tbody>${notebooks.map(
    ({ path, lastModified }) =>
      html`<tr><td><a href="${launchAddress(path)}">${path}</a></td><td><time datetime="${lastModified}">${lastModified.slice(0, 16).replace("T", " ")} UTC</time></td></tr>`,
  )}</tbody></table>`;
}
