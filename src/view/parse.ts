/** Views that come from files or over a wire: checked before anything draws them. */
import { isKqlType } from "../base/column.js";
import { HuntError } from "../base/error.js";
import { viewVersion, type View, type ViewKind } from "./view.js";

type Check = (value: unknown, path: string) => void;
type Shape = Readonly<Record<string, Check>>;

const fail = (path: string, wanted: string): never => {
  throw new HuntError("view/invalid", `the view is not valid at ${path}: ${wanted} expected`);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text: Check = (value, path) => typeof value === "string" || fail(path, "text");
const flag: Check = (value, path) => typeof value === "boolean" || fail(path, "true or false");
const count: Check = (value, path) => (typeof value === "number" && Number.isFinite(value)) || fail(path, "a number");
const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value, path) =>
    allowed.includes(value) || fail(path, allowed.map(String).join(" or "));
const maybe =
  (check: Check): Check =>
  (value, path) =>
    value === undefined || check(value, path);
const many =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value) ? value.forEach((v, i) => check(v, `${path}[${i}]`)) : fail(path, "a list");
const record =
  (shape: Shape): Check =>
  (value, path) => {
    if (!isObject(value)) return fail(path, "an object");
    for (const [key, check] of Object.entries(shape)) check(value[key], `${path}.${key}`);
  };

/** Deeper trees are refused before they exhaust the stack. */
const maxDepth = 100;

const node: Check = (value, path) => {
  if (path.split(".").length > maxDepth) fail("a depth of more than 100", "a shallower view");
  if (!isObject(value)) return fail(path, "a node");
  const kind = value["kind"];
  const shape = typeof kind === "string" && Object.hasOwn(shapes, kind) ? shapes[kind as ViewKind] : undefined;
  if (shape === undefined) return fail(`${path}.kind`, Object.keys(shapes).join(", "));
  if (typeof shape === "function") shape(value, path);
  else record(shape)(value, path);
};
const content: Check = (value, path) => (typeof value === "string" ? undefined : node(value, path));
const cell: Check = (value, path) =>
  value === null || ["string", "number", "boolean"].includes(typeof value) ? undefined : node(value, path);
const tone = oneOf("neutral", "info", "good", "warning", "bad");
const kqlType: Check = (value, path) => (typeof value === "string" && isKqlType(value)) || fail(path, "a KQL type");

const index: Check = (value, path) => (Number.isInteger(value) && (value as number) >= 0) || fail(path, "an index");
const orNull =
  (check: Check): Check =>
  (value, path) =>
    value === null || check(value, path);
const countOrNull = orNull(count);
/** Marks a column that may be absent. */
const optionalColumn = (check: Check): { readonly absent: Check } => ({ absent: check });
type ColumnCheck = Check | { readonly absent: Check };

/** Lists of equal length, entry by entry, and other properties beside them. */
const columns =
  (lists: Readonly<Record<string, ColumnCheck>>, rest: Shape = {}): Check =>
  (value, path) => {
    record(rest)(value, path);
    if (!isObject(value)) return;
    let length: number | undefined;
    for (const [key, check] of Object.entries(lists)) {
      const list = value[key];
      if (typeof check === "object" && list === undefined) continue;
      if (!Array.isArray(list)) return fail(`${path}.${key}`, "a list");
      length ??= list.length;
      if (list.length !== length) return fail(`${path}.${key}`, `a list of ${length}`);
      many(typeof check === "object" ? check.absent : check)(list, `${path}.${key}`);
    }
  };
const banner: Check = (value, path) =>
  record({ kind: oneOf("banner"), tone, title: text, lines: maybe(many(text)) })(value, path);
const keyColumn = record({ name: text, as: maybe(oneOf("text", "number", "instant", "hour", "weekday")) });
const keyValue: Check = (value, path) => value === null || typeof value === "string" || count(value, path);
const info = record({
  ...{ title: maybe(text), source: maybe(text), rows: maybe(count), notes: maybe(many(text)), live: maybe(text) },
  incomplete: maybe(banner),
  frames: maybe(many(record({ id: text, column: maybe(text), keys: maybe(many(keyColumn)) }))),
});
const references = many(record({ atMs: count, endMs: maybe(count), label: text, tone: maybe(tone) }));
const axis = record({
  ...{ title: maybe(text), type: oneOf("time", "number", "category"), scale: maybe(oneOf("linear", "log")) },
  ...{ least: maybe(count), most: maybe(count), unit: maybe(text) },
});
const summaryShape: Shape = {
  ...{ processes: count, roots: count, leaves: count, branches: count, isolated: count, depth: count, ghosts: count },
};

const shapes: Record<ViewKind, Shape | Check> = {
  text: { text, look: maybe(oneOf("plain", "strong", "faint", "code")) },
  link: { text, href: text },
  badge: { text, tone: maybe(tone) },
  heading: { text, level: oneOf(1, 2, 3) },
  paragraph: { children: many(content) },
  banner: { tone, title: text, lines: maybe(many(text)) },
  list: { items: many(content), ordered: maybe(flag) },
  code: { text, language: maybe(text) },
  group: { children: many(content), direction: maybe(oneOf("column", "row")) },
  details: { summary: text, open: maybe(flag), children: many(content) },
  keyValue: { entries: many(record({ key: text, value: cell })) },
  table: {
    columns: many(record({ name: text, type: maybe(kqlType) })),
    rows: many(many(cell)),
    total: maybe(count),
    caption: maybe(text),
    live: maybe(text),
    frame: maybe(text),
    query: maybe(text),
  },
  timeline: {
    ...{ info, startMs: count, endMs: count, colours: many(text), colourTitle: maybe(text), valueTitle: maybe(text) },
    lanes: many(record({ name: text, count })),
    valueMark: maybe(oneOf("points", "line", "bars")),
    events: maybe(
      columns(
        {
          ...{ offsetMs: count, lane: index },
          ...{ colour: optionalColumn(index), lastsMs: optionalColumn(count), value: optionalColumn(countOrNull) },
        },
        { details: maybe(record({ columns: many(text), rows: many(many(orNull(text))) })) },
      ),
    ),
    bins: maybe(columns({ index, lane: index, count, colour: optionalColumn(index) }, { widthMs: count })),
    histogram: many(count),
    references,
  },
  processTree: (value, path) => {
    columns(
      {
        ...{
          name: text,
          parent: count,
          processId: text,
          atMs: countOrNull,
          commandLine: text,
          account: text,
          host: text,
        },
        ...{
          ghost: count,
          tone: orNull(tone),
          remark: orNull(text),
          hidden: count,
          row: index,
          event: optionalColumn(count),
        },
      },
      { info, summary: record(summaryShape), found: maybe(count) },
    )(value, path);
    // A parent stands before its children: readers count on it, and cycles are impossible.
    if (isObject(value) && Array.isArray(value["parent"]))
      value["parent"].forEach(
        (p: number, i) =>
          (Number.isInteger(p) && p >= -1 && p < i) || fail(`${path}.parent[${i}]`, "the index of an earlier row"),
      );
  },
  map: {
    ...{ info, colours: many(text), colourTitle: maybe(text), unit: text },
    places: many(
      record({
        latitude: count,
        longitude: count,
        label: text,
        count,
        colour: maybe(index),
        details: maybe(many(text)),
        keys: maybe(many(many(keyValue))),
      }),
    ),
    arcs: many(record({ from: index, to: index, count, label: maybe(text) })),
    unplaced: many(record({ label: text, count, why: text })),
  },
  chart: {
    ...{
      info,
      mark: oneOf("line", "area", "column", "bar", "scatter"),
      x: axis,
      y: axis,
      categories: maybe(many(text)),
    },
    series: many(
      columns(
        { x: count, y: countOrNull },
        { name: text, role: maybe(oneOf("baseline", "anomaly")), of: maybe(many(text)) },
      ),
    ),
    stack: oneOf("none", "stacked", "full"),
    legend: maybe(oneOf("hidden")),
    references,
  },
  pie: { info, slices: many(record({ name: text, value: count, rest: maybe(flag) })), unit: maybe(text) },
  heatmap: {
    ...{ info, valueTitle: text, values: many(many(countOrNull)) },
    ...{ x: record({ title: maybe(text), names: many(text) }), y: record({ title: maybe(text), names: many(text) }) },
  },
  image: { mime: oneOf("image/png", "image/jpeg"), base64: text, alt: text, widthPx: maybe(count) },
};

/**
 * Takes JSON that claims to be a view. Unknown properties are ignored, unknown kinds and versions refused.
 *
 * @throws HuntError `view/invalid` (says where), `view/version`
 */
export function parseView(value: unknown): View {
  if (!isObject(value)) return fail("the top", "an object");
  if (value["version"] !== viewVersion)
    throw new HuntError(
      "view/version",
      `this view has version '${String(value["version"])}'; this Huntbook draws ${viewVersion}`,
      {
        hint: "update Huntbook, or run the cell again",
      },
    );
  node(value["root"], "root");
  return value as unknown as View;
}
