/** What TypeScript cannot see: styles, and packages without types. */
declare module "*.css";
declare module "@jupyterlab/*/style/index.js";
declare module "anywidget" {
  import type { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";
  export default function define(base: {
    DOMWidgetModel: typeof DOMWidgetModel;
    DOMWidgetView: typeof DOMWidgetView;
  }): { readonly AnyModel: typeof DOMWidgetModel; readonly AnyView: typeof DOMWidgetView };
}
declare module "katex/contrib/auto-render" {
  import type { KatexOptions } from "katex";
  export default function renderMathInElement(
    element: HTMLElement,
    options: KatexOptions & Record<string, unknown>,
  ): void;
}
