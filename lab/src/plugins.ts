/** JupyterLab's own plug-ins. */
import application from "@jupyterlab/application-extension";
import apputils from "@jupyterlab/apputils-extension";
import cellToolbar from "@jupyterlab/cell-toolbar-extension";
import celltags from "@jupyterlab/celltags-extension";
import codemirror from "@jupyterlab/codemirror-extension";
import completer from "@jupyterlab/completer-extension";
import consoles from "@jupyterlab/console-extension";
import csvviewer from "@jupyterlab/csvviewer-extension";
import docmanager from "@jupyterlab/docmanager-extension";
import documentsearch from "@jupyterlab/documentsearch-extension";
import filebrowser from "@jupyterlab/filebrowser-extension";
import fileeditor from "@jupyterlab/fileeditor-extension";
import imageviewer from "@jupyterlab/imageviewer-extension";
import inspector from "@jupyterlab/inspector-extension";
import launcher from "@jupyterlab/launcher-extension";
import mainmenu from "@jupyterlab/mainmenu-extension";
import markdownviewer from "@jupyterlab/markdownviewer-extension";
import markedparser from "@jupyterlab/markedparser-extension";
import metadataform from "@jupyterlab/metadataform-extension";
import notebook from "@jupyterlab/notebook-extension";
import rendermime from "@jupyterlab/rendermime-extension";
import running from "@jupyterlab/running-extension";
import services from "@jupyterlab/services-extension";
import settingeditor from "@jupyterlab/settingeditor-extension";
import shortcuts from "@jupyterlab/shortcuts-extension";
import statusbar from "@jupyterlab/statusbar-extension";
import themeDark from "@jupyterlab/theme-dark-extension";
import themeLight from "@jupyterlab/theme-light-extension";
import toc from "@jupyterlab/toc-extension";
import tooltip from "@jupyterlab/tooltip-extension";
import translation from "@jupyterlab/translation-extension";
import uiComponents from "@jupyterlab/ui-components-extension";
import widgets from "@jupyter-widgets/jupyterlab-manager";

export interface AnyPlugin {
  readonly id: string;
}

/** Why a plug-in of JupyterLab is not here. */
const leftOut: Readonly<Record<string, string>> = {
  "@jupyterlab/application-extension:logo": "this is Huntbook (logo.ts)",
  "@jupyterlab/apputils-extension:announcements": "asks servers on the internet for news",
  "@jupyterlab/apputils-extension:licenses-client": "needs a server extension that there is not",
  "@jupyterlab/apputils-extension:licenses-plugin": "needs a server extension that there is not",
  "@jupyterlab/apputils-extension:sanitizer": "ours is stricter (sanitizer.ts)",
  "@jupyterlab/notebook-extension:export": "there is no nbconvert; `huntbook run --html` makes reports",
  "@jupyterlab/services-extension:server-settings": "ours adds the XSRF token (server-settings.ts)",
};
/** Language servers are not run; the kernel completes. */
const isLeftOut = (id: string): boolean => id in leftOut || id.includes(":language-server");

const modules: readonly unknown[] = [
  ...[application, apputils, cellToolbar, celltags, codemirror, completer, consoles, csvviewer, docmanager],
  ...[documentsearch, filebrowser, fileeditor, imageviewer, inspector, launcher, mainmenu, markdownviewer],
  ...[markedparser, metadataform, notebook, rendermime, running, services, settingeditor, shortcuts, statusbar],
  ...[themeDark, themeLight, toc, tooltip, translation, uiComponents, widgets],
];

/** CommonJS modules arrive with their default one level deeper. */
function unwrap(module: unknown): readonly AnyPlugin[] {
  const inner = (module as { default?: unknown }).default ?? module;
  return (Array.isArray(inner) ? inner : [inner]) as readonly AnyPlugin[];
}

export const jupyterPlugins: readonly AnyPlugin[] = modules.flatMap(unwrap).filter(plugin => !isLeftOut(plugin.id));
