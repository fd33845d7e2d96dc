/** What a lint is: a shape that costs more than it must, or does not mean what it seems to. */
import type { Severity, Span } from "../../base/diagnostic.js";
import type { Finding, TextFix } from "../check/finding.js";
import type { BoundNode } from "../bridge.js";

export interface LintRule {
  /** Without `lint/`. */
  readonly name: string;
  readonly severity: Exclude<Severity, "error">;
  /** Said once in a text, at the first place. */
  readonly once?: true;
  /** For the documentation: why it matters. */
  readonly why: string;
  /** A query that has it, and the better one. */
  readonly bad: string;
  readonly good: string;
  /** Called for every node of these syntax kinds; `Query` once for the text. */
  readonly on: Readonly<Record<string, (node: BoundNode, lint: Lint) => void>>;
}

/** What a rule sees and says. */
export interface Lint {
  readonly text: string;
  readonly statements: readonly BoundNode[];
  /** The nodes around the one that is looked at, the nearest first. */
  readonly parents: readonly BoundNode[];
  /** Columns that say when something happened, of the table that is named. */
  readonly report: (message: string, span: Span, more?: { readonly hint?: string; readonly fix?: TextFix }) => void;
}

export type { Finding, TextFix };
