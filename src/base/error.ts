/** A stable, documented name for a failure: `area/name`. Plug-ins add their own areas. */
export type ErrorCode = `${string}/${string}`;

export interface HuntErrorOptions extends ErrorOptions {
  /** What the user can do next, in one sentence. Never holds a secret. */
  readonly hint?: string;
  /** Where in the user's input it happened, for example `hunt.yaml:12:5`. */
  readonly where?: string;
}

/**
 * The one error class of Huntbook: something outside the program went wrong, or was asked for wrongly.
 *
 * `code` is what tests and documentation refer to; wording may change freely. Facts in `message` are chosen by hand, so
 * that neither secrets nor local variables reach a notebook that is shared later.
 */
export class HuntError extends Error {
  override readonly name: string = "HuntError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly where: string | undefined;

  constructor(code: ErrorCode, message: string, options: HuntErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.where = options.where;
  }
}

/** Says whether a caught value is a HuntError, optionally with the given code. */
export function isHuntError(value: unknown, code?: ErrorCode): value is HuntError {
  return value instanceof HuntError && (code === undefined || value.code === code);
}

/** The message of any caught value, without its stack. */
export function messageOf(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}

/** Ends a switch over a union: a new member breaks the build, not a hunt. */
export function unreachable(value: never, where: string): never {
  throw new HuntError("internal/bug", `${where}: unhandled ${JSON.stringify(value)}`);
}
