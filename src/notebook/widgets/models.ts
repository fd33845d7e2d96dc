/** The widget models of a kernel: for pages that come later, and for saved notebooks. */
import type { CommHub } from "../protocol/comm.js";
import type { JsonObject } from "../protocol/message.js";

/** ipywidgets' MIME type of saved states, a key of a notebook's `metadata.widgets`. */
export const widgetStateMime = "application/vnd.jupyter.widget-state+json";

/** Every model that was opened, with how to read its state now. */
export class WidgetModels {
  readonly #states = new Map<string, () => JsonObject>();
  /** Those that a saved notebook does without. */
  readonly #unsaved = new Set<string>();
  readonly #shared = new Map<string, string>();

  add(id: string, state: () => JsonObject, { isSaved = true } = {}): void {
    this.#states.set(id, state);
    if (!isSaved) this.#unsaved.add(id);
  }

  delete(id: string): void {
    this.#states.delete(id);
  }

  /** The id of a model that all widgets share; `open` adds it when there is none. */
  once(name: string, open: () => string): string {
    const known = this.#shared.get(name);
    if (known !== undefined && this.#states.has(known)) return known;
    const id = open();
    this.#shared.set(name, id);
    return id;
  }

  get size(): number {
    return this.#states.size;
  }

  /**
   * As notebooks keep them under `metadata.widgets`. Source: ipywidgets' schema `state.schema.json`, version 2.
   */
  toSaved(): JsonObject {
    return { version_major: 2, version_minor: 0, state: this.#entries(id => !this.#unsaved.has(id)) };
  }

  /**
   * Answers a page that was opened after the widgets: it asks on a comm of its own for all states at once.
   * Source: ipywidgets' messages, `jupyter.widget.control`.
   */
  answerControl(comms: CommHub): void {
    comms.register("jupyter.widget.control", comm => ({
      onMessage: ({ data }) => {
        if (data["method"] !== "request_states") return;
        comm.send({ method: "update_states", states: this.#entries(), buffer_paths: [] });
      },
    }));
  }

  #entries(isWanted: (id: string) => boolean = () => true): JsonObject {
    const wanted = [...this.#states].filter(([id]) => isWanted(id));
    return Object.fromEntries(wanted.map(([id, read]) => [id, toEntry(read())]));
  }
}

/** The names of a model's class stand beside the rest of its state. */
function toEntry(state: JsonObject): JsonObject {
  const { _model_name, _model_module, _model_module_version } = state;
  return { model_name: _model_name, model_module: _model_module, model_module_version: _model_module_version, state };
}

/** For runs without a front end: states are kept, messages go nowhere. */
export function createIdleComms(): CommHub {
  let count = 0;
  return {
    register: () => undefined,
    open: (_, options = {}) => ({
      id: options.id ?? `widget${String((count += 1)).padStart(26, "0")}`,
      send: () => undefined,
      close: () => undefined,
    }),
  };
}
