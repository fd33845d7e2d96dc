/** The notebook server of the commands: JupyterLab over a folder, kernels on a workspace. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { ProgressSink } from "../base/port.js";
import { WorkspaceConfig } from "../config/workspace-config.js";
import { createProcessLauncher, ensureLab, findLabFiles, openNotebookServer } from "../notebook/server/index.js";
import type { Session } from "../session/session.js";
import { readCatalog } from "./catalog.js";
import { listTemplates } from "./gallery.js";
import type { CliServer, ServeRequest } from "./host.js";
import { settingsOpener } from "./settings-editor.js";

const packageDir = fileURLToPath(new URL("../..", import.meta.url));
const labDir = join(packageDir, "lab");

export async function prepareLab(onProgress: ProgressSink, signal: AbortSignal): Promise<void> {
  await ensureLab({ labDir, onProgress, signal });
}

export interface Serving {
  readonly dataDir: string;
  /** A folder or a configured name; undefined: the default. */
  readonly workspace: string | undefined;
  /** Opens a session for the side panel; closed here after use. */
  readonly openSession: () => Session;
}

export async function serveNotebooks(
  request: ServeRequest,
  { dataDir, workspace, openSession }: Serving,
): Promise<CliServer> {
  const { root, port, opens, galleryDir, cullAfterMs, now, log } = request;
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  const lab = await findLabFiles(await ensureLab({ labDir, onProgress: () => undefined }));
  const webDir = join(packageDir, "dist", "web");
  let requestShutdown = (): void => undefined;
  const shutdown = new Promise<void>(resolve => (requestShutdown = resolve));
  const kernelArgs = [
    ...["--data-dir", dataDir],
    ...(workspace === undefined ? [] : ["--workspace", workspace]),
    ...(now === undefined ? [] : ["--now", now]),
  ];
  const server = await openNotebookServer({
    ...{ root, port, version, cullAfterMs, log },
    stateDir: join(dataDir, "server"),
    launcher: createProcessLauncher({ kernelArgs, env: process.env, log }),
    ...(lab === undefined ? {} : { lab }),
    ...(existsSync(webDir) ? { webDir } : {}),
    ...(opens === undefined ? {} : { opens }),
    openSettings: settingsOpener(openSession),
    templates: () => listTemplates(galleryDir),
    catalog: async () => {
      await using session = openSession();
      return await readCatalog(session);
    },
    workspaces: async () => {
      await using session = openSession();
      return WorkspaceConfig.list(session.config);
    },
    onShutdown: requestShutdown,
  });
  return { address: server.address, shutdown, close: () => server.close() };
}
