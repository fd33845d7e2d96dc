import type { Diagnostic } from "../../base/diagnostic.js";
import type { TextChange } from "./found.js";

/** A change of the text that answers a finding. */
export interface TextFix {
  /** What it does, for a list of actions: `write 'kind=innerunique'`. */
  readonly title: string;
  readonly changes: readonly TextChange[];
  /** True when nobody needs to look at it: the query means the same, or meant nothing before. */
  readonly safe: boolean;
}

/** A diagnostic that may know how to be answered. */
export interface Finding extends Diagnostic {
  readonly fix?: TextFix;
}
