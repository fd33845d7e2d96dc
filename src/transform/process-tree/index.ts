export { buildForest, buildProcessTree, readProcesses, type ProcessData } from "./from-frame.js";
export { linkProcesses, normalizeProcessId, type Ghost, type ProcessLinks, type ProcessTable } from "./link.js";
export { defaultMarks, findSchema, processSchemas, type FoundSchema, type ProcessSchemaName } from "./schemas.js";
export { orderForest, type ProcessForest } from "./tree.js";
