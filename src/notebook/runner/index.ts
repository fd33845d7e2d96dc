export { formatNotebook, parseNotebook, type Notebook, type NotebookCell, type NotebookOutput } from "./notebook.js";
export { formatNotebookFile, isTextNotebook, keepOutputs, parseNotebookFile } from "./notebook-file.js";
export { formatTextNotebook, parseTextNotebook } from "./text-notebook.js";
export { describeDiff, diffNotebooks, type CellDiff, type NotebookDiff, type OutputDiff } from "./diff.js";
export { findParameters, injectParameters, toParameters, type ParameterValue, type Parameters } from "./parameters.js";
export { renderJUnit, type JUnitOptions } from "./junit.js";
export { formatDuration, renderReport, type ReportOptions } from "./report.js";
export {
  notebookDir,
  runNotebook,
  type CellFailure,
  type CellLeak,
  type CellStatus,
  type NotebookRun,
  type RunContext,
  type RunOptions,
  type RunProgress,
} from "./run.js";
export { KernelProcess, type KernelProcessOptions } from "./kernel-process.js";
export type { HostModule, Kernel, KernelOutcome, KernelRequest } from "./kernel-port.js";
