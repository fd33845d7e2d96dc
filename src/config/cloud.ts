/** Azure's clouds and their endpoints. Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/azure-monitor-government-services */
import { HuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import { cloudAliases } from "./section-table.js";

export interface Cloud {
  readonly name: "global" | "usgov" | "cn";
  readonly logAnalytics: string;
  readonly resourceManager: string;
  readonly login: string;
  /** What follows a key vault's name in its address. */
  readonly vaultSuffix: string;
}

const clouds: readonly Cloud[] = [
  {
    name: "global",
    logAnalytics: "https://api.loganalytics.io",
    resourceManager: "https://management.azure.com",
    login: "https://login.microsoftonline.com",
    vaultSuffix: "vault.azure.net",
  },
  {
    name: "usgov",
    logAnalytics: "https://api.loganalytics.us",
    resourceManager: "https://management.usgovcloudapi.net",
    login: "https://login.microsoftonline.us",
    vaultSuffix: "vault.usgovcloudapi.net",
  },
  {
    name: "cn",
    logAnalytics: "https://api.loganalytics.azure.cn",
    resourceManager: "https://management.chinacloudapi.cn",
    login: "https://login.chinacloudapi.cn",
    vaultSuffix: "vault.azure.cn",
  },
];

/** `global` (default), `usgov` or `cn`. @throws HuntError `config/unknown-cloud` */
export function getCloud(name = "global"): Cloud {
  const wanted = cloudAliases[name.toLowerCase()] ?? name.toLowerCase();
  const found = clouds.find(c => c.name === wanted);
  if (found !== undefined) return found;
  const known = clouds.map(c => c.name);
  throw new HuntError("config/unknown-cloud", `unknown cloud '${name}'${didYouMean(name, known)}`, {
    hint: `Azure.cloud is one of: ${known.join(", ")}`,
  });
}
