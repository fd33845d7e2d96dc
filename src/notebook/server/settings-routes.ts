/** The page `/settings`: a widget that lives in this process. Secrets come from the page and never go to it. */
import { join } from "node:path";
import { HuntError } from "../../base/error.js";
import { jsonAnswer } from "./answer.js";
import { settingsPage } from "./pages/settings.js";
import type { Route } from "./route.js";
import { readJson, route } from "./route.js";

/** The settings editor, as the page sees it; `openSettings` makes it when the page is first asked for. */
export interface SettingsHost {
  next(after: number, waitMs: number): Promise<object>;
  receive(event: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}
export type OpenSettings = () => Promise<SettingsHost>;

/** A page that hears nothing for so long asks again; shorter than what proxies wait. */
const waitMs = 20_000;

export interface SettingsRoutes {
  readonly routes: readonly Route[];
  /** Ends the editor, if it was opened; what was not saved is lost. */
  close(): Promise<void>;
}

export function settingsRoutes(
  openSettings: OpenSettings,
  webDir: string,
  place: { readonly hasNotebooks: boolean },
): SettingsRoutes {
  let opened: Promise<SettingsHost> | undefined;
  const settings = (): Promise<SettingsHost> => {
    opened ??= openSettings();
    // A file that could not be read is read again the next time.
    opened.catch(() => (opened = undefined));
    return opened;
  };
  return {
    routes: [
      route("GET /settings", r => settingsPage(r.xsrf, place), { kind: "page" }),
      route("GET /settings.js", () => ({
        file: join(webDir, "settings.js"),
        headers: { "content-type": "text/javascript; charset=utf-8" },
      })),
      route("GET /huntbook/api/settings", async r => {
        const after = Number(r.url.searchParams.get("after") ?? 0);
        if (!Number.isSafeInteger(after)) throw new HuntError("server/bad-request", "'after' is not a number");
        return jsonAnswer(200, await (await settings()).next(after, waitMs));
      }),
      route(
        "POST /huntbook/api/settings",
        async r => {
          const event = readJson(r);
          (await settings()).receive(event);
          return jsonAnswer(200, { ack: event["seq"] ?? null });
        },
        { maxBodyBytes: 1024 * 1024 },
      ),
    ],
    close: async () => {
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}
