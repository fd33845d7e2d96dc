/** What is asked about code, on the protocol thread: cheap things here, TypeScript's in a thread of its own. */
import type { LanguageAnswers } from "./protocol-server.js";

export interface LanguageOptions {
  /** The notebook's folder. */
  readonly dir: string;
  readonly log: (text: string) => void;
}

export interface Language extends LanguageAnswers {
  /** Loads what the answers need, while nobody waits for them. */
  warmUp(): Promise<void>;
}

export function createLanguage(options: LanguageOptions): Language {
  void options;
  return {
    warmUp: async () => void (await import("./cell.js")),
    complete: async ({ cursor_pos }) => ({
      status: "ok",
      matches: [],
      cursor_start: cursor_pos,
      cursor_end: cursor_pos,
      metadata: {},
    }),
    inspect: async () => ({ status: "ok", found: false, data: {}, metadata: {} }),
    isComplete: async code => {
      const { findCompleteness } = await import("./cell.js");
      return findCompleteness(code);
    },
    noteCell: () => undefined,
  };
}
