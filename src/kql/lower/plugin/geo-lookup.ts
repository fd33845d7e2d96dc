/**
 * `evaluate geo_polygon_lookup` and `geo_line_lookup`: a join of places with the polygons that hold them, or with the
 * shapes that are near.
 *
 * Source: https://learn.microsoft.com/kusto/query/geo-polygon-lookup-plugin, https://learn.microsoft.com/kusto/query/geo-line-lookup-plugin
 */
import type { BoundNode } from "../../bridge.js";
import type { Expr, NamedColumn, Rel } from "../../plan.js";
import type { Table } from "../context.js";
import type { PlugIn, PlugInCall } from "./call.js";
import { reject } from "../../refusal.js";
import { columnExpr, findColumn } from "../context.js";

const differs = "Every place is compared with every shape; lookup_area_radius is read and changes nothing.";

export const geoPolygonLookup: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/geo-polygon-lookup-plugin",
  differs,
  lower: call => lookUp(call, "polygon"),
};

export const geoLineLookup: PlugIn = {
  doc: "https://learn.microsoft.com/kusto/query/geo-line-lookup-plugin",
  differs,
  lower: call => lookUp(call, "line"),
};

/** The optional arguments in their order; any may be given by name. */
const options = ["radius", "return_unmatched", "lookup_area_radius", "return_lookup_key"] as const;
type Option = (typeof options)[number];

function lookUp(call: PlugInCall, shape: "polygon" | "line"): Table {
  const lookup = call.table(call.arg(0, "a lookup table"));
  const key = columnOf(lookup, call.arg(1, `the lookup table's ${shape}`), call);
  const place = [call.column(2, "the longitude"), call.column(3, "the latitude")].map(columnExpr);
  const option = (name: Option): BoundNode | undefined => call.named.get(name) ?? call.args[4 + options.indexOf(name)];
  const isSet = (name: Option): boolean => {
    const node = option(name);
    return node !== undefined && call.literal(node, name).value === true;
  };
  const radius = option("radius");
  if (radius === undefined && shape === "line")
    return reject("kql/bad-plugin-call", `'${call.name}' needs a radius in meters`, call.span);
  const area = option("lookup_area_radius");
  if (area !== undefined) call.constant(area, "lookup_area_radius");
  const args = [...place, columnExpr(key)];
  const where: Expr =
    radius === undefined
      ? { kind: "call", name: "geo_point_in_polygon", args, type: "bool", span: call.span }
      : within(args, call.constant(radius, "radius"), { shape, call });
  const rel: Rel = {
    kind: "join",
    join: isSet("return_unmatched") ? "leftouter" : "inner",
    left: call.input.rel,
    right: lookup.rel,
    on: [],
    where,
    leftColumns: call.input.columns,
    rightColumns: lookup.columns,
  };
  const shown = lookup.columns.filter(c => c.slot !== key.slot || isSet("return_lookup_key"));
  const names = call.output;
  const columns = [...call.input.columns, ...shown].map((c, i): NamedColumn => ({
    ...c,
    name: names[i]?.name ?? c.name,
  }));
  return { rel, columns, order: [], serialized: false };
}

/** Nearer than the radius, which counts from the shape: inside a polygon the distance is 0. */
function within(
  args: readonly Expr[],
  radius: Expr,
  at: { readonly shape: "polygon" | "line"; readonly call: PlugInCall },
): Expr {
  const { span } = at.call;
  const distance: Expr = { kind: "call", name: `geo_distance_point_to_${at.shape}`, args, type: "real", span };
  const right: Expr = radius.type === "real" ? radius : { kind: "convert", operand: radius, type: "real", span };
  return { kind: "operator", name: "LessThanOrEqual", left: distance, right, type: "bool", span };
}

function columnOf(table: Table, node: BoundNode, call: PlugInCall): NamedColumn {
  const column = node.kind === "NameReference" ? findColumn(table, node.name) : undefined;
  return column ?? reject("kql/bad-plugin-call", `'${node.text}' of '${call.name}' must be a column`, node.span);
}
