/** How JavaScript functions for DuckDB are written: typed by their parameters, null in null out unless said otherwise. */
import type { KqlUdf, UdfType } from "../../api.js";

interface Native {
  readonly VARCHAR: string;
  readonly JSON: string;
  readonly BIGINT: bigint;
  readonly TIMESTAMP: bigint;
  readonly DOUBLE: number;
  readonly BOOLEAN: boolean;
}
type Values<P extends readonly UdfType[]> = { readonly [I in keyof P]: Native[P[I]] };
type NullableValues<P extends readonly UdfType[]> = { readonly [I in keyof P]: Native[P[I]] | null };

/** A function that is null when any argument is. */
export function strict<const P extends readonly UdfType[], R extends UdfType>(
  name: string,
  parameters: P,
  returns: R,
  call: (...values: Values<P>) => Native[R] | null | undefined,
): KqlUdf {
  return nullable(name, parameters, returns, (...values) =>
    values.some(v => v === null) ? null : call(...(values as unknown as Values<P>)),
  );
}

/** A function that sees nulls. */
export function nullable<const P extends readonly UdfType[], R extends UdfType>(
  name: string,
  parameters: P,
  returns: R,
  call: (...values: NullableValues<P>) => Native[R] | null | undefined,
): KqlUdf {
  return { name, parameters, returns, call: (...values) => call(...(values as unknown as NullableValues<P>)) ?? null };
}
