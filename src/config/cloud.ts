/** Azure's clouds and their endpoints. Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/azure-monitor-government-services */
import { HuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";

export interface Cloud {
  readonly name: "global" | "usgov" | "cn";
  readonly logAnalytics: string;
  readonly resourceManager: string;
  readonly login: string;
}

const clouds: readonly Cloud[] = [
  {
    name: "global",
    logAnalytics: "https://api.loganalytics.io",
    resourceManager: "https://management.azure.com",
    login: "https://login.microsoftonline.com",
  },
  {
    name: "usgov",
    logAnalytics: "https://api.loganalytics.us",
    resourceManager: "https://management.usgovcloudapi.net",
    login: "https://login.microsoftonline.us",
  },
  {
    name: "cn",
    logAnalytics: "https://api.loganalytics.azure.cn",
    resourceManager: "https://management.chinacloudapi.cn",
    login: "https://login.chinacloudapi.cn",
  },
];
const aliases: Readonly<Record<string, Cloud["name"]>> = { public: "global", gov: "usgov", china: "cn" };

/** `global` (default), `usgov` or `cn`. @throws HuntError `config/unknown-cloud` */
export function getCloud(name = "global"): Cloud {
  const wanted = aliases[name.toLowerCase()] ?? name.toLowerCase();
  const found = clouds.find(c => c.name === wanted);
  if (found !== undefined) return found;
  const known = clouds.map(c => c.name);
  throw new HuntError("config/unknown-cloud", `unknown cloud '${name}'${didYouMean(name, known)}`, {
    hint: `Azure.cloud is one of: ${known.join(", ")}`,
  });
}
