/** The settings editor of the commands: the notebooks' widget, on a page. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HuntError } from "../base/error.js";
import { openSettingsServer, type OpenSettings, type SettingsServer } from "../notebook/server/index.js";
import { MpConfigEdit } from "../notebook/widgets/config-edit.js";
import { PageMount } from "../notebook/widgets/page-mount.js";
import type { Session } from "../session/session.js";

const webDir = fileURLToPath(new URL("../../dist/web", import.meta.url));

/** One editor for all pages of a server, on a session of its own; `file` instead of the one in use. */
export function settingsOpener(openSession: () => Session, file?: string): OpenSettings {
  return async () => {
    const session = openSession();
    try {
      const mount = new PageMount(new MpConfigEdit(file, undefined, { session, isPage: true }));
      return {
        next: (after, waitMs) => mount.next(after, waitMs),
        receive: event => mount.receive(event),
        close: async () => {
          mount.close();
          await session.close();
        },
      };
    } catch (error) {
      await session.close();
      throw error;
    }
  };
}

interface SettingsPlace {
  readonly port: number;
  readonly file: string | undefined;
  readonly openSession: () => Session;
  readonly log: (line: string) => void;
}

/** @throws HuntError `server/port`, `server/not-found` in a source folder that was not built */
export function serveSettings({ port, file, openSession, log }: SettingsPlace): Promise<SettingsServer> {
  if (!existsSync(join(webDir, "settings.js")))
    throw new HuntError("server/not-found", "the settings page is not built", { hint: "run npm run build" });
  return openSettingsServer({ port, webDir, log, openSettings: settingsOpener(openSession, file) });
}
