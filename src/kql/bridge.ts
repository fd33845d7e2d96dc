/**
 * The file that loads Microsoft's language service; `bridge-editor.ts` alone touches it besides. It is a C# program compiled to CommonJS that writes globals,
 * with lists that are sometimes arrays and overloads named `$ctor1`; everything behind this border is plain and typed.
 *
 * Loading takes about half a second and the first analysis another one, so nothing is loaded before it is needed.
 */
import { createRequire } from "node:module";
import type { KqlType } from "../base/column.js";
import type { Severity, Span } from "../base/diagnostic.js";
import type { Syntax } from "./format/syntax.js";
import { isKqlType } from "../base/column.js";
import { HuntError } from "../base/error.js";

type Raw = Record<string, unknown>;
type RawClass = new (...args: readonly unknown[]) => unknown;

interface Service {
  readonly KustoCode: {
    Parse(text: string, globals: null): RawCode;
    ParseAndAnalyze(text: string, globals: unknown): RawCode;
  };
  readonly GlobalState: { readonly Default: RawGlobals };
  readonly Symbols: Record<string, RawClass & Record<string, RawClass & Record<string, unknown>>>;
  readonly Syntax: {
    readonly SyntaxKind: Record<string, unknown>;
    readonly IncludeTrivia: { readonly Interior: number };
  };
  readonly KustoFacts: { GetExpressionResultName(node: unknown, otherwise: string, row: null): string };
  readonly Editor: {
    readonly CodeScript: { From$1(text: string, globals: unknown): { readonly Blocks: unknown } };
    readonly KustoCodeService: { readonly $ctor1: new (text: string, globals: unknown) => RawEditor };
    readonly CompletionKind: Record<string, unknown>;
    readonly ClassificationKind: Record<string, unknown>;
  };
}
/** The language service's editor of one text. */
export interface RawEditor {
  GetCompletionItems(offset: number): {
    readonly EditStart: number;
    readonly EditLength: number;
    readonly Items: unknown;
  };
  GetQuickInfo(offset: number): { readonly Items: unknown };
  GetClassifications(start: number, length: number): { readonly Classifications: unknown };
}
interface RawGlobals {
  WithCluster(cluster: unknown): RawGlobals;
  WithDatabase(database: unknown): RawGlobals;
  WithParameters(parameters: readonly unknown[]): RawGlobals;
}
interface RawCode {
  readonly Syntax: RawNode;
  readonly ResultType: RawType | null;
  GetDiagnostics(): unknown;
  GetSyntaxDiagnostics(): unknown;
}
interface RawType {
  readonly Name: string;
  readonly Kind: number;
  readonly Columns?: unknown;
  readonly IsOpen?: boolean;
}
interface RawNode extends Raw {
  readonly Kind: number;
  readonly IsToken: boolean;
  readonly ChildCount: number;
  readonly TextStart: number;
  readonly End: number;
  readonly SimpleName?: string | null;
  readonly Text?: string;
  readonly Trivia?: string;
  readonly ValueText?: string;
  readonly ResultType?: RawType | null;
  readonly ReferencedSymbol?: RawSymbol | null;
  GetChild(index: number): RawNode | null;
  GetCalledFunctionBody?(): RawNode | null;
  GetCalledFunctionDiagnostics?(): unknown;
}
interface RawSymbol {
  readonly Name: string;
  readonly Kind: number;
  readonly Signatures?: unknown;
}
interface RawParameter {
  readonly Name: string;
  readonly MinOccurring: number;
  readonly MaxOccurring: number;
  readonly DeclaredTypes?: unknown;
  readonly DefaultValue?: RawNode | null;
}
interface RawDiagnostic {
  readonly Code: string;
  readonly Severity: string;
  readonly Message: string;
  readonly Start: number;
  readonly Length: number;
}

interface Loaded {
  readonly service: Service;
  readonly kinds: ReadonlyMap<number, string>;
  readonly symbolKinds: ReadonlyMap<number, string>;
}
let loaded: Loaded | undefined;

/** Loads the language service (about 0.5 s, once per thread); later calls cost nothing. */
function load(): Loaded {
  if (loaded !== undefined) return loaded;
  const globals = globalThis as { Kusto?: { readonly Language: Service } };
  if (globals.Kusto === undefined) {
    const require = createRequire(import.meta.url);
    require("@kusto/language-service-next/bridge.min.js");
    require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
  }
  const service = globals.Kusto?.Language;
  if (service === undefined) throw new HuntError("internal/bug", "the KQL language service did not load");
  repairColumnMap(service);
  loaded = {
    service,
    kinds: reversed(service.Syntax.SyntaxKind),
    symbolKinds: reversed(service.Symbols["SymbolKind"] as unknown as Record<string, unknown>),
  };
  return loaded;
}

/** What the repair touches of `Kusto.Language.Binding.ColumnMap`: for each name a column, a list or a dictionary by type. */
interface ColumnMap {
  readonly _nameMap: {
    tryGetValue(name: string, found: { v?: MapEntry }): boolean;
    setItem(name: string, value: unknown): void;
  };
  GetTypeKey(type: unknown): unknown;
  Add: (this: ColumnMap, column: MapColumn) => void;
}
interface MapColumn {
  readonly Name: string;
  readonly Type: unknown;
}
/** Lists and dictionaries have `Count`, dictionaries alone `tryGetValue`. */
interface MapEntry {
  readonly Count?: number;
  readonly tryGetValue?: unknown;
}

/**
 * The language service (12.4.1) forgets a column when two others of its name and of one other type came before: a union
 * of tables with x:string, x:string and x:long would have no x_long. Entered in another order, nothing is lost.
 */
function repairColumnMap(service: Service): void {
  const { Binding } = service as unknown as { Binding: { ColumnMap: { prototype: ColumnMap } } };
  const map = Binding.ColumnMap.prototype;
  const { Add: add } = map;
  map.Add = function (this: ColumnMap, column: MapColumn): void {
    const held: { v?: MapEntry } = {};
    const isList =
      this._nameMap.tryGetValue(column.Name, held) && held.v?.Count !== undefined && held.v.tryGetValue === undefined;
    const [first, ...others] = isList ? (toArray(held.v) as readonly MapColumn[]) : [];
    if (first === undefined || this.GetTypeKey(first.Type) === this.GetTypeKey(column.Type)) {
      add.call(this, column);
      return;
    }
    this._nameMap.setItem(column.Name, first);
    for (const each of [column, ...others]) add.call(this, each);
  };
}

/** What `bridge-editor.ts` needs of the loaded service. */
export function editorService(): Service["Editor"] {
  return load().service.Editor;
}

/** Numbers of an enumeration of the language service → names. */
export function reversed(table: Record<string, unknown>): ReadonlyMap<number, string> {
  const pairs = Object.entries(table).filter((pair): pair is [string, number] => typeof pair[1] === "number");
  return new Map(pairs.map(([name, value]) => [value, name]));
}

/** The elements of a list, whichever way the language service holds it. */
export function toArray(list: unknown): readonly unknown[] {
  if (list === null || list === undefined) return [];
  if (Array.isArray(list)) return list;
  return (globalThis as unknown as { Bridge: { toArray(l: unknown): unknown[] } }).Bridge.toArray(list);
}

export interface BoundColumn {
  readonly name: string;
  readonly type: KqlType | "unknown";
}

/** What the binder says an expression gives. */
export type BoundType =
  | { readonly kind: "scalar"; readonly type: KqlType | "unknown" }
  | { readonly kind: "table"; readonly columns: readonly BoundColumn[]; readonly open: boolean }
  | { readonly kind: "tuple"; readonly columns: readonly BoundColumn[] }
  | { readonly kind: "graph" }
  | { readonly kind: "other"; readonly name: string };

/** `kind` is the language service's word: Column, Variable, Parameter, Table, Function, Operator, … */
export interface BoundSymbol {
  readonly kind: string;
  readonly name: string;
}

export interface BoundParameter {
  readonly name: string;
  /** `long`, `string` …; empty when any will do. */
  readonly typeName: string;
  /** How often it may be given: `min` 0 is optional, `max` above 1 repeats. */
  readonly occurs: { readonly min: number; readonly max: number };
  readonly defaultValue: BoundNode | undefined;
}

function columnsOf(list: unknown): readonly BoundColumn[] {
  return toArray(list).map(c => {
    const column = c as { readonly Name: string; readonly Type: RawType };
    return { name: column.Name, type: scalarName(column.Type) };
  });
}

function scalarName(type: RawType | null | undefined): KqlType | "unknown" {
  if (type === null || type === undefined) return "unknown";
  if (isKqlType(type.Name)) return type.Name;
  const kind = load().symbolKinds.get(type.Kind);
  return kind === "Array" || kind === "Bag" || type.Name.startsWith("dynamic") ? "dynamic" : "unknown";
}

function toBoundType(type: RawType | null | undefined): BoundType {
  if (type === null || type === undefined) return { kind: "other", name: "none" };
  const kind = load().symbolKinds.get(type.Kind) ?? "";
  if (kind === "Table" || kind === "MaterializedView")
    return { kind: "table", columns: columnsOf(type.Columns), open: type.IsOpen === true };
  if (kind === "Tuple" || kind === "Group") return { kind: "tuple", columns: columnsOf(type.Columns) };
  if (kind === "Graph") return { kind: "graph" };
  if (["Primitive", "Array", "Bag"].includes(kind)) return { kind: "scalar", type: scalarName(type) };
  return { kind: "other", name: type.Name };
}

/** A node of the bound tree. `origin` is where its text begins in the text the user wrote. */
export class BoundNode {
  readonly #raw: RawNode;
  readonly #origin: number;
  readonly #frozen: Span | undefined;

  constructor(raw: RawNode, origin = 0, frozen?: Span) {
    this.#raw = raw;
    this.#origin = origin;
    this.#frozen = frozen;
  }

  /** Syntax kind, for example `FilterOperator` or `NameReference`. */
  get kind(): string {
    return load().kinds.get(this.#raw.Kind) ?? "Unknown";
  }

  /** Where it stands in the user's text; inside a stored function, where the function was called. */
  get span(): Span {
    if (this.#frozen !== undefined) return this.#frozen;
    return { start: this.#origin + this.#raw.TextStart, end: this.#origin + this.#raw.End };
  }

  /** True inside a stored function or a text of our own: the place stands for another text. */
  get isElsewhere(): boolean {
    return this.#frozen !== undefined;
  }

  /** The simple name of a reference or declaration; empty when it has none. */
  get name(): string {
    return this.#raw.SimpleName ?? "";
  }

  /** The node's own text without the white space around it. */
  get text(): string {
    const { Interior } = load().service.Syntax.IncludeTrivia;
    return (this.#raw as unknown as { ToString(trivia: number): string }).ToString(Interior).trim();
  }

  get type(): BoundType {
    return toBoundType(this.#raw.ResultType);
  }

  get symbol(): BoundSymbol | undefined {
    const symbol = this.#raw.ReferencedSymbol;
    if (symbol === null || symbol === undefined) return undefined;
    return { kind: load().symbolKinds.get(symbol.Kind) ?? "", name: symbol.Name };
  }

  get isToken(): boolean {
    return this.#raw.IsToken;
  }

  /** The name the language gives the column of an unnamed expression (`tostring(a)` is `a`, `a.b` is `a_b`); else empty. */
  get resultName(): string {
    return load().service.KustoFacts.GetExpressionResultName(this.#raw, "", null) ?? "";
  }

  /** The text of a literal's token without quotes or type name: `datetime(2020-01-01)` gives `2020-01-01`. */
  get tokenValue(): string {
    const token = this.#raw["Token"] as RawNode | null | undefined;
    return token?.ValueText ?? this.#raw.ValueText ?? "";
  }

  /** The whole text of a literal's token, quotes included. */
  get tokenText(): string {
    const token = this.#raw["Token"] as RawNode | null | undefined;
    return token?.Text ?? this.#raw.Text ?? "";
  }

  /** The value of a string literal (escapes resolved). */
  get stringValue(): string | undefined {
    const value = this.#raw["LiteralValue"];
    return typeof value === "string" ? value : undefined;
  }

  /** A child by the language service's property name; undefined when that optional part is absent. */
  find(property: string): BoundNode | undefined {
    const child = this.#raw[property] as RawNode | null | undefined;
    return child === null || child === undefined ? undefined : this.#wrap(child);
  }

  /** A child that must exist in a tree without syntax errors. */
  get(property: string): BoundNode {
    const child = this.find(property);
    if (child === undefined) throw new HuntError("internal/bug", `${this.kind} has no '${property}'`);
    return child;
  }

  /** The elements of a list child, separators dropped. */
  list(property: string): readonly BoundNode[] {
    return toArray(this.#raw[property]).map(item => {
      const element = item as { readonly Element$1?: RawNode; readonly Element?: RawNode };
      return this.#wrap(element.Element$1 ?? element.Element ?? (item as RawNode));
    });
  }

  /** All direct children. */
  get children(): readonly BoundNode[] {
    const all: BoundNode[] = [];
    for (let i = 0; i < this.#raw.ChildCount; i++) {
      const child = this.#raw.GetChild(i);
      if (child !== null) all.push(this.#wrap(child));
    }
    return all;
  }

  /**
   * The body of the user's function called here, bound for this very call; undefined for built-in functions.
   * `origin` is where the body stands in the user's text; without it the body's spans are those of the call.
   */
  calledBody(origin?: number): BoundNode | undefined {
    const body = this.#raw.GetCalledFunctionBody?.();
    if (body === null || body === undefined) return undefined;
    return origin === undefined
      ? new BoundNode(body, 0, this.span)
      : new BoundNode(body, origin - body.TextStart, this.#frozen);
  }

  /** What is wrong inside the user's function called here, for the arguments of this call. */
  calledErrors(): readonly string[] {
    const found = toArray(this.#raw.GetCalledFunctionDiagnostics?.()) as readonly RawDiagnostic[];
    return found.filter(d => d.Severity === "Error").map(d => d.Message);
  }

  /** The parameters of the function referred to here, in order. */
  get parameters(): readonly BoundParameter[] {
    return this.signatures[0] ?? [];
  }

  /** The parameter lists of the function referred to here: one, or several ways to call it. */
  get signatures(): readonly (readonly BoundParameter[])[] {
    return toArray(this.#raw.ReferencedSymbol?.Signatures).map(signature =>
      toArray((signature as { readonly Parameters: unknown }).Parameters).map(p => {
        const parameter = p as RawParameter;
        const value = parameter.DefaultValue ?? undefined;
        const types = toArray(parameter.DeclaredTypes).map(t => (t as RawType).Name);
        return {
          name: parameter.Name,
          typeName: types.length <= 2 ? types.join("|") : "",
          occurs: { min: parameter.MinOccurring, max: parameter.MaxOccurring },
          defaultValue: value === undefined ? undefined : new BoundNode(value, 0, this.span),
        };
      }),
    );
  }

  #wrap(raw: RawNode): BoundNode {
    return new BoundNode(raw, this.#origin, this.#frozen);
  }
}

export interface BoundDiagnostic {
  /** Microsoft's code, `KS142`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
}

/** A parsed and bound text. */
export interface BoundQuery {
  readonly statements: readonly BoundNode[];
  readonly diagnostics: readonly BoundDiagnostic[];
  /** The result's columns, when it is a table. */
  readonly columns: readonly BoundColumn[];
  /** Where its comments stand. */
  readonly comments: readonly Span[];
}

/** The binder's view of a database. Opaque outside this file. */
export interface Globals {
  readonly raw: unknown;
}

export interface DeclaredTable {
  readonly name: string;
  readonly columns: readonly BoundColumn[];
  readonly open: boolean;
}
export interface DeclaredFunction {
  readonly name: string;
  /** `(a:long, b:string="")` */
  readonly parameters: string;
  /** `{ … }` */
  readonly body: string;
  /** What editors show of it. */
  readonly says?: string;
}

function scalarSymbol(service: Service, type: KqlType | "unknown"): unknown {
  const names: Record<KqlType | "unknown", string> = {
    bool: "Bool",
    int: "Int",
    long: "Long",
    real: "Real",
    decimal: "Decimal",
    string: "String",
    datetime: "DateTime",
    timespan: "TimeSpan",
    guid: "Guid",
    dynamic: "Dynamic",
    unknown: "Unknown",
  };
  return (service.Symbols["ScalarTypes"] as unknown as Raw)[names[type]];
}

function symbolClass(service: Service, name: string, overload: string): RawClass {
  const found = overload === "" ? service.Symbols[name] : service.Symbols[name]?.[overload];
  if (found === undefined) throw new HuntError("internal/bug", `the KQL language service has no ${name}.${overload}`);
  return found;
}

export interface DeclaredDatabase {
  readonly name: string;
  readonly tables: readonly DeclaredTable[];
}

/** Declares a database, what names in a query may mean, and others that it may name by `database()`. */
export function declareDatabase(
  tables: readonly DeclaredTable[],
  functions: readonly DeclaredFunction[],
  others: readonly DeclaredDatabase[] = [],
): Globals {
  const { service } = load();
  const fn = symbolClass(service, "FunctionSymbol", "$ctor16");
  const database = symbolClass(service, "DatabaseSymbol", "$ctor1");
  const symbols = tableSymbols(service, tables);
  for (const f of functions) symbols.push(new fn(f.name, f.parameters, f.body, f.says ?? null));
  const main = new database("default", symbols, false);
  if (others.length === 0) return { raw: service.GlobalState.Default.WithDatabase(main) };
  const cluster = symbolClass(service, "ClusterSymbol", "$ctor1");
  const all = [main, ...others.map(o => new database(o.name, tableSymbols(service, o.tables), false))];
  return { raw: service.GlobalState.Default.WithCluster(new cluster("local", all, false)).WithDatabase(main) };
}

function tableSymbols(service: Service, tables: readonly DeclaredTable[]): unknown[] {
  const column = symbolClass(service, "ColumnSymbol", "");
  const table = symbolClass(service, "TableSymbol", "$ctor4");
  return tables.map(t => {
    const columns = t.columns.map(c => new column(c.name, scalarSymbol(service, c.type)));
    const symbol = new table(t.name, columns) as { WithIsOpen(open: boolean): unknown };
    return t.open ? symbol.WithIsOpen(true) : symbol;
  });
}

/** The same database with names bound to values of the given types. */
export function declareValues(globals: Globals, values: readonly BoundColumn[]): Globals {
  if (values.length === 0) return globals;
  const { service } = load();
  const parameter = symbolClass(service, "ParameterSymbol", "");
  const symbols = values.map(v => new parameter(v.name, scalarSymbol(service, v.type), null));
  return { raw: (globals.raw as RawGlobals).WithParameters(symbols) };
}

/** The same database with names of which only the kind is known. */
export function declareNames(globals: Globals, values: readonly string[], tables: readonly DeclaredTable[]): Globals {
  const { service } = load();
  const variable = symbolClass(service, "VariableSymbol", "");
  const unknown = scalarSymbol(service, "unknown");
  const parameter = symbolClass(service, "ParameterSymbol", "");
  const symbols = [
    ...values.map(name => new parameter(name, unknown, null)),
    ...tableSymbols(service, tables).map((t, i) => new variable(tables[i]?.name ?? "", t)),
  ];
  return { raw: (globals.raw as RawGlobals).WithParameters(symbols) };
}

/**
 * Parses and binds a text. Never throws for what a user can write.
 *
 * @param at where in the user's text everything in this text stands, when it is not the user's
 */
export function analyze(text: string, globals: Globals, at?: Span): BoundQuery {
  let code: RawCode;
  try {
    code = load().service.KustoCode.ParseAndAnalyze(text, globals.raw);
  } catch (error) {
    const misplaced = graphOperatorsOnTables(text);
    if (misplaced.length === 0) throw error;
    return { statements: [], diagnostics: misplaced, columns: [], comments: [] };
  }
  const root = new BoundNode(code.Syntax, 0, at);
  const result = toBoundType(code.ResultType);
  return {
    statements: root.list("Statements"),
    diagnostics: toArray(code.GetDiagnostics()).map(d => toDiagnostic(d as RawDiagnostic)),
    columns: result.kind === "table" ? result.columns : [],
    get comments() {
      return commentsIn(code.Syntax);
    },
  };
}

/**
 * Operators on graphs that stand behind something else. The language service fails over `graph-match` on a table (it asks
 * the table for the graph's nodes), so that its tree without types must say where.
 */
function graphOperatorsOnTables(text: string): readonly BoundDiagnostic[] {
  const root = new BoundNode(load().service.KustoCode.Parse(text, null).Syntax);
  const found: BoundDiagnostic[] = [];
  const visit = (node: BoundNode): void => {
    if (node.isToken) return;
    node.children.forEach(visit);
    if (node.kind !== "PipeExpression") return;
    const [operator, before] = [node.get("Operator"), node.get("Expression")];
    const last = before.kind === "PipeExpression" ? before.get("Operator") : before;
    const isGraph = /^(MakeGraph|GraphMarkComponents)Operator$/.test(last.kind) || /^graph\s*\(/.test(last.text);
    if (!/^Graph(Match|ShortestPaths|ToTable|MarkComponents)Operator$/.test(operator.kind) || isGraph) return;
    const message = "this operator works on a graph: `make-graph` must come before it";
    found.push({ code: "kql/not-a-graph", severity: "error", message, span: operator.span });
  };
  visit(root);
  return found;
}

function commentsIn(raw: RawNode): readonly Span[] {
  if (raw.IsToken) {
    const trivia = raw.Trivia ?? "";
    const at = raw.TextStart - trivia.length;
    return [...trivia.matchAll(/\/\/[^\n\r]*/g)].map(m => ({ start: at + m.index, end: at + m.index + m[0].length }));
  }
  const found: Span[] = [];
  for (let i = 0; i < raw.ChildCount; i++) {
    const child = raw.GetChild(i);
    if (child !== null) found.push(...commentsIn(child));
  }
  return found;
}

function toDiagnostic(raw: RawDiagnostic): BoundDiagnostic {
  const severity = raw.Severity === "Error" ? "error" : raw.Severity === "Warning" ? "warning" : "info";
  const span = { start: raw.Start, end: raw.Start + raw.Length };
  return { code: raw.Code, severity, message: raw.Message, span };
}

/** A text's tree as plain data, without binding; `broken` when it has errors of syntax. */
export function parseSyntax(text: string): { readonly root: Syntax; readonly broken: boolean } {
  const { service, kinds } = load();
  const code = service.KustoCode.Parse(text, null);
  const read = (raw: RawNode): Syntax => {
    const kind = kinds.get(raw.Kind) ?? "Unknown";
    if (raw.IsToken) return { type: "token", kind, text: raw.Text ?? "", trivia: raw.Trivia ?? "" };
    const children: Syntax[] = [];
    for (let i = 0; i < raw.ChildCount; i++) {
      const child = raw.GetChild(i);
      if (child !== null) children.push(read(child));
    }
    return { type: "node", kind, children };
  };
  const errors = toArray(code.GetSyntaxDiagnostics()) as readonly RawDiagnostic[];
  return { root: read(code.Syntax), broken: errors.some(d => d.Severity === "Error") };
}

/** Splits a file of queries at blank lines, as Kusto's editors do: where each block that holds code begins and ends. */
export function splitBlocks(text: string): readonly Span[] {
  const { service } = load();
  const script = service.Editor.CodeScript.From$1(text, service.GlobalState.Default);
  return toArray(script.Blocks).map(b => {
    const block = b as { readonly Start: number; readonly Length: number };
    return { start: block.Start, end: block.Start + block.Length };
  });
}
