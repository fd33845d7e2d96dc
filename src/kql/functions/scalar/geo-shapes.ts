/** Lines, polygons and grids of cells, as rows over the JavaScript functions. What is no such shape gives null. */
import type { KqlType } from "../../../base/column.js";
import { fn, text, value } from "../build.js";
import { convert } from "../convert.js";
import type { EmitContext, ScalarFunction, SqlExpr } from "../spec.js";

type Kind = "real" | "long" | "shape" | "text";
/** A parameter, or one that may be left out with what stands for it in SQL. */
type Parameter = Kind | readonly [kind: Kind, otherwise: string];

function argument(e: SqlExpr | undefined, parameter: Parameter, context: EmitContext): string {
  const [kind, otherwise] = typeof parameter === "string" ? [parameter, undefined] : parameter;
  if (e === undefined) return otherwise ?? context.refuse("a geo function without an argument");
  switch (kind) {
    case "shape":
      return `${convert(e, "dynamic", context).sql}::VARCHAR`;
    case "text":
      return convert(e, "string", context).sql;
    default:
      return convert(e, kind, context).sql;
  }
}

interface Shape {
  readonly udf: string;
  readonly parameters: readonly Parameter[];
  readonly result?: KqlType;
  readonly differs?: string;
}

/** `page` is the function's name without `geo_`. */
function row(name: string, { udf, parameters, result = "dynamic", differs }: Shape): readonly [string, ScalarFunction] {
  const isText = result === "string";
  return [
    `geo_${name}`,
    {
      nulls: isText ? "empty-string" : "propagate",
      doc: fn(`geo-${name.replaceAll("_", "-")}`),
      ...(differs === undefined ? {} : { differs }),
      emit: (args, _type, context) => {
        if (args.length > parameters.length) return refused(name, args, parameters.length, context);
        const sql = context.callUdf(
          udf,
          parameters.map((p, i) => argument(args[i], p, context)),
        );
        return isText ? text(`coalesce(${sql}, '')`) : value(result, sql);
      },
    },
  ];
}

/** The one argument beyond those that work here is a flag: false is what happens anyway. */
function refused(name: string, args: readonly SqlExpr[], count: number, context: EmitContext): SqlExpr {
  const flag = args[count]?.constant;
  if (flag?.type === "bool" && flag.value === false)
    return (
      Object.fromEntries(rows)[`geo_${name}`]?.emit(args.slice(0, count), "dynamic", context) ?? context.refuse(name)
    );
  return context.refuse(`the last argument of geo_${name}`, "leave it out, or write false");
}

const pointAndShape: readonly Parameter[] = ["real", "real", "shape"];
const two: readonly Parameter[] = ["shape", "shape"];
const tolerance: Parameter = ["real", "10::DOUBLE"];
const covering = (level: number): readonly Parameter[] => [
  "shape",
  ["long", `${level}::BIGINT`],
  ["real", "0::DOUBLE"],
];
const place = (level: number): readonly Parameter[] => ["real", "real", ["long", `${level}::BIGINT`]];
const resolution: Parameter = ["long", "null::BIGINT"];

const buffers =
  "The corners of the polygon are our own; it keeps to the tolerance. A radius of a quarter of the Earth's circumference or more gives null.";
const simplification = "Which vertices stay is our own choice where several would do.";
const cellOrder = "The order is that of the page's example; Kusto states none.";

const rows: readonly (readonly [string, ScalarFunction])[] = [
  row("from_wkt", { udf: "ku_geo_from_wkt", parameters: ["text"] }),
  row("angle", { udf: "ku_geo_angle", parameters: ["real", "real", "real", "real", "real", "real"], result: "real" }),
  row("closest_point_on_line", { udf: "ku_geo_closest_point_on_line", parameters: pointAndShape }),
  row("closest_point_on_polygon", { udf: "ku_geo_closest_point_on_polygon", parameters: pointAndShape }),
  row("distance_point_to_line", { udf: "ku_geo_distance_point_to_line", parameters: pointAndShape, result: "real" }),
  row("distance_point_to_polygon", {
    udf: "ku_geo_distance_point_to_polygon",
    parameters: pointAndShape,
    result: "real",
  }),
  row("point_in_polygon", { udf: "ku_geo_point_in_polygon", parameters: pointAndShape, result: "bool" }),
  row("intersects_2lines", { udf: "ku_geo_intersects_2lines", parameters: two, result: "bool" }),
  row("intersects_line_with_polygon", { udf: "ku_geo_intersects_line_with_polygon", parameters: two, result: "bool" }),
  row("intersects_2polygons", { udf: "ku_geo_intersects_2polygons", parameters: two, result: "bool" }),
  row("intersection_2lines", { udf: "ku_geo_intersection_2lines", parameters: two }),
  row("intersection_line_with_polygon", { udf: "ku_geo_intersection_line_with_polygon", parameters: two }),
  row("intersection_2polygons", { udf: "ku_geo_intersection_2polygons", parameters: two }),
  row("union_polygons_array", { udf: "ku_geo_union_polygons", parameters: ["shape"] }),
  row("union_lines_array", { udf: "ku_geo_union_lines", parameters: ["shape"] }),
  row("simplify_polygons_array", {
    udf: "ku_geo_simplify_polygons",
    parameters: ["shape", tolerance],
    differs: simplification,
  }),
  row("polygon_simplify", {
    udf: "ku_geo_polygon_simplify",
    parameters: ["shape", tolerance],
    differs: simplification,
  }),
  row("line_simplify", { udf: "ku_geo_line_simplify", parameters: ["shape", tolerance], differs: simplification }),
  row("polygon_densify", { udf: "ku_geo_polygon_densify", parameters: ["shape", tolerance] }),
  row("line_densify", { udf: "ku_geo_line_densify", parameters: ["shape", tolerance] }),
  row("polygon_area", { udf: "ku_geo_polygon_area", parameters: ["shape"], result: "real" }),
  row("polygon_perimeter", { udf: "ku_geo_polygon_perimeter", parameters: ["shape"], result: "real" }),
  row("polygon_centroid", { udf: "ku_geo_polygon_centroid", parameters: ["shape"] }),
  row("line_length", { udf: "ku_geo_line_length", parameters: ["shape"], result: "real" }),
  row("line_centroid", { udf: "ku_geo_line_centroid", parameters: ["shape"] }),
  row("line_locate_point", { udf: "ku_geo_line_locate_point", parameters: ["shape", "real", "real"], result: "real" }),
  row("line_interpolate_point", { udf: "ku_geo_line_interpolate_point", parameters: ["shape", "real"] }),
  row("point_buffer", {
    udf: "ku_geo_point_buffer",
    parameters: ["real", "real", "real", tolerance],
    differs: buffers,
  }),
  row("line_buffer", { udf: "ku_geo_line_buffer", parameters: ["shape", "real", tolerance], differs: buffers }),
  row("polygon_buffer", { udf: "ku_geo_polygon_buffer", parameters: ["shape", "real", tolerance], differs: buffers }),
  row("geohash_to_polygon", { udf: "ku_geohash_polygon", parameters: ["text"] }),
  row("geohash_neighbors", { udf: "ku_geohash_neighbors", parameters: ["text"], differs: cellOrder }),
  row("point_to_s2cell", { udf: "ku_s2_cell", parameters: place(11), result: "string" }),
  row("s2cell_to_central_point", { udf: "ku_s2_center", parameters: ["text"] }),
  row("s2cell_to_polygon", { udf: "ku_s2_polygon", parameters: ["text"] }),
  row("s2cell_neighbors", { udf: "ku_s2_neighbors", parameters: ["text"], differs: cellOrder }),
  row("polygon_to_s2cells", { udf: "ku_s2_cover_polygon", parameters: covering(11) }),
  row("line_to_s2cells", { udf: "ku_s2_cover_line", parameters: covering(11) }),
  row("point_to_h3cell", { udf: "ku_h3_cell", parameters: place(6), result: "string" }),
  row("h3cell_to_central_point", { udf: "ku_h3_center", parameters: ["text"] }),
  row("h3cell_to_polygon", { udf: "ku_h3_polygon", parameters: ["text"] }),
  row("h3cell_neighbors", { udf: "ku_h3_neighbors", parameters: ["text"] }),
  row("h3cell_rings", { udf: "ku_h3_rings", parameters: ["text", "long"] }),
  row("h3cell_level", { udf: "ku_h3_level", parameters: ["text"], result: "long" }),
  row("h3cell_parent", { udf: "ku_h3_parent", parameters: ["text", resolution], result: "string" }),
  row("h3cell_children", { udf: "ku_h3_children", parameters: ["text", resolution] }),
  row("polygon_to_h3cells", {
    udf: "ku_h3_cover_polygon",
    parameters: covering(6),
    differs: "The order of the cells is our library's; Kusto states none.",
  }),
];

export const geoShapeFunctions: Readonly<Record<string, ScalarFunction>> = Object.fromEntries(rows);
