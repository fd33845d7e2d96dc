/** Widgets that bring their own front end, by the anywidget contract. */
import * as base from "@jupyter-widgets/base";
import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import define from "anywidget";

export const anywidget: JupyterFrontEndPlugin<void> = {
  id: "huntbook:anywidget",
  autoStart: true,
  requires: [IJupyterWidgetRegistry],
  activate: (_, registry: base.IJupyterWidgetRegistry) => {
    const { DOMWidgetModel, DOMWidgetView } = base;
    // Once for all: its model and view share a runtime. Kernels ask for ~0.9.
    const exports = define({ DOMWidgetModel, DOMWidgetView }) as base.ExportData;
    registry.registerWidget({ name: "anywidget", version: "0.9.18", exports });
  },
};
