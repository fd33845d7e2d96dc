import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { showAddress } from "./open-browser.js";

const address = "http://127.0.0.1:8888/?token=abc";

async function show(env: Record<string, string>, platform: NodeJS.Platform, fails = false) {
  const [notes, ran] = [[] as string[], [] as (readonly string[])[]];
  await showAddress(address, {
    ...{ env, platform },
    note: line => void notes.push(line),
    run: (command, args, onFailure) => {
      ran.push([command, ...args]);
      if (fails) onFailure();
    },
  });
  return { notes, ran };
}

test.each([
  [{ DISPLAY: ":0" }, "linux", "xdg-open"],
  [{ WAYLAND_DISPLAY: "wayland-0" }, "linux", "xdg-open"],
  [{}, "darwin", "open"],
  [{}, "win32", "rundll32"],
] as const)(
  "with %j on %s, %s is given a file of this user alone that leads on; no argument holds the token",
  async (env, platform, command) => {
    const { notes, ran } = await show(env, platform);
    expect([notes, ran.length, ran[0]?.[0]]).toEqual([[], 1, command]);
    expect(ran.flat().join(" ")).not.toContain("abc");
    const file = fileURLToPath(ran[0]?.at(-1) ?? "");
    expect(readFileSync(file, "utf8")).toContain(`content="0;url=${address}"`);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  },
);

test("a browser that cannot be opened is said", async () => {
  expect((await show({ DISPLAY: ":9" }, "linux", true)).notes).toEqual([
    "No browser could be opened: open the address above yourself.",
  ]);
});

test("without a screen nothing is started; over SSH the way to the address is said, without its key", async () => {
  const local = await show({}, "linux");
  expect(local).toEqual({ notes: [expect.stringContaining("open the address above")], ran: [] });
  const ssh = await show({ SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22", DISPLAY: ":10" }, "linux");
  expect(ssh).toEqual({ notes: [expect.stringContaining("ssh -N -L 8888:127.0.0.1:8888 ")], ran: [] });
  expect(ssh.notes.join()).not.toContain("abc");
});
