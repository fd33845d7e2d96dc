/** Families as nested objects whose leaves are query functions: `families.Azure.list_all_signins_geo(…)`. */
import { HuntError } from "../base/error.js";
import { didYouMean } from "../base/suggest.js";
import type { QueryDefinition } from "./definition.js";
import type { QueryLibrary } from "./library.js";

export interface FamilyNode {
  readonly [name: string]: FamilyNode | ((...args: never[]) => unknown);
}

/** Names that engines and tools ask any object for; asking must not fail. */
const probes = new Set(["then", "catch", "finally", "toJSON", "constructor", "inspect", "nodeType", "asymmetricMatch"]);

/** Wraps an object so that a misspelt member is refused with a suggestion instead of being `undefined`. */
export function refusingUnknown<T extends object>(target: T, unknown: (name: string) => HuntError): T {
  return new Proxy(target, {
    get(object, key, receiver): unknown {
      if (typeof key === "symbol" || key in object || probes.has(key) || !/^[A-Za-z_]\w*$/.test(key))
        return Reflect.get(object, key, receiver);
      throw unknown(key);
    },
  });
}

type MutableNode = Record<string, unknown>;

/** Builds the tree of families. `toFunction` makes the callable for each query. */
export function buildFamilies(
  library: QueryLibrary,
  toFunction: (definition: QueryDefinition, fullName: string) => (...args: never[]) => unknown,
): FamilyNode {
  const root: MutableNode = Object.create(null) as MutableNode;
  const nodes = new Map<string, MutableNode>([["", root]]);
  const nodeOf = (path: string): MutableNode => {
    const found = nodes.get(path);
    if (found !== undefined) return found;
    const dot = path.lastIndexOf(".");
    const plain: MutableNode = Object.create(null) as MutableNode;
    const node = refusingUnknown(plain, name => {
      const known = Object.keys(plain);
      return new HuntError("query/unknown-query", `no query '${name}' in '${path}'${didYouMean(name, known)}`, {
        hint: `it has: ${known.join(", ")}`,
      });
    });
    nodeOf(path.slice(0, Math.max(0, dot)))[path.slice(dot + 1)] = node;
    nodes.set(path, node);
    return node;
  };
  for (const name of library.names()) {
    const definition = library.find(name);
    const dot = name.lastIndexOf(".");
    if (definition !== undefined) nodeOf(name.slice(0, dot))[name.slice(dot + 1)] = toFunction(definition, name);
  }
  return root as unknown as FamilyNode;
}
