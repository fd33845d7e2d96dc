/** KQL text and an environment → SQL, or diagnostics. Synchronous, in this thread; nothing is thrown for bad queries. */
import type { Diagnostic } from "../base/diagnostic.js";
import type { CompiledQuery, CompileResult, KqlAnswer, KqlEnvironment, OutputColumn, TableUse } from "./api.js";
import type { Question } from "./lower/context.js";
import type { LoweredQuery } from "./lower/results.js";
import type { Expr, Plan } from "./plan.js";
import type { ScanUse } from "./scans.js";
import { insertAnswers } from "./answers.js";
import { refusals, toDiagnostics } from "./diagnostics.js";
import { findEnrichment } from "./enrichments.js";
import { emitPlan } from "./emit/emit.js";
import { Emission } from "./emit/emission.js";
import { constantValue } from "./emit/expr.js";
import { instantTicks, scalarBindings, SchemaCache, withScalars } from "./environment.js";
import { huntBound } from "./hunt-bounds.js";
import { aggregateFunctions, binaryOperators, scalarFunctions } from "./functions/index.js";
import { formatDatetime } from "./functions/time-text.js";
import { Lowering } from "./lower/context.js";
import { firstQuestionAt } from "./lower/plugins.js";
import { lowerTable } from "./lower/query.js";
import { lowerResults } from "./lower/results.js";
import { bindStatement } from "./lower/statements.js";
import { bugAt, Refusal } from "./refusal.js";
import { scansOf } from "./scans.js";
import { serviceNotes } from "./service-functions.js";

/**
 * Compiles one query.
 *
 * Shape:  see `CompileResult`; all diagnostics that can be found at once are given.
 * Errors: never throws; a fault inside the compiler is a diagnostic `internal/bug`.
 *
 * @param schemas declared schemas to reuse between calls; a new cache when absent
 */
export function compileKql(text: string, environment: KqlEnvironment, schemas = new SchemaCache()): CompileResult {
  try {
    return compile(text, environment, schemas);
  } catch (error) {
    const span = { start: 0, end: text.length };
    const diagnostic = error instanceof Refusal ? error.diagnostic : bugAt(span, error);
    return { state: diagnostic.code === "kql/not-supported" ? "refused" : "failed", diagnostics: [diagnostic] };
  }
}

function compile(written: string, environment: KqlEnvironment, schemas: SchemaCache): CompileResult {
  const { answers = [], scalars = [] } = environment;
  const { text, toWritten } = insertAnswers(written, answers);
  const placed = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
    diagnostics.map(d => ({ ...d, span: { start: toWritten(d.span.start), end: toWritten(d.span.end) } }));
  const schema = schemas.get(environment);
  const bound = schemas.analyze(text, withScalars(schema.globals, scalars));
  const functionNames = (environment.functions ?? []).map(f => f.name);
  const found = toDiagnostics(bound, text, schema, functionNames);
  const errors = found.filter(d => d.severity === "error");
  const failed = (): CompileResult => {
    const refused = refusals(bound, text);
    return refused.length > 0
      ? { state: "refused", diagnostics: placed(refused) }
      : { state: "failed", diagnostics: placed(errors) };
  };
  // What follows a plug-in whose columns are not known yet may look wrong until they are.
  const waitsAt = firstQuestionAt(bound.statements, at => answers.some(a => a.key === placeKey(toWritten(at))));
  if (errors.some(e => waitsAt === undefined || e.span.start < waitsAt)) return failed();
  const lowering = new Lowering({
    tables: schema.tables,
    databases: schema.databases,
    scalars,
    knowsFunction: name => Object.hasOwn(scalarFunctions, name),
    knowsAggregate: name => Object.hasOwn(aggregateFunctions, name),
    knowsOperator: name => Object.hasOwn(binaryOperators, name),
    enrichmentOf: name => (functionNames.includes(name) ? undefined : findEnrichment(name)),
    huntBound: name => huntBound(name, environment),
    lowerTable,
    bindStatement,
    answerAt: at => answers.find(a => a.key === (typeof at === "string" ? at : placeKey(toWritten(at)))),
  });
  const lowered = lowerResults(lowering, bound.statements, scalarBindings(scalars));
  const { question } = lowering;
  // What is refused before the question is refused whatever the answer.
  const before = lowering.diagnostics.filter(d => question !== undefined && d.span.start < question.at);
  if (before.length > 0 && before.length === lowering.diagnostics.length) return stopped(placed(before));
  if (question !== undefined) return asked(question, lowering, environment, toWritten);
  if (errors.length > 0) return failed();
  if (lowering.diagnostics.length > 0) return stopped(placed(lowering.diagnostics));
  const emitted = lowered.map(r => emitResult(r, environment, answers));
  const wrong = emitted.flatMap(e => ("diagnostics" in e ? e.diagnostics : []));
  const [first, ...further] = emitted.flatMap(e => ("query" in e ? [e.query] : []));
  if (first === undefined || wrong.length > 0) return stopped(placed(wrong));
  return {
    state: "ready",
    query: {
      ...first,
      ...(further.length === 0 ? {} : { further }),
      diagnostics: placed([...found, ...serviceNotes(bound.statements, new Set(functionNames))]),
    },
  };
}

function emitResult(
  { plan, name, visualization }: LoweredQuery,
  environment: KqlEnvironment,
  answers: readonly KqlAnswer[],
): ReturnType<typeof emitQuery> {
  const emitted = emitQuery(plan, environment, answers);
  if ("diagnostics" in emitted) return emitted;
  return {
    query: {
      ...emitted.query,
      ...(name === undefined ? {} : { name }),
      ...(visualization === undefined ? {} : { visualization }),
    },
  };
}

/** The key of a question that stands at one place. */
const placeKey = (at: number): string => `@${at}`;

/** The answer `needs`: the query whose rows are the answer. */
function asked(
  question: Question,
  lowering: Lowering,
  environment: KqlEnvironment,
  toWritten: (offset: number) => number,
): CompileResult {
  const at = toWritten(question.at);
  const { kind, facts, asks, key = placeKey(at) } = question;
  if (asks.kind === "external") return { state: "needs", question: { key, at, kind, facts, asks }, diagnostics: [] };
  const { table, maxRows } = asks;
  const plan: Plan = {
    root: table.rel,
    columns: table.columns,
    order: table.order,
    ordered: false,
    shared: lowering.shared,
  };
  const emitted = emitQuery(plan, environment, environment.answers ?? []);
  if ("diagnostics" in emitted) return stopped(emitted.diagnostics);
  const { query } = emitted;
  const whole =
    asks.kind === "rows"
      ? ({ kind: "rows", query, maxRows } as const)
      : ({ kind: "enrich", name: asks.name, options: asks.options, query, maxRows } as const);
  return { state: "needs", question: { key, at, kind, facts, asks: whole }, diagnostics: [] };
}

/** A plan as a query; tables that answers came from count as read, for what they lack may change everything. */
function emitQuery(
  plan: Plan,
  environment: KqlEnvironment,
  answers: readonly KqlAnswer[],
): { readonly query: CompiledQuery } | { readonly diagnostics: readonly Diagnostic[] } {
  const now = instantTicks(environment.now, "the time 'now'");
  // Made once: it walks through the whole plan, and a union of all tables asks for each of them.
  let constants: Emission | undefined;
  const scans = scansOf(plan, expr => constantInstant(expr, (constants ??= new Emission(plan, now))));
  const window = huntWindow(environment, scans);
  const emitted = emitPlan(plan, now, window);
  if (emitted.diagnostics.length > 0) return { diagnostics: emitted.diagnostics };
  const columns = plan.columns.map((c, i): OutputColumn => ({ name: c.name, type: c.type, slot: `c${i}` }));
  const own = tableUses(scans, window);
  const others = answers
    .flatMap(a => a.tables)
    .filter(t => !own.some(o => o.name === t.name && o.database === t.database));
  const asked = new Map(others.map(t => [JSON.stringify([t.database, t.name]), { ...t, affects: "values" as const }]));
  return {
    query: {
      sql: emitted.sql,
      parameters: emitted.parameters,
      columns,
      tables: [...own, ...asked.values()],
      ordered: plan.ordered,
      clockDependent: emitted.clockDependent || answers.some(a => a.clockDependent),
      udfs: emitted.udfs,
      diagnostics: [],
    },
  };
}

function stopped(diagnostics: readonly Diagnostic[]): CompileResult {
  const refused = diagnostics.every(d => d.code === "kql/not-supported");
  return { state: refused ? "refused" : "failed", diagnostics };
}

function constantInstant(expr: Expr, emission: Emission): bigint | undefined {
  const value = constantValue(expr, emission);
  return value?.type === "datetime" && value.value !== null ? value.value : undefined;
}

/** The hunt window holds for the tables whose time the query does not speak of. */
function huntWindow(environment: KqlEnvironment, scans: readonly ScanUse[]) {
  if (environment.window === undefined) return undefined;
  return {
    start: instantTicks(environment.window.start, "the start of the hunt window"),
    end: instantTicks(environment.window.end, "the end of the hunt window"),
    scans: new Set(scans.filter(s => !s.mentionsTime && s.rel.time !== undefined).map(s => s.rel)),
  };
}

/** One entry for each table: the worst effect, and the range of time that all its uses lie in. */
function tableUses(scans: readonly ScanUse[], window: ReturnType<typeof huntWindow>): readonly TableUse[] {
  const keys = new Map(scans.map(s => [JSON.stringify([s.rel.database, s.rel.table]), s.rel]));
  return [...keys.values()].map(({ table, database }): TableUse => {
    const uses = scans.filter(s => s.rel.table === table && s.rel.database === database);
    const name = database === undefined ? { name: table } : { name: table, database };
    const bounds = uses.map(s =>
      window !== undefined && window.scans.has(s.rel) ? { from: window.start, to: window.end } : s.bounds,
    );
    const from = hull(
      bounds.map(b => b.from),
      (a, b) => (a < b ? a : b),
    );
    const to = hull(
      bounds.map(b => b.to),
      (a, b) => (a > b ? a : b),
    );
    const time = {
      ...(from === undefined ? {} : { from: formatDatetime(from) }),
      ...(to === undefined ? {} : { to: formatDatetime(to) }),
    };
    const affects = uses.some(u => u.affects === "values") ? "values" : "rows";
    return from === undefined && to === undefined ? { ...name, affects } : { ...name, affects, time };
  });
}

function hull(values: readonly (bigint | undefined)[], outer: (a: bigint, b: bigint) => bigint): bigint | undefined {
  let result: bigint | undefined;
  for (const value of values) {
    if (value === undefined) return undefined;
    result = result === undefined ? value : outer(result, value);
  }
  return result;
}
