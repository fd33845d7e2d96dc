/** `convert_…(value, from, to)`. Names of units are exact; one that the page does not list gives null. */
import type { ScalarFunction } from "../spec.js";
import { fn, value } from "../build.js";
import { convert } from "../convert.js";
import { constantString } from "../literal.js";
import { findUnit, unitKinds, type UnitKind } from "../units.js";

function unitRow(kind: UnitKind): ScalarFunction {
  return {
    nulls: "propagate",
    doc: fn(`convert-${kind}`),
    emit: ([e, from, to], _type, context) => {
      if (e === undefined || from === undefined || to === undefined) return context.refuse(`convert_${kind}`);
      const x = convert(e, "real", context);
      const names = [constantString(from), constantString(to)];
      if (names[0] !== undefined && names[1] !== undefined) {
        const [a, b] = [findUnit(kind, names[0]), findUnit(kind, names[1])];
        if (a === undefined || b === undefined) return value("real", "cast(null as DOUBLE)");
        if (a.sine !== true && b.sine !== true) {
          const shift = a.offset - b.offset;
          const base = shift === 0 ? `${x.sql} * (${a.scale})` : `(${x.sql} * (${a.scale}) + (${shift}))`;
          return value("real", `((${base}) / (${b.scale})::DOUBLE)`, x.notNull === true);
        }
      }
      const units = [from, to].map(u => convert(u, "string", context).sql);
      return value("real", context.callUdf("ku_convert_unit", [`'${kind}'`, x.sql, ...units]));
    },
  };
}

export const unitFunctions: Readonly<Record<string, ScalarFunction>> = Object.fromEntries(
  unitKinds.map(kind => [`convert_${kind}`, unitRow(kind)]),
);
