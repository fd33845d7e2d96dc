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
  record(shape)(value, path);
};
const content: Check = (value, path) => (typeof value === "string" ? undefined : node(value, path));
const cell: Check = (value, path) =>
  value === null || ["string", "number", "boolean"].includes(typeof value) ? undefined : node(value, path);
const tone = oneOf("neutral", "info", "good", "warning", "bad");
const kqlType: Check = (value, path) => (typeof value === "string" && isKqlType(value)) || fail(path, "a KQL type");

const shapes: Record<ViewKind, Shape> = {
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
