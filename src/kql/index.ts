/** `huntbook/kql`: KQL → DuckDB SQL, checking of queries, diagnostics. */
export type * from "./api.js";
export { watchlistDatabase } from "./api.js";
export type { Diagnostic, Position, Severity, Span } from "../base/diagnostic.js";
export { formatDiagnostic, positionAt } from "../base/diagnostic.js";
export { checkKql, findQueries, queryFileKind } from "./check.js";
export type { CheckedQuery, CheckStatus, FoundQuery, QueryFileKind } from "./check.js";
export { compileKql } from "./compile.js";
export { editKql } from "./editor.js";
export { formatKql } from "./format.js";
export { createInlineCompiler } from "./compiler.js";
export { SchemaCache } from "./environment.js";
export { preludeSql, udfs } from "./functions/index.js";
export { createSnapshotCompiler } from "./snapshot.js";
export { createWorkerCompiler } from "./worker.js";
