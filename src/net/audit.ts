/** What was sent to whom, in a file: one line of JSON per message, by month. */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Exchange } from "./client.js";

/** Makes a sink for `HttpClientOptions.audit`. Failing to write is an error: what is not recorded is not sent on. */
export function createAuditLog(dir: string): (exchange: Exchange) => void {
  return ({ atMs, method, host, purpose, status }) => {
    const at = new Date(atMs).toISOString();
    const line = { at, method, host, ...purpose, status: status ?? "no answer" };
    const append = (): void =>
      appendFileSync(join(dir, `${at.slice(0, 7)}.jsonl`), `${JSON.stringify(line)}\n`, { mode: 0o600 });
    try {
      append();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      append();
    }
  };
}
