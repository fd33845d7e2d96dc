/** A server for the settings page alone: no Lab, no kernels, no files. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Access } from "./access.js";
import { redirect } from "./answer.js";
import { answerHttp } from "./http.js";
import { listen } from "./listen.js";
import { signInRoutes } from "./page-routes.js";
import { RouteTable, route, type Route } from "./route.js";
import { settingsRoutes, type OpenSettings } from "./settings-routes.js";

export interface SettingsServerOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Random when undefined. */
  readonly token?: string;
  readonly webDir: string;
  readonly openSettings: OpenSettings;
  readonly log: (line: string) => void;
}

export interface SettingsServer {
  readonly origin: string;
  /** The address to open, with the token. It is a secret: print it, never log it. */
  readonly address: string;
  /** For tests that walk it. */
  readonly routes: readonly Route[];
  close(): Promise<void>;
}

/** @throws HuntError `server/port` */
export async function openSettingsServer(options: SettingsServerOptions): Promise<SettingsServer> {
  const server = createServer({ keepAliveTimeout: 30_000 });
  const port = await listen(server, options.port);
  const access = new Access({ port, ...(options.token === undefined ? {} : { token: options.token }) });
  const settings = settingsRoutes(options.openSettings, options.webDir, { hasNotebooks: false });
  const routes: readonly Route[] = [
    route("GET /", () => redirect("/settings"), { kind: "page" }),
    ...signInRoutes(access),
    ...settings.routes,
  ];
  const table = new RouteTable(routes);
  server.on("request", (message, response) => void answerHttp(message, response, { access, table, log: options.log }));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    address: `${origin}/?token=${access.token.reveal()}`,
    routes,
    close: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      await settings.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
