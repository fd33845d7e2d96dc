/** Widgets that bring their own front end, by the anywidget contract. */
import * as base from "@jupyter-widgets/base";
import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import define from "anywidget";

/** What stands where a widget's own code would: code comes from a running kernel, never from a notebook's file. */
const inert = {
  _esm: `export default {
    render({ el }) {
      el.textContent = "This widget is of an earlier run. Run its cell to use it.";
    },
  };`,
  _css: "",
  code: "",
};

type State = Parameters<base.DOMWidgetModel["set_state"]>[0];

/**
 * The model, without the code that saved state carries. A notebook from a stranger would otherwise run its code in our page as
 * soon as it is opened, trusted or not, and our page may start kernels. Only models with a comm have their state from the kernel.
 */
function withoutSavedCode(AnyModel: typeof base.DOMWidgetModel): typeof base.DOMWidgetModel {
  return class extends AnyModel {
    override initialize(attributes: State, options: Parameters<base.DOMWidgetModel["initialize"]>[1]): void {
      if (options.comm === undefined) this.set(inert);
      super.initialize(attributes, options);
    }
    override set_state(state: State): void {
      super.set_state(this.comm === undefined ? { ...state, ...inert } : state);
    }
    /** What is saved with a notebook: no code, which would not run and makes the file large. */
    override get_state(dropDefaults?: boolean): ReturnType<base.DOMWidgetModel["get_state"]> {
      return { ...super.get_state(dropDefaults), ...inert };
    }
  };
}

export const anywidget: JupyterFrontEndPlugin<void> = {
  id: "huntbook:anywidget",
  autoStart: true,
  requires: [IJupyterWidgetRegistry],
  activate: (_, registry: base.IJupyterWidgetRegistry) => {
    const { DOMWidgetModel, DOMWidgetView } = base;
    // Once for all: its model and view share a runtime.
    const { AnyModel, AnyView } = define({ DOMWidgetModel, DOMWidgetView });
    const exports: base.ExportData = { AnyModel: withoutSavedCode(AnyModel), AnyView };
    // Our kernel takes any 0.x; Python's anywidget asks for its own minor version.
    for (const version of ["0.9.18", "0.10.0", "0.11.0"])
      registry.registerWidget({ name: "anywidget", version, exports });
  },
};
