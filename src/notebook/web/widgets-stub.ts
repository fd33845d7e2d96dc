/**
 * The module that travels with each widget. What draws is large, and a page gets it once per kernel, in the model that `front`
 * names; a saved notebook does not hold it, and shows labels and values.
 */
import { el as element } from "./dom.js";
import type { WidgetModel } from "./widget-page.js";
import type { AnyWidget } from "./widgets.js";
import type { WidgetNode } from "../widgets/node.js";

interface Models {
  get_model(id: string): Promise<{ get(name: string): unknown }>;
}
interface StubParts {
  readonly model: WidgetModel & { readonly widget_manager?: Models };
  readonly el: HTMLElement;
}

/** Each text is one module, however many widgets it draws. */
const modules: Map<string, Promise<AnyWidget>> = ((
  globalThis as unknown as Record<symbol, Map<string, Promise<AnyWidget>> | undefined>
)[Symbol.for("huntbook.widget.modules")] ??= new Map<string, Promise<AnyWidget>>());

function load(text: string): Promise<AnyWidget> {
  const loaded = modules.get(text);
  if (loaded !== undefined) return loaded;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const loading = (import(url) as Promise<{ readonly default: AnyWidget }>)
    .then(module => module.default)
    .finally(() => URL.revokeObjectURL(url));
  modules.set(text, loading);
  return loading;
}

/** Undefined where no kernel has brought it. */
async function findCode(model: StubParts["model"]): Promise<string | undefined> {
  try {
    const front = await model.widget_manager?.get_model(String(model.get("front")));
    const code = front?.get("code");
    return typeof code === "string" && code !== "" ? code : undefined;
  } catch {
    return undefined;
  }
}

function drawValues(model: WidgetModel, el: HTMLElement): void {
  const values = (model.get("values") ?? {}) as Readonly<Record<string, unknown>>;
  const lines: string[] = [];
  const visit = (node: WidgetNode): void => {
    const value = values[node.id];
    const shown = ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";
    if (node.label !== "") lines.push(shown === "" ? node.label : `${node.label}: ${shown}`);
    (node.children ?? []).forEach(visit);
  };
  visit(model.get("tree") as WidgetNode);
  lines.push("This widget is of an earlier run. Run its cell to use it.");
  el.append(...lines.map(line => element("div", {}, line)));
}

const stub = {
  async render({ model, el }: StubParts): Promise<(() => void) | undefined> {
    const code = await findCode(model);
    if (code !== undefined) return (await load(code)).render({ model, el });
    drawValues(model, el);
    return undefined;
  },
};
export { stub as default };
