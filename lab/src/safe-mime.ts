/** Renderers of outputs that treat every notebook as if it came from a stranger. */
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry, RenderedHTML, RenderedMarkdown } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";

/** The same model, without trust. */
const untrusted = (model: IRenderMime.IMimeModel): IRenderMime.IMimeModel => ({
  trusted: false,
  data: model.data,
  metadata: model.metadata,
  setData: options => model.setData(options),
});

class SafeHtml extends RenderedHTML {
  constructor(options: IRenderMime.IRendererOptions) {
    // No formulas: `$env:TEMP … $x` in a log line is not one.
    super({ ...options, latexTypesetter: null });
  }
  override renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    return super.renderModel(untrusted(model));
  }
}

class SafeMarkdown extends RenderedMarkdown {
  override renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    return super.renderModel(untrusted(model));
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

const neverDrawn = ["text/javascript", "application/javascript", "application/x-javascript"];

export const safeMime: JupyterFrontEndPlugin<void> = {
  id: "huntbook:safe-mime",
  description: "HTML and Markdown are sanitised, drawings are pictures, JavaScript is not an output.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_, registry: IRenderMimeRegistry) => {
    for (const type of ["text/html", "text/markdown", "image/svg+xml", ...neverDrawn]) registry.removeMimeType(type);
    registry.addFactory({ safe: true, mimeTypes: ["text/html"], createRenderer: o => new SafeHtml(o) }, 50);
    registry.addFactory({ safe: true, mimeTypes: ["text/markdown"], createRenderer: o => new SafeMarkdown(o) }, 60);
    registry.addFactory({ safe: true, mimeTypes: ["image/svg+xml"], createRenderer: () => new SvgPicture() }, 80);
  },
};
