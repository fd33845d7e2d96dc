/** The thread of TypeScript's language service, whose first answer takes seconds. */
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { Column } from "../../base/column.js";
import { findPackageEntries } from "./module-hook.js";
import { TypeScriptLanguage } from "./typescript-language.js";

export interface LanguageThreadData {
  readonly dir: string;
}
export type ToLanguage =
  | { readonly type: "cell"; readonly code: string }
  | { readonly type: "frame"; readonly name: string; readonly columns: readonly Column[] }
  | {
      readonly type: "ask";
      readonly id: number;
      readonly kind: LanguageQuestion;
      readonly code: string;
      readonly offset: number;
    };
export type LanguageQuestion = "complete" | "inspect" | "diagnose";
export interface FromLanguage {
  readonly id: number;
  readonly reply: unknown;
}

const { dir } = workerData as LanguageThreadData;
const fromSource = import.meta.url.endsWith(".ts");
const entries = findPackageEntries(new URL("../../../package.json", import.meta.url), fromSource);
const packageFiles = Object.fromEntries(
  Object.entries(entries)
    .map(([name, url]) => [name, fileURLToPath(url).replace(/\.js$/, ".d.ts")] as const)
    .filter(([, file]) => file.endsWith(".ts")),
);
const { default: typescript } = await import("typescript");
const language = new TypeScriptLanguage({ typescript, dir, packageFiles });

parentPort?.on("message", (message: ToLanguage) => {
  switch (message.type) {
    case "cell":
      language.addCell(message.code);
      break;
    case "frame":
      language.addFrame(message.name, message.columns);
      break;
    case "ask":
      parentPort?.postMessage({ id: message.id, reply: answer(message) } satisfies FromLanguage);
      break;
  }
});

/** The service may fail on text that is half written; then there is no answer. */
function answer({ kind, code, offset }: Extract<ToLanguage, { type: "ask" }>): unknown {
  try {
    if (kind === "diagnose") return language.diagnose(code);
    return language[kind](code, offset);
  } catch {
    return undefined;
  }
}
