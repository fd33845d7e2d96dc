/** Choosing one of several alerts, and reading it. */
import { toView, type Content, type TableCell } from "../../view/index.js";
import { viewMime, renderHtml, renderText } from "../../view/index.js";
import { displaySymbol, type Displayable } from "../../base/port.js";
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import type { FrameLike } from "../../frame/api.js";
import { SelectItem } from "./select-item.js";

/** A row of `SecurityAlert` or of any table with alerts. `ExtendedProperties` and `Entities` are objects, whatever they were. */
export type AlertRow = Readonly<Record<string, unknown>>;

export interface SelectAlertOptions {
  readonly label?: string;
  /** What to show about the chosen alert; by default its fields. */
  readonly action?: (alert: AlertRow) => unknown;
  /** Columns whose values name an alert in the list. Default AlertName and ProductName. */
  readonly columns?: readonly string[];
  /** Default `SystemAlertId`. */
  readonly idColumn?: string;
  /** Default the first of `StartTimeUtc`, `StartTime`, `TimeGenerated` and `Timestamp` that is there. */
  readonly timeColumn?: string;
  /** The id of the alert that is chosen at first. */
  readonly defaultAlert?: string;
}

/** Alerts that are listed; further ones are for a narrower query. */
const maxAlerts = 5000;
const timeColumns = ["StartTimeUtc", "StartTime", "TimeGenerated", "Timestamp"];

/**
 * A list of alerts with a filter, and below it the chosen one. MSTICPy's `SelectAlert`.
 *
 * `value` is the chosen alert: the row, with the JSON in `ExtendedProperties` and `Entities` read.
 */
export class SelectAlert extends SelectItem<AlertRow> {
  /** @throws HuntError `widget/value` for a column that no alert has, or a `defaultAlert` that is not there */
  constructor(alerts: readonly AlertRow[], options: SelectAlertOptions = {}) {
    const read = alerts.map(readAlert);
    const names = [...new Set(read.flatMap(a => Object.keys(a)))];
    const { idColumn = "SystemAlertId", columns = ["AlertName", "ProductName"] } = options;
    if (read.length > 0) for (const name of options.columns ?? []) requireColumn(name, names);
    const time = options.timeColumn ?? timeColumns.find(c => names.includes(c));
    const chosen = options.defaultAlert;
    const first = chosen === undefined ? read[0] : read.find(a => textOf(a[idColumn]) === chosen);
    if (chosen !== undefined && first === undefined)
      throw new HuntError("widget/value", `there is no alert with ${idColumn} '${chosen}'`, {
        hint: "idColumn names the column with the ids",
      });
    const labels = new Map<string, AlertRow>();
    for (const alert of read) {
      const shown = columns.map(c => textOf(alert[c])).filter(t => t !== "");
      const when = time === undefined ? "" : `${textOf(alert[time]).slice(0, 19).replace("T", " ")}  `;
      const id = textOf(alert[idColumn]);
      const label = `${when}${shown.join(" — ")}${id === "" ? "" : `  [${id}]`}`;
      labels.set(labels.has(label) ? `${label} (${labels.size + 1})` : label, alert);
    }
    super({
      label: options.label ?? "Select an alert",
      options: labels,
      ...(first === undefined ? {} : { value: first }),
      action: options.action ?? describeAlert,
    });
  }

  /** Lists the rows of a frame, 5,000 at most; it says so when there are more. */
  static async from(
    alerts: FrameLike | PromiseLike<FrameLike>,
    options: SelectAlertOptions = {},
  ): Promise<SelectAlert> {
    const frame = await alerts;
    const rows = await frame.rows({ limit: maxAlerts });
    const more = frame.rowCount - rows.length;
    const label = options.label ?? "Select an alert";
    return new SelectAlert(rows, {
      ...options,
      label: more > 0 ? `${label} (the first ${rows.length} of ${frame.rowCount})` : label,
    });
  }

  get selectedAlert(): AlertRow | undefined {
    return this.value;
  }
}

function requireColumn(name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  throw new HuntError("widget/value", `the alerts have no column '${name}'${didYouMean(name, names)}`, {
    hint: `they have ${names.slice(0, 20).join(", ")}`,
  });
}

function readAlert(row: AlertRow): AlertRow {
  const read = (name: string): object => (name in row ? { [name]: readJson(row[name]) } : {});
  return { ...row, ...read("ExtendedProperties"), ...read("Entities") };
}

/** What is no JSON stays the text that it is. */
function readJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "string") return value;
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}

/** The fields of an alert that hold something; entities and properties each in a part of their own. */
function describeAlert(alert: AlertRow): Displayable {
  const entries = (values: object): { key: string; value: TableCell }[] =>
    Object.entries(values).flatMap(([key, value]) => {
      const text = textOf(value);
      return text === "" ? [] : [{ key, value: text }];
    });
  const { ExtendedProperties: properties, Entities: entities, ...rest } = alert;
  const children: Content[] = [{ kind: "keyValue", entries: entries(rest) }];
  if (typeof properties === "object" && properties !== null)
    children.push({
      kind: "details",
      summary: "Extended properties",
      children: [{ kind: "keyValue", entries: entries(properties) }],
    });
  if (Array.isArray(entities) && entities.length > 0)
    children.push({
      kind: "details",
      summary: `Entities (${entities.length})`,
      children: entities.map(e => ({ kind: "code" as const, text: JSON.stringify(e, undefined, 2) })),
    });
  const view = toView({ kind: "group", children });
  return {
    [displaySymbol]: () => ({ [viewMime]: view, "text/html": renderHtml(view), "text/plain": renderText(view) }),
  };
}
