/** A cell's text as a module for the language service: what it declares at its top level, and text of the same length. */
import type ts from "typescript";
import { parseMagic } from "./magic.js";
import { coverShellLines, findShellLines } from "./shell-lines.js";

export interface CellModule {
  /** TypeScript of the cell's own length and positions. */
  readonly text: string;
  /** Every top-level name, of values and of types. */
  readonly names: readonly string[];
  /** Names that the text exports itself. */
  readonly exported: ReadonlySet<string>;
}

/** Undefined for a cell that is not TypeScript. */
export function toCellModule(code: string, typescript: typeof ts): CellModule | undefined {
  if (parseMagic(code) !== undefined) return undefined;
  const text = coverShellLines(code, findShellLines(code));
  const source = typescript.createSourceFile("cell.ts", text, typescript.ScriptTarget.Latest, false);
  const names = new Set<string>();
  const exported = new Set<string>();
  for (const statement of source.statements) {
    const own = namesOf(statement, typescript);
    const exports =
      typescript.canHaveModifiers(statement) &&
      typescript.getModifiers(statement)?.some(m => m.kind === typescript.SyntaxKind.ExportKeyword) === true;
    for (const name of own) {
      names.add(name);
      if (exports) exported.add(name);
    }
    if (typescript.isExportDeclaration(statement) && statement.exportClause !== undefined)
      if (typescript.isNamedExports(statement.exportClause))
        for (const one of statement.exportClause.elements) exported.add(one.name.text);
  }
  return { text, names: [...names], exported };
}

function namesOf(statement: ts.Statement, typescript: typeof ts): readonly string[] {
  if (typescript.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(d => patternNames(d.name, typescript));
  if (typescript.isImportDeclaration(statement)) {
    const clause = statement.importClause;
    const bindings = clause?.namedBindings;
    return [
      ...(clause?.name === undefined ? [] : [clause.name.text]),
      ...(bindings === undefined
        ? []
        : typescript.isNamespaceImport(bindings)
          ? [bindings.name.text]
          : bindings.elements.map(e => e.name.text)),
    ];
  }
  const named =
    typescript.isFunctionDeclaration(statement) ||
    typescript.isClassDeclaration(statement) ||
    typescript.isInterfaceDeclaration(statement) ||
    typescript.isTypeAliasDeclaration(statement) ||
    typescript.isEnumDeclaration(statement) ||
    typescript.isModuleDeclaration(statement);
  return named && statement.name !== undefined && typescript.isIdentifier(statement.name) ? [statement.name.text] : [];
}

function patternNames(name: ts.BindingName, typescript: typeof ts): readonly string[] {
  if (typescript.isIdentifier(name)) return [name.text];
  return name.elements.flatMap(e => (typescript.isBindingElement(e) ? patternNames(e.name, typescript) : []));
}
