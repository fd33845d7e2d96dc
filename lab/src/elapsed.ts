/** How long the cell that runs has been running, under its `[*]`: beside the others that only wait for their turn. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import type { CodeCell } from "@jupyterlab/cells";
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { INotebookModel, NotebookPanel } from "@jupyterlab/notebook";
import type { KernelMessage } from "@jupyterlab/services";
import type { IDisposable } from "@lumino/disposable";

const attribute = "data-hb-elapsed";
const quickMs = 1000;

/** `4 s`, `2:05 min`, `1:02 h`. */
export function describeElapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  const two = (n: number): string => String(n % 60).padStart(2, "0");
  if (hours > 0) return `${hours}:${two(minutes)} h`;
  return minutes > 0 ? `${minutes}:${two(seconds)} min` : `${seconds} s`;
}

class Elapsed implements IDisposable {
  readonly #panel: NotebookPanel;
  #running: { readonly request: string; readonly sinceMs: number } | undefined;
  #shown: Element | undefined;
  readonly #timer = window.setInterval(() => this.#show(), quickMs / 4);
  isDisposed = false;

  constructor(panel: NotebookPanel) {
    this.#panel = panel;
    panel.sessionContext.iopubMessage.connect((_, message) => {
      this.#receive(message);
    });
    panel.sessionContext.statusChanged.connect((_, status) => {
      if (["restarting", "autorestarting", "terminating", "dead"].includes(status)) this.#running = undefined;
    });
    panel.disposed.connect(() => this.dispose());
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    window.clearInterval(this.#timer);
  }

  #receive({ header, parent_header: parent, content }: KernelMessage.IMessage): void {
    const request = "msg_id" in parent ? parent.msg_id : undefined;
    if (request === undefined) return;
    if (header.msg_type === "execute_input") this.#running = { request, sinceMs: performance.now() };
    const isIdle = header.msg_type === "status" && (content as { execution_state?: string }).execution_state === "idle";
    if (isIdle && this.#running?.request === request) this.#running = undefined;
  }

  #show(): void {
    const running = this.#running;
    const ms = running === undefined ? 0 : performance.now() - running.sinceMs;
    const cell = running === undefined || ms < quickMs ? undefined : this.#cellOf(running.request);
    const prompt = cell?.node.querySelector(".jp-InputPrompt") ?? undefined;
    if (prompt !== this.#shown) this.#shown?.removeAttribute(attribute);
    this.#shown = prompt;
    prompt?.setAttribute(attribute, describeElapsed(ms));
  }

  #cellOf(request: string): CodeCell | undefined {
    return this.#panel.content.widgets.find((cell): cell is CodeCell => {
      return cell.model.type === "code" && (cell as CodeCell).outputArea.future?.msg.header.msg_id === request;
    });
  }
}

class ElapsedExtension implements DocumentRegistry.IWidgetExtension<NotebookPanel, INotebookModel> {
  createNew(panel: NotebookPanel): IDisposable {
    return new Elapsed(panel);
  }
}

export const elapsed: JupyterFrontEndPlugin<void> = {
  id: "huntbook:elapsed",
  description: "How long a cell has been running.",
  autoStart: true,
  activate: (app: JupyterFrontEnd) => {
    app.docRegistry.addWidgetExtension("Notebook", new ElapsedExtension());
  },
};
