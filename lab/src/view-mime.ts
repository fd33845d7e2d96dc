/**
 * Huntbook's views, drawn by the module that the server offers (`dist/web/view.js`). Without one, or when it cannot draw a
 * view, the sanitised HTML that travels beside the view is shown.
 */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { PageConfig } from "@jupyterlab/coreutils";
import { INotebookTracker, NotebookActions } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { askKernel } from "./live-views";
import { sanitizeHtml } from "./sanitizer";

export const viewType = "application/vnd.huntbook.view+json";

/** What a view may ask of the page it is in; the same as `ViewHost` of `src/notebook/web/host.ts`. */
export interface ViewHost {
  /** Asks the notebook's kernel for rows and details that the notebook does not hold. */
  request(request: unknown): Promise<unknown>;
  /** Puts a new cell below the view's own and shows it; it does not run. */
  insertCell(source: string): void;
}

/** What `view.js` exports; the answer, if there is one, lets go of what was drawn. */
export interface ViewModule {
  render(options: {
    readonly model: unknown;
    readonly el: HTMLElement;
    readonly host: ViewHost;
  }): void | (() => void) | Promise<void | (() => void)>;
}

class RenderedView extends Widget implements IRenderMime.IRenderer {
  readonly #load: () => Promise<ViewModule>;
  readonly #createHost: (node: HTMLElement) => ViewHost;
  #letGo: (() => void) | undefined;

  constructor(load: () => Promise<ViewModule>, createHost: (node: HTMLElement) => ViewHost) {
    super();
    this.#load = load;
    this.#createHost = createHost;
    this.addClass("hb-rendered-view");
    // A view with a menu of its own has answered the right click; the Lab's menu is for the rest.
    this.node.addEventListener("contextmenu", event => {
      if (event.defaultPrevented) event.stopPropagation();
    });
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#release();
    const el = document.createElement("div");
    this.node.replaceChildren(el);
    try {
      const { render } = await this.#load();
      const letGo = await render({ model: model.data[viewType], el, host: this.#createHost(this.node) });
      this.#letGo = typeof letGo === "function" ? letGo : undefined;
    } catch (error) {
      console.error("A view cannot be drawn; its static form is shown instead.", error);
      el.className = "jp-RenderedHTMLCommon";
      el.innerHTML = sanitizeHtml(String(model.data["text/html"] ?? ""));
      if (el.textContent === "") el.textContent = String(model.data["text/plain"] ?? "");
    }
  }

  override dispose(): void {
    this.#release();
    super.dispose();
  }

  #release(): void {
    this.#letGo?.();
    this.#letGo = undefined;
  }
}

/**
 * Keys in a view are the view's: the Lab's own for cells (M makes Markdown of one, 0 twice restarts the kernel) are not meant
 * there. With Ctrl, ⌘ or Alt they stay the Lab's. Asked before the Lab asks, which looks at the focused element alone.
 */
function keepKeys(event: KeyboardEvent): void {
  const { target } = event;
  if (!(target instanceof Element) || target.closest(".hb-rendered-view") === null) return;
  target.toggleAttribute("data-lm-suppress-shortcuts", !event.ctrlKey && !event.metaKey && !event.altKey);
}

export const viewMime: JupyterFrontEndPlugin<void> = {
  id: "huntbook:view-mime",
  autoStart: true,
  requires: [IRenderMimeRegistry, INotebookTracker],
  activate: (_: JupyterFrontEnd, registry: IRenderMimeRegistry, tracker: INotebookTracker) => {
    const address = PageConfig.getOption("viewModule");
    if (address === "") return;
    /** The notebook that shows a node, or the one in front: outputs can be shown in a tab of their own. */
    const panelOf = (node: HTMLElement) => tracker.find(p => p.node.contains(node)) ?? tracker.currentWidget;
    const createHost = (node: HTMLElement): ViewHost => ({
      request: asked => askKernel(panelOf(node)?.sessionContext.session?.kernel ?? undefined, asked),
      insertCell: source => {
        const panel = panelOf(node);
        if (panel === null) return;
        const own = panel.content.widgets.findIndex(cell => cell.node.contains(node));
        if (own >= 0) panel.content.activeCellIndex = own;
        NotebookActions.insertBelow(panel.content);
        const { activeCell } = panel.content;
        activeCell?.model.sharedModel.setSource(source);
        if (activeCell !== null) void panel.content.scrollToCell(activeCell);
      },
    });
    window.addEventListener("keydown", keepKeys, true);
    let module: Promise<ViewModule> | undefined;
    const load = () => (module ??= import(address) as Promise<ViewModule>);
    // Before text/html (50): a view is the richer form of the same thing.
    registry.addFactory(
      { safe: true, mimeTypes: [viewType], createRenderer: () => new RenderedView(load, createHost) },
      10,
    );
  },
};
