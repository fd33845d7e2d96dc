/** anywidget's module of our widgets: `render({ model, el })`, where the model is a `WidgetState` of `../widgets/node.ts`. */
import { el as element } from "./dom.js";
import type { Draw, WidgetModel } from "./widget-page.js";
import { WidgetPage } from "./widget-page.js";
import { controls } from "./widget-controls.js";

interface WidgetParts {
  readonly model: WidgetModel;
  readonly el: HTMLElement;
}
export interface AnyWidget {
  render(parts: WidgetParts): () => void;
}

export function createWidget(output: Draw): AnyWidget {
  const draw: Draw = (node, page) => {
    if (node.kind === "output") return output(node, page);
    const known = Object.hasOwn(controls, node.kind) ? controls[node.kind] : undefined;
    if (known !== undefined) return known(node, page);
    // Of a newer version, or no widget at all.
    const text = `This widget has a part of the kind '${String(node.kind)}', which is not known here.`;
    return { element: element("div", { class: "hb-w-note" }, text), update: () => undefined };
  };
  return {
    render({ model, el }) {
      const page = new WidgetPage(model, draw);
      el.append(page.root);
      page.open();
      return () => page.close();
    },
  };
}

/** Without views inside: small, because it travels with each widget. */
const widget = createWidget(node => ({
  element: element("div", { "aria-label": node.label }),
  update: () => undefined,
}));
export { widget as default };
