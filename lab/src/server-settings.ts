/** Requests to our server carry the XSRF token of the page. */
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { PageConfig } from "@jupyterlab/coreutils";
import { IServerSettings, ServerConnection } from "@jupyterlab/services";

const xsrfToken = PageConfig.getOption("xsrfToken");

/** `fetch` with the token, for this origin only. */
export function fetchWithToken(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  if (new URL(request.url).origin === location.origin) {
    request.headers.set("X-XSRFToken", xsrfToken);
    // JupyterLab sends JSON as plain text here and there; the server takes only what other sites cannot send.
    if (request.headers.get("content-type")?.startsWith("text/plain") === true)
      request.headers.set("content-type", "application/json");
  }
  return fetch(request);
}

/** Asks one of Huntbook's own addresses. Rejects with the server's message. */
export async function askServer<T>(path: string, body?: object): Promise<T> {
  const init: RequestInit =
    body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetchWithToken(new URL(path, location.origin), init);
  const answer = (await response.json()) as T & { message?: string };
  if (!response.ok) throw new Error(answer.message ?? `the server answered ${response.status}`);
  return answer;
}

export const serverSettings: JupyterFrontEndPlugin<ServerConnection.ISettings> = {
  id: "huntbook:server-settings",
  autoStart: true,
  provides: IServerSettings,
  activate: () => ServerConnection.makeSettings({ fetch: fetchWithToken }),
};
