/** Completeness as people see it. */
import type { Completeness } from "../base/completeness.js";
import { unreachable } from "../base/error.js";
import type { BannerNode } from "../view/index.js";

/** The banner of a result that is not known to be whole. */
export function completenessBanner(completeness: Completeness): BannerNode | undefined {
  const lines = completeness.causes.map(c => (c.source === undefined ? c.message : `${c.message} (${c.source})`));
  switch (completeness.state) {
    case "complete":
      return undefined;
    case "unknown":
      return { kind: "banner", tone: "warning", title: "The source cannot say whether this is everything", lines };
    case "partial": {
      const wrong = completeness.causes.some(c => c.affects === "values");
      const title = wrong
        ? "Partial result: rows are missing and values may be wrong"
        : "Partial result: rows are missing";
      return { kind: "banner", tone: wrong ? "bad" : "warning", title, lines };
    }
    default:
      return unreachable(completeness.state, "completenessBanner");
  }
}
