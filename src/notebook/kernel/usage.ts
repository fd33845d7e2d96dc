/** Which names a program uses as values and which as types. */
import { visitorKeys } from "oxc-parser";
import type { Program } from "oxc-parser";

interface AnyNode {
  readonly type: string;
  readonly name?: unknown;
}

/** TypeScript nodes that contain run-time code; every other `TS…` node is a type. */
const runtimeTs = new Set([
  ...["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "TSTypeAssertion", "TSInstantiationExpression"],
  ...["TSEnumDeclaration", "TSEnumBody", "TSEnumMember", "TSModuleDeclaration", "TSModuleBlock", "TSParameterProperty"],
  ...["TSExportAssignment", "TSImportEqualsDeclaration", "TSAbstractMethodDefinition", "TSAbstractPropertyDefinition"],
]);

export interface NameUsage {
  readonly values: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

/** Import declarations themselves do not count as uses. Property names do count as values: erring on that side keeps an import. */
export function findNameUsage(program: Program): NameUsage {
  const values = new Set<string>();
  const types = new Set<string>();
  const visit = (node: AnyNode, inType: boolean): void => {
    if (node.type === "ImportDeclaration") return;
    if (node.type === "Identifier") {
      (inType ? types : values).add(String(node.name));
    }
    const childInType = inType || (node.type.startsWith("TS") && !runtimeTs.has(node.type));
    for (const key of visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Record<string, unknown>)[key];
      for (const one of Array.isArray(child) ? (child as readonly unknown[]) : [child]) {
        if (isNode(one)) visit(one, childInType);
      }
    }
  };
  visit(program, false);
  return { values, types };
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
