/** A time limit and a caller's signal as one signal, and which of them ended the work. */
import { HuntError } from "../../base/error.js";

/**
 * Runs work under a time limit.
 *
 * @throws HuntError `query/timeout` when the limit ended it, `query/cancelled` when the caller did; else what `work` throws
 */
export async function withDeadline<T>(
  options: { readonly timeoutMs?: number | undefined; readonly signal?: AbortSignal | undefined },
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const { timeoutMs, signal } = options;
  if (timeoutMs === undefined) return work(signal);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    return await work(signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]));
  } catch (cause) {
    if (limit.signal.aborted && signal?.aborted !== true)
      throw new HuntError("query/timeout", `the query took longer than ${timeoutMs / 1000} s`, {
        cause,
        hint: "narrow the time range, or raise timeoutMs",
      });
    throw cause;
  } finally {
    clearTimeout(timer);
  }
}
