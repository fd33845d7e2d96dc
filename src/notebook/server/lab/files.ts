/** The built Lab on disk (see `lab/README.md`): scripts, themes, and the schemas of its settings. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface SettingSchema {
  readonly schema: object;
  readonly version: string;
}

export interface LabFiles {
  readonly dir: string;
  /** By plug-in id: `@jupyterlab/notebook-extension:tracker`. */
  readonly schemas: ReadonlyMap<string, SettingSchema>;
}

/** Reads a built Lab; undefined when there is none in the folder. */
export async function findLabFiles(dir: string): Promise<LabFiles | undefined> {
  if (!existsSync(join(dir, "static", "index.js"))) return undefined;
  const schemas = JSON.parse(await readFile(join(dir, "schemas.json"), "utf8")) as Record<string, SettingSchema>;
  return { dir, schemas: new Map(Object.entries(schemas)) };
}
