/** `evaluate`: the plug-ins by name. Source: https://learn.microsoft.com/kusto/query/evaluate-operator */
import type { BoundNode } from "../bridge.js";
import type { Table } from "./context.js";
import type { Step } from "./step.js";
import type { PlugIn } from "./plugin/call.js";
import { refuse } from "../refusal.js";
import {
  activeUsersCount,
  activityCountsMetrics,
  activityEngagement,
  activityMetrics,
  rollingPercentile,
  sessionCount,
  slidingWindowCounts,
} from "./plugin/activity.js";
import { bagUnpack } from "./plugin/bag-unpack.js";
import { PlugInCall } from "./plugin/call.js";
import { dcountIntersect, funnelSequenceCompletion, newActivityMetrics } from "./plugin/cohorts.js";
import { geoLineLookup, geoPolygonLookup } from "./plugin/geo-lookup.js";
import { ipv4Lookup, ipv6Lookup } from "./plugin/ip-lookup.js";
import { narrow } from "./plugin/narrow.js";
import { autocluster, basket, diffpatterns } from "./plugin/patterns.js";
import { pivot } from "./plugin/pivot.js";
import { rowsNear, sequenceDetect } from "./plugin/rows.js";

/** Every plug-in that runs here. A new one is a row. */
export const plugIns: Readonly<Record<string, PlugIn>> = {
  active_users_count: activeUsersCount,
  activity_counts_metrics: activityCountsMetrics,
  activity_engagement: activityEngagement,
  activity_metrics: activityMetrics,
  autocluster,
  bag_unpack: bagUnpack,
  basket,
  dcount_intersect: dcountIntersect,
  diffpatterns,
  funnel_sequence_completion: funnelSequenceCompletion,
  geo_line_lookup: geoLineLookup,
  geo_polygon_lookup: geoPolygonLookup,
  ipv4_lookup: ipv4Lookup,
  ipv6_lookup: ipv6Lookup,
  narrow,
  new_activity_metrics: newActivityMetrics,
  pivot,
  rolling_percentile: rollingPercentile,
  rows_near: rowsNear,
  sequence_detect: sequenceDetect,
  session_count: sessionCount,
  sliding_window_counts: slidingWindowCounts,
};

export function lowerEvaluate(step: Step): Table {
  const call = step.node.get("FunctionCall");
  const name = call.get("Name").name;
  const plugIn = Object.hasOwn(plugIns, name) ? plugIns[name] : undefined;
  if (plugIn === undefined) return refuse(`'evaluate ${name}'`, step.node.span);
  if (step.input.partition !== undefined)
    return refuse(`'evaluate ${name}' inside mv-apply or partition`, step.node.span);
  return plugIn.lower(new PlugInCall(step, name));
}

/** Where the first plug-in ends whose columns nobody has said yet; `isAnswered` knows the offsets of answers. */
export function firstQuestionAt(nodes: readonly BoundNode[], isAnswered: (at: number) => boolean): number | undefined {
  let first: number | undefined;
  const visit = (node: BoundNode): void => {
    if (node.isToken) return;
    if (node.kind === "EvaluateOperator" && node.find("Schema") === undefined) {
      const call = node.get("FunctionCall");
      const at = call.span.end;
      const asks = plugIns[call.get("Name").name]?.hasDataColumns === true;
      if (asks && !isAnswered(at) && (first === undefined || at < first)) first = at;
    }
    node.children.forEach(visit);
  };
  nodes.forEach(visit);
  return first;
}
