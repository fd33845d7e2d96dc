/** Providers of MSTICPy's configuration and their arguments. Source: MSTICPy's documentation, "MSTICPy package configuration". */
import type { MapSpec, SecretSpec, Spec, TextSpec } from "./spec.js";

const secret = (doc: string, required = false): SecretSpec => ({ kind: "secret", doc, required });
const text = (doc: string, more: Partial<TextSpec> = {}): TextSpec => ({ kind: "text", doc, ...more });
const guid = (doc: string, required = false): TextSpec => text(doc, { format: "guid", required });

const authKey = (required = false) => secret("The service's API key.", required);
const timeout: Spec = { kind: "timeout", doc: "Seconds to wait for an answer." };

interface ProviderRow {
  readonly doc: string;
  readonly args: Readonly<Record<string, Spec>>;
  /** Class that MSTICPy loads, where it differs from the name. */
  readonly provider?: string;
  readonly primary?: boolean;
  /** Keys beside Args. */
  readonly keys?: Readonly<Record<string, Spec>>;
}

/** Arguments that a row does not name are passed on to the provider as they are. */
function toSpec(name: string, row: ProviderRow, hasPrimary: boolean): MapSpec {
  const provider = row.provider ?? name;
  return {
    kind: "map",
    doc: row.doc,
    keys: {
      Args: {
        kind: "map",
        doc: "Arguments of the provider.",
        keys: row.args,
        others: { kind: "any", doc: "Passed on." },
      },
      ...(hasPrimary
        ? {
            Primary: {
              kind: "bool",
              doc: "Asked when a look-up names no providers.",
              default: row.primary ?? false,
            } as const,
          }
        : {}),
      Provider: text("The class that answers; `--no-load--` switches the provider off.", { default: provider }),
      Description: text("For people."),
      Enabled: { kind: "bool", doc: "False leaves the provider out.", default: true },
      ...row.keys,
    },
  };
}

const toSpecs = (rows: Readonly<Record<string, ProviderRow>>, hasPrimary: boolean): Record<string, MapSpec> =>
  Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, toSpec(name, row, hasPrimary)]));

/** What any other provider may have. */
export const otherProvider = (hasPrimary: boolean): MapSpec =>
  toSpec("", { doc: "A provider of your own.", args: {}, provider: "" }, hasPrimary);

export const tiProviders = toSpecs(
  {
    VirusTotal: {
      doc: "VirusTotal.",
      primary: true,
      args: {
        AuthKey: authKey(true),
        UseVT3PrivateAPI: { kind: "bool", doc: "The key is for the private API." },
        timeout,
      },
    },
    OTX: { doc: "AlienVault Open Threat Exchange.", primary: true, args: { AuthKey: authKey(true), timeout } },
    XForce: {
      doc: "IBM X-Force Exchange.",
      args: { ApiID: secret("The API's id.", true), AuthKey: authKey(true), timeout },
    },
    GreyNoise: { doc: "GreyNoise.", primary: true, args: { AuthKey: authKey(), timeout } },
    AzureSentinel: {
      doc: "Indicators of a Microsoft Sentinel workspace.",
      provider: "AzSTI",
      args: {
        WorkspaceID: guid("The workspace; default the one that is connected."),
        TenantID: guid("The workspace's tenant."),
      },
    },
    MSSentinel: {
      doc: "Indicators of a Microsoft Sentinel workspace.",
      provider: "AzSTI",
      args: {
        WorkspaceID: guid("The workspace; default the one that is connected."),
        TenantID: guid("The workspace's tenant."),
      },
    },
    RiskIQ: {
      doc: "RiskIQ PassiveTotal.",
      primary: true,
      args: { ApiID: secret("The account's name.", true), AuthKey: authKey(true), timeout },
    },
    IntSights: {
      doc: "IntSights (Rapid7 Threat Command).",
      primary: true,
      args: { ApiID: secret("The account's id."), AuthKey: authKey(true), timeout },
    },
    OpenPageRank: { doc: "Rank of domains.", provider: "OPR", args: { AuthKey: authKey(true), timeout } },
    TorExitNodes: { doc: "List of Tor exit nodes; needs no key.", provider: "Tor", args: { timeout } },
    Pulsedive: { doc: "Pulsedive.", args: { AuthKey: authKey(), timeout } },
    IPQualityScore: { doc: "IPQualityScore.", args: { AuthKey: authKey(), timeout } },
    BinaryEdge: { doc: "BinaryEdge.", args: { AuthKey: authKey(), timeout } },
    AbuseIPDB: { doc: "AbuseIPDB.", args: { AuthKey: authKey(), timeout } },
    CrowdSec: { doc: "CrowdSec.", args: { AuthKey: authKey(), timeout } },
    Cyberint: {
      doc: "Cyberint (Check Point).",
      args: { Instance: text("The customer's instance."), AuthKey: authKey(), timeout },
    },
  },
  true,
);

const folder = (doc: string, byDefault: string): TextSpec => text(doc, { format: "folder", default: byDefault });

export const geoIpProviders = toSpecs(
  {
    GeoIPLite: {
      doc: "MaxMind GeoLite2.",
      provider: "GeoLiteLookup",
      args: {
        AccountID: text("The MaxMind account's number; downloads need it."),
        AuthKey: secret("The MaxMind licence key.", true),
        DBFolder: folder("Where the database is kept.", "~/.msticpy"),
      },
      keys: { DBFolder: folder("Where the database is kept.", "~/.msticpy") },
    },
    IPStack: { doc: "ipstack.", provider: "IPStackLookup", args: { AuthKey: authKey(true) } },
  },
  false,
);

export const contextProviders = toSpecs(
  {
    ServiceNow: {
      doc: "ServiceNow tables about hosts and users.",
      args: {
        Instance: text("The instance's name.", { required: true }),
        ApiID: secret("The user's name.", true),
        AuthKey: secret("The user's password.", true),
        timeout,
      },
    },
  },
  true,
);

const number = (doc: string, byDefault?: number): Spec => ({
  kind: "number",
  doc,
  above: 0,
  ...(byDefault === undefined ? {} : { default: byDefault }),
});
const dataPaths: Spec = { kind: "list", doc: "Folders of logs.", format: "folder" };
const application = {
  ClientId: text("The application's id.", { format: "guid" }),
  TenantId: guid("The application's tenant."),
  ClientSecret: secret("The application's secret."),
} as const;
const delegated = {
  UserName: text("Signs in as this user instead of as an application."),
  Certificate: text("Certificate of the application.", { format: "file" }),
  PrivateKey: secret("Private key of the certificate: a file's name or PEM text."),
  PrivateKeySecret: secret("Pass phrase of the private key."),
} as const;

export const dataProviders = toSpecs(
  {
    AzureCLI: {
      doc: "An application that signs in to Azure instead of you.",
      args: {
        clientId: text("The application's id.", { format: "guid" }),
        tenantId: guid("Its tenant."),
        clientSecret: secret("Its secret."),
      },
    },
    MicrosoftDefender: {
      doc: "Microsoft Defender XDR advanced hunting.",
      args: {
        ...application,
        ...delegated,
        Cloud: {
          kind: "enum",
          doc: "The service's cloud.",
          options: ["global", "us", "eu", "uk", "gcc", "gcc-high", "dod"],
          default: "global",
        },
      },
    },
    MDATPApp: { doc: "Older name of MicrosoftDefender.", args: { ...application, ...delegated } },
    MicrosoftGraph: { doc: "Microsoft Graph security alerts.", args: { ...application, ...delegated } },
    SecurityGraphApp: { doc: "Older name of MicrosoftGraph.", args: { ...application, ...delegated } },
    Kusto: {
      doc: "An Azure Data Explorer cluster.",
      args: {
        Cluster: text("Address or short name of the cluster.", { required: true }),
        ...application,
        IntegratedAuth: { kind: "bool", doc: "Sign in as you.", default: true },
        Certificate: text("Certificate of the application.", { format: "file" }),
        Database: text("The default database."),
        DefaultDatabase: text("The default database."),
      },
      keys: { ClusterGroups: { kind: "list", doc: "Groups that the cluster belongs to." } },
    },
    Splunk: {
      doc: "Splunk.",
      args: {
        host: text("Name or address of the search head.", { required: true }),
        port: number("Port of the management API.", 8089),
        http_scheme: { kind: "enum", doc: "https, unless you know better.", options: ["https", "http"] },
        verify: { kind: "bool", doc: "Check the server's certificate.", default: true },
        username: text("The user's name."),
        password: secret("The user's password."),
        bearer_token: secret("A token instead of name and password."),
        owner: text("Owner of the name space."),
        app: text("App of the name space."),
      },
    },
    Sumologic: {
      doc: "Sumo Logic.",
      args: {
        connection_str: text("Address of the API.", { format: "url", default: "https://api.us2.sumologic.com/api" }),
        accessid: secret("The access id."),
        accesskey: secret("The access key."),
      },
    },
    Elastic: {
      doc: "Elasticsearch or OpenSearch.",
      args: {
        ...{ connection_str: text("Address of the cluster."), cloud_id: text("The cloud's id.") },
        ...{ username: text("The user's name."), password: secret("The user's password.") },
        api_key: secret("An API key instead of name and password."),
      },
    },
    Cybereason: {
      doc: "Cybereason.",
      args: {
        tenant_id: text("First part of the tenant's address."),
        client_id: text("The user's name."),
        client_secret: secret("The user's password."),
      },
    },
    Prismacloud: {
      doc: "Prisma Cloud.",
      args: { username: secret("The access key."), password: secret("The secret key.") },
    },
    OpenObserve: {
      doc: "OpenObserve.",
      args: {
        connection_str: text("Address of the server.", { default: "https://localhost:5080" }),
        user: text("The user's name."),
        password: secret("The user's password."),
        verify: { kind: "bool", doc: "Check the server's certificate.", default: true },
      },
    },
    Openobserve: {
      doc: "OpenObserve.",
      args: {
        connection_str: text("Address of the server.", { default: "https://localhost:5080" }),
        user: text("The user's name."),
        password: secret("The user's password."),
      },
    },
    LocalData: { doc: "Files of logs.", args: { data_paths: dataPaths }, keys: { data_paths: dataPaths } },
    OSQueryLogs: { doc: "osquery's result logs.", args: { data_paths: dataPaths, cache_file: text("Not used.") } },
    VelociraptorLogs: { doc: "Velociraptor's offline collections.", args: { data_paths: dataPaths } },
    Mordor: {
      doc: "The Security-Datasets project (OTRF).",
      args: {
        save_folder: folder("Where downloads are kept.", "."),
        used_cached: { kind: "bool", doc: "Use what was downloaded before." },
      },
      keys: {
        save_folder: folder("Where downloads are kept.", "."),
        use_cached: { kind: "bool", doc: "Use what was downloaded before.", default: true },
      },
    },
    Browshot: { doc: "Screenshots of web pages.", args: { AuthKey: authKey() } },
  },
  false,
);
