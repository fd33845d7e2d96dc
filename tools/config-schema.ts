/** Writes `schemas/msticpyconfig.schema.json` from the table of settings; a test compares both. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "prettier";
import { configJsonSchema } from "../src/config/json-schema.js";

export const schemaFile = join(import.meta.dirname, "..", "schemas", "msticpyconfig.schema.json");

export const writeSchema = (): Promise<string> =>
  format(JSON.stringify(configJsonSchema()), { parser: "json", printWidth: 120 });

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeFileSync(schemaFile, await writeSchema());
