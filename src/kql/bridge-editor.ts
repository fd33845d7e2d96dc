/** The editor side of Microsoft's language service, typed: completion, quick info, colours. */
import type { Span } from "../base/diagnostic.js";
import type { Globals, RawEditor } from "./bridge.js";
import { editorService, reversed, toArray } from "./bridge.js";

/** A text open in an editor. */
export interface BoundEditor {
  readonly complete: (offset: number) => { readonly span: Span; readonly items: readonly RawCompletion[] };
  readonly quickInfo: (offset: number) => readonly string[];
  readonly classify: () => readonly { readonly span: Span; readonly kind: string }[];
}

/** `kind` is the language service's word: Column, BuiltInFunction, Keyword … */
export interface RawCompletion {
  readonly label: string;
  readonly match: string;
  readonly before: string;
  readonly after: string;
  readonly kind: string;
}

/** Opens a text with what names in it may mean. */
export function openEditor(text: string, globals: Globals): BoundEditor {
  const service = editorService();
  const editor: RawEditor = new service.KustoCodeService.$ctor1(text, globals.raw);
  return {
    complete: offset => {
      const kinds = reversed(service.CompletionKind);
      const info = editor.GetCompletionItems(offset);
      const items = toArray(info.Items).map((item): RawCompletion => {
        const i = item as Record<"DisplayText" | "MatchText" | "BeforeText" | "AfterText", string | null> & {
          readonly Kind: number;
        };
        return {
          label: i.DisplayText ?? "",
          match: i.MatchText ?? "",
          before: i.BeforeText ?? "",
          after: i.AfterText ?? "",
          kind: kinds.get(i.Kind) ?? "Unknown",
        };
      });
      return { span: { start: info.EditStart, end: info.EditStart + info.EditLength }, items };
    },
    quickInfo: offset =>
      toArray(editor.GetQuickInfo(offset).Items).map(i => (i as { readonly Text: string | null }).Text ?? ""),
    classify: () => {
      const kinds = reversed(service.ClassificationKind);
      return toArray(editor.GetClassifications(0, text.length).Classifications).map(c => {
        const { Kind, Start, Length } = c as { readonly Kind: number; readonly Start: number; readonly Length: number };
        return { span: { start: Start, end: Start + Length }, kind: kinds.get(Kind) ?? "PlainText" };
      });
    },
  };
}
