/** The table of settings as a JSON Schema, for completion and checks in editors. */
import { unreachable } from "../base/error.js";
import { configSpec } from "./section-table.js";
import type { MapSpec, NamedSpec, Spec } from "./spec.js";

type Schema = Readonly<Record<string, unknown>>;

const reference = {
  EnvironmentVar: {
    type: "object",
    required: ["EnvironmentVar"],
    properties: { EnvironmentVar: { type: "string", minLength: 1, description: "Name of an environment variable." } },
    additionalProperties: false,
  },
  KeyVault: {
    type: "object",
    required: ["KeyVault"],
    properties: {
      KeyVault: {
        type: ["string", "null"],
        description: "Secret of the default vault, Vault/Secret, or nothing for the name made from the setting's path.",
        pattern: "^(?:(?:[0-9A-Za-z-]+/)?[0-9A-Za-z-]+)?$",
      },
    },
    additionalProperties: false,
  },
} as const;

const references = [{ $ref: "#/definitions/EnvironmentVar" }, { $ref: "#/definitions/KeyVault" }];
const guid = "^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$";

/** Draft 7, which editors of YAML understand. */
export function configJsonSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "msticpyconfig.yaml",
    ...toSchema(configSpec),
    definitions: reference,
  };
}

function toSchema(spec: Spec): Schema {
  const described = {
    description: spec.doc,
    ...(spec.default === undefined ? {} : { default: spec.default }),
  };
  return { ...described, ...shapeOf(spec) };
}

function shapeOf(spec: Spec): Schema {
  switch (spec.kind) {
    case "any":
      return {};
    case "text":
      return { anyOf: [textShape(spec), ...references] };
    case "secret":
      return { anyOf: [{ type: ["string", "number", "null"] }, ...references] };
    case "bool":
      return { type: ["boolean", "null"] };
    case "number":
      return { type: ["number", "null"], ...(spec.above === undefined ? {} : { exclusiveMinimum: spec.above }) };
    case "enum": {
      const words = [...spec.options, ...Object.keys(spec.aliases ?? {})];
      const one = { enum: [...words, null] };
      return spec.many === true ? { anyOf: [{ type: "array", items: { enum: words } }, one] } : one;
    }
    case "list":
      return { anyOf: [{ type: "array", items: { type: ["string", "number"] } }, { type: ["string", "null"] }] };
    case "timeout":
      return timeoutShape;
    case "map":
      return mapShape(spec);
    case "named":
      return namedShape(spec);
    default:
      return unreachable(spec, "configJsonSchema");
  }
}

const textShape = (spec: Extract<Spec, { kind: "text" }>): Schema => ({
  type: ["string", "number", "null"],
  ...(spec.format === "guid" ? { pattern: guid } : {}),
  ...(spec.format === "url" ? { pattern: "^https?://" } : {}),
});

const seconds = { type: "number", exclusiveMinimum: 0 } as const;
const parts = ["timeout", "connect", "read", "write", "pool"];
const timeoutShape: Schema = {
  anyOf: [
    seconds,
    { type: "null" },
    { type: "array", items: { type: ["number", "null"] }, minItems: 1, maxItems: 4 },
    { type: "object", properties: Object.fromEntries(parts.map(p => [p, seconds])), additionalProperties: false },
  ],
};

function mapShape(spec: MapSpec): Schema {
  const required = Object.entries(spec.keys)
    .filter(([, s]) => s.kind === "text" && s.required === true)
    .map(([key]) => key);
  return {
    type: ["object", "null"],
    properties: Object.fromEntries(Object.entries(spec.keys).map(([key, s]) => [key, toSchema(s)])),
    additionalProperties: spec.others !== undefined || spec.anyCase === true,
    ...(required.length === 0 || spec.anyCase === true ? {} : { required }),
  };
}

function namedShape(spec: NamedSpec): Schema {
  const known = Object.entries(spec.known ?? {});
  // The one section with instances is a section of its own, so that each can point at its kind.
  const instances =
    spec.instances === true
      ? known.map(
          ([name]) => [`^${name}-[\\w.:]+$`, { $ref: `#/properties/DataProviders/properties/${name}` }] as const,
        )
      : [];
  return {
    type: ["object", "null"],
    properties: Object.fromEntries(known.map(([name, s]) => [name, toSchema(s)])),
    ...(instances.length === 0 ? {} : { patternProperties: Object.fromEntries(instances) }),
    additionalProperties: toSchema(spec.entry),
  };
}
