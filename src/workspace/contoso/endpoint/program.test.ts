import { expect, test } from "vitest";
import { draw } from "../hash.js";
import { image } from "./image.js";
import { commandLineOf, fillArguments, pickProgram, rareImage } from "./program.js";

test("a file is the same file for whoever meets it, and in whatever order", () => {
  const seen = new Map<string, string>();
  for (let i = 0; i < 5000; i++) {
    const of = rareImage(draw(7, "rare", i));
    const facts = `${of.company} ${of.sha256} ${of.version} ${of.sizeBytes}`;
    expect(seen.get(of.path) ?? facts, of.path).toBe(facts);
    seen.set(of.path, facts);
  }
  // Some of the long tail is unsigned, and some of it is in a folder that somebody misspelt.
  expect([...seen.values()].some(f => f.startsWith(" "))).toBe(true);
  expect([...seen.keys()].some(path => path.startsWith("C:\\Progam Files\\"))).toBe(true);
});

test.each([
  ["cmd", "/c ver", "cmd.exe /c ver"],
  ["excel", "", '"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE"'],
  ["explorer", "", "C:\\Windows\\explorer.exe"],
] as const)("the command line of %s is written as Windows writes it", (name, argument, expected) => {
  expect(commandLineOf(image(name), argument)).toBe(expected);
});

test("no hole of a template is left open", () => {
  const template = "{doc} {word} {user} {site} {host} {n} {digit} {hex8} {hex4} {hex} {{guid}}";
  for (let i = 0; i < 200; i++) {
    const text = fillArguments(template, draw(7, "fill", i), { user: "ada.byron", site: "www.a.example" });
    expect(text).not.toMatch(/\{(doc|word|user|site|host|n|digit|hex8|hex4|hex|guid)\}/);
    expect(text).toMatch(/\{[0-9A-F-]{36}\}$/);
  }
});

test("departments run different programs", () => {
  const share = (department: "Finance" | "Engineering", program: string): number =>
    Array.from({ length: 2000 }, (_, i) => pickProgram(department, draw(7, department, i))).filter(p => p === program)
      .length / 2000;
  expect(share("Finance", "excel")).toBeGreaterThan(share("Engineering", "excel") * 2);
  expect(share("Engineering", "git")).toBeGreaterThan(0.04);
  expect(share("Finance", "git")).toBe(0);
});
