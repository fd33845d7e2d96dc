/** The sections of msticpyconfig.yaml, and ours. Source: MSTICPy's documentation, "MSTICPy package configuration". */
import { contextProviders, dataProviders, geoIpProviders, otherProvider, tiProviders } from "./provider-table.js";
import type { MapSpec, NamedSpec, Spec } from "./spec.js";

const guid = (doc: string, required = false): Spec => ({ kind: "text", format: "guid", doc, required });
const text = (doc: string): Spec => ({ kind: "text", doc });
const any = (doc: string): Spec => ({ kind: "any", doc });

/** Sign-in methods in MSTICPy's spelling, and the other names it takes. */
export const authMethods = [
  "env",
  "msi",
  "cli",
  "interactive",
  "devicecode",
  "powershell",
  "clientsecret",
  "certificate",
  "vscode",
] as const;
export type AuthMethod = (typeof authMethods)[number];
export const authMethodAliases: Readonly<Record<string, AuthMethod>> = {
  environment: "env",
  managedidentity: "msi",
  managed_identity: "msi",
  interactive_browser: "interactive",
  device_code: "devicecode",
  device: "devicecode",
  client_secret: "clientsecret",
  cert: "certificate",
};
export const cloudAliases: Readonly<Record<string, string>> = { public: "global", gov: "usgov", china: "cn" };

const authMethodList: Spec = {
  kind: "enum",
  many: true,
  doc: "Ways to sign in, tried in this order until one succeeds.",
  options: authMethods,
  aliases: authMethodAliases,
};

const workspace: MapSpec = {
  kind: "map",
  doc: "A Microsoft Sentinel workspace.",
  keys: {
    WorkspaceId: guid("The workspace's id.", true),
    TenantId: guid("The id of the tenant that the workspace is in.", true),
    SubscriptionId: guid("The id of its subscription; the schema of tables needs it."),
    ResourceGroup: text("Its resource group; the schema of tables needs it."),
    WorkspaceName: text("Its name in Azure, when the entry has another."),
    WorkspaceTenantId: guid("The tenant that was found when the workspace was imported from an address."),
    Description: text("For people."),
    Args: {
      kind: "map",
      doc: "An application that signs in to this workspace instead of you.",
      keys: {
        ClientId: guid("The application's id."),
        ClientSecret: { kind: "secret", doc: "The application's secret." },
        Certificate: { kind: "text", format: "file", doc: "The application's certificate (PEM with its private key)." },
        CertificatePath: { kind: "text", format: "file", doc: "The application's certificate." },
        CertificatePassword: { kind: "secret", doc: "Pass phrase of the certificate's key." },
        SendCertificateChain: { kind: "bool", doc: "Sign in by subject name and issuer.", default: false },
      },
      others: any("Passed on."),
    },
  },
};

const sentinel: MapSpec = {
  kind: "map",
  doc: "Microsoft Sentinel workspaces. The one called Default is meant when none is named.",
  keys: { Workspaces: { kind: "named", doc: "Workspaces by name.", entry: workspace } },
};

const queryProviderDefaults: MapSpec = {
  kind: "map",
  doc: "A provider to make when a notebook starts.",
  keys: {
    alias: text("Last part of the variable's name: qry_<alias>."),
    connect: { kind: "bool", doc: "Connect at once.", default: true },
  },
  others: any("Passed on to connect."),
};
const workspaceDefaults: NamedSpec = {
  kind: "named",
  doc: "Workspaces to connect to when a notebook starts.",
  entry: queryProviderDefaults,
};

const loadComponents: MapSpec = {
  kind: "map",
  doc: "Parts to make when a notebook starts.",
  keys: {
    TILookup: any("Threat intelligence, as ti_lookup."),
    GeoIpLookup: {
      kind: "map",
      doc: "Location of addresses, as geoip.",
      keys: { provider: { kind: "text", doc: "GeoLiteLookup or IPStackLookup.", default: "GeoLiteLookup" } },
    },
    Notebooklets: any("Not available here."),
    Pivot: any("Pivot functions on entities."),
    AzureData: {
      kind: "map",
      doc: "Azure resources, as az_data.",
      keys: { auth_methods: authMethodList, connect: { kind: "bool", doc: "Connect at once.", default: true } },
      others: any("Passed on."),
    },
    AzureSentinelAPI: {
      kind: "map",
      doc: "Sentinel's management API, as azs_api.",
      keys: {
        auth_methods: authMethodList,
        res_id: text("The workspace's resource id in Azure."),
        connect: { kind: "bool", doc: "Connect at once.", default: true },
      },
      others: any("Passed on."),
    },
  },
};

const positive = (doc: string): Spec => ({ kind: "number", above: 0, doc });

/** Our own section: read by `huntbook-section.ts`, described here for editors. */
const huntbook: MapSpec = {
  kind: "map",
  doc: "Settings of Huntbook; MSTICPy passes over them.",
  keys: {
    Workspaces: {
      kind: "named",
      doc: "Local workspaces by name.",
      entry: {
        kind: "map",
        doc: "A folder made by `huntbook ingest`.",
        keys: { local: { kind: "text", format: "folder", required: true, doc: "The folder, relative to this file." } },
      },
    },
    Limits: {
      kind: "map",
      doc: "What a session may use.",
      keys: {
        MaxRows: positive("Rows that a query gives at most; more are cut and the result says so."),
        MemoryMb: positive("Memory of the engine."),
        SpillMb: positive("Disk that queries may spill to."),
        TimeoutSeconds: positive("Of a provider's queries."),
      },
    },
    Window: text("The time range that queries mean when they say none: 7d, 12h, 30m, 2w."),
    ExternalData: {
      kind: "map",
      doc: "What KQL's externaldata may read; nothing unless it stands here.",
      keys: {
        Hosts: { kind: "list", doc: "Hosts that are read over https; *.example.org for the names below it." },
        Folders: { kind: "list", format: "folder", doc: "Folders that are read." },
        MaxMb: {
          kind: "number",
          above: 0,
          default: 64,
          doc: "For all files of one externaldata together, in megabytes.",
        },
      },
    },
    InternalDomains: { kind: "list", doc: "Domains of your own: nothing under them is asked of services outside." },
    LogAnalyticsEndpoint: { kind: "text", format: "url", doc: "Another address of the Log Analytics query API." },
    SecretCache: {
      kind: "enum",
      doc: "Where secrets and sign-ins are kept when KeyVault.UseKeyring allows it: the system's key ring, an encrypted file, or nowhere.",
      options: ["auto", "keyring", "file", "none"],
      default: "auto",
    },
  },
};

const proxy: MapSpec = {
  kind: "map",
  doc: "A proxy for requests.",
  keys: {
    Url: { kind: "text", required: true, doc: "Its address, without name and password." },
    UserName: { kind: "secret", doc: "The user's name." },
    Password: { kind: "secret", doc: "The user's password." },
  },
};

const httpTimeout: Spec = {
  kind: "timeout",
  doc: "Seconds: a number, [total], [total, connect], or { timeout, connect, read, write, pool }.",
};

const queryDefinitions: MapSpec = {
  kind: "map",
  doc: "Where named queries are read from.",
  keys: {
    Default: { kind: "list", doc: "The package's own; leave it alone.", default: ["queries"] },
    Custom: { kind: "list", doc: "Folders of your own query files.", format: "folder" },
  },
};

/** The whole file. */
export const configSpec: MapSpec = {
  kind: "map",
  doc: "Configuration of Huntbook and MSTICPy.",
  keys: {
    AzureSentinel: sentinel,
    MSSentinel: sentinel,
    Azure: {
      kind: "map",
      doc: "The cloud, and how to sign in.",
      keys: {
        cloud: {
          kind: "enum",
          doc: "The Azure cloud.",
          options: ["global", "usgov", "cn"],
          aliases: cloudAliases,
          default: "global",
        },
        auth_methods: authMethodList,
        tenant_id: guid("The tenant to sign in to where a workspace says none."),
        resource_manager_url: { kind: "text", format: "url", doc: "Another address of Azure Resource Manager." },
      },
    },
    QueryDefinitions: queryDefinitions,
    TIProviders: {
      kind: "named",
      doc: "Threat intelligence providers.",
      known: tiProviders,
      entry: otherProvider(true),
    },
    OtherProviders: {
      kind: "named",
      doc: "Providers of the location of addresses.",
      known: geoIpProviders,
      entry: otherProvider(false),
    },
    ContextProviders: {
      kind: "named",
      doc: "Providers of context about hosts and users.",
      known: contextProviders,
      entry: otherProvider(true),
    },
    DataProviders: {
      kind: "named",
      doc: "Data sources; Name-instance for a second one of a kind.",
      known: dataProviders,
      instances: true,
      entry: otherProvider(false),
    },
    KustoClusters: {
      kind: "named",
      doc: "Azure Data Explorer clusters; ClusterDefaults holds for all.",
      entry: {
        kind: "map",
        doc: "A cluster.",
        keys: {
          Args: {
            kind: "map",
            doc: "Arguments of the connection.",
            keys:
              dataProviders["Kusto"]?.keys["Args"]?.kind === "map" ? relaxed(dataProviders["Kusto"].keys["Args"]) : {},
            others: any("Passed on."),
          },
          ClusterGroups: { kind: "list", doc: "Groups that the cluster belongs to." },
        },
      },
    },
    AzureCLI: dataProviders["AzureCLI"] ?? any("An application that signs in to Azure instead of you."),
    KeyVault: {
      kind: "map",
      doc: "The Azure key vault that holds secrets.",
      anyCase: true,
      keys: {
        TenantId: guid("The vault's tenant.", true),
        SubscriptionId: guid("The vault's subscription; needed to make a vault only."),
        ResourceGroup: text("The vault's resource group; needed to make a vault only."),
        AzureRegion: text("The vault's region; needed to make a vault only."),
        VaultName: { kind: "text", required: true, doc: "The vault's name." },
        UseKeyring: {
          kind: "bool",
          doc: "Keep secrets in this machine's key ring after their first use. Only on machines that you trust.",
          default: true,
        },
        Authority: {
          kind: "enum",
          doc: "The vault's cloud.",
          options: ["global", "usgov", "cn"],
          aliases: cloudAliases,
          default: "global",
        },
        AuthorityURI: { kind: "text", format: "url", doc: "Another address to sign in at." },
      },
    },
    msticpy: {
      kind: "map",
      doc: "Settings of the package.",
      keys: {
        FriendlyExceptions: { kind: "bool", doc: "Show errors as short messages.", default: true },
        QueryDefinitions: queryDefinitions,
        http_timeout: httpTimeout,
        Proxies: { kind: "map", doc: "Proxies by protocol.", keys: { http: proxy, https: proxy } },
      },
    },
    http_timeout: httpTimeout,
    UserDefaults: {
      kind: "map",
      doc: "What a notebook has ready when it starts.",
      keys: {
        QueryProviders: {
          kind: "named",
          doc: "Query providers to make.",
          known: { AzureSentinel: workspaceDefaults, MSSentinel: workspaceDefaults },
          entry: queryProviderDefaults,
        },
        LoadComponents: loadComponents,
      },
    },
    PluginFolders: { kind: "list", doc: "Folders of plug-ins.", format: "folder" },
    Pivots: {
      kind: "map",
      doc: "How pivot functions are named and what time they mean.",
      keys: {
        UseV1QueryNames: { kind: "bool", doc: "Names as in MSTICPy 1." },
        UseQueryFamily: { kind: "bool", doc: "Names begin with the query's family." },
        UseQueryProviderTimeSpans: { kind: "bool", doc: "Use the provider's time range instead of the pivot's." },
      },
    },
    Logging: {
      kind: "map",
      doc: "MSTICPy's log.",
      keys: { FileName: { kind: "text", format: "file", doc: "The log's file." }, LogLevel: text("For example INFO.") },
    },
    Huntbook: huntbook,
  },
};

/** The same keys, none required: defaults of all clusters may hold any part of them. */
function relaxed(spec: MapSpec): Readonly<Record<string, Spec>> {
  return Object.fromEntries(
    Object.entries(spec.keys).map(([key, s]) => [key, s.kind === "text" ? { ...s, required: false } : s]),
  );
}
