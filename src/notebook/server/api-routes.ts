/** Jupyter's REST API. Source: https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { HuntError } from "../../base/error.js";
import type { Answer } from "./answer.js";
import { jsonAnswer, noContent } from "./answer.js";
import { logo } from "./art.js";
import type { ContentsHandler } from "./contents/handler.js";
import { isPicture, mediaType } from "./contents/media.js";
import type { Place } from "./contents/place.js";
import type { KernelManager, SessionWish } from "./kernels/manager.js";
import type { KernelLauncher, KernelSpecModel } from "./kernels/port.js";
import { JsonStore } from "./lab/json-store.js";
import type { Request, Route } from "./route.js";
import { readJson, route } from "./route.js";

export interface ApiOptions {
  readonly manager: KernelManager;
  readonly launcher: KernelLauncher;
  readonly contents: ContentsHandler;
  /** From an API path to a file. */
  readonly place: (path: string) => Promise<Place>;
  readonly stateDir: string;
  readonly version: string;
  readonly startedMs: number;
  readonly onShutdown: () => void;
}

const contentsBytes = 512 * 1024 * 1024;

export function apiRoutes(options: ApiOptions): readonly Route[] {
  return [
    ...serverRoutes(options),
    ...kernelSpecRoutes(options.launcher),
    ...kernelRoutes(options.manager),
    ...sessionRoutes(options.manager),
    ...contentsRoutes(options),
    ...configRoutes(new JsonStore(join(options.stateDir, "config"))),
  ];
}

function serverRoutes({ manager, startedMs, version, onShutdown }: ApiOptions): readonly Route[] {
  const status = () => {
    const kernels = manager.kernels();
    const last = kernels.map(k => k.last_activity).sort();
    const started = new Date(startedMs).toISOString();
    return {
      started,
      last_activity: last[last.length - 1] ?? started,
      connections: kernels.reduce((sum, k) => sum + k.connections, 0),
      kernels: kernels.length,
    };
  };
  const person = {
    username: "analyst",
    name: "Analyst",
    display_name: "Analyst",
    initials: "A",
    avatar_url: null,
    color: null,
  };
  return [
    // The version of Jupyter's API that is spoken here; clients decide by it.
    route("GET /api", () => jsonAnswer(200, { version: "2.16.0", huntbook: version })),
    route("GET /api/", () => jsonAnswer(200, { version: "2.16.0", huntbook: version })),
    route("GET /api/status", () => jsonAnswer(200, status())),
    route("GET /api/me", () => jsonAnswer(200, { identity: person, permissions: {} })),
    // There are no terminals and no converters; clients ask all the same.
    route("GET /api/terminals", () => jsonAnswer(200, [])),
    route("GET /api/nbconvert", () => jsonAnswer(200, {})),
    route("POST /api/shutdown", () => {
      onShutdown();
      return jsonAnswer(200, {});
    }),
  ];
}

function kernelSpecRoutes(launcher: KernelLauncher): readonly Route[] {
  const models = async () => {
    const specs = await Promise.all(launcher.specs().map(toSpecModel));
    return { default: launcher.defaultName, kernelspecs: Object.fromEntries(specs.map(s => [s.name, s])) };
  };
  return [
    route("GET /api/kernelspecs", async () => jsonAnswer(200, await models())),
    route("GET /api/kernelspecs/:name", async ({ params }) => {
      const found = launcher.specs().find(s => s.name === params["name"]);
      if (found === undefined)
        throw new HuntError("server/no-kernelspec", `there is no kernel '${params["name"] ?? ""}'`);
      return jsonAnswer(200, await toSpecModel(found));
    }),
    route("GET /kernelspecs/:name/:file", ({ params }) => {
      const found = launcher.specs().find(s => s.name === params["name"]);
      const file = params["file"] ?? "";
      if (found === undefined || !isLogo(file)) throw new HuntError("server/not-found", "there is no such picture");
      const headers = { "content-type": mediaType(file) };
      if (found.resourceDir !== undefined) return { file: join(found.resourceDir, file), headers };
      return { status: 200, headers, body: Buffer.from(logo) };
    }),
  ];
}

const isLogo = (name: string): boolean => /^logo-[a-z0-9]+\.(png|svg)$/i.test(name);

async function toSpecModel(spec: KernelSpecModel) {
  const files = spec.resourceDir === undefined ? ["logo-svg.svg"] : await readdir(spec.resourceDir).catch(() => []);
  const logos = files
    .filter(isLogo)
    .map(file => [basename(file).replace(/\.\w+$/, ""), `/kernelspecs/${encodeURIComponent(spec.name)}/${file}`]);
  return {
    name: spec.name,
    spec: {
      argv: spec.argv,
      // Values of variables may be secrets of the machine: clients need none of them.
      env: {},
      display_name: spec.displayName,
      language: spec.language,
      interrupt_mode: spec.interruptMode,
      metadata: spec.metadata,
    },
    resources: Object.fromEntries(logos) as Record<string, string>,
  };
}

function kernelRoutes(manager: KernelManager): readonly Route[] {
  const id = (r: Request) => r.params["id"] ?? "";
  return [
    route("GET /api/kernels", () => jsonAnswer(200, manager.kernels())),
    route("POST /api/kernels", async r => {
      const { name, path } = readJson(r);
      const kernel = await manager.start({
        ...(typeof name === "string" ? { name } : {}),
        ...(typeof path === "string" ? { path } : {}),
      });
      return jsonAnswer(201, kernel.model());
    }),
    route("GET /api/kernels/:id", r => jsonAnswer(200, manager.getKernel(id(r)).model())),
    route("DELETE /api/kernels/:id", async r => {
      await manager.shutdown(id(r));
      return noContent;
    }),
    route("POST /api/kernels/:id/interrupt", async r => {
      await manager.getKernel(id(r)).interrupt();
      return noContent;
    }),
    route("POST /api/kernels/:id/restart", async r => {
      const kernel = manager.getKernel(id(r));
      await kernel.restart();
      return jsonAnswer(200, kernel.model());
    }),
  ];
}

function readSession(request: Request): SessionWish {
  const { path, name, type, kernel } = readJson(request);
  const { id, name: kernelName } = (typeof kernel === "object" && kernel !== null ? kernel : {}) as Record<
    string,
    unknown
  >;
  return {
    ...(typeof path === "string" ? { path } : {}),
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof type === "string" ? { type } : {}),
    ...(typeof id === "string" ? { kernelId: id } : {}),
    ...(typeof kernelName === "string" && kernelName !== "" ? { kernelName } : {}),
  };
}

function sessionRoutes(manager: KernelManager): readonly Route[] {
  const id = (r: Request) => r.params["id"] ?? "";
  return [
    route("GET /api/sessions", () => jsonAnswer(200, manager.sessions())),
    route("POST /api/sessions", async r => jsonAnswer(201, await manager.openSession(readSession(r)))),
    route("GET /api/sessions/:id", r => jsonAnswer(200, manager.session(id(r)))),
    route("PATCH /api/sessions/:id", async r => jsonAnswer(200, await manager.changeSession(id(r), readSession(r)))),
    route("DELETE /api/sessions/:id", async r => {
      await manager.closeSession(id(r));
      return noContent;
    }),
  ];
}

function contentsRoutes({ contents, place }: ApiOptions): readonly Route[] {
  const ask = (r: Request): Promise<Answer> =>
    contents({
      method: r.method === "HEAD" ? "GET" : r.method,
      path: r.params["path"] ?? "",
      query: Object.fromEntries(r.url.searchParams),
      body: r.body,
    });
  const options = { maxBodyBytes: contentsBytes };
  return [
    route("GET,POST /api/contents", ask, options),
    route("GET,PUT,POST,PATCH,DELETE /api/contents/*path", ask, options),
    route("GET /files/*path", async r => {
      const { file, path } = await place(r.params["path"] ?? "");
      const name = encodeURIComponent(basename(path)).replace(/['()*]/g, c => `%${c.charCodeAt(0).toString(16)}`);
      return {
        file: await mustBeFile(file, path),
        headers: {
          "content-type": isPicture(path) ? mediaType(path) : "application/octet-stream",
          "content-disposition": `attachment; filename*=UTF-8''${name}`,
        },
      };
    }),
  ];
}

async function mustBeFile(file: string, path: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new HuntError("server/not-found", `there is no file '${path}'`);
  return file;
}

/** Sections of front-end configuration; JupyterLab asks for `notebook` and a few others. */
function configRoutes(store: JsonStore): readonly Route[] {
  const read = async (r: Request) =>
    JSON.parse((await store.find(r.params["section"] ?? ""))?.text ?? "{}") as Record<string, unknown>;
  const save = async (r: Request, value: Record<string, unknown>) => {
    await store.put(r.params["section"] ?? "", JSON.stringify(value));
    return jsonAnswer(200, value);
  };
  return [
    route("GET /api/config/:section", async r => jsonAnswer(200, await read(r))),
    route("PUT /api/config/:section", r => save(r, readJson(r))),
    route("PATCH /api/config/:section", async r => save(r, merge(await read(r), readJson(r)))),
  ];
}

/** Jupyter's recursive update: null takes a key away. */
function merge(old: Record<string, unknown>, changes: Record<string, unknown>): Record<string, unknown> {
  const merged = new Map(Object.entries(old));
  for (const [key, value] of Object.entries(changes)) {
    const before = merged.get(key);
    if (value === null) merged.delete(key);
    else merged.set(key, isObject(before) && isObject(value) ? merge(before, value) : value);
  }
  return Object.fromEntries(merged);
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
