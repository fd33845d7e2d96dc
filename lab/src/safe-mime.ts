/** Renderers of outputs that treat every notebook as if it came from a stranger. */
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry, RenderedHTML, RenderedMarkdown } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { createCutLine, RenderedLongText, saveAsFile, sizeOf } from "./long-text";

/** The same model, without trust. */
const untrusted = (model: IRenderMime.IMimeModel): IRenderMime.IMimeModel => ({
  trusted: false,
  data: model.data,
  metadata: model.metadata,
  setData: options => model.setData(options),
});

/** Characters. Larger markup is read and drawn in one piece, in which the page answers nobody: it is asked for. */
const maxMarkup = 1_000_000;

/** Draws by `draw`, unless the markup is large: then a line says so, and a click draws it. */
function drawAsked(node: HTMLElement, markup: string, draw: () => Promise<void>): Promise<void> {
  if (markup.length <= maxMarkup) return draw();
  const words = `${sizeOf(markup.length)} of markup are not drawn, because drawing them takes long; the notebook holds them.`;
  const line = createCutLine(words, {
    "Draw it": () => {
      line.remove();
      void draw();
    },
    "Save as a file": () => saveAsFile(markup, "output.html.txt"),
  });
  node.replaceChildren(line);
  return Promise.resolve();
}

class SafeHtml extends RenderedHTML {
  constructor(options: IRenderMime.IRendererOptions) {
    // No formulas: `$env:TEMP … $x` in a log line is not one.
    super({ ...options, latexTypesetter: null });
  }
  override renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    return drawAsked(this.node, String(model.data["text/html"]), () => super.renderModel(untrusted(model)));
  }
}

class SafeMarkdown extends RenderedMarkdown {
  override renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    return drawAsked(this.node, String(model.data["text/markdown"]), () => super.renderModel(untrusted(model)));
  }
}

/** A drawing as a picture: in an `img`, SVG runs no scripts and loads nothing. */
class SvgPicture extends Widget implements IRenderMime.IRenderer {
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const image = document.createElement("img");
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(String(model.data["image/svg+xml"]))}`;
    image.alt = typeof model.data["text/plain"] === "string" ? model.data["text/plain"] : "";
    image.className = "hb-picture";
    this.node.replaceChildren(image);
  }
}

const printed = ["application/vnd.jupyter.stdout", "application/vnd.jupyter.stderr", "text/plain"];
const neverDrawn = ["text/javascript", "application/javascript", "application/x-javascript"];

export const safeMime: JupyterFrontEndPlugin<void> = {
  id: "huntbook:safe-mime",
  description: "HTML and Markdown are sanitised, drawings are pictures, long text is cut, JavaScript is not an output.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_, registry: IRenderMimeRegistry) => {
    for (const type of ["text/html", "text/markdown", "image/svg+xml", ...printed, ...neverDrawn])
      registry.removeMimeType(type);
    registry.addFactory({ safe: true, mimeTypes: ["text/html"], createRenderer: o => new SafeHtml(o) }, 50);
    registry.addFactory({ safe: true, mimeTypes: ["text/markdown"], createRenderer: o => new SafeMarkdown(o) }, 60);
    registry.addFactory({ safe: true, mimeTypes: ["image/svg+xml"], createRenderer: () => new SvgPicture() }, 80);
    registry.addFactory({ safe: true, mimeTypes: printed, createRenderer: o => new RenderedLongText(o) }, 120);
  },
};
