/** What a route answers, before it meets a socket: plain data, so that threads can send it. */
import { isHuntError, messageOf } from "../../base/error.js";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

export const noContent: Answer = { status: 204, headers: {}, body: undefined };

export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(value)) };
}

export function htmlAnswer(
  status: number,
  markup: { toString(): string },
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8", ...headers },
    body: Buffer.from(markup.toString()),
  };
}

export function redirect(location: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 302, headers: { location, ...headers }, body: undefined };
}

/** What each of our codes is in HTTP; others are 500. */
const statusOf: Readonly<Record<string, number>> = {
  "server/bad-request": 400,
  "server/exists": 409,
  "server/file": 403,
  "server/forbidden": 403,
  "server/method": 405,
  "server/no-kernelspec": 404,
  "server/not-found": 404,
  "server/too-large": 413,
  "notebook/invalid": 400,
};

/** Jupyter's shape of errors; `code` is ours. What we do not know is a bug, and says nothing of the machine. */
export function errorAnswer(error: unknown): Answer {
  if (!isHuntError(error))
    return jsonAnswer(500, { message: `Huntbook failed: ${messageOf(error)}`, reason: "bug", code: "internal/bug" });
  const message = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
  return jsonAnswer(statusOf[error.code] ?? 500, { message, reason: error.code, code: error.code });
}
