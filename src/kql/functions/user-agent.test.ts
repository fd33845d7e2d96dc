import { expect, test } from "vitest";
import { parseUserAgent } from "./user-agent.js";

const all = new Set(["browser", "os", "device"]);
const chrome =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.71 Safari/537.36";

test("the example of Kusto's page", () => {
  // https://learn.microsoft.com/kusto/query/parse-user-agent-function#look-for-parameter-as-string
  const agent = "Mozilla/5.0 (Windows; U; en-US) AppleWebKit/531.9 (KHTML, like Gecko) AdobeAIR/2.5.1";
  expect(parseUserAgent(agent, new Set(["browser"]))).toEqual({
    Browser: { Family: "AdobeAIR", MajorVersion: "2", MinorVersion: "5", Patch: "1" },
  });
});

test.each([
  [chrome, "Chrome", "120", "Windows", "10", "Other"],
  [`${chrome} Edg/120.0.2210.61`, "Edge", "120", "Windows", "10", "Other"],
  [`${chrome} OPR/105.0.0.0`, "Opera", "105", "Windows", "10", "Other"],
  [
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/120.0",
    "Firefox",
    "120",
    "Ubuntu",
    "",
    "Other",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
    ...["Mobile Safari", "17", "iOS", "17", "iPhone"],
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
    ...["Safari", "17", "Mac OS X", "10", "Mac"],
  ],
  [
    "Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36",
    ...["Chrome Mobile", "119", "Android", "13", "Samsung SM-G991B"],
  ],
  ["Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", "IE", "11", "Windows", "7", "Other"],
  ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", "2", "Other", "", "Spider"],
  [
    "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1",
    "PowerShell",
    "5",
    "Windows",
    "10",
    "Other",
  ],
  ["curl/8.4.0", "curl", "8", "Other", "", "Other"],
  ["python-requests/2.31.0", "Python Requests", "2", "Other", "", "Other"],
  ["", "Other", "", "Other", "", "Other"],
])("%s", (...[agent, browser, browserMajor, system, systemMajor, device]) => {
  const parsed = parseUserAgent(agent ?? "", all) as Record<string, Record<string, string>>;
  expect([
    ...[parsed["Browser"]?.["Family"], parsed["Browser"]?.["MajorVersion"]],
    ...[parsed["OperatingSystem"]?.["Family"], parsed["OperatingSystem"]?.["MajorVersion"]],
    parsed["Device"]?.["Family"],
  ]).toEqual([browser, browserMajor, system, systemMajor, device]);
});

test("a long hostile text is read in good time", () => {
  const agent = `Mozilla/5.0 (${"Android ".repeat(20_000)}`;
  expect(parseUserAgent(agent, all)).toMatchObject({ OperatingSystem: { Family: "Android" } });
});
