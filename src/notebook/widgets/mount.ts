/** A control on the page: one comm in ipywidgets' protocol, drawn by one anywidget module. */
import type { MimeBundle } from "../../base/port.js";
import type { Secret } from "../../base/secret.js";
import type { LiveReply, LiveRequest } from "../../view/live.js";
import type { Comm, CommData, CommHub } from "../protocol/comm.js";
import type { JsonObject } from "../protocol/message.js";
import type { AnyControl } from "./control.js";
import type { WidgetModels } from "./models.js";
import type { WidgetEvent, WidgetNode, WidgetState, WidgetValue } from "./node.js";

/** Any 0.x: front ends have 0.9 to 0.11 and compare exactly; the contract is the same. Also a version in a content network's address. */
const anywidgetVersion = "0";

/** Files of `dist/web`: the modules that draw widgets, and the small one that finds them. */
export type WidgetModuleName = "widgets" | "widgets-view" | "widgets-stub";

/** What widgets need of the running kernel. */
export interface WidgetHost {
  readonly comms: CommHub;
  readonly models: WidgetModels;
  /** The text of a module. */
  readonly module: (name: WidgetModuleName) => string;
  /** Nobody looks while cells run; widgets keep their defaults and say so. */
  readonly isHeadless?: boolean;
  /** Answers views inside of widgets. */
  readonly answerView?: (request: LiveRequest) => Promise<LiveReply>;
}

/** The part of the kernel that widgets use: `globalThis[Symbol.for("huntbook.kernel")]`. */
interface Kernel {
  readonly widgets?: WidgetHost;
  readonly display: (value: unknown) => Promise<unknown>;
  /** Looks for a secret in outputs from now on. */
  readonly learnSecret?: (secret: Secret) => void;
}

export interface Mount {
  readonly bundle: MimeBundle;
  sendValues(): void;
  sendTree(): void;
}

const viewMime = "application/vnd.jupyter.widget-view+json";
/** Of ipywidgets' messages: https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md */
const messageVersion = "2.1.0";

export function findKernel(): Kernel | undefined {
  return (globalThis as unknown as Record<symbol, Kernel | undefined>)[Symbol.for("huntbook.kernel")];
}

/** Undefined where there is no kernel: in a script. */
export function openMount(root: AnyControl): Mount | undefined {
  const host = findKernel()?.widgets;
  if (host === undefined) return undefined;
  const { comms, models } = host;
  // Front ends make a default layout of their own for a model that names one.
  const layoutState = { ...modelNames("LayoutModel", "@jupyter-widgets/base", "2.0.0"), _view_name: "LayoutView" };
  const layout = comms.open("jupyter.widget", {
    data: { state: layoutState, buffer_paths: [] },
    metadata: { version: messageVersion },
    handlers: { onMessage: ({ data }) => void answerState(layout, data, () => layoutState) },
  });
  models.add(layout.id, () => layoutState);
  const fullState = (): JsonObject => {
    const state = readState(root);
    return {
      ...modelNames("AnyModel", "anywidget", anywidgetVersion),
      ...{
        _view_name: "AnyView",
        _view_module: "anywidget",
        _view_module_version: anywidgetVersion,
        _view_count: null,
      },
      ...{ _anywidget_id: "huntbook.widget", _esm: host.module("widgets-stub") },
      front: openFront(host, moduleFor(state.tree)),
      ...{ _dom_classes: [], layout: `IPY_MODEL_${layout.id}` },
      ...state,
    };
  };
  const comm = comms.open("jupyter.widget", {
    data: { state: fullState(), buffer_paths: [] },
    metadata: { version: messageVersion },
    handlers: {
      onMessage: message => receive({ root, comm, host, fullState }, message),
      onClose: () => models.delete(comm.id),
    },
  });
  models.add(comm.id, fullState);
  // What changes together travels together.
  let waiting: "values" | "tree" | undefined;
  const send = (): void => {
    const { tree, values } = readState(root);
    comm.send({ method: "update", state: waiting === "tree" ? { tree, values } : { values }, buffer_paths: [] });
    waiting = undefined;
  };
  const later = (what: "values" | "tree"): void => {
    if (waiting === undefined) queueMicrotask(send);
    if (waiting !== "tree") waiting = what;
  };
  return {
    bundle: { [viewMime]: { version_major: 2, version_minor: 0, model_id: comm.id } },
    sendValues: () => later("values"),
    sendTree: () => later("tree"),
  };
}

/** The model that holds what draws: one per kernel and module, however many widgets there are. @returns its id */
function openFront({ comms, models, module }: WidgetHost, name: WidgetModuleName): string {
  return models.once(name, () => {
    const state: JsonObject = {
      ...modelNames("AnyModel", "anywidget", anywidgetVersion),
      ...{ _anywidget_id: "huntbook.front", _esm: "export default { render() {} };", code: module(name) },
    };
    const comm = comms.open("jupyter.widget", {
      data: { state, buffer_paths: [] },
      metadata: { version: messageVersion },
      handlers: {
        onMessage: ({ data }) => void answerState(comm, data, () => state),
        onClose: () => models.delete(comm.id),
      },
    });
    models.add(comm.id, () => state, { isSaved: false });
    return comm.id;
  });
}

function modelNames(name: string, module: string, version: string): JsonObject {
  return { _model_name: name, _model_module: module, _model_module_version: version };
}

/** The small module, unless a part of the widget shows views. */
function moduleFor(tree: WidgetNode): WidgetModuleName {
  const shows = (node: WidgetNode): boolean => node.kind === "output" || (node.children ?? []).some(shows);
  return shows(tree) ? "widgets-view" : "widgets";
}

export function readState(root: AnyControl): WidgetState {
  const values: Record<string, WidgetValue> = {};
  const collect = (control: AnyControl, id: string): void => {
    values[id] = control.toPage();
    control.children.forEach((child, i) => collect(child, `${id}.${control.childKey(i)}`));
  };
  collect(root, "0");
  return { tree: root.toNode("0"), values };
}

function answerState(comm: Comm, data: JsonObject, state: () => JsonObject): boolean {
  if (data["method"] !== "request_state") return false;
  comm.send({ method: "update", state: state(), buffer_paths: [] });
  return true;
}

interface Mounted {
  readonly root: AnyControl;
  readonly comm: Comm;
  readonly host: WidgetHost;
  readonly fullState: () => JsonObject;
}

/** A page's custom messages: events, and what views inside of the widget ask. */
type PageMessage = Partial<WidgetEvent> & { readonly ask?: number; readonly request?: LiveRequest };

async function receive({ root, comm, host, fullState }: Mounted, { data }: CommData): Promise<void> {
  if (answerState(comm, data, fullState) || data["method"] !== "custom") return;
  const reply = (content: JsonObject): void => comm.send({ method: "custom", content });
  const message = (data["content"] ?? {}) as PageMessage;
  if (message.ask !== undefined && message.request !== undefined) {
    const answer: LiveReply = (await host.answerView?.(message.request)) ?? { type: "gone" };
    reply({ ask: message.ask, reply: answer });
    return;
  }
  if (typeof message.seq === "number") reply({ ack: message.seq });
  const control = typeof message.id === "string" ? findControl(root, message.id) : undefined;
  if (control === undefined) return;
  if (message.type === "press") {
    if (!control.disabled) await control.press();
  } else if (message.type === "set" && message.value !== undefined) control.receive(message.value);
}

/** The control of an id; undefined for one that is no longer there. */
export function findControl(root: AnyControl, id: string): AnyControl | undefined {
  const [first, ...path] = id.split(".");
  const step = (control: AnyControl | undefined, key: string): AnyControl | undefined =>
    control?.children.find((_, i) => control.childKey(i) === key);
  return first === "0" ? path.reduce<AnyControl | undefined>(step, root) : undefined;
}
