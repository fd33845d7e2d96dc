/** The far side of a remote compiler; a file of its own, so that the near side loads no compiler. */
import type { CompileReply, CompileRequest } from "./remote.js";
import { compileKql } from "./compile.js";
import { editKql } from "./editor.js";
import { SchemaCache } from "./environment.js";

/** How many schemas the far side keeps. */
const keptSchemas = 8;

/** Answers requests one by one. */
export function createResponder(): (request: CompileRequest) => CompileReply {
  const known = new Map<string, NonNullable<CompileRequest["schema"]>>();
  const schemas = new SchemaCache();
  return ({ id, text, edit, environment, schema }) => {
    if (schema !== undefined) known.set(environment.schemaId, schema);
    const found = known.get(environment.schemaId);
    if (found === undefined) return { id, missing: true };
    const [oldest] = known.keys();
    if (known.size > keptSchemas && oldest !== undefined) known.delete(oldest);
    const whole = { ...environment, ...found };
    if (edit !== undefined) return { id, edited: editKql(edit, whole, schemas) };
    return { id, result: compileKql(text, whole, schemas) };
  };
}
