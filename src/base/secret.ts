import { inspect } from "node:util";

/**
 * A value that must not be seen: printing, logging or serialising it shows where it came from instead.
 *
 * `reveal()` is the one word to search for; call it next to the header or option it fills.
 */
export class Secret {
  readonly #value: string;
  /** Where the value was found, for example `env:OTX_KEY` or `keyvault:my-vault/otx`. */
  readonly origin: string;

  constructor(value: string, origin: string) {
    this.#value = value;
    this.origin = origin;
  }

  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return `<secret ${this.origin}>`;
  }

  toString(): string {
    return this.toJSON();
  }

  [inspect.custom](): string {
    return this.toJSON();
  }
}
