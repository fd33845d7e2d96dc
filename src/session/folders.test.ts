import { expect, test } from "vitest";
import { dataFolder } from "./folders.js";

test.each([
  ["chosen by the user", { HUNTBOOK_HOME: "/data/hb" }, "linux", "/data/hb"],
  ["XDG", { XDG_DATA_HOME: "/xdg" }, "linux", "/xdg/huntbook"],
  ["a relative XDG path is invalid and ignored", { XDG_DATA_HOME: "xdg" }, "linux", "/home/a/.local/share/huntbook"],
  ["Linux without settings", {}, "linux", "/home/a/.local/share/huntbook"],
  ["macOS", {}, "darwin", "/home/a/Library/Application Support/huntbook"],
] as const)("%s", (_name, env, platform, expected) => {
  expect(dataFolder({ env, platform, home: "/home/a" })).toBe(expected);
});
