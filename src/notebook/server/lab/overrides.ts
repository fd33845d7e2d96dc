/** Where Huntbook's Lab differs from JupyterLab's defaults; users change them in the settings as usual. */
export const overrides: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // A crash loses at most this much, in seconds.
  "@jupyterlab/docmanager-extension:plugin": { autosaveInterval: 30 },
  "@jupyterlab/notebook-extension:tracker": { scrollPastEnd: false },
  // The names of notebooks whole in a narrow panel; the column is one click away.
  "@jupyterlab/filebrowser-extension:browser": { showLastModifiedColumn: false },
  "@jupyterlab/completer-extension:manager": { autoCompletion: false },
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};
