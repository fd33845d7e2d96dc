/**
 * Watches a worker of the test runner: every error of the product, every printed text and every file of a temporary folder (just before
 * it is removed) is searched for secrets. A file of tests that lets one out fails.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { resolve, sep } from "node:path";
import process from "node:process";
import { HuntError } from "../../src/base/error.js";
import { Secret } from "../../src/base/secret.js";
import { LeakSearch } from "./search.js";

const key = Symbol.for("huntbook.test.leaks");
type Holder = { [key]?: LeakSearch };

/** The search of this worker; the first call begins to watch. */
export function leakSearch(): LeakSearch {
  const holder = globalThis as Holder;
  return (holder[key] ??= watch(new LeakSearch()));
}

/** For what a test captures itself, for example the output of a command. */
export function searchOutput(where: string, ...texts: readonly string[]): void {
  for (const text of texts) leakSearch().text(where, text);
}

function watch(search: LeakSearch): LeakSearch {
  watchSecrets(search);
  watchErrors(search);
  watchPrinting(search);
  watchRemoval(search);
  return search;
}

/** Configured secrets become known when they are used: those of files, variables and vaults. */
function watchSecrets(search: LeakSearch): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { reveal } = Secret.prototype;
  Secret.prototype.reveal = function (this: Secret): string {
    const value = reveal.call(this);
    if (/^(?:env|keyvault|file|editor):/.test(this.origin)) search.learn(value, this.origin);
    return value;
  };
}

/** `super(…)` of HuntError finds its base at each call: one that looks at the message, and at the hint a moment later. */
function watchErrors(search: LeakSearch): void {
  class WatchedError extends Error {
    constructor(message?: string, options?: ErrorOptions) {
      super(message, options);
      queueMicrotask(() => {
        const { code, hint, where } = this as unknown as Partial<HuntError>;
        search.text(`error ${code ?? ""}`, `${this.message}\n${hint ?? ""}\n${where ?? ""}`);
      });
    }
  }
  Object.setPrototypeOf(HuntError, WatchedError);
}

function watchPrinting(search: LeakSearch): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = (data: unknown, ...rest: unknown[]) => {
      if (typeof data === "string") search.text("printed", data);
      return write(data, ...rest);
    };
  }
  for (const name of ["log", "info", "warn", "error", "debug"] as const) {
    const print = console[name].bind(console);
    console[name] = (...items: unknown[]) => {
      search.text(`console.${name}`, items.map(String).join(" "));
      print(...items);
    };
  }
}

function watchRemoval(search: LeakSearch): void {
  const temporary = fs.realpathSync(tmpdir()) + sep;
  const look = (path: unknown) => {
    if (typeof path !== "string") return;
    const full = resolve(path);
    if (full.startsWith(temporary)) search.files(full);
  };
  const { rmSync } = fs;
  fs.rmSync = (path, options) => {
    look(path);
    rmSync(path, options);
  };
  const { rm } = fs.promises;
  fs.promises.rm = async (path, options) => {
    look(path);
    await rm(path, options);
  };
  syncBuiltinESMExports();
}
