/** Queries of typed operators, with the rows that a small evaluator of its own gives for them. */
import type { KqlType } from "../../src/base/column.js";
import type { BuiltIn } from "../../tools/kql-builtins.js";
import type { Choices } from "./choices.js";
import type { Column, Row, Table, Value } from "./data.js";
import { tables } from "./data.js";
import { anyCall, expressionOf, scalarTypes, type Expression, type Scope } from "./expression.js";

/** A pipeline so far. `rows` is absent where the reference does not know. */
export interface Query {
  readonly text: string;
  readonly columns: readonly Column[];
  readonly rows?: () => readonly Row[];
}

const sources: readonly Table[] = tables;
const plain = new Set<KqlType>(["long", "string", "bool", "datetime", "int"]);

export interface Grammar {
  readonly functions: readonly BuiltIn[];
  readonly aggregates: readonly BuiltIn[];
}

export function makeQuery(choices: Choices, grammar: Grammar): Query {
  let query = source(choices);
  const steps = 1 + choices.below(5);
  for (let i = 0; i < steps; i++) query = choices.pick(operators)(query, choices, grammar);
  return query;
}

function source(choices: Choices): Query {
  const table = choices.pick(sources);
  return { text: table.name, columns: table.columns, rows: () => table.rows };
}

type Operator = (query: Query, choices: Choices, grammar: Grammar) => Query;

function piped(
  query: Query,
  operator: string,
  columns: readonly Column[],
  rows?: (input: readonly Row[]) => readonly Row[],
): Query {
  const text = `${query.text}\n| ${operator}`;
  const { rows: input } = query;
  return rows === undefined || input === undefined ? { text, columns } : { text, columns, rows: () => rows(input()) };
}

const scopeOf = (query: Query, { functions }: Grammar): Scope => ({ columns: query.columns, functions });
const known = (...expressions: readonly Expression[]): boolean => expressions.every(e => e.evaluate !== undefined);
const valueOf = (e: Expression, row: Row): Value => e.evaluate?.(row) ?? null;

const where: Operator = (query, choices, grammar) => {
  const e = expressionOf("bool", scopeOf(query, grammar), choices);
  return piped(
    query,
    `where ${e.text}`,
    query.columns,
    known(e) ? rows => rows.filter(r => valueOf(e, r) === true) : undefined,
  );
};

/** New columns, or new values for one that is there. */
const extend: Operator = (query, choices, grammar) => {
  const type = choices.pick(scalarTypes);
  const e = expressionOf(type, scopeOf(query, grammar), choices);
  const replaces = query.columns.length > 0 && choices.below(4) === 0;
  const replaced = replaces ? choices.below(query.columns.length) : -1;
  const name = query.columns[replaced]?.name ?? freshName(query);
  const column = { name, type: e.type };
  const columns = replaced < 0 ? [...query.columns, column] : query.columns.with(replaced, column);
  return piped(
    query,
    `extend ${name} = ${e.text}`,
    columns,
    known(e)
      ? rows => rows.map(r => (replaced < 0 ? [...r, valueOf(e, r)] : r.with(replaced, valueOf(e, r))))
      : undefined,
  );
};

/** Any function, of which only the type is checked; the column is not read afterwards. */
const extendAny: Operator = (query, choices, grammar) => {
  const text = anyCall(scopeOf(query, grammar), choices);
  return { text: `${query.text}\n| extend ${freshName(query)} = ${text}`, columns: query.columns };
};

function freshName(query: Query): string {
  let n = query.columns.length;
  while (new RegExp(`\\bx${n}\\b`).test(query.text)) n++;
  return `x${n}`;
}

function subset(
  query: Query,
  choices: Choices,
  among: readonly number[] = query.columns.map((_, i) => i),
): readonly number[] {
  const kept = among.filter(() => choices.below(2) === 0);
  const [first] = among;
  return kept.length > 0 ? kept : first === undefined ? [] : [first];
}

const project: Operator = (query, choices) => {
  const kept = subset(query, choices);
  const columns = kept.flatMap(i => query.columns[i] ?? []);
  return piped(query, `project ${columns.map(c => c.name).join(", ")}`, columns, rows =>
    rows.map(r => kept.map(i => r[i] ?? null)),
  );
};

const keyOf = (values: readonly Value[]): string => values.map(v => `${typeof v}:${String(v)}`).join("\u0000");
const groupable = (query: Query): readonly number[] => query.columns.flatMap((c, i) => (plain.has(c.type) ? [i] : []));

const distinct: Operator = (query, choices) => {
  const kept = subset(query, choices, groupable(query));
  if (kept.length === 0) return query;
  const columns = kept.flatMap(i => query.columns[i] ?? []);
  return piped(query, `distinct ${columns.map(c => c.name).join(", ")}`, columns, rows => [
    ...new Map(rows.map(r => [keyOf(kept.map(i => r[i] ?? null)), kept.map(i => r[i] ?? null)])).values(),
  ]);
};

const notNull = (values: readonly Value[]): readonly Value[] => values.filter(v => v !== null);
const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);
interface Aggregate {
  readonly name: string;
  readonly takes: KqlType | "nothing";
  readonly gives: KqlType;
  readonly of: (values: readonly Value[]) => Value;
}
const least = (values: readonly Value[], sign: 1 | -1): Value =>
  notNull(values).reduce<Value>(
    (m, v) => (m === null || (v as bigint) * BigInt(sign) < (m as bigint) * BigInt(sign) ? v : m),
    null,
  );
const aggregates: readonly Aggregate[] = [
  { name: "count", takes: "nothing", gives: "long", of: v => BigInt(v.length) },
  { name: "countif", takes: "bool", gives: "long", of: v => BigInt(v.filter(x => x === true).length) },
  {
    name: "sum",
    takes: "long",
    gives: "long",
    of: v => wrap(notNull(v).reduce<bigint>((s, x) => s + (x as bigint), 0n)),
  },
  { name: "min", takes: "long", gives: "long", of: v => least(v, 1) },
  { name: "max", takes: "long", gives: "long", of: v => least(v, -1) },
  { name: "min", takes: "datetime", gives: "datetime", of: v => least(v, 1) },
  { name: "dcount", takes: "string", gives: "long", of: v => BigInt(new Set(v).size) },
  { name: "dcount", takes: "long", gives: "long", of: v => BigInt(new Set(notNull(v)).size) },
];

const summarize: Operator = (query, choices, grammar) => {
  const aggregate = choices.pick(aggregates);
  const e =
    aggregate.takes === "nothing" ? undefined : expressionOf(aggregate.takes, scopeOf(query, grammar), choices, 2);
  const by = choices.below(3) === 0 ? [] : subset(query, choices, groupable(query)).slice(0, 2);
  const name = freshName(query);
  const columns = [...by.flatMap(i => query.columns[i] ?? []), { name, type: aggregate.gives }];
  const clause = by.length === 0 ? "" : ` by ${by.flatMap(i => query.columns[i]?.name ?? []).join(", ")}`;
  const text = `summarize ${name} = ${aggregate.name}(${e?.text ?? ""})${clause}`;
  if (e !== undefined && !known(e)) return piped(query, text, columns);
  return piped(query, text, columns, rows => {
    const groups = new Map<string, Row[]>();
    if (by.length === 0) groups.set("", []);
    for (const row of rows) {
      const key = keyOf(by.map(i => row[i] ?? null));
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [row]);
      else group.push(row);
    }
    return [...groups.values()].map(group => [
      ...by.map(i => group[0]?.[i] ?? null),
      aggregate.of(group.map(r => (e === undefined ? null : valueOf(e, r)))),
    ]);
  });
};

/** Any aggregate, of which only the type is checked. */
const summarizeAny: Operator = (query, choices, grammar) => {
  const text = anyCall({ columns: query.columns, functions: grammar.aggregates }, choices);
  const by = groupable(query)
    .slice(0, 1)
    .flatMap(i => query.columns[i] ?? []);
  const clause = by.length === 0 ? "" : ` by ${by.map(c => c.name).join(", ")}`;
  return { text: `${query.text}\n| summarize ${freshName(query)} = ${text}${clause}`, columns: by };
};

/** Sorted by all columns, so that equal rows alone are in no order: nulls first ascending, last descending. */
const sortTake: Operator = (query, choices) => {
  if (!query.columns.every(c => plain.has(c.type))) return query;
  const ascending = choices.below(2) === 0;
  const count = choices.below(5);
  const order = query.columns.map(c => `${c.name} ${ascending ? "asc" : "desc"}`).join(", ");
  const compare = (a: Row, b: Row): number => {
    for (const i of query.columns.keys()) {
      const [x, y] = [a[i] ?? null, b[i] ?? null];
      if (x === y) continue;
      if (x === null) return ascending ? -1 : 1;
      if (y === null) return ascending ? 1 : -1;
      return x < y === ascending ? -1 : 1;
    }
    return 0;
  };
  return piped(query, `sort by ${order}\n| take ${count}`, query.columns, rows =>
    rows.toSorted(compare).slice(0, count),
  );
};

const count: Operator = query =>
  piped(query, "count", [{ name: "Count", type: "long" }], rows => [[BigInt(rows.length)]]);

const kinds = [
  "inner",
  "leftouter",
  "rightouter",
  "fullouter",
  "leftanti",
  "leftsemi",
  "rightanti",
  "rightsemi",
] as const;
const nothing = (column: Column): Value => (column.type === "string" ? "" : null);

const join: Operator = (query, choices, grammar) => {
  const kind = choices.pick(kinds);
  const right = where(source(choices), choices, grammar);
  const shared = query.columns.filter(
    c => (c.type === "long" || c.type === "string") && right.columns.some(r => r.name === c.name && r.type === c.type),
  );
  if (shared.length === 0) return query;
  const key = choices.pick(shared).name;
  const [l, r] = [query.columns.findIndex(c => c.name === key), right.columns.findIndex(c => c.name === key)];
  const names = new Set(query.columns.map(c => c.name));
  const renamed = right.columns.map(c => {
    let name = c.name;
    for (let n = 1; names.has(name); n++) name = `${c.name}${n}`;
    names.add(name);
    return { ...c, name };
  });
  const side = kind.startsWith("left") ? "left" : "right";
  const columns = /anti|semi/.test(kind)
    ? side === "left"
      ? query.columns
      : right.columns
    : [...query.columns, ...renamed];
  const text = `join kind=${kind} (${right.text.replaceAll("\n", " ")}) on ${key}`;
  const rightRows = right.rows;
  if (rightRows === undefined) return piped(query, text, columns);
  return piped(query, text, columns, lefts => {
    const rights = rightRows();
    const matches = (a: Row, b: Row): boolean => a[l] !== null && a[l] === b[r];
    const some = (row: Row, from: "left" | "right"): boolean =>
      from === "left" ? rights.some(b => matches(row, b)) : lefts.some(a => matches(a, row));
    if (/anti|semi/.test(kind))
      return (side === "left" ? lefts : rights).filter(row => some(row, side) === kind.endsWith("semi"));
    const pairs = lefts.flatMap(a => rights.filter(b => matches(a, b)).map(b => [...a, ...b]));
    const lone = (wanted: boolean, from: "left" | "right"): readonly Row[] => {
      if (!wanted) return [];
      const rows = (from === "left" ? lefts : rights).filter(row => !some(row, from));
      return rows.map(row =>
        from === "left" ? [...row, ...right.columns.map(nothing)] : [...query.columns.map(nothing), ...row],
      );
    };
    return [
      ...pairs,
      ...lone(/leftouter|fullouter/.test(kind), "left"),
      ...lone(/rightouter|fullouter/.test(kind), "right"),
    ];
  });
};

/** Columns of one name and one type are one; others stand for themselves. */
const union: Operator = (query, choices, grammar) => {
  const other = where(source(choices), choices, grammar);
  const clash = other.columns.some(o => query.columns.some(c => c.name === o.name && c.type !== o.type));
  if (clash) return query;
  const added = other.columns.filter(o => !query.columns.some(c => c.name === o.name));
  const columns = [...query.columns, ...added];
  const otherRows = other.rows;
  const text = `union (${other.text.replaceAll("\n", " ")})`;
  if (otherRows === undefined) return piped(query, text, columns);
  return piped(query, text, columns, rows => [
    ...rows.map(row => [...row, ...added.map(nothing)]),
    ...otherRows().map(row =>
      columns.map(c => {
        const at = other.columns.findIndex(o => o.name === c.name);
        return at < 0 ? nothing(c) : (row[at] ?? null);
      }),
    ),
  ]);
};

/** Operators of which only the schema is checked. */
const others: Operator = (query, choices, grammar) => {
  if (query.columns.length === 0) return count(query, choices, grammar);
  const column = choices.pick(query.columns);
  const [first] = query.columns;
  const dynamic = query.columns.find(c => c.type === "dynamic");
  const time = query.columns.find(c => c.type === "datetime");
  const number = query.columns.find(c => c.type === "long");
  const texts = [
    `project-away ${query.columns.length > 1 ? column.name : "nothing*"}`,
    `project-rename renamed = ${column.name}`,
    `project-reorder ${column.name}`,
    `top 3 by ${first?.name ?? ""} asc nulls last`,
    `getschema`,
    `sample 2`,
    ...(dynamic === undefined
      ? []
      : [
          `mv-expand ${dynamic.name}`,
          `mv-expand with_itemindex=i e = ${dynamic.name} to typeof(long)`,
          `mv-apply e = ${dynamic.name} on (summarize total = count())`,
        ]),
    ...(time === undefined
      ? []
      : [
          `make-series n = count() default = 0 on ${time.name} from datetime(2024-01-01) to datetime(2024-01-04) step 1d`,
        ]),
    ...(number === undefined
      ? []
      : [
          `serialize | extend w = row_cumsum(${number.name}), p = prev(${number.name}), i = row_number()`,
          `summarize arg_max(${number.name}, *)`,
          `summarize make_list(${number.name}), make_set(${column.name}), percentile(${number.name}, 50)`,
        ]),
    `summarize take_any(*)`,
    `fork (count) (take 1)`,
    `top-hitters 2 of ${column.name}`,
    `facet by ${column.name}`,
    `partition by ${groupable(query).flatMap(i => query.columns[i]?.name ?? [])[0] ?? column.name} { B | take 1 }`,
    `evaluate basket()`,
    `evaluate autocluster()`,
    ...(time === undefined
      ? []
      : [
          `evaluate session_count(${column.name}, ${time.name}, datetime(2024-01-01), datetime(2024-01-05), 1d, 1h)`,
          `sort by ${time.name} asc | scan with_match_id=m declare (seen: datetime) with (step a: true => seen = ${time.name}; step b output=last: ${time.name} > a.${time.name};)`,
        ]),
    `parse ${query.columns.find(c => c.type === "string")?.name ?? "'x'"} with a "e" b:long *`,
    `as named | union named`,
    `partition by ${groupable(query).flatMap(i => query.columns[i]?.name ?? [])[0] ?? column.name} (take 1)`,
    `top-nested 2 of ${column.name} by count()`,
  ];
  void grammar;
  const text = choices.pick(texts);
  // What comes after does not know the columns.
  return { text: `${query.text}\n| ${text}\n| count`, columns: [{ name: "Count", type: "long" }] };
};

const finals: Operator = (query, choices, grammar) => {
  const made = others(query, choices, grammar);
  return { ...made, text: made.text.replace(/\n\| count$/, ""), columns: [] };
};

const operators: readonly Operator[] = [
  where,
  extend,
  project,
  summarize,
  sortTake,
  join,
  union,
  distinct,
  count,
  extendAny,
  summarizeAny,
  others,
];

/** A query that calls one function or aggregate, so that each has its turn. */
export function makeCall(choices: Choices, fn: BuiltIn, isAggregate: boolean): Query {
  const query = source(choices);
  const call = anyCall({ columns: query.columns, functions: [fn] }, choices);
  return { text: `${query.text}\n| ${isAggregate ? "summarize" : "extend"} called = ${call}`, columns: [] };
}

/** A query that ends in an operator of which only the schema is checked. */
export function makeOpenQuery(choices: Choices, grammar: Grammar): Query {
  return finals(makeQuery(choices, grammar), choices, grammar);
}
