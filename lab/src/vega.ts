/**
 * Vega and Vega-Lite charts. Expressions are interpreted, not compiled; data is what the chart holds, nothing is fetched;
 * options in the chart that would change how it is drawn are not looked at.
 */
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import type { Spec, View } from "vega";
import type { TopLevelSpec } from "vega-lite";

const liteTypes = [
  "application/vnd.vegalite.v6+json",
  "application/vnd.vegalite.v5+json",
  "application/vnd.vegalite.v4+json",
];
const vegaTypes = ["application/vnd.vega.v6+json", "application/vnd.vega.v5+json"];

const refuse = (uri: string): never => {
  throw new Error(`a chart may not load '${uri}': put the data into the chart`);
};

class Chart extends Widget implements IRenderMime.IRenderer {
  readonly #type: string;
  #view: View | undefined;

  constructor(options: IRenderMime.IRendererOptions) {
    super();
    this.#type = options.mimeType;
    this.addClass("hb-chart");
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#view?.finalize();
    this.node.replaceChildren();
    try {
      await this.#draw(structuredClone(model.data[this.#type]) as object);
    } catch (error) {
      const note = document.createElement("pre");
      note.textContent = `This chart cannot be drawn: ${error instanceof Error ? error.message : String(error)}`;
      this.node.replaceChildren(note);
    }
  }

  async #draw(given: object): Promise<void> {
    const [vega, { expressionInterpreter }] = await Promise.all([import("vega"), import("vega-interpreter")]);
    const dark = document.body.dataset["jpThemeLight"] === "false";
    const config = dark ? darkConfig : {};
    const loader = { ...vega.loader(), load: refuse, sanitize: async (uri: string) => refuse(uri) };
    let spec = given as Spec;
    if (liteTypes.includes(this.#type)) {
      const { compile } = await import("vega-lite");
      spec = compile({ ...(given as TopLevelSpec), usermeta: undefined } as TopLevelSpec, { config }).spec;
    }
    const runtime = vega.parse(spec, config as never, { ast: true } as never);
    this.#view = new vega.View(runtime, { expr: expressionInterpreter, loader, renderer: "svg", hover: true } as never);
    await this.#view.initialize(this.node).runAsync();
  }

  override dispose(): void {
    this.#view?.finalize();
    super.dispose();
  }
}

const ink = "#d5d9e0";
const darkConfig = {
  background: "transparent",
  axis: { labelColor: ink, titleColor: ink, gridColor: "#3a4150", domainColor: "#626a78", tickColor: "#626a78" },
  legend: { labelColor: ink, titleColor: ink },
  title: { color: ink },
  view: { stroke: "#3a4150" },
};

export const vega: JupyterFrontEndPlugin<void> = {
  id: "huntbook:vega",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_, registry: IRenderMimeRegistry) =>
    registry.addFactory({ safe: true, mimeTypes: [...liteTypes, ...vegaTypes], createRenderer: o => new Chart(o) }, 45),
};
