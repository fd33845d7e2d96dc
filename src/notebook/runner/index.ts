export { formatNotebook, parseNotebook, type Notebook, type NotebookCell, type NotebookOutput } from "./notebook.js";
export { findParameters, injectParameters, toParameters, type ParameterValue, type Parameters } from "./parameters.js";
export { formatDuration, renderReport, type ReportOptions } from "./report.js";
export {
  notebookDir,
  runNotebook,
  type CellFailure,
  type CellStatus,
  type NotebookRun,
  type RunContext,
  type RunOptions,
  type RunProgress,
} from "./run.js";
export { KernelProcess, type KernelProcessOptions } from "./kernel-process.js";
export type { HostModule, Kernel, KernelOutcome, KernelRequest } from "./kernel-port.js";
