/** The page of JupyterLab: its configuration as data, and one script. */
import { html, trustedHtml } from "../../../view/index.js";
import type { Answer } from "../answer.js";
import { htmlAnswer } from "../answer.js";
import { parsePath } from "../contents/place.js";
import type { Request } from "../route.js";

export interface LabPageOptions {
  readonly version: string;
  /** Shown in the title of the window and the file browser. */
  readonly rootName: string;
  /** Whether `dist/web/view.js` is there to draw `application/vnd.huntbook.view+json`. */
  readonly hasViewModule: boolean;
}

/** `/lab`, `/lab/tree/PATH`, `/lab/workspaces/NAME`, `/lab/workspaces/NAME/tree/PATH` */
function readAddress(path: string): { readonly workspace: string; readonly treePath: string } {
  const match = /^(?:workspaces\/([^/]+)\/?)?(?:tree\/(.*))?$/.exec(path);
  const treePath = match?.[2] ?? "";
  let clean = "";
  try {
    clean = parsePath(treePath).join("/");
  } catch {
    // A path that cannot be served is left out; the page says what it shows.
  }
  return { workspace: match?.[1] ?? "default", treePath: clean };
}

/**
 * Source: the options that JupyterLab's front end reads from `jupyter-config-data`
 * (https://jupyterlab.readthedocs.io/en/stable/api/modules/coreutils.PageConfig.html).
 */
export function labPage(request: Request, options: LabPageOptions): Answer {
  const { workspace, treePath } = readAddress(request.params["path"] ?? "");
  const config = {
    appName: "Huntbook",
    appNamespace: "lab",
    appVersion: options.version,
    appUrl: "/lab",
    baseUrl: "/",
    wsUrl: "",
    token: "",
    xsrfToken: request.xsrf,
    mode: "multiple-document",
    workspace,
    treePath,
    treeUrl: "/lab/tree",
    workspacesUrl: "/lab/workspaces",
    fullAppUrl: "/lab",
    fullStaticUrl: "/static/lab",
    fullSettingsUrl: "/lab/api/settings",
    settingsUrl: "/lab/api/settings",
    fullThemesUrl: "/lab/api/themes",
    themesUrl: "/lab/api/themes",
    fullTranslationsApiUrl: "/lab/api/translations",
    translationsApiUrl: "/lab/api/translations",
    fullWorkspacesApiUrl: "/lab/api/workspaces",
    workspacesApiUrl: "/lab/api/workspaces",
    fullListingsUrl: "/lab/api/listings",
    listingsUrl: "/lab/api/listings",
    fullLabextensionsUrl: "/lab/extensions",
    preferredPath: "/",
    serverRoot: options.rootName,
    terminalsAvailable: false,
    quitButton: true,
    exposeAppInBrowser: request.url.searchParams.has("expose"),
    federated_extensions: [],
    deferredExtensions: [],
    disabledExtensions: [],
    devMode: false,
    cacheFiles: false,
    store_id: 0,
    viewModule: options.hasViewModule ? "/static/web/view.js" : "",
  };
  const island = trustedHtml(JSON.stringify(config).replaceAll("<", "\\u003c"));
  return htmlAnswer(
    200,
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Huntbook</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/lab/index.css">
<script id="jupyter-config-data" type="application/json">${island}</script>
</head>
<body>
<script type="module" src="/static/lab/index.js"></script>
<noscript>JupyterLab needs JavaScript, which comes from this machine only.</noscript>
</body>
</html>
`,
  );
}
