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
