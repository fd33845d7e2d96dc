/**
 * The notebook's hunt window in its toolbar: workspace and time range of KQL cells, named queries and pivots that say nothing
 * else. It is kept in the notebook's metadata (`huntbook.window`) and sent to the kernel with every cell.
 */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Dialog, ICommandPalette, showDialog } from "@jupyterlab/apputils";
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { INotebookModel, NotebookPanel } from "@jupyterlab/notebook";
import { INotebookTracker } from "@jupyterlab/notebook";
import type { Kernel } from "@jupyterlab/services";
import { ToolbarButton } from "@jupyterlab/ui-components";
import type { IDisposable } from "@lumino/disposable";
import { Widget } from "@lumino/widgets";
import { clockIcon } from "./icons";
import { askServer } from "./server-settings";

export interface HuntWindow {
  /** A configured name; undefined: the workspace that the server was started on. */
  readonly workspace?: string;
  /** `7d`: so far back from now. */
  readonly last?: string;
  /** ISO instants. */
  readonly start?: string;
  readonly end?: string;
}

const metadataKey = "huntbook";
const command = "huntbook:set-hunt-window";
const lastPattern = /^\d{1,9}(?:\.\d{1,3})?[smhdw]$/;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Texts only: a notebook may come from anywhere. */
function readWindow(model: INotebookModel | null): HuntWindow {
  const own: unknown = model?.getMetadata(metadataKey);
  const window = isObject(own) ? own["window"] : undefined;
  if (!isObject(window)) return {};
  const names = ["workspace", "last", "start", "end"] as const;
  return Object.fromEntries(names.flatMap(n => (typeof window[n] === "string" ? [[n, window[n]] as const] : [])));
}

function writeWindow(model: INotebookModel, window: HuntWindow): void {
  const own: unknown = model.getMetadata(metadataKey);
  const { window: old, ...rest } = isObject(own) ? own : {};
  void old;
  const next = Object.keys(window).length === 0 ? rest : { ...rest, window };
  if (Object.keys(next).length === 0) model.deleteMetadata(metadataKey);
  else model.setMetadata(metadataKey, next);
}

const instant = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")}`;

/** `Contoso · last 7d`, as the toolbar says it. */
export function describeWindow({ workspace, last, start, end }: HuntWindow): string {
  const range =
    last !== undefined
      ? `last ${last}`
      : start !== undefined
        ? `${instant(start)} – ${end === undefined ? "now" : instant(end)} UTC`
        : "all times";
  return workspace === undefined ? range : `${workspace} · ${range}`;
}

/** What is wrong with a window, for the person who has just typed it. */
function problemOf({ last, start, end }: HuntWindow): string | undefined {
  if (last !== undefined && !lastPattern.test(last)) return `'${last}' is not a time span such as 12h, 7d or 2w`;
  if (start === undefined && end !== undefined) return "an end needs a start";
  if (start !== undefined && end !== undefined && end <= start) return "the end must be after the start";
  return undefined;
}

class WindowForm extends Widget {
  readonly #workspace = document.createElement("input");
  readonly #kind = document.createElement("select");
  readonly #last = document.createElement("input");
  readonly #start = document.createElement("input");
  readonly #end = document.createElement("input");

  constructor(window: HuntWindow, workspaces: readonly string[], problem: string | undefined) {
    super();
    this.addClass("hb-window-form");
    const names = document.createElement("datalist");
    names.id = "hb-window-workspaces";
    names.append(...workspaces.map(name => new Option(name, name)));
    this.#workspace.setAttribute("list", names.id);
    this.#workspace.placeholder = "the one that the server was started on";
    this.#workspace.value = window.workspace ?? "";
    this.#kind.append(
      new Option("All times", "all"),
      new Option("Back from now", "last"),
      new Option("From, to", "range"),
    );
    this.#kind.value = window.last !== undefined ? "last" : window.start !== undefined ? "range" : "all";
    this.#last.value = window.last ?? "7d";
    for (const [input, iso] of [
      [this.#start, window.start],
      [this.#end, window.end],
    ] as const) {
      input.type = "datetime-local";
      input.value = iso?.slice(0, 16) ?? "";
    }
    const rows = [
      row("Workspace", this.#workspace),
      row("Times", this.#kind),
      row("How far back (12h, 7d, 2w)", this.#last),
      row("From (UTC)", this.#start),
      row("To (UTC; empty: now)", this.#end),
    ];
    const [, , last, start, end] = rows;
    const show = () => {
      if (last !== undefined) last.hidden = this.#kind.value !== "last";
      for (const each of [start, end]) if (each !== undefined) each.hidden = this.#kind.value !== "range";
    };
    this.#kind.addEventListener("change", show);
    show();
    this.node.append(names, ...rows);
    if (problem === undefined) return;
    const note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.className = "hb-window-problem";
    note.textContent = problem;
    // It is about what was entered before.
    this.node.addEventListener("input", () => note.remove(), { once: true });
    this.node.append(note);
  }

  /** Read by the dialog. */
  getValue(): HuntWindow {
    const workspace = this.#workspace.value.trim();
    const iso = (value: string) => (value === "" ? undefined : `${value.slice(0, 16)}:00Z`);
    const [start, end] = [iso(this.#start.value), iso(this.#end.value)];
    return {
      ...(workspace === "" ? {} : { workspace }),
      ...(this.#kind.value === "last" ? { last: this.#last.value.trim() } : {}),
      ...(this.#kind.value === "range" && start !== undefined ? { start } : {}),
      ...(this.#kind.value === "range" && end !== undefined ? { end } : {}),
    };
  }
}

function row(text: string, input: HTMLElement): HTMLElement {
  const label = document.createElement("label");
  const name = document.createElement("span");
  name.textContent = text;
  label.append(name, input);
  return label;
}

async function changeWindow(panel: NotebookPanel): Promise<void> {
  const { model } = panel.content;
  if (model === null) return;
  const { workspaces } = await askServer<{ workspaces: readonly string[] }>("/huntbook/api/workspaces").catch(() => ({
    workspaces: [],
  }));
  let window = readWindow(model);
  let problem: string | undefined;
  do {
    const body = new WindowForm(window, workspaces, problem);
    const buttons = [Dialog.cancelButton(), Dialog.okButton({ label: "Set" })];
    const answer: Dialog.IResult<HuntWindow> = await showDialog({ title: "Hunt window", body, buttons });
    if (!answer.button.accept || answer.value === null) return;
    window = answer.value;
    problem = problemOf(window);
  } while (problem !== undefined);
  writeWindow(model, window);
}

/** The window goes along with each cell, as metadata of the request. */
function sendAlong(kernel: Kernel.IKernelConnection, model: () => INotebookModel | null): void {
  const send = kernel.requestExecute.bind(kernel);
  kernel.requestExecute = (content, disposeOnDone, metadata) => {
    const window = readWindow(model());
    if (Object.keys(window).length === 0) return send(content, disposeOnDone, metadata);
    return send(content, disposeOnDone, { ...metadata, [metadataKey]: { window: { ...window } } });
  };
}

class WindowButton implements DocumentRegistry.IWidgetExtension<NotebookPanel, INotebookModel> {
  createNew(panel: NotebookPanel): IDisposable {
    const button = new ToolbarButton({
      icon: clockIcon,
      tooltip: "Hunt window: workspace and times of cells that say nothing else",
      onClick: () => void changeWindow(panel),
      // Read at each drawing, so that it is right whether the button or the notebook is there first.
      get label() {
        return describeWindow(readWindow(panel.content.model));
      },
      className: "hb-window-button",
    });
    const show = () => button.update();
    panel.toolbar.insertBefore("kernelName", "hunt-window", button) || panel.toolbar.addItem("hunt-window", button);
    const follow = () => {
      panel.content.model?.metadataChanged.connect(show);
      show();
    };
    void panel.context.ready.then(follow);
    const wrapped = new WeakSet<Kernel.IKernelConnection>();
    const attach = () => {
      const kernel = panel.sessionContext.session?.kernel;
      if (kernel === undefined || kernel === null || wrapped.has(kernel)) return;
      wrapped.add(kernel);
      sendAlong(kernel, () => panel.content.model);
    };
    panel.sessionContext.kernelChanged.connect(attach);
    attach();
    return button;
  }
}

export const huntWindow: JupyterFrontEndPlugin<void> = {
  id: "huntbook:hunt-window",
  description: "Workspace and time range of a notebook, in its toolbar.",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker, palette: ICommandPalette | null) => {
    app.docRegistry.addWidgetExtension("Notebook", new WindowButton());
    app.commands.addCommand(command, {
      label: "Set Hunt Window…",
      caption: "Workspace and times of cells that say nothing else",
      isEnabled: () => tracker.currentWidget !== null,
      execute: () => (tracker.currentWidget === null ? undefined : changeWindow(tracker.currentWidget)),
    });
    palette?.addItem({ command, category: "Huntbook" });
  },
};
