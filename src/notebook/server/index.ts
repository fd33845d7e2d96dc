export { openNotebookServer, type NotebookServer, type NotebookServerOptions } from "./server.js";
export type { Catalog, CatalogQuery, CatalogTable, LoadCatalog } from "./catalog.js";
export { createProcessLauncher, type ProcessLauncherOptions } from "./kernels/launcher.js";
export type { KernelLauncher, KernelSpecModel, LaunchRequest, RunningKernel } from "./kernels/port.js";
export { ensureLab, type EnsureOptions } from "./lab/ensure.js";
export { findLabFiles, type LabFiles } from "./lab/files.js";
export { openSettingsServer, type SettingsServer, type SettingsServerOptions } from "./settings-server.js";
export type { OpenSettings, SettingsHost } from "./settings-routes.js";
export type { ListTemplates, NotebookTemplate } from "./templates.js";
