/** Outputs on their way out: secrets in them are told, or taken out. */
import type { CellHost, CellOutput } from "./api.js";

/** `warn` leaves outputs as they are, because their reader is who made them; `redact` is for files that are handed on. */
export type SecretPolicy = "warn" | "redact" | "allow";

type Finder = Pick<CellHost, "findSecrets" | "redact">;

/** For one run of a cell. Each secret is told once, by where it comes from, never by its value. */
export class SecretGuard {
  readonly #finder: Finder;
  readonly #policy: SecretPolicy;
  readonly #sink: (output: CellOutput) => void;
  readonly #found = new Set<string>();

  constructor(finder: Finder, policy: SecretPolicy, sink: (output: CellOutput) => void) {
    this.#finder = finder;
    this.#policy = policy;
    this.#sink = sink;
  }

  /** Where the secrets come from that were found so far. */
  get found(): readonly string[] {
    return [...this.#found];
  }

  pass(output: CellOutput): void {
    const origins = (this.#finder.findSecrets?.(output) ?? []).map(h => h.origin);
    const fresh = origins.filter(o => !this.#found.has(o));
    for (const origin of origins) this.#found.add(origin);
    this.#sink(origins.length > 0 && this.#policy === "redact" ? this.#redact(output) : output);
    if (fresh.length > 0 && this.#policy !== "allow")
      this.#sink({ kind: "stream", name: "stderr", text: describe(fresh, this.#policy) });
  }

  #redact(output: CellOutput): CellOutput {
    const clean = mapTexts(output, text => this.#finder.redact?.(text) ?? text) as CellOutput;
    if ((this.#finder.findSecrets?.(clean) ?? []).length === 0) return clean;
    // Spread over several texts: nothing of it is safe to keep.
    return { kind: "stream", name: "stderr", text: "An output that holds a secret was left out.\n" };
  }
}

function describe(origins: readonly string[], policy: SecretPolicy): string {
  const what = `${origins.length === 1 ? "a secret" : "secrets"} (${origins.join(", ")})`;
  return policy === "redact"
    ? `Huntbook took ${what} out of this cell's output.\n`
    : `Huntbook: this output holds ${what}. Clear it before the notebook is saved or shared.\n`;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) {
    // Lists of texts are lines of one.
    if (value.length > 0 && value.every(v => typeof v === "string")) {
      const whole = change(value.join(""));
      return whole === value.join("") ? value : [whole];
    }
    return value.map(v => mapTexts(v, change));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [change(key), mapTexts(v, change)]));
}
