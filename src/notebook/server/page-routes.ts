/** The server's own pages and what they and the Lab's side panel ask for. */
import { isHuntError } from "../../base/error.js";
import type { Access } from "./access.js";
import { htmlAnswer, jsonAnswer, redirect } from "./answer.js";
import { logo } from "./art.js";
import type { LoadCatalog } from "./catalog.js";
import type { ContentsHandler } from "./contents/handler.js";
import type { ContentModel } from "./contents/models.js";
import type { OwnNotebook } from "./pages/gallery.js";
import { galleryPage, launchAddress } from "./pages/gallery.js";
import { loginPage } from "./pages/login.js";
import type { Request, Route } from "./route.js";
import { readJson, route } from "./route.js";
import type { ListTemplates, NotebookTemplate } from "./templates.js";
import { createFromTemplate } from "./templates.js";

export interface PageOptions {
  readonly access: Access;
  readonly contents: ContentsHandler;
  readonly templates: ListTemplates;
  readonly catalog: LoadCatalog;
  /** Names that a hunt window may use. */
  readonly workspaces: () => Promise<readonly string[]>;
  /** Whether there is a page `/settings`. */
  readonly hasSettings: boolean;
  /** Where `/` leads: a path on this server. */
  readonly home: string;
}

/** Signing in and out of any of our servers. */
export function signInRoutes(access: Access): readonly Route[] {
  const seeOther = (location: string, headers = {}) => ({ ...redirect(location, headers), status: 303 });
  return [
    route("GET /favicon.ico", () => icon, { access: "anyone" }),
    route("GET /favicon.svg", () => icon, { access: "anyone" }),
    route(
      "POST /login",
      r => {
        const cookie = access.login(new URLSearchParams(r.body.toString("utf8")).get("token")?.trim() ?? "");
        if (cookie === undefined) return loginPage(403, "That token is not this server's.");
        return seeOther("/", { "set-cookie": cookie });
      },
      { kind: "page", access: "anyone", bodyType: "form", maxBodyBytes: 4096 },
    ),
    route("GET /login", () => loginPage(200), { kind: "page", access: "anyone" }),
    route("POST /logout", r => {
      const cookie = access.logout({ cookie: String(r.headers["cookie"] ?? "") });
      return htmlAnswer(200, "", { "set-cookie": cookie });
    }),
  ];
}

export function pageRoutes(options: PageOptions): readonly Route[] {
  const { access, templates, contents } = options;
  return [
    route("GET /", () => redirect(options.home), { kind: "page" }),
    ...signInRoutes(access),
    route("GET /gallery", r => showGallery(r, options), { kind: "page" }),
    route("POST /gallery", r => createAndLaunch(r, options), { kind: "page", bodyType: "form", maxBodyBytes: 16_384 }),
    route("GET /huntbook/api/templates", async () => jsonAnswer(200, { templates: (await templates()).map(describe) })),
    route("POST /huntbook/api/templates", async r => {
      const { template, name } = readJson(r);
      const path = await createFromTemplate({ template: String(template), name: String(name) }, templates, contents);
      return jsonAnswer(201, { path });
    }),
    route("GET /huntbook/api/catalog", async () => jsonAnswer(200, await options.catalog())),
    route("GET /huntbook/api/workspaces", async () => jsonAnswer(200, { workspaces: await options.workspaces() })),
  ];
}

/** A template without its cells. */
const describe = ({ name, title, description, parameters }: NotebookTemplate) => ({
  name,
  title,
  description,
  parameters,
});

const icon = {
  status: 200,
  headers: { "content-type": "image/svg+xml", "cache-control": "private, max-age=86400" },
  body: Buffer.from(logo),
};

async function showGallery({ xsrf }: Request, { templates, contents, hasSettings }: PageOptions) {
  const notebooks = await listNotebooks(contents);
  return galleryPage(200, { templates: await templates(), notebooks, xsrf, hasSettings });
}

async function createAndLaunch(request: Request, options: PageOptions) {
  const form = new URLSearchParams(request.body.toString("utf8"));
  const [template, name] = [form.get("template") ?? "", form.get("name") ?? ""];
  try {
    const path = await createFromTemplate({ template, name }, options.templates, options.contents);
    return { ...redirect(launchAddress(path)), status: 303 };
  } catch (error) {
    if (!isHuntError(error)) throw error;
    const message = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
    const notebooks = await listNotebooks(options.contents);
    const problem = { template, name, message };
    const { hasSettings } = options;
    return galleryPage(400, {
      ...{ templates: await options.templates(), notebooks, xsrf: request.xsrf, hasSettings, problem },
    });
  }
}

/** Those directly in the root, newest first. */
async function listNotebooks(contents: ContentsHandler): Promise<readonly OwnNotebook[]> {
  const { body } = await contents({ method: "GET", path: "", query: {}, body: new Uint8Array() });
  const listing = JSON.parse(Buffer.from(body ?? []).toString("utf8")) as { content?: readonly ContentModel[] };
  return (listing.content ?? [])
    .filter(model => model.type === "notebook")
    .map(model => ({ path: model.path, lastModified: model.last_modified }))
    .sort((a, b) => (a.lastModified < b.lastModified ? 1 : -1));
}
