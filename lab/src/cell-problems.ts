/**
 * What is wrong in a KQL cell is underlined while it is written, as the kernel finds it; F8 goes to the next place. TypeScript
 * cells are checked too when that is switched on: their findings are warnings, for such a cell may run all the same.
 */
import type { Diagnostic } from "@codemirror/lint";
import { diagnosticCount, linter, nextDiagnostic } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { StateEffect, Transaction } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import type { CodeEditor } from "@jupyterlab/codeeditor";
import type { CodeMirrorEditor } from "@jupyterlab/codemirror";
import { EditorExtensionRegistry, IEditorExtensionRegistry } from "@jupyterlab/codemirror";
import type { NotebookPanel } from "@jupyterlab/notebook";
import { INotebookTracker, NotebookActions } from "@jupyterlab/notebook";
import type { Kernel } from "@jupyterlab/services";
import { KernelMessage } from "@jupyterlab/services";
import { IStateDB } from "@jupyterlab/statedb";

/** Of the kernel: offsets count UTF-16 units of the whole cell. */
interface Problem {
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly span: { readonly start: number; readonly end: number };
  readonly hint?: string;
}

const command = "huntbook:check-typescript";
const stateKey = "huntbook:check-typescript";
const ownKernel = "huntbook";
const settleMs = 600;
const longestWaitMs = 16_000;
const isKql = (source: string): boolean => /^%%kql\b/.test(source);
const checkAgain = StateEffect.define<null>();

/** The kernel's own language, asked as its completions are. undefined: it is busy, or has only begun to load what it needs. */
async function askProblems(kernel: Kernel.IKernelConnection, code: string): Promise<readonly Problem[] | undefined> {
  const message = KernelMessage.createMessage({
    ...{ channel: "shell", msgType: "huntbook_edit_request", session: kernel.clientId, username: kernel.username },
    content: { kind: "diagnose", code },
  } as never) as unknown as KernelMessage.IShellMessage;
  const reply = await kernel.sendShellMessage(message, true, true).done;
  const { result } = (reply?.content ?? {}) as { readonly result?: unknown };
  return Array.isArray(result) ? (result as readonly Problem[]) : undefined;
}

const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms));

function toDiagnostic(
  { code, severity, message, span, hint }: Problem,
  length: number,
  isTypeScript: boolean,
): Diagnostic {
  const from = Math.max(0, Math.min(span.start, length));
  return {
    from,
    to: Math.max(from, Math.min(span.end, length)),
    severity: isTypeScript ? "warning" : severity,
    source: code,
    // Drawn as text by the editor.
    message: hint === undefined ? message : `${message}\n${hint}`,
  };
}

class CellProblems {
  readonly #tracker: INotebookTracker;
  readonly #state: IStateDB | null;
  /** Cells that a person has changed: opening a notebook asks nothing. */
  readonly #touched = new WeakSet<EditorView>();
  #checksTypeScript = false;

  constructor(tracker: INotebookTracker, state: IStateDB | null) {
    this.#tracker = tracker;
    this.#state = state;
    void state?.fetch(stateKey).then(value => (this.#checksTypeScript = value === true));
    NotebookActions.executed.connect((_, { notebook }) => {
      const panel = tracker.find(p => p.content === notebook);
      // A cell that has run may have made the name that was missing.
      if (panel !== undefined) this.#recheck(panel, view => diagnosticCount(view.state) > 0);
    });
  }

  get checksTypeScript(): boolean {
    return this.#checksTypeScript;
  }

  toggle(): void {
    this.#checksTypeScript = !this.#checksTypeScript;
    void this.#state?.save(stateKey, this.#checksTypeScript);
    this.#tracker.forEach(panel => {
      this.#recheck(panel, view => !isKql(view.state.doc.line(1).text));
    });
  }

  extension(model: CodeEditor.IModel): Extension {
    return [
      EditorView.updateListener.of(update => {
        const isTyped = update.transactions.some(
          t => t.docChanged && t.annotation(Transaction.userEvent) !== undefined,
        );
        if (isTyped) this.#touched.add(update.view);
      }),
      linter(view => this.#find(view, model), {
        delay: settleMs,
        needsRefresh: update => update.transactions.some(t => t.effects.some(e => e.is(checkAgain))),
      }),
      keymap.of([{ key: "F8", run: nextDiagnostic }]),
    ];
  }

  async #find(view: EditorView, model: CodeEditor.IModel): Promise<readonly Diagnostic[]> {
    const source = view.state.doc.toString();
    const isTypeScript = !isKql(source);
    if (!this.#touched.has(view) || (isTypeScript && !this.#checksTypeScript)) return [];
    const panel = this.#tracker.find(p => p.content.widgets.some(cell => cell.model === model));
    const kernel = panel?.sessionContext.session?.kernel;
    // Other kernels have cells that begin with %%kql too, and never answer a question that they do not know.
    if (kernel?.name !== ownKernel || model.mimeType === "text/x-ipythongfm") return [];
    const { doc } = view.state;
    let problems: readonly Problem[] | undefined;
    for (let waitMs = 1000; waitMs <= longestWaitMs && view.state.doc === doc; waitMs *= 2) {
      problems = await askProblems(kernel, source).catch(() => []);
      if (problems !== undefined) break;
      await pause(waitMs);
    }
    return (problems ?? []).map(p => toDiagnostic(p, source.length, isTypeScript));
  }

  #recheck(panel: NotebookPanel, which: (view: EditorView) => boolean): void {
    for (const cell of panel.content.widgets) {
      const view = (cell.editor as CodeMirrorEditor | null)?.editor;
      if (view !== undefined && which(view)) view.dispatch({ effects: checkAgain.of(null) });
    }
  }
}

export const cellProblems: JupyterFrontEndPlugin<void> = {
  id: "huntbook:cell-problems",
  description: "What is wrong in a cell, while it is written.",
  autoStart: true,
  requires: [IEditorExtensionRegistry, INotebookTracker],
  optional: [IStateDB, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    extensions: IEditorExtensionRegistry,
    tracker: INotebookTracker,
    state: IStateDB | null,
    palette: ICommandPalette | null,
  ) => {
    const problems = new CellProblems(tracker, state);
    extensions.addExtension({
      name: "huntbook:problems",
      factory: ({ inline, model }) =>
        inline ? EditorExtensionRegistry.createImmutableExtension(problems.extension(model)) : null,
    });
    app.commands.addCommand(command, {
      label: "Check TypeScript Cells While Typing",
      caption: "KQL cells always are",
      isToggled: () => problems.checksTypeScript,
      execute: () => {
        problems.toggle();
      },
    });
    palette?.addItem({ command, category: "Huntbook" });
  },
};
