/** `%lsmagic`: what a cell can be besides TypeScript. */
import { displaySymbol } from "../../base/port.js";
import type { Displayable } from "../../base/port.js";
import { renderHtml, renderText, toView, viewMime } from "../../view/index.js";

/** Each form and what it does; also for completion. */
export const magicHelp = {
  "%%kql [name] [--workspace W] [--last 7d] [--limit N] [--view V]":
    "The lines below are KQL; the result is shown, and bound to the name. Values and frames of the notebook can be used by name.",
  "%%ioc [name] [--types ipv4,dns,url]":
    "Observables in the text below, defanged ones too: a frame, bound to the name.",
  "%%b64 [name]": "Decodes the Base64 in the text below, and what is packed inside it.",
  "%%txt2frame [name] [--sep ,] [--headers]":
    "The table in the text below as a frame. With --headers the first line holds the names.",
  "%%markdown": "The lines below are Markdown.",
  "%lsmagic": "This list.",
  "!command": "Runs a line in the system's shell, for example !az login. A failing command fails the cell.",
} as const;

export function describeMagics(): Displayable {
  const view = toView({
    kind: "keyValue",
    entries: Object.entries(magicHelp).map(([key, value]) => ({ key, value })),
  });
  return {
    [displaySymbol]: () => ({ [viewMime]: view, "text/html": renderHtml(view), "text/plain": renderText(view) }),
  };
}
