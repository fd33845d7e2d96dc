export { buildForest, buildProcessTree } from "./from-frame.js";
export { linkProcesses, normalizeProcessId, type Ghost, type ProcessLinks, type ProcessTable } from "./link.js";
export { defaultMarks, type BuiltInMark } from "./marks.js";
export { readProcesses, type ProcessData } from "./read.js";
export { findSchema, processSchemas, type FoundSchema, type ProcessSchemaName } from "./schemas.js";
export { orderForest, type ProcessForest } from "./tree.js";
