/** A key that is wanted from the environment, or from a person. */
import process from "node:process";
import { Secret } from "../../base/secret.js";
import { Composite } from "./containers.js";
import { Checkbox, Note, Password } from "./controls.js";
import type { ControlOptions } from "./control.js";

export interface EnvironmentKeyOptions extends ControlOptions {
  /** Name of the environment variable. */
  readonly envVar: string;
  /** Where one gets such a key. */
  readonly help?: string;
}

/**
 * Asks for a key, unless the environment variable has it. MSTICPy's `GetEnvironmentKey`.
 *
 * `value` is a `Secret`; it never travels to a page nor into a saved notebook. With the box checked the key is also set in this
 * kernel's environment, for code that looks there.
 */
export class GetEnvironmentKey extends Composite<Secret | undefined> {
  readonly envVar: string;

  constructor(options: EnvironmentKeyOptions) {
    const { envVar } = options;
    const found = process.env[envVar];
    super(found === undefined || found === "" ? undefined : new Secret(found, `env:${envVar}`), { label: "" });
    this.envVar = envVar;
    const state = new Note(this.value === undefined ? `${envVar} is not set.` : `${envVar} is set.`, "faint");
    const typed = new Password({
      label: options.label ?? envVar,
      ...(options.help === undefined ? {} : { help: options.help }),
    });
    const save = new Checkbox({ label: `Save as the environment variable ${envVar} of this kernel` });
    const take = (): void => {
      const secret = typed.value;
      if (secret === undefined) return;
      this.value = secret;
      if (save.value) process.env[envVar] = secret.reveal();
      state.value = save.value ? `A key was given, and ${envVar} is set.` : "A key was given.";
    };
    typed.onChange(take);
    save.onChange(take);
    this.hold([typed, save, state]);
  }
}
