/** Cells that begin with `%%kql` are coloured as KQL, while the rest of the notebook is TypeScript. */
import type { Extension, Text } from "@codemirror/state";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { EditorExtensionRegistry, IEditorExtensionRegistry, IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { LanguageSupport } from "@codemirror/language";
import { kqlLanguage } from "./kql-language";

const isKql = (firstLine: string): boolean => /^%%kql\b/.test(firstLine);
const firstLineOf = (text: Text): string => text.line(1).text;

/** Changes the language with the first line. */
function kqlWhenMarked(source: string): Extension {
  const language = new Compartment();
  const choose = (marked: boolean): Extension => (marked ? Prec.highest(kqlLanguage) : []);
  return [
    language.of(choose(isKql(source.split("\n", 1)[0] ?? ""))),
    EditorState.transactionExtender.of(transaction => {
      if (!transaction.docChanged) return null;
      const [before, after] = [isKql(firstLineOf(transaction.startState.doc)), isKql(firstLineOf(transaction.newDoc))];
      return before === after ? null : { effects: language.reconfigure(choose(after)) };
    }),
  ];
}

export const kqlCells: JupyterFrontEndPlugin<void> = {
  id: "huntbook:kql-cells",
  autoStart: true,
  requires: [IEditorExtensionRegistry, IEditorLanguageRegistry],
  activate: (_: JupyterFrontEnd, extensions: IEditorExtensionRegistry, languages: IEditorLanguageRegistry) => {
    extensions.addExtension({
      name: "huntbook:kql",
      factory: ({ inline, model }) =>
        inline ? EditorExtensionRegistry.createImmutableExtension(kqlWhenMarked(model.sharedModel.getSource())) : null,
    });
    languages.addLanguage({
      name: "KQL",
      displayName: "KQL",
      mime: "text/x-kql",
      extensions: ["kql", "csl"],
      support: new LanguageSupport(kqlLanguage),
    });
  },
};
