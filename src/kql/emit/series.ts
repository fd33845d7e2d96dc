import type { Rel, Slot } from "../plan.js";
import type { Block } from "./block.js";
import type { Emitter } from "./emitter.js";
import { refuse } from "../refusal.js";

export function emitSeries(rel: Rel & { readonly kind: "series" }, _needed: ReadonlySet<Slot>, _emitter: Emitter): Block {
  return refuse("make-series", rel.span);
}
