export type { Cell, ColumnData, FrameFactory, FrameInfo, FrameLike, Provenance, Row, RowOptions } from "./api.js";
export { Frame, type FrameKqlOptions } from "./frame.js";
export { inferColumns } from "./infer.js";
export { getReadyQuery, KqlError } from "./kql-error.js";
export { PendingFrame } from "./pending.js";
export { FrameStore, type ExecuteOptions, type FrameStoreOptions, type StoreKqlOptions } from "./store.js";
export { formatDatetimeMicros, formatTimespanTicks, parseDatetimeMicros, parseTimespanTicks } from "./time-text.js";
