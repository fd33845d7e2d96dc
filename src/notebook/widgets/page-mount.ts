/** A widget on a page of our own server: no kernel, no comm; the page asks for what is new and sends what people do. */
import type { AnyControl } from "./control.js";
import { findControl, readState } from "./mount.js";
import type { WidgetEvent, WidgetState } from "./node.js";

export interface PageState extends WidgetState {
  /** Grows with each change. */
  readonly version: number;
}

export class PageMount {
  readonly #root: AnyControl;
  readonly #waiting = new Set<() => void>();
  #version = 1;
  #isTold = true;

  constructor(root: AnyControl) {
    this.#root = root;
    root.attach({ bundle: { "text/plain": "" }, sendValues: () => this.#changed(), sendTree: () => this.#changed() });
  }

  /** Everything as it is now. */
  state(): PageState {
    return { version: this.#version, ...readState(this.#root) };
  }

  /** The state when it is newer than the page's, at the latest after `waitMs`. */
  async next(after: number, waitMs: number): Promise<PageState> {
    if (after === this.#version)
      await new Promise<void>(resolve => {
        const done = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, waitMs);
        this.#waiting.add(done);
      });
    return this.state();
  }

  /** What a person did; what is not an event of a control that is there does nothing. */
  receive(event: Readonly<Record<string, unknown>>): void {
    const { type, id, value } = event as Partial<WidgetEvent> & { readonly value?: unknown };
    const control = typeof id === "string" ? findControl(this.#root, id) : undefined;
    if (control === undefined) return;
    if (type === "press") {
      if (!control.disabled) void Promise.resolve(control.press()).catch(() => undefined);
    } else if (type === "set" && value !== undefined) control.receive(value);
  }

  /** Lets every page that waits go. */
  close(): void {
    for (const done of [...this.#waiting]) done();
  }

  /** What changes together is told together. */
  #changed(): void {
    if (!this.#isTold) return;
    this.#isTold = false;
    queueMicrotask(() => {
      this.#isTold = true;
      this.#version += 1;
      this.close();
    });
  }
}
