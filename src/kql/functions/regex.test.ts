import { expect, test } from "vitest";
import { captureGroups, missingInRe2, toRe2 } from "./regex.js";

test.each([
  [String.raw`(?<user>\w+)@(?P<host>\w+)`, String.raw`(?P<user>\w+)@(?P<host>\w+)`],
  [String.raw`[^\u0000-\u007F]`, String.raw`[^\x{0000}-\x{007F}]`],
  [String.raw`\u{1F600}\U0001F600`, String.raw`\x{1F600}\x{0001F600}`],
  // What is escaped or quoted is text.
  [String.raw`\(?<a\\u0041`, String.raw`\(?<a\\u0041`],
  [String.raw`\Q(?<a>\u0041\E(?<b>)`, String.raw`\Q(?<a>\u0041\E(?P<b>)`],
  [String.raw`(?:a|b)(?i)c`, String.raw`(?:a|b)(?i)c`],
])("%s is %s", (pattern, expected) => {
  expect(toRe2(pattern)).toBe(expected);
  expect(captureGroups(toRe2(pattern))).toEqual(captureGroups(pattern));
});

test.each([
  [String.raw`a(?=b)`, "look-ahead and look-behind in a regular expression"],
  [String.raw`(?<!a)b`, "look-ahead and look-behind in a regular expression"],
  [String.raw`(a)\1`, "a back reference in a regular expression"],
  [String.raw`a\(?=b`, undefined],
  [String.raw`[(?=]\\1`, undefined],
  [String.raw`(?<name>a)`, undefined],
])("%s asks for %s", (pattern, missing) => {
  expect(missingInRe2(pattern)).toBe(missing);
});
