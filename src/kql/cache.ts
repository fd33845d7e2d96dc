import type { CompileResult, KqlAsk, KqlEnvironment } from "./api.js";

interface Entry {
  readonly result: CompileResult;
  /** Undefined when the answer does not depend on the clock. */
  readonly now: string | undefined;
}

/** Answers to texts compiled before, for the same schema, values and hunt window; the oldest give way. */
export class PlanCache {
  readonly #entries = new Map<string, Entry>();
  readonly #capacity: number;

  constructor(capacity = 500) {
    this.#capacity = capacity;
  }

  find(text: string, environment: KqlEnvironment): CompileResult | undefined {
    if (environment.answers !== undefined) return undefined;
    const key = planKey(text, environment);
    const entry = this.#entries.get(key);
    if (entry === undefined || (entry.now !== undefined && entry.now !== environment.now)) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.result;
  }

  /** Plans made of answers hold for the data that gave them, and are not kept. */
  add(text: string, environment: KqlEnvironment, result: CompileResult): void {
    if (environment.answers !== undefined) return;
    const now = isClockDependent(result) ? environment.now : undefined;
    this.#entries.set(planKey(text, environment), { result, now });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
  }
}

function askedQuery(asks: KqlAsk): { readonly clockDependent: boolean } {
  return asks.kind === "external" ? { clockDependent: false } : asks.query;
}

/** Whether the same text gives the same plan at another time; wrong texts are looked at again. */
export function isClockDependent(result: CompileResult): boolean {
  const query =
    result.state === "ready" ? result.query : result.state === "needs" ? askedQuery(result.question.asks) : undefined;
  return query?.clockDependent ?? true;
}

/** Equal for equal texts, schemas, bound values and hunt windows. */
export function planKey(text: string, environment: KqlEnvironment): string {
  const scalars = environment.scalars?.map(s => [s.name, s.type, typeof s.value, String(s.value)]);
  return JSON.stringify([text, environment.schemaId, scalars ?? [], environment.window ?? null]);
}
