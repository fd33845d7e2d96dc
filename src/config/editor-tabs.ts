/** The tabs of the settings editor: which part of the configuration each one shows, and what it says about it. */
import { didYouMean } from "../base/suggest.js";
import { HuntError } from "../base/error.js";
import type { YamlPath } from "./yaml-source.js";

interface TabBase {
  readonly name: string;
  /** Other names that `setTab` takes: MSTICPy's of several versions. */
  readonly aliases?: readonly string[];
  readonly help: readonly string[];
  readonly links: readonly TabLink[];
}
export interface TabLink {
  readonly text: string;
  readonly href: string;
}

/** Names with settings: a list at the left, a form at the right. */
export interface ListTab extends TabBase {
  readonly kind: "list";
  readonly path: YamlPath;
  /** One of them, for people. */
  readonly item: "workspace" | "provider" | "cluster" | "component";
  /** Names are people's own, or those of the table. */
  readonly names: "own" | "known" | "known-or-own";
  readonly canRename: boolean;
  /** The entry `Default` is what is meant when none is named. */
  readonly hasDefault?: boolean;
  /** Further actions of each entry. */
  readonly isSentinel?: boolean;
  /** Names under which the table has further names: `QueryProviders.MSSentinel.Soc`. */
  readonly nested?: readonly string[];
}
/** Settings without names. */
export interface FormTab extends TabBase {
  readonly kind: "form";
  readonly sections: readonly YamlPath[];
  /** Secrets can be listed here. */
  readonly isVault?: boolean;
}
/** The whole file. */
export interface FileTab extends TabBase {
  readonly kind: "file";
}
export type EditorTab = ListTab | FormTab | FileTab;

const msticpyDocs = (page: string, text: string): TabLink => ({
  text,
  href: `https://msticpy.readthedocs.io/en/latest/${page}.html`,
});
const config = msticpyDocs("getting_started/msticpyconfig", "MSTICPy: package configuration");

export const editorTabs = [
  {
    kind: "form",
    name: "MSTICPy",
    aliases: ["General"],
    sections: [["msticpy"], ["QueryDefinitions"], ["PluginFolders"], ["Pivots"], ["Logging"]],
    help: [
      "How errors are shown, where your own query files and plug-ins are, how long requests may take, and proxies.",
      "A proxy's name and password are secrets: keep them in environment variables or in a key vault.",
    ],
    links: [config],
  },
  {
    kind: "list",
    name: "Microsoft Sentinel",
    aliases: ["MicrosoftSentinel", "AzureSentinel", "MSSentinel", "Azure Sentinel", "Workspaces"],
    path: ["MSSentinel", "Workspaces"],
    item: "workspace",
    names: "own",
    canRename: true,
    hasDefault: true,
    isSentinel: true,
    help: [
      "Your workspaces, each under a name of your choice. The one called Default is meant when a notebook names none.",
      "The ids are on the workspace's page in the Azure portal. Easier: paste the address of that page and press Import from URL; press Find workspaces " +
        "and choose one; or fill in the workspace id and press Resolve settings, which asks Azure for the rest.",
      "To rename a workspace, change its name and press Update.",
    ],
    links: [config],
  },
  {
    kind: "list",
    name: "TI Providers",
    aliases: ["TIProviders", "Threat intelligence"],
    path: ["TIProviders"],
    item: "provider",
    names: "known-or-own",
    canRename: false,
    help: [
      "Threat intelligence services. Choose one, press Add, and enter its key.",
      "Primary providers are asked when a look-up names none. A key can stand in the file, in an environment variable, or in a key vault " +
        "(Upload to KV puts it there and leaves a reference).",
    ],
    links: [msticpyDocs("data_acquisition/TIProviders", "MSTICPy: threat intelligence providers")],
  },
  {
    kind: "list",
    name: "Data Providers",
    aliases: ["DataProviders"],
    path: ["DataProviders"],
    item: "provider",
    names: "known-or-own",
    canRename: true,
    help: [
      "Where queries go beside Microsoft Sentinel: Defender XDR, Azure Data Explorer, Splunk, files and others.",
      "A second one of a kind has a name of its own behind a hyphen, for example Splunk-emea.",
    ],
    links: [msticpyDocs("DataAcquisition", "MSTICPy: querying and importing data")],
  },
  {
    kind: "list",
    name: "GeoIP Providers",
    aliases: ["GeoIPProviders", "GeoIP", "OtherProviders"],
    path: ["OtherProviders"],
    item: "provider",
    names: "known-or-own",
    canRename: false,
    help: [
      "Where addresses are. Without any of these the sites file of a workspace and the built-in pack of networks answer.",
      "GeoIPLite needs a free MaxMind account: its number (AccountID) and a licence key (AuthKey). ~ is your home folder.",
    ],
    links: [msticpyDocs("data_acquisition/GeoIPLookups", "MSTICPy: GeoIP look-ups")],
  },
  {
    kind: "form",
    name: "Key Vault",
    aliases: ["KeyVault"],
    sections: [["KeyVault"]],
    isVault: true,
    help: [
      "The Azure key vault that holds your secrets. Its name, tenant and cloud are enough to use one that is there.",
      "UseKeyring keeps secrets, encrypted, on this machine after their first use: faster, and only for machines that you trust. Without it nothing is kept.",
    ],
    links: [msticpyDocs("getting_started/msticpyconfig", "MSTICPy: key vault secrets")],
  },
  {
    kind: "form",
    name: "Azure",
    sections: [["Azure"]],
    help: [
      "The Azure cloud, and the ways to sign in. They are tried in the order of the list until one succeeds.",
      "env: an application from AZURE_CLIENT_ID and the like; msi: this machine's identity; cli: az login; interactive: a browser on this machine; " +
        "devicecode: a code that you enter in any browser.",
    ],
    links: [msticpyDocs("getting_started/AzureAuthentication", "MSTICPy: Azure authentication")],
  },
  {
    kind: "list",
    name: "Context Providers",
    aliases: ["ContextProviders"],
    path: ["ContextProviders"],
    item: "provider",
    names: "known-or-own",
    canRename: false,
    help: ["Services that know more about hosts and users."],
    links: [config],
  },
  {
    kind: "list",
    name: "Kusto Clusters",
    aliases: ["KustoClusters"],
    path: ["KustoClusters"],
    item: "cluster",
    names: "own",
    canRename: true,
    help: ["Azure Data Explorer clusters. What ClusterDefaults says holds for all of them."],
    links: [msticpyDocs("data_acquisition/DataProv-Kusto-New", "MSTICPy: Azure Data Explorer")],
  },
  {
    kind: "list",
    name: "Autoload QueryProvs",
    aliases: ["AutoloadQueryProvs", "Autoload query providers"],
    path: ["UserDefaults", "QueryProviders"],
    nested: ["MSSentinel", "AzureSentinel"],
    item: "provider",
    names: "known-or-own",
    canRename: false,
    help: [
      "Query providers that initNotebook makes, as variables qry_<alias>, and connects unless told otherwise.",
      "MSSentinel.Soc is the workspace Soc of the Microsoft Sentinel tab.",
    ],
    links: [config],
  },
  {
    kind: "list",
    name: "Autoload Components",
    aliases: ["AutoloadComponents", "Autoload components"],
    path: ["UserDefaults", "LoadComponents"],
    item: "component",
    names: "known",
    canRename: false,
    help: ["Parts that initNotebook makes: TILookup as ti_lookup, GeoIpLookup as geoip, and others."],
    links: [config],
  },
  {
    kind: "list",
    name: "Local workspaces",
    aliases: ["LocalWorkspaces", "Local"],
    path: ["Huntbook", "Workspaces"],
    item: "workspace",
    names: "own",
    canRename: true,
    hasDefault: true,
    help: [
      "Folders of logs that `huntbook ingest` or `huntbook start DIR` made, each under a name. Folders count from this file.",
      "MSTICPy passes over them.",
    ],
    links: [],
  },
  {
    kind: "form",
    name: "Huntbook",
    aliases: ["Other"],
    sections: [["Huntbook"]],
    help: [
      "Limits of queries, the usual time range, what queries may read from outside, and where secrets are kept. MSTICPy passes over these settings.",
    ],
    links: [],
  },
  {
    kind: "file",
    name: "Whole file",
    aliases: ["File", "YAML"],
    help: [
      "The file as it would be saved now, to be edited. Update takes it over when it can be read; Undo takes that back.",
      "Secrets, and values that nobody knows, are hidden behind numbers: <hidden 1> stands for what is in the file. It can be left out, moved to the place of " +
        "another secret, or replaced by a new value.",
    ],
    links: [],
  },
] as const satisfies readonly EditorTab[];

/** A tab by its name or another name of it, in any case. @throws HuntError `config/no-tab` */
export function getTab(name: string): EditorTab {
  const wanted = name.trim().toLowerCase();
  const tabs: readonly EditorTab[] = editorTabs;
  const found = tabs.find(tab => [tab.name, ...(tab.aliases ?? [])].some(n => n.toLowerCase() === wanted));
  if (found !== undefined) return found;
  const names = tabs.map(tab => tab.name);
  throw new HuntError(
    "config/no-tab",
    `the settings editor has no tab '${name.slice(0, 60)}'${didYouMean(name, names)}`,
    {
      hint: `it has ${names.join(", ")}`,
    },
  );
}
