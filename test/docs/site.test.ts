/** The documentation as a site: no page is left out of its sidebar. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { galleryPictures } from "../../tools/view-pictures.js";

const docs = join(import.meta.dirname, "../../docs");
/** The first page, and a note for the repository that the site leaves out. */
const elsewhere = new Set(["index", "dependencies"]);

test("every page of docs/ is in the sidebar, and the sidebar has no other", () => {
  const config = readFileSync(join(docs, ".vitepress/config.mts"), "utf8");
  const sidebar = config.slice(config.indexOf("sidebar:"));
  const listed = [...sidebar.matchAll(/^ {10,}"?([a-z][a-z-]*)"?: "[A-Z]/gm)].map(([, page]) => page);
  const pages = readdirSync(docs)
    .filter(f => f.endsWith(".md"))
    .map(f => f.replace(/\.md$/, ""))
    .filter(page => !elsewhere.has(page));
  expect(listed.toSorted()).toEqual(pages.toSorted());
});

test("the pictures of docs/views.md are those that the figures draw now (`npx tsx tools/view-pictures.ts`)", () => {
  const page = readFileSync(join(docs, "views.md"), "utf8");
  for (const [name, svg] of galleryPictures()) {
    expect(readFileSync(join(docs, "pictures", name), "utf8"), name).toBe(svg);
    expect(page).toContain(`(pictures/${name})`);
  }
});
