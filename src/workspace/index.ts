/** Local workspaces: the entry for other layers. */
export { createWorkspace, openWriter, WorkspaceWriter } from "./storage/writer.js";
export type { AddTableOptions, WriterOptions, WriterStep } from "./storage/writer.js";
export type { BatchRows, ParquetRows, SqlRows, TableRows } from "./storage/parquet.js";
export { physicalNames } from "./storage/names.js";
export type { DataFile, Manifest, ManifestClock, RejectEntry, SourceEntry, TableEntry } from "./storage/manifest.js";
export { readManifest } from "./storage/manifest.js";
export { verifyWorkspace } from "./storage/verify.js";
export type { VerifyProblem, VerifyReport } from "./storage/verify.js";
export type { LocalWorkspace, WorkspaceQueryOptions, WorkspaceTable } from "./api.js";
export { planIngest, planRows } from "./ingest/plan.js";
export type { IngestPlan, IngestQuestion, PlannedFile, PlannedTable, PlanOptions, PlanRow } from "./ingest/plan.js";
export { runIngest } from "./ingest/run.js";
export type { IngestedFile, IngestOptions, IngestResult } from "./ingest/run.js";
export { readCorrections, writeCorrections } from "./ingest/corrections.js";
export type { Correction } from "./ingest/corrections.js";
export { loadCatalogue } from "./schema/catalogue.js";
export type { Catalogue, CatalogueTable, TableOrigin } from "./schema/catalogue.js";
