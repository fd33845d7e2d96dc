/** What JupyterLab asks for beside Jupyter's API. Source: jupyterlab_server's REST API (settings, themes, workspaces). */
import { join, sep } from "node:path";
import { HuntError } from "../../../base/error.js";
import { jsonAnswer, noContent } from "../answer.js";
import { mediaType } from "../contents/media.js";
import { securityHeaders } from "../headers.js";
import type { Request, Route } from "../route.js";
import { readJson, route } from "../route.js";
import type { LabFiles } from "./files.js";
import { JsonStore } from "./json-store.js";
import { overrides } from "./overrides.js";
import type { LabPageOptions } from "./page.js";
import { labPage } from "./page.js";

export interface LabOptions extends LabPageOptions {
  readonly files: LabFiles;
  readonly stateDir: string;
  /** Folder of our own front-end modules (`dist/web`); undefined when they are not built. */
  readonly webDir?: string;
}

export function labRoutes(options: LabOptions): readonly Route[] {
  const { files, webDir } = options;
  return [
    ...settingRoutes(files, new JsonStore(join(options.stateDir, "lab", "settings"))),
    ...workspaceRoutes(new JsonStore(join(options.stateDir, "lab", "workspaces"))),
    route("GET /lab/api/translations", () => jsonAnswer(200, languages)),
    route("GET /lab/api/translations/", () => jsonAnswer(200, languages)),
    route("GET /lab/api/translations/:id", () => jsonAnswer(200, { data: {}, message: "" })),
    route("GET /lab/api/listings/*rest", () => jsonAnswer(200, { blocked_extensions: [], allowed_extensions: [] })),
    route("GET /lab/api/themes/*path", r => asset(join(files.dir, "themes"), r.params["path"] ?? "")),
    route("GET /static/lab/*path", r => asset(join(files.dir, "static"), r.params["path"] ?? "")),
    ...(webDir === undefined ? [] : [route("GET /static/web/*path", r => asset(webDir, r.params["path"] ?? ""))]),
    ...["/lab", "/lab/", "/lab/*path"].map(pattern =>
      route(`GET ${pattern}`, r => labPage(r, options), { kind: "page" }),
    ),
  ];
}

const languages = { data: { en: { displayName: "English", nativeName: "English" } }, message: "" };

/** A file of the build. Names with a hash never change; others are asked for again each time. */
function asset(dir: string, path: string) {
  const names = path.split("/");
  if (names.some(name => name === "" || name.startsWith(".") || name.includes(sep) || name.includes("\\")))
    throw new HuntError("server/not-found", "there is nothing at this address");
  const fixed = /-[A-Z0-9]{8}\.\w+$/.test(path);
  return {
    file: join(dir, ...names),
    headers: {
      ...securityHeaders("page"),
      "content-type": mediaType(path),
      "cache-control": fixed ? "private, max-age=31536000, immutable" : "no-cache",
    },
  };
}

function settingRoutes(files: LabFiles, store: JsonStore): readonly Route[] {
  const model = async (id: string) => {
    const known = files.schemas.get(id);
    if (known === undefined) throw new HuntError("server/not-found", `there are no settings '${id}'`);
    const stored = await store.find(id);
    const raw = stored?.text ?? "{}";
    const schema = withDefaults(known.schema, overrides[id]);
    const times = { created: stored?.created ?? null, last_modified: stored?.lastModified ?? null };
    // The text may have comments (JSON5); JupyterLab reads it itself, `settings` is for other clients.
    return { id, schema, version: known.version, raw, settings: parseOr(raw, {}), ...times };
  };
  const list = async ({ url }: Request) => {
    const ids = [...files.schemas.keys()];
    const onlyIds = url.searchParams.get("ids_only") === "true";
    return jsonAnswer(200, { settings: onlyIds ? ids.map(id => ({ id })) : await Promise.all(ids.map(model)) });
  };
  return [
    route("GET /lab/api/settings", list),
    route("GET /lab/api/settings/", list),
    route("GET /lab/api/settings/*id", async r => jsonAnswer(200, await model(r.params["id"] ?? ""))),
    route("PUT /lab/api/settings/*id", async r => {
      const id = r.params["id"] ?? "";
      const { raw } = readJson(r);
      if (typeof raw !== "string") throw new HuntError("server/bad-request", "settings are saved as the text 'raw'");
      await model(id);
      await store.put(id, raw);
      return noContent;
    }),
  ];
}

/** Our defaults in place of JupyterLab's, where a schema has such a property. */
function withDefaults(schema: object, values: Readonly<Record<string, unknown>> | undefined): object {
  if (values === undefined) return schema;
  const own = (schema as { properties?: Readonly<Record<string, object>> }).properties ?? {};
  const properties = Object.fromEntries(
    Object.entries(own).map(([key, property]) => [
      key,
      key in values ? { ...property, default: values[key] } : property,
    ]),
  );
  return { ...schema, properties };
}

function parseOr<T>(text: string, fallback: T): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return fallback;
  }
}

function workspaceRoutes(store: JsonStore): readonly Route[] {
  const toModel = (stored: { id: string; text: string; created: string; lastModified: string }) => {
    const { data, metadata } = parseOr<{ data?: object; metadata?: object }>(stored.text, {});
    const times = { created: stored.created, last_modified: stored.lastModified };
    return { data: data ?? {}, metadata: { ...metadata, id: stored.id, ...times } };
  };
  const list = async () => {
    const values = (await store.all()).map(toModel);
    return jsonAnswer(200, { workspaces: { ids: values.map(v => v.metadata.id), values } });
  };
  const empty = (id: string) => ({ data: {}, metadata: { id } });
  const find = async (id: string) => {
    const stored = await store.find(id);
    return jsonAnswer(200, stored === undefined ? empty(id) : toModel(stored));
  };
  return [
    route("GET /lab/api/workspaces", list),
    route("GET /lab/api/workspaces/", list),
    route("GET /lab/api/workspaces/*id", r => find(r.params["id"] ?? "")),
    route("PUT /lab/api/workspaces/*id", async r => {
      const { data, metadata } = readJson(r);
      await store.put(r.params["id"] ?? "", JSON.stringify({ data, metadata }));
      return noContent;
    }),
    route("DELETE /lab/api/workspaces/*id", async r => {
      await store.remove(r.params["id"] ?? "");
      return noContent;
    }),
  ];
}
