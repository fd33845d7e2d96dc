import type { EditKind, EditRequest, KqlCompiler, KqlEnvironment } from "./api.js";
import { PlanCache } from "./cache.js";
import { compileKql } from "./compile.js";
import { editKql } from "./editor.js";
import { SchemaCache } from "./environment.js";

/** A compiler in this thread; the first call takes about a second, in which nothing else runs. */
export function createInlineCompiler(): KqlCompiler {
  const schemas = new SchemaCache();
  const cache = new PlanCache();
  return {
    compile: async (text, environment) => {
      const known = cache.find(text, environment);
      if (known !== undefined) return known;
      const result = compileKql(text, environment, schemas);
      cache.add(text, environment, result);
      return result;
    },
    edit: async <K extends EditKind>(request: EditRequest & { readonly kind: K }, environment: KqlEnvironment) =>
      editKql<K>(request, environment, schemas),
    close: async () => undefined,
  };
}
