/** Units that are not known before the query runs. */
import { convertUnit, findUnit, unitKinds } from "../units.js";
import { strict } from "./define.js";

export const unitUdfs = [
  strict("ku_convert_unit", ["VARCHAR", "DOUBLE", "VARCHAR", "VARCHAR"], "DOUBLE", (kindName, x, from, to) => {
    const kind = unitKinds.find(k => k === kindName);
    if (kind === undefined) return null;
    const [a, b] = [findUnit(kind, from), findUnit(kind, to)];
    return a === undefined || b === undefined ? null : convertUnit(x, a, b);
  }),
];
