import { afterAll } from "vitest";
import { describeLeaks } from "./search.js";
import { leakSearch } from "./watch.js";

const search = leakSearch();
afterAll(() => {
  const leaks = search.take();
  if (leaks.length > 0) throw new Error(`secrets were let out:\n${describeLeaks(leaks)}`);
});
