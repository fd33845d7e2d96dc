/**
 * Turns the statements of a cell into a script that can run again and again in one global scope: imports become awaited
 * calls, exports lose their keyword, and every declaration becomes `let`, because V8's REPL mode lets a name be declared
 * anew only by the same kind of declaration.
 */
import type MagicString from "magic-string";
import type {
  BindingPattern,
  Directive,
  Function as FunctionNode,
  ImportDeclaration,
  Program,
  Statement,
  TSEnumDeclaration,
  VariableDeclaration,
} from "oxc-parser";
import type { Diagnostic } from "../../base/diagnostic.js";
import type { NameUsage } from "./usage.js";
import { findNameUsage } from "./usage.js";

/** The one global name that rewritten cells use; see `importer.ts`. */
export const helperName = "__huntbook";

interface Rewriting {
  readonly text: MagicString;
  readonly code: string;
  readonly names: Set<string>;
  readonly problems: Diagnostic[];
  usage(): NameUsage;
}

export interface RewriteResult {
  /** Value names declared at the top level, in order. */
  readonly names: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

type TopLevel = Statement | Directive;

/** Edits `text` (the cell's source) in place. */
export function rewriteStatements(text: MagicString, program: Program): RewriteResult {
  let usage: NameUsage | undefined;
  const work: Rewriting = {
    text,
    code: text.original,
    names: new Set(),
    problems: [],
    usage: () => (usage ??= findNameUsage(program)),
  };
  for (const statement of program.body) rewriteStatement(work, statement);
  return { names: [...work.names], diagnostics: work.problems };
}

function rewriteStatement(work: Rewriting, node: TopLevel): void {
  switch (node.type) {
    case "ImportDeclaration":
      rewriteImport(work, node);
      break;
    case "ExportNamedDeclaration":
      if (node.declaration !== null) {
        work.text.remove(node.start, node.declaration.start);
        rewriteStatement(work, node.declaration);
      } else if (node.source === null) work.text.remove(node.start, node.end);
      else refuse(work, node, "re-exporting from another module", "import what the notebook needs instead");
      break;
    case "ExportDefaultDeclaration":
      rewriteDefault(work, node);
      break;
    case "ExportAllDeclaration":
      refuse(work, node, "'export *'", "import what the notebook needs instead");
      break;
    case "TSExportAssignment":
    case "TSImportEqualsDeclaration":
      if (node.type === "TSExportAssignment" || node.moduleReference.type === "TSExternalModuleReference")
        refuse(work, node, "CommonJS syntax", 'write import x from "module"');
      else work.names.add(node.id.name);
      break;
    case "VariableDeclaration":
      if (!node.declare) rewriteVariables(work, node);
      break;
    case "FunctionDeclaration":
      if (!node.declare) rewriteFunction(work, node);
      break;
    case "TSEnumDeclaration":
      if (!node.declare) rewriteEnum(work, node);
      break;
    case "ClassDeclaration":
      if (node.id !== null && !node.declare) work.names.add(node.id.name);
      break;
    case "TSModuleDeclaration":
      if (!node.declare && node.id.type === "Identifier") work.names.add(node.id.name);
      break;
    default:
      break;
  }
}

function rewriteVariables(work: Rewriting, node: VariableDeclaration): void {
  if (node.kind === "using" || node.kind === "await using") {
    refuse(work, node, `'${node.kind}' at the top level`, "put it into a block, or call close() yourself");
    return;
  }
  work.text.overwrite(node.start, node.start + node.kind.length, "let".padEnd(node.kind.length));
  for (const one of node.declarations) addPatternNames(one.id, work.names);
}

/** The function is assigned before the first statement, so that it can be called above its declaration. */
function rewriteFunction(work: Rewriting, node: FunctionNode): void {
  if (node.id === null) return;
  const head = `${node.async ? "async " : ""}function${node.generator ? "*" : ""}`;
  work.text.overwrite(node.start, node.id.end, `let ${node.id.name} = ${head}`).appendLeft(node.end, ";\n");
  if (node.start > 0) work.text.move(node.start, node.end, 0);
  work.names.add(node.id.name);
}

function rewriteEnum(work: Rewriting, node: TSEnumDeclaration): void {
  const name = node.id.name;
  work.text.appendLeft(node.start, `let ${name} = (() => { `).appendRight(node.end, ` return ${name} })();`);
  work.names.add(name);
}

function rewriteDefault(work: Rewriting, node: Extract<TopLevel, { type: "ExportDefaultDeclaration" }>): void {
  const inner = node.declaration;
  const declares =
    (inner.type === "FunctionDeclaration" || inner.type === "ClassDeclaration") && inner.id !== null
      ? inner
      : undefined;
  if (declares !== undefined) {
    work.text.remove(node.start, inner.start);
    rewriteStatement(work, declares);
  } else if (inner.type === "TSInterfaceDeclaration") {
    work.text.remove(node.start, inner.start);
  } else {
    work.text.overwrite(node.start, inner.start, "(").appendLeft(inner.end, ")");
  }
}

function rewriteImport(work: Rewriting, node: ImportDeclaration): void {
  const { text, names } = work;
  if (node.importKind === "type") {
    text.remove(node.start, node.end);
    return;
  }
  const specifier = JSON.stringify(node.source.value);
  const attributes = node.attributes.map(
    a => `${work.code.slice(a.key.start, a.key.end)}: ${JSON.stringify(a.value.value)}`,
  );
  const options = attributes.length === 0 ? "" : `, { with: { ${attributes.join(", ")} } }`;
  const call = `await ${helperName}.import(${specifier}${options})`;

  const picked: { readonly from: string; readonly to: string }[] = [];
  let namespace: string | undefined;
  for (const one of node.specifiers) {
    if (one.type === "ImportNamespaceSpecifier") namespace = one.local.name;
    else if (one.type === "ImportDefaultSpecifier") picked.push({ from: "default", to: one.local.name });
    else if (one.importKind !== "type" && !isOnlyType(work, one.local.name)) {
      picked.push({
        from: one.imported.type === "Literal" ? one.imported.value : one.imported.name,
        to: one.local.name,
      });
    }
  }
  if (namespace !== undefined) names.add(namespace);
  for (const p of picked) names.add(p.to);

  const wanted = JSON.stringify(picked.map(p => p.from));
  const pattern = `{ ${picked.map(p => `${JSON.stringify(p.from)}: ${p.to}`).join(", ")} }`;
  const pick = (module: string) => `${pattern} = ${helperName}.pick(${module}, ${specifier}, ${wanted})`;
  let replacement = `void (${call});`;
  if (namespace !== undefined)
    replacement = `let ${namespace} = ${call}${picked.length > 0 ? `, ${pick(namespace)}` : ""};`;
  else if (picked.length > 0) replacement = `let ${pick(call)};`;
  else if (node.specifiers.length > 0) replacement = ""; // only types were imported
  if (replacement === "") text.remove(node.start, node.end);
  else text.overwrite(node.start, node.end, replacement);
}

/** TypeScript erases imports that are used as types only; a name that is not used at all may be meant for a later cell. */
function isOnlyType(work: Rewriting, name: string): boolean {
  const { values, types } = work.usage();
  return types.has(name) && !values.has(name);
}

function addPatternNames(pattern: BindingPattern, names: Set<string>): void {
  switch (pattern.type) {
    case "Identifier":
      names.add(pattern.name);
      break;
    case "AssignmentPattern":
      addPatternNames(pattern.left, names);
      break;
    case "ObjectPattern":
      for (const p of pattern.properties) addPatternNames(p.type === "RestElement" ? p.argument : p.value, names);
      break;
    case "ArrayPattern":
      for (const e of pattern.elements) {
        if (e !== null) addPatternNames(e.type === "RestElement" ? e.argument : e, names);
      }
      break;
  }
}

function refuse(
  work: Rewriting,
  node: { readonly start: number; readonly end: number },
  what: string,
  hint: string,
): void {
  const span = { start: node.start, end: node.end };
  const message = `${what} is not possible in a cell`;
  work.problems.push({ code: "notebook/not-supported", severity: "error", message, span, hint });
}
