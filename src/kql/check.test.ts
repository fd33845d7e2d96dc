import { expect, test } from "vitest";
import { environment } from "../../test/kql/harness.js";
import { checkKql } from "./check.js";

test.each([
  ["Signins | where User == 'x'", "ok"],
  ["print current_principal()", "refused"],
  ["Signins | evaluate schema_merge()", "refused"],
  ["Signins | where Usr == 'x'", "error"],
] as const)("%s is %s", (text, status) => {
  const checked = checkKql(text, environment);
  expect(checked.status).toBe(status);
  expect(checked.reason === "").toBe(status === "ok");
});
