/** A page with the part of anywidget that hosts a widget, connected to a real kernel. */
import type { Browser, Page } from "playwright-core";
import type { KernelHandle } from "../../src/notebook/client/kernel-handle.js";
import type { JsonObject, Message } from "../../src/notebook/protocol/message.js";

const policy = "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data:";
/** Only what anywidget.dev documents of a model: get, on, off, send, and its manager's models. */
const main = `
window.violations = [];
document.addEventListener("securitypolicyviolation", e => window.violations.push(e.violatedDirective + " " + e.blockedURI));
const listeners = new Map();
const emit = (event, ...args) => [...(listeners.get(event) ?? [])].forEach(l => l(...args));
let state = {};
const model = {
  get: name => state[name],
  set: () => { throw new Error("the kernel alone sets values") },
  save_changes: () => { throw new Error("the kernel alone sets values") },
  on: (event, listener) => listeners.set(event, [...(listeners.get(event) ?? []), listener]),
  off: (event, listener) => listeners.set(event, (listeners.get(event) ?? []).filter(l => l !== listener)),
  widget_manager: { get_model: async id => ({ get: name => window.models[id][name] }) },
  send: content => window.toKernel(structuredClone(content)),
};
window.fromKernel = data => {
  if (data.method === "custom") return emit("msg:custom", data.content, []);
  const changed = Object.keys(data.state);
  Object.assign(state, data.state);
  for (const key of changed) emit("change:" + key);
};
window.openWidget = async first => {
  state = first;
  const url = URL.createObjectURL(new Blob([first._esm], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  window.closeWidget = await widget.render({ model, el: document.getElementById("widget") });
};`;
const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>clean</title>
<meta http-equiv="content-security-policy" content="${policy}"></head>
<body style="margin:16px;font-family:sans-serif"><div id="widget"></div><script>${main}</script></body></html>`;

export interface OpenWidget {
  readonly page: Page;
  /** Messages of the page to the kernel. */
  readonly sent: readonly JsonObject[];
  close(): Promise<void>;
}

/** Follows the comms that widgets open, as a front end does. */
export class WidgetStates {
  readonly states = new Map<string, Record<string, unknown>>();
  readonly #listeners = new Set<(id: string, data: JsonObject) => void>();

  constructor(kernel: KernelHandle) {
    kernel.channels.onMessage((channel, message: Message) => {
      if (channel !== "iopub") return;
      const id = String(message.content["comm_id"]);
      const data = message.content["data"] as JsonObject | undefined;
      if (message.header.msg_type === "comm_open")
        this.states.set(id, { ...(data?.["state"] as Record<string, unknown>) });
      else if (message.header.msg_type === "comm_msg" && data !== undefined) {
        if (data["method"] === "update") Object.assign(this.states.get(id) ?? {}, data["state"]);
        for (const listener of this.#listeners) listener(id, data);
      }
    });
  }

  onMessage(listener: (id: string, data: JsonObject) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export async function openWidget(
  browser: Browser,
  kernel: KernelHandle,
  states: WidgetStates,
  id: string,
): Promise<OpenWidget> {
  const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  const sent: JsonObject[] = [];
  await page.exposeFunction("toKernel", (content: JsonObject) => {
    sent.push(content);
    kernel.channels.send("shell", "comm_msg", { comm_id: id, data: { method: "custom", content } });
  });
  await page.setContent(html);
  const call = (name: string, value: unknown): Promise<unknown> =>
    page.evaluate(([n, v]) => (globalThis as unknown as Record<string, (x: unknown) => unknown>)[n]?.(v), [
      name,
      value,
    ] as const);
  // In order, one after the other.
  await page.evaluate(
    models => Object.assign(globalThis, { models }),
    Object.fromEntries([...states.states].filter(([, state]) => "code" in state)),
  );
  let queue: Promise<unknown> = call("openWidget", states.states.get(id));
  const off = states.onMessage((to, data) => {
    if (to === id) queue = queue.then(() => call("fromKernel", data)).catch(() => undefined);
  });
  await queue;
  return {
    page,
    sent,
    async close() {
      off();
      await page.close();
    },
  };
}
