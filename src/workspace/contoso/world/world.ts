/** Everything that exists before anything happens: people, machines, sites, the Internet. A function of seed and size. */
import { draw } from "../hash.js";
import { createLinuxHosts, createServers, createWorkstations } from "./host.js";
import type { Host } from "./host.js";
import { createInternet } from "./internet.js";
import type { Internet } from "./internet.js";
import { createPeople, createServiceAccounts } from "./person.js";
import type { Account, Person, ServiceAccountName } from "./person.js";
import { addressBlocks, createLocator } from "./site.js";
import type { AddressBlock } from "./site.js";

export interface WorldSize {
  readonly people: number;
  readonly workstations: number;
  /** Distinct sites of the benign Internet. */
  readonly internetSites: number;
  /** Events per person and host and day, relative to the small tenant. */
  readonly activity: number;
  /** Hosts with the telemetry agent that calls home every 300 s. */
  readonly telemetryHosts: number;
}

export interface World {
  readonly seed: number;
  readonly size: WorldSize;
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly subscriptionId: string;
  readonly awsAccountId: string;
  readonly people: readonly Person[];
  readonly accounts: Readonly<Record<ServiceAccountName, Account>>;
  readonly workstations: readonly Host[];
  readonly servers: readonly Host[];
  readonly linux: readonly Host[];
  readonly internet: Internet;
  readonly blocks: readonly AddressBlock[];
  readonly locate: (ip: string) => AddressBlock | undefined;
  readonly person: (index: number) => Person;
  readonly workstation: (index: number) => Host;
  readonly server: (name: string) => Host;
}

export function createWorld(seed: number, size: WorldSize): World {
  const ids = draw(seed, "tenant");
  const [tenantId, workspaceId, subscriptionId] = [ids.guid(), ids.guid(), ids.guid()];
  const people = createPeople(seed, size.people, size.workstations);
  const estate = { seed, subscriptionId };
  const workstations = createWorkstations(estate, people, size.workstations);
  const servers = createServers(estate);
  const blocks = addressBlocks();
  const byName = new Map(servers.map(s => [s.name, s]));
  const linux = createLinuxHosts(estate);
  for (const host of linux) byName.set(host.name, host);
  return {
    ...{ seed, size, tenantId, workspaceId, subscriptionId, people, workstations, servers, linux, blocks },
    awsAccountId: "111122223333",
    accounts: createServiceAccounts(seed),
    internet: createInternet(seed, size.internetSites),
    locate: createLocator(blocks),
    person: index => people[index]!,
    workstation: index => workstations[index]!,
    server: name => byName.get(name)!,
  };
}
