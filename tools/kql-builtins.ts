/** What the language declares: functions, aggregates and plug-ins with their parameters, as Microsoft's service knows them. */
import { analyze, declareDatabase, toArray } from "../src/kql/bridge.js";

export interface BuiltInParameter {
  readonly name: string;
  /** The service's word: `Declared`, `Scalar`, `Number`, `Integer`, `StringOrDynamic`, `Tabular` … */
  readonly kind: string;
  /** Names of types, when they are declared. */
  readonly types: readonly string[];
  /** `Expression`, `Literal`, `Constant`, `Column` … */
  readonly argument: string;
  /** The only texts that are allowed, when there are such. */
  readonly values: readonly string[];
  readonly min: number;
  readonly max: number;
}
export interface BuiltIn {
  readonly name: string;
  readonly signatures: readonly (readonly BuiltInParameter[])[];
}
export interface BuiltIns {
  readonly functions: readonly BuiltIn[];
  readonly aggregates: readonly BuiltIn[];
  readonly plugins: readonly BuiltIn[];
}

interface RawParameter {
  readonly Name: string;
  readonly TypeKind: number;
  readonly ArgumentKind: number;
  readonly DeclaredTypes: unknown;
  readonly Values: unknown;
  readonly MinOccurring: number;
  readonly MaxOccurring: number;
}
interface RawFunction {
  readonly Name: string;
  readonly Signatures: unknown;
}
type Enumeration = Readonly<Record<string, unknown>>;
interface RawLanguage {
  readonly Functions: { readonly All: unknown };
  readonly Aggregates: { readonly All: unknown };
  readonly PlugIns: { readonly All: unknown };
  readonly Symbols: { readonly ParameterTypeKind: Enumeration; readonly ArgumentKind: Enumeration };
}

const namesOf = (e: Enumeration): ReadonlyMap<unknown, string> =>
  new Map(Object.entries(e).flatMap(([name, value]) => (typeof value === "number" ? [[value, name] as const] : [])));

export function readBuiltIns(): BuiltIns {
  // Loads the service.
  analyze("print 1", declareDatabase([], []));
  const { Language } = (globalThis as unknown as { Kusto: { Language: RawLanguage } }).Kusto;
  const typeKinds = namesOf(Language.Symbols.ParameterTypeKind);
  const argumentKinds = namesOf(Language.Symbols.ArgumentKind);
  const read = (list: unknown): readonly BuiltIn[] =>
    toArray(list).map(f => {
      const { Name, Signatures } = f as RawFunction;
      const signatures = toArray(Signatures).map(s =>
        toArray((s as { readonly Parameters: unknown }).Parameters).map((p): BuiltInParameter => {
          const raw = p as RawParameter;
          return {
            name: raw.Name,
            kind: typeKinds.get(raw.TypeKind) ?? "",
            argument: argumentKinds.get(raw.ArgumentKind) ?? "",
            types: toArray(raw.DeclaredTypes).map(t => (t as { readonly Name: string }).Name),
            values: toArray(raw.Values).map(String),
            min: raw.MinOccurring,
            max: raw.MaxOccurring,
          };
        }),
      );
      return { name: Name, signatures };
    });
  return {
    functions: read(Language.Functions.All),
    aggregates: read(Language.Aggregates.All),
    plugins: read(Language.PlugIns.All),
  };
}
