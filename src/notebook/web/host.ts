/** The seam between a view and whatever shows it: our Lab, an anywidget front end, a test page. */
import type { LiveReply, LiveRequest } from "../../view/live.js";

export interface ViewHost {
  /** Asks the running kernel. Absent where there is none: the view then shows what it holds. */
  readonly request?: (request: LiveRequest) => Promise<LiveReply>;
  /** Inserts a cell below the view's own; the user sees it before it runs. */
  readonly insertCell?: (source: string) => void | Promise<void>;
  /** Default: the browser's clipboard. */
  readonly copyText?: (text: string) => void | Promise<void>;
}

/** What a component gets. */
export interface Place {
  readonly host: ViewHost;
  /** Ends listeners and observers when the view goes away. */
  readonly signal: AbortSignal;
}

/** Asks the kernel; `gone` without one. */
export async function ask(host: ViewHost, request: LiveRequest): Promise<LiveReply> {
  if (host.request === undefined) return { type: "gone" };
  try {
    return await host.request(request);
  } catch (error) {
    return { type: "error", message: error instanceof Error ? error.message : String(error) };
  }
}

/** Puts a cell below the view's own; where the host has no cells, its text goes to the clipboard. */
export async function offerCell(host: ViewHost, source: string): Promise<"inserted" | "copied"> {
  if (host.insertCell === undefined) {
    await copyText(host, source);
    return "copied";
  }
  await host.insertCell(source);
  return "inserted";
}

export async function copyText(host: ViewHost, text: string): Promise<void> {
  if (host.copyText !== undefined) await host.copyText(text);
  else await navigator.clipboard.writeText(text);
}
