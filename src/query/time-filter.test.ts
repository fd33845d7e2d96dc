import { expect, test } from "vitest";
import { dependsOnClock, filtersTime } from "./time-filter.js";

test.each<[string, boolean]>([
  ["SigninLogs", false],
  ["SigninLogs | project TimeGenerated, IPAddress", false],
  ["SigninLogs | summarize count() by bin(TimeGenerated, 1h)", false],
  ["SigninLogs | where IPAddress has 'TimeGenerated'", false],
  ["SigninLogs // where TimeGenerated > ago(1d)", false],
  ["SigninLogs | where IPAddress == '' | sort by TimeGenerated", false],
  ["SigninLogs | where TimeGenerated > ago(30d)", true],
  ["SigninLogs | where (ResultType == 0 and (TimeGenerated > ago(30d)))", true],
  ["SigninLogs | where isnotempty(IPAddress) and TimeGenerated > ago(30d)", true],
  ["let t = ago(1d); SigninLogs | where TimeGenerated between (t .. now())", true],
  ["DeviceEvents | where Timestamp > ago(1d)", true],
  ["A | join kind=inner (B | where TimeGenerated > ago(1d) | project X) on X", true],
  ["A | join kind=inner (B | project X, TimeGenerated) on X", false],
  ["A | where X in (B | project X) and TimeGenerated > ago(1d)", true],
  ["A | where X in (B | project X, TimeGenerated) | take 1", false],
  ["where TimeGenerated", false],
  ["union (A | where TimeGenerated > ago(1d)), (B)", true],
])("%s limits time itself: %s", (text, expected) => {
  expect(filtersTime(text)).toBe(expected);
});

test.each<[string, boolean]>([
  ["T | where a > ago(1d)", true],
  ["print now()", true],
  ["T | where a == 'now()'", false],
  ["T | extend nowhere = 1", false],
])("%s depends on the clock: %s", (text, expected) => {
  expect(dependsOnClock(text)).toBe(expected);
});
