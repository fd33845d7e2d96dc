/** A control on the page: one comm in ipywidgets' protocol, drawn by one anywidget module. */
import type { MimeBundle } from "../../base/port.js";
import type { Comm, CommData, CommHub } from "../protocol/comm.js";
import type { JsonObject } from "../protocol/message.js";
import type { AnyControl } from "./control.js";
import type { WidgetEvent, WidgetState, WidgetValue } from "./node.js";

/** What widgets need of the running kernel: `globalThis[Symbol.for("huntbook.kernel")]`. */
export interface WidgetHost {
  readonly comms?: CommHub;
  /** The module that draws widgets, as text. */
  readonly widgetModule?: () => string;
}

export interface Mount {
  readonly bundle: MimeBundle;
  sendValues(): void;
  sendTree(): void;
}

const viewMime = "application/vnd.jupyter.widget-view+json";
/** Of ipywidgets' messages: https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md */
const messageVersion = "2.1.0";

export function findWidgetHost(): WidgetHost | undefined {
  return (globalThis as unknown as Record<symbol, WidgetHost | undefined>)[Symbol.for("huntbook.kernel")];
}

/** Undefined where there is no kernel with comms: a script, a headless run. */
export function openMount(root: AnyControl): Mount | undefined {
  const { comms, widgetModule } = findWidgetHost() ?? {};
  if (comms === undefined || widgetModule === undefined) return undefined;
  // Front ends make a default layout of their own for a model that names one.
  const layout = comms.open("jupyter.widget", {
    data: {
      state: { ...modelNames("LayoutModel", "@jupyter-widgets/base", "2.0.0"), _view_name: "LayoutView" },
      buffer_paths: [],
    },
    metadata: { version: messageVersion },
  });
  const fullState = (): JsonObject => ({
    ...modelNames("AnyModel", "anywidget", "~0.9.*"),
    ...{ _view_name: "AnyView", _view_module: "anywidget", _view_module_version: "~0.9.*", _view_count: null },
    ...{ _anywidget_id: "huntbook.widget", _esm: widgetModule(), _dom_classes: [], layout: `IPY_MODEL_${layout.id}` },
    ...readState(root),
  });
  const comm = comms.open("jupyter.widget", {
    data: { state: fullState(), buffer_paths: [] },
    metadata: { version: messageVersion },
    handlers: { onMessage: message => receive(root, comm, message, fullState) },
  });
  const update = (state: JsonObject): void => comm.send({ method: "update", state, buffer_paths: [] });
  return {
    bundle: { [viewMime]: { version_major: 2, version_minor: 0, model_id: comm.id } },
    sendValues: () => update({ values: readState(root).values }),
    sendTree: () => update({ ...readState(root) }),
  };
}

function modelNames(name: string, module: string, version: string): JsonObject {
  return { _model_name: name, _model_module: module, _model_module_version: version };
}

function readState(root: AnyControl): WidgetState {
  const values: Record<string, WidgetValue> = {};
  const collect = (control: AnyControl, id: string): void => {
    values[id] = control.toPage();
    control.children.forEach((child, i) => collect(child, `${id}.${i}`));
  };
  collect(root, "0");
  return { tree: root.toNode("0"), values };
}

function receive(root: AnyControl, comm: Comm, { data }: CommData, fullState: () => JsonObject): void | Promise<void> {
  if (data["method"] === "request_state") {
    comm.send({ method: "update", state: fullState(), buffer_paths: [] });
    return undefined;
  }
  if (data["method"] !== "custom") return undefined;
  const event = data["content"] as Partial<WidgetEvent> | undefined;
  const control = typeof event?.id === "string" ? findControl(root, event.id) : undefined;
  if (control === undefined) return undefined;
  if (event?.type === "press") return control.disabled ? undefined : control.press();
  if (event?.type === "set" && event.value !== undefined) control.receive(event.value);
  return undefined;
}

function findControl(root: AnyControl, id: string): AnyControl | undefined {
  const [first, ...path] = id.split(".");
  return first === "0"
    ? path.reduce<AnyControl | undefined>((control, index) => control?.children[Number(index)], root)
    : undefined;
}
