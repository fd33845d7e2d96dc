/** As `widgets.ts`, with views inside of widgets: tables that page, timelines that zoom. */
import type { LiveReply, LiveRequest } from "../../view/live.js";
import { el as element } from "./dom.js";
import type { ViewHost } from "./host.js";
import { render } from "./view.js";
import type { WidgetPage } from "./widget-page.js";
import { createWidget } from "./widgets.js";

const answerMs = 30_000;

/** Requests as custom messages `{ ask, request }`; replies come as `{ ask, reply }`. */
function hostOf(page: WidgetPage): { readonly host: ViewHost; readonly close: () => void } {
  const waiting = new Map<number, (reply: LiveReply) => void>();
  let count = 0;
  const close = page.onMessage(content => {
    const { ask, reply } = (content ?? {}) as { readonly ask?: number; readonly reply?: LiveReply };
    if (ask === undefined || reply === undefined) return;
    waiting.get(ask)?.(reply);
    waiting.delete(ask);
  });
  const request = (request: LiveRequest): Promise<LiveReply> =>
    new Promise(resolve => {
      const ask = (count += 1);
      waiting.set(ask, resolve);
      page.ask({ ask, request });
      setTimeout(() => {
        if (waiting.delete(ask)) resolve({ type: "gone" });
      }, answerMs);
    });
  return { host: { request }, close };
}

const widget = createWidget((node, page) => {
  const { host, close } = hostOf(page);
  const holder = element("div", { role: "region", "aria-label": node.label === "" ? "Details" : node.label });
  holder.setAttribute("aria-live", "polite");
  let shown = "";
  let end: (() => void) | undefined;
  return {
    element: holder,
    update: value => {
      const next = JSON.stringify(value);
      if (next === shown) return;
      shown = next;
      end?.();
      end = undefined;
      holder.replaceChildren();
      if (value !== null) end = render({ model: value, el: holder, host });
    },
    close: () => {
      end?.();
      close();
    },
  };
});
export { widget as default };
