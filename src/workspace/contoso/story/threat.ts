/** The story's indicators. Values here, so that scripts, logs and threat intelligence agree. */
import { storyIps } from "../world/site.js";

export interface ThreatItem {
  readonly value: string;
  readonly key: "ipv4-addr:value" | "domain-name:value" | "url:value" | "file:hashes.'SHA-256'";
  readonly description: string;
  readonly state: "active" | "expired" | "shared-hosting";
  readonly confidence: number;
  readonly label: string;
}

export const threats = {
  c2Ip: {
    value: storyIps.c2,
    key: "ipv4-addr:value",
    description: "Command and control of a loader that poses as update telemetry",
    state: "active",
    confidence: 90,
    label: "c2",
  },
  c2Domain: {
    value: "cdn-telemetry.example",
    key: "domain-name:value",
    description: "Command and control domain",
    state: "active",
    confidence: 95,
    label: "c2",
  },
  payload: {
    value: "9f2b6c0d4e1a7835c6f0b1d2e3a495867760f1e2d3c4b5a69788796a5b4c3d2e",
    key: "file:hashes.'SHA-256'",
    description: "Second stage of the loader",
    state: "active",
    confidence: 85,
    label: "malware",
  },
  thiefIp: {
    value: storyIps.thief,
    key: "ipv4-addr:value",
    description: "Residential proxy seen replaying stolen sessions",
    state: "expired",
    confidence: 60,
    label: "proxy",
  },
  sharedHosting: {
    value: storyIps.sharedHosting,
    key: "ipv4-addr:value",
    description: "Hosts a phishing kit among many other sites",
    state: "shared-hosting",
    confidence: 35,
    label: "phishing",
  },
} as const satisfies Record<string, ThreatItem>;
