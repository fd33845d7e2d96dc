/** The functions that generated queries may call: those of our tables, with what the language declares of them. */
import type { Grammar } from "./query.js";
import { aggregateFunctions, scalarFunctions } from "../../src/kql/functions/index.js";
import { readBuiltIns } from "../../tools/kql-builtins.js";

/** Of another answer at every call, of no end, or made to fail. */
const left = new Set(["assert", "rand", "new_guid", "repeat", "range", "geo_info_from_ip_address"]);

export function readGrammar(): Grammar {
  const { functions, aggregates } = readBuiltIns();
  return {
    functions: functions.filter(f => Object.hasOwn(scalarFunctions, f.name) && !left.has(f.name)),
    aggregates: aggregates.filter(f => Object.hasOwn(aggregateFunctions, f.name)),
  };
}
