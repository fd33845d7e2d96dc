/** Shows a sign-in code where the person is: under the running cell, or on the terminal. */
import process from "node:process";
import type { DeviceCodePrompt } from "../config/azure-methods.js";
import { display, hasKernel, isHeadlessRun } from "./display.js";
import { show, type Shown } from "./show.js";

/** The code as something to copy, and where to enter it. */
export function showSignInCode(prompt: DeviceCodePrompt): Shown {
  return show({
    kind: "group",
    children: [
      { kind: "heading", level: 3, text: "Sign in to Azure" },
      {
        kind: "paragraph",
        children: [
          "Open ",
          { kind: "link", text: prompt.verificationUri, href: prompt.verificationUri },
          " and enter this code:",
        ],
      },
      { kind: "code", text: prompt.userCode },
    ],
  });
}

/** Whether nobody is to be asked: `HUNTBOOK_NO_PROMPT`, or a run that nobody looks at. */
export const isUnattended = (): boolean => (process.env["HUNTBOOK_NO_PROMPT"] ?? "") !== "" || isHeadlessRun();

/** How to reach the person; undefined when nobody is there. */
export function signInPrompt(): ((prompt: DeviceCodePrompt) => void) | undefined {
  if (isUnattended()) return undefined;
  if (hasKernel()) return prompt => void display(showSignInCode(prompt));
  if (!process.stderr.isTTY || !process.stdin.isTTY) return undefined;
  return ({ verificationUri, userCode }) =>
    void process.stderr.write(`\nSign in to Azure: open ${verificationUri} and enter ${userCode}\n\n`);
}
