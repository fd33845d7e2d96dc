/** `buildschema()`: the smallest schema that admits every value. Source: https://learn.microsoft.com/kusto/query/buildschema-aggregation-function */
import { arrayElements, objectEntries, plainText } from "../json-text.js";
import { nullable } from "./define.js";

/** What has been seen at one place: primitive types in order, and the properties of bags; `` `indexer` `` are elements. */
interface Place {
  readonly types: Set<string>;
  readonly members: Map<string, Place>;
}

const elementsKey = "`indexer`";
const emptyPlace = (): Place => ({ types: new Set(), members: new Map() });

/** How a datetime prints inside a dynamic value. */
const datetimeText = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{7}Z$/;

function typeOf(json: string): string {
  if (json.startsWith('"')) return datetimeText.test(plainText(json)) ? "datetime" : "string";
  if (json === "true" || json === "false") return "bool";
  return /^-?\d+$/.test(json) ? "long" : "double";
}

function observe(place: Place, json: string): void {
  const [elements, entries] = [arrayElements(json), objectEntries(json)];
  if (json === "null") return;
  if (elements === undefined && entries === undefined) {
    place.types.add(typeOf(json));
    return;
  }
  for (const [key, value] of entries ?? (elements ?? []).map(e => [elementsKey, e] as const)) {
    const member = place.members.get(key) ?? emptyPlace();
    place.members.set(key, member);
    observe(member, value);
  }
}

function schemaOf(place: Place): unknown {
  const bag = Object.fromEntries([...place.members].map(([key, member]) => [key, schemaOf(member)]));
  const kinds = [...place.types, ...(place.members.size === 0 ? [] : [bag])];
  return kinds.length === 1 ? kinds[0] : kinds;
}

export const schemaUdfs = [
  nullable("ku_build_schema", ["VARCHAR"], "JSON", list => {
    const root = emptyPlace();
    for (const value of arrayElements(list) ?? []) observe(root, value);
    return root.types.size + root.members.size === 0 ? null : JSON.stringify(schemaOf(root));
  }),
];
