/** The notebook server, put together. */
import { mkdir, realpath } from "node:fs/promises";
import { createServer } from "node:http";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { HuntError } from "../../base/error.js";
import { Access } from "./access.js";
import { apiRoutes } from "./api-routes.js";
import type { LoadCatalog } from "./catalog.js";
import { resolvePlace } from "./contents/place.js";
import { startContentsThread } from "./contents/thread.js";
import { answerHttp } from "./http.js";
import { KernelManager } from "./kernels/manager.js";
import type { KernelLauncher } from "./kernels/port.js";
import type { LabFiles } from "./lab/files.js";
import { labRoutes } from "./lab/routes.js";
import { listen } from "./listen.js";
import { pageRoutes } from "./page-routes.js";
import { launchAddress } from "./pages/gallery.js";
import type { Route } from "./route.js";
import { RouteTable } from "./route.js";
import { settingsRoutes, type OpenSettings } from "./settings-routes.js";
import { Sockets } from "./sockets.js";
import type { ListTemplates } from "./templates.js";

export interface NotebookServerOptions {
  /** Folder whose notebooks and files are served. */
  readonly root: string;
  /** Where the server keeps settings, checkpoints and signatures; never inside the root. */
  readonly stateDir: string;
  /** 0: any free one. */
  readonly port: number;
  /** Random when undefined, which is what everybody but tests wants. */
  readonly token?: string;
  readonly version: string;
  readonly launcher: KernelLauncher;
  /** Undefined: the REST API only. */
  readonly lab?: LabFiles;
  readonly webDir?: string;
  readonly templates: ListTemplates;
  readonly catalog: LoadCatalog;
  /** Names of configured workspaces, offered for a notebook's hunt window. */
  readonly workspaces: () => Promise<readonly string[]>;
  /** The settings editor for `/settings`; needs `webDir`. */
  readonly openSettings?: OpenSettings;
  /** API path of the notebook that `/` opens; the Lab itself when undefined. */
  readonly opens?: string;
  /** Kernels without a page that nobody has used for so long are ended; 0: never. */
  readonly cullAfterMs: number;
  readonly log: (line: string) => void;
  /** Somebody chose "Shut down" in the Lab. */
  readonly onShutdown: () => void;
}

export interface NotebookServer {
  /** `http://127.0.0.1:8888` */
  readonly origin: string;
  readonly port: number;
  /** The address to open, with the token. It is a secret: print it, never log it. */
  readonly address: string;
  /** For tests that walk it. */
  readonly routes: readonly Route[];
  /** Ends kernels and connections, and waits for what is being saved. */
  close(): Promise<void>;
}

/** @throws HuntError `server/port`, `server/not-found` when the root is no folder */
export async function openNotebookServer(options: NotebookServerOptions): Promise<NotebookServer> {
  const root = await realpath(options.root).catch((cause: unknown) => {
    throw new HuntError("server/not-found", `there is no folder '${options.root}'`, { cause });
  });
  await mkdir(options.stateDir, { recursive: true, mode: 0o700 });
  const server = createServer({ keepAliveTimeout: 30_000 });
  const port = await listen(server, options.port);
  const access = new Access({ port, ...(options.token === undefined ? {} : { token: options.token }) });
  const thread = startContentsThread({ root, stateDir: options.stateDir });
  const folderOf = async (path: string) => {
    const { file } = await resolvePlace(root, path);
    const folder = path === "" ? file : dirname(file);
    return existsSync(folder) ? folder : root;
  };
  const manager = new KernelManager({ launcher: options.launcher, folderOf, cullAfterMs: options.cullAfterMs });
  const home = options.opens === undefined ? "/lab" : launchAddress(options.opens);
  const viewModule = options.webDir === undefined ? undefined : join(options.webDir, "view.js");
  const settings =
    options.openSettings === undefined || options.webDir === undefined
      ? undefined
      : settingsRoutes(options.openSettings, options.webDir, { hasNotebooks: true });
  const routes: readonly Route[] = [
    ...(settings?.routes ?? []),
    ...pageRoutes({
      ...{ access, contents: thread.handle, home, hasSettings: settings !== undefined },
      ...{ templates: options.templates, catalog: options.catalog, workspaces: options.workspaces },
    }),
    ...apiRoutes({
      ...{ manager, launcher: options.launcher, contents: thread.handle, place: path => resolvePlace(root, path) },
      ...{
        stateDir: options.stateDir,
        version: options.version,
        startedMs: Date.now(),
        onShutdown: options.onShutdown,
      },
    }),
    ...(options.lab === undefined
      ? []
      : labRoutes({
          files: options.lab,
          stateDir: options.stateDir,
          version: options.version,
          rootName: basename(root),
          hasViewModule: viewModule !== undefined && existsSync(viewModule),
          ...(options.webDir === undefined ? {} : { webDir: options.webDir }),
        })),
  ];
  const table = new RouteTable(routes);
  const sockets = new Sockets({ access, manager, log: options.log });
  server.on("request", (message, response) => void answerHttp(message, response, { access, table, log: options.log }));
  server.on("upgrade", (message, socket, head) => sockets.upgrade(message, socket, head));
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    port,
    address: `${origin}/?token=${access.token.reveal()}`,
    routes,
    close: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      await Promise.all([manager.close(), sockets.close(), settings?.close()]);
      server.closeAllConnections();
      await Promise.all([closed, thread.close()]);
    },
  };
}
