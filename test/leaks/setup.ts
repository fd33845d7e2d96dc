import { afterAll } from "vitest";
import { describeLeaks } from "./search.js";
import { leakSearch } from "./watch.js";

const search = leakSearch();
afterAll(async () => {
  // Warnings of the process are printed a turn later.
  await new Promise(resolve => setImmediate(resolve));
  const leaks = search.take();
  search.forget();
  if (leaks.length > 0) throw new Error(`secrets were let out:\n${describeLeaks(leaks)}`);
});
