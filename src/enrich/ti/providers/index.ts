/** The services that are known, and those that are no more. */
import type { RetiredProvider, TiProvider } from "../provider.js";
import { listingProviders } from "./listing.js";
import { reputationProviders } from "./reputation.js";

export const tiProviders: readonly TiProvider[] = [...reputationProviders, ...listingProviders];

export const retiredProviders: readonly RetiredProvider[] = [
  {
    name: "RiskIQ",
    aliases: ["PassiveTotal"],
    says: "RiskIQ's PassiveTotal became part of Microsoft Defender Threat Intelligence and its own interface was switched off",
    instead: "use the Sentinel indicator tables (AzSTI) with Defender's connector, or another provider",
  },
  {
    name: "IntSights",
    says: "IntSights became Rapid7 Threat Command; the interface that MSTICPy used is withdrawn",
    instead: "describe Threat Command's current interface in a configured provider (TIProviders.X.Provider: Http)",
  },
  {
    name: "BinaryEdge",
    says: "BinaryEdge was closed in 2025",
    instead: "use Shodan, or InternetDB, which needs no key",
  },
];

/** Finds a provider by name or alias, whatever its case. */
export function findProvider<T extends { readonly name: string; readonly aliases?: readonly string[] }>(
  list: readonly T[],
  name: string,
): T | undefined {
  const wanted = name.toLowerCase();
  return list.find(p => [p.name, ...(p.aliases ?? [])].some(n => n.toLowerCase() === wanted));
}
