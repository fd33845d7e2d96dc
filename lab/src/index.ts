/** The Lab: JupyterLab with Huntbook's plug-ins, all from this server. */
import "./styles";
import "katex/dist/katex.css";
import "./huntbook.css";
import { JupyterLab } from "@jupyterlab/application";
import { PageConfig } from "@jupyterlab/coreutils";
import jsonRenderer from "@jupyterlab/json-extension";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { IConnectionStatus, IServiceManager } from "@jupyterlab/services";
import { PluginRegistry } from "@lumino/coreutils";
import { anywidget } from "./anywidget";
import { catalogPanel } from "./catalog-panel";
import { cellProblems } from "./cell-problems";
import { cleanNotebook } from "./clean-notebook";
import { elapsed } from "./elapsed";
import { gallery } from "./gallery";
import { huntWindow } from "./hunt-window";
import { kqlCells } from "./kql-cells";
import { latex } from "./latex";
import { logo } from "./logo";
import { jupyterPlugins } from "./plugins";
import { safeMime } from "./safe-mime";
import { sanitizer } from "./sanitizer";
import { serverSettings } from "./server-settings";
import { textNotebooks } from "./text-notebooks";
import { vega } from "./vega";
import { viewMime } from "./view-mime";
import { viewStyle } from "../../src/view/style.js";

/** Static views bring their styles along; the sanitizer takes styles out, so that the page has to have them. */
function addViewStyle(): void {
  const style = document.createElement("style");
  style.textContent = viewStyle;
  document.head.append(style);
}

async function main(): Promise<void> {
  addViewStyle();
  const registry = new PluginRegistry<JupyterLab>();
  const own = [
    anywidget,
    catalogPanel,
    cellProblems,
    cleanNotebook,
    elapsed,
    gallery,
    huntWindow,
    kqlCells,
    latex,
    logo,
    safeMime,
    sanitizer,
    serverSettings,
    textNotebooks,
  ];
  registry.registerPlugins([...jupyterPlugins, ...own, vega, viewMime] as never[]);
  const lab = new JupyterLab({
    pluginRegistry: registry,
    serviceManager: await registry.resolveRequiredService(IServiceManager),
    connectionStatus: await registry.resolveOptionalService(IConnectionStatus),
    mimeExtensions: [{ __esModule: true, default: jsonRenderer } as unknown as IRenderMime.IExtensionModule],
  } as never);
  // For tests and for people who write plug-ins; the address has to ask for it.
  if (PageConfig.getOption("exposeAppInBrowser") === "true") Object.assign(window, { jupyterapp: lab });
  await lab.start();
  await lab.restored;
  document.body.dataset["huntbookReady"] = "true";
}

main().catch((error: unknown) => {
  // Nothing of the Lab is there to show it.
  const message = document.createElement("pre");
  message.textContent = `The Lab could not start.\n\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  document.body.replaceChildren(message);
});
