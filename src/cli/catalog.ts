/** What the Lab's side panel shows of a workspace, read from its manifest: the engine is not started for it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Catalog, CatalogQuery, CatalogTable } from "../notebook/server/index.js";
import { getEnvironment } from "../query/environment.js";
import { QueryLibrary } from "../query/library.js";
import { contosoDir } from "../session/demo.js";
import type { Session } from "../session/session.js";
import { loadCatalogue, readManifest } from "../workspace/index.js";

export async function readCatalog(session: Session): Promise<Catalog> {
  const config = session.workspaceConfig();
  const { place } = config;
  const dir = place.kind === "local" ? place.path : place.kind === "contoso" ? contosoDir(session.dataDir) : undefined;
  const manifest = dir !== undefined && existsSync(join(dir, "manifest.json")) ? await readManifest(dir) : undefined;
  const known: readonly CatalogTable[] =
    manifest === undefined ? (await loadCatalogue()).all().map(({ name, columns }) => ({ name, columns })) : [];
  const own = [...(manifest?.tables ?? [])].map(([name, { columns, files }]): CatalogTable => ({
    name,
    columns,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
  }));
  const clock = manifest?.clock;
  return {
    workspace: config.name,
    ...(clock?.kind === "pinned" ? { now: clock.now } : {}),
    tables: own.length > 0 ? own : known,
    queries: listQueries(session),
  };
}

/** Those of the environment that notebooks connect to, by family and name. */
function listQueries(session: Session): readonly CatalogQuery[] {
  const library = new QueryLibrary(getEnvironment("MSSentinel"), session.definitions);
  return library.names().flatMap(fullName => {
    const definition = library.find(fullName);
    if (definition === undefined) return [];
    const parameters = definition.parameters
      // The time range is the notebook's unless it is given.
      .map(p => ({ ...p, required: p.required && p.name !== "start" && p.name !== "end" }))
      .map(({ name, type, required, description }) => ({ name, type, required, description }));
    const family = fullName.slice(0, fullName.lastIndexOf("."));
    return [{ family, name: definition.name, description: definition.description, parameters }];
  });
}
