/** The names that cells use without importing them, for the language service. */

/** Given by `initNotebook`; `src/index.ts` decides, a test compares. */
export const initialNames = [
  ...["QueryProvider", "WorkspaceConfig", "QueryTime", "TimeSpan", "settings"],
  ...["md", "mdWarn", "show", "kql", "read", "frameFrom", "Frame", "HuntError"],
  ...["nbwidgets", "MpConfigEdit", "MpConfigFile", "finding", "findings", "linked", "plotTimelines"],
] as const;
/** Those of them that are types too. */
const classes: readonly string[] = [
  "QueryProvider",
  "WorkspaceConfig",
  "QueryTime",
  "TimeSpan",
  "Frame",
  "HuntError",
  "MpConfigEdit",
  "MpConfigFile",
];

const initial = initialNames.map(name => {
  const value = `const ${name}: typeof import("huntbook").${name};`;
  return classes.includes(name) ? `${value}\n  type ${name} = import("huntbook").${name};` : value;
});

export const notebookGlobals = `
declare global {
  ${initial.join("\n  ")}
  interface DisplayHandle { readonly id?: string; update(value: unknown): Promise<void>; }
  /** Shows a value now: rich where it can be, else as text. With an id it can be updated. */
  function display(value: unknown, options?: { id?: string | true; raw?: boolean }): Promise<DisplayHandle>;
  /** Replaces what was displayed under an id. */
  function updateDisplay(id: string, value: unknown): Promise<void>;
  /** Takes away what the cell has shown; with wait, when something new comes. */
  function clearOutput(options?: { wait?: boolean }): void;
  /** Asks for a line of text. */
  function input(prompt?: string): Promise<string>;
  /** Asks for something that must not be seen. */
  function inputSecret(prompt?: string): Promise<import("huntbook").Secret>;
  /** initNotebook without importing it. */
  const initNotebook: typeof import("huntbook").initNotebook;
}
export {};
`;
