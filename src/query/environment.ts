/** The kinds of data source that QueryProvider knows by name: MSTICPy's names and aliases, and `Local`. */
import { HuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";

export interface Environment {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Whether its queries are KQL; the others are known by name, and their queries are read but not rendered yet. */
  readonly kql: boolean;
  /** Environments whose queries it offers beside its own. */
  readonly alsoOffers: readonly string[];
}

const environment = (
  name: string,
  aliases: readonly string[],
  kql: boolean,
  alsoOffers: readonly string[] = [],
): Environment => ({ name, aliases, kql, alsoOffers });

export const environments: readonly Environment[] = [
  environment(
    "MSSentinel",
    ["AzureSentinel", "LogAnalytics", "MSSentinel_New", "MSSentinel_Legacy", "MSSentinel_KQLM"],
    true,
  ),
  environment("Local", ["Huntbook"], true, ["MSSentinel", "M365D"]),
  environment("MSSentinelSearch", [], true, []),
  environment("Kusto", ["AzureDataExplorer", "Kusto_New", "Kusto_Legacy", "Kusto_KQLM"], true),
  environment("M365D", [], true),
  environment("M365DGraph", [], true),
  environment("MDE", ["MDATP"], true, ["M365D"]),
  environment("ResourceGraph", [], true),
  environment("MSGraph", ["SecurityGraph"], false),
  environment("LocalData", [], false),
  environment("OTRF", ["Mordor"], false),
  environment("Splunk", [], false),
  environment("Sumologic", [], false),
  environment("Cybereason", [], false),
  environment("Elastic", [], false),
  environment("OSQueryLogs", ["OSQuery"], false),
  environment("VelociraptorLogs", ["Velociraptor"], false),
  environment("Prismacloud", [], false),
  environment("OpenObserve", [], false),
];

const byName = new Map(environments.flatMap(e => [e.name, ...e.aliases].map(name => [name.toLowerCase(), e] as const)));

/** Every name that is accepted, canonical ones first. */
export const environmentNames: readonly string[] = [
  ...environments.map(e => e.name),
  ...environments.flatMap(e => e.aliases),
];

/** The environment of a name or alias, upper and lower case alike; `DataEnvironment.X` is accepted as in query files. */
export function findEnvironment(name: string): Environment | undefined {
  return byName.get(name.replace(/^DataEnvironment\./, "").toLowerCase());
}

/** @throws HuntError `query/unknown-environment` with a suggestion and the list */
export function getEnvironment(name: string): Environment {
  const found = findEnvironment(name);
  if (found !== undefined) return found;
  throw new HuntError(
    "query/unknown-environment",
    `unknown environment '${name}'${didYouMean(name, environmentNames)}`,
    {
      hint: `known: ${environments.map(e => e.name).join(", ")}`,
    },
  );
}
