/** Where addresses of a map are: sites files first, then the databases; trouble is told, not hidden. */
import { expect, test } from "vitest";
import { HuntError } from "../base/error.js";
import type { GeoRecord } from "../enrich/geo/lookup.js";
import type { LocalWorkspace } from "../workspace/api.js";
import { createViewPorts } from "./views.js";

const site = { site: "HQ", city: "Oslo", country: "NO", latitude: 59.9, longitude: 10.7 };
const workspace = {
  sites: { find: (ip: string) => (ip.startsWith("10.") ? site : undefined) },
} as unknown as LocalWorkspace;
const record = (ip: string): GeoRecord => ({
  ...{ ip, countryCode: "IE", country: "Ireland", state: "", city: "Dublin", latitude: 53.3, longitude: -6.2 },
  ...{ asn: undefined, asName: "", source: "DB-IP", site: "" },
});
const workspaces = async (): Promise<readonly LocalWorkspace[]> => [workspace];

test("a sites file wins over a database, and what neither knows is left out", async () => {
  const asked: string[] = [];
  const { locate } = createViewPorts({
    workspaces,
    finder: async () => ip => {
      asked.push(ip);
      return ip === "198.51.100.7" ? record(ip) : undefined;
    },
  });
  const places = await locate?.(["10.1.2.3", "198.51.100.7", "203.0.113.1"]);
  expect([...(places ?? [])]).toEqual([
    ["10.1.2.3", { latitude: 59.9, longitude: 10.7, label: "Oslo, NO" }],
    ["198.51.100.7", { latitude: 53.3, longitude: -6.2, label: "Dublin, IE" }],
  ]);
  expect(asked).toEqual(["198.51.100.7", "203.0.113.1"]);
});

test("the database is not opened when sites know every address", async () => {
  const { locate } = createViewPorts({
    workspaces,
    finder: () => Promise.reject(new Error("opened")),
  });
  expect((await locate?.(["10.0.0.1"]))?.size).toBe(1);
});

test("without a database the map is drawn from the sites, and says so; without either it is refused", async () => {
  const missing = new HuntError("geo/no-pack", "there is no database of places");
  const told: unknown[] = [];
  const { locate } = createViewPorts({
    workspaces,
    finder: () => Promise.reject(missing),
    onTrouble: error => told.push(error),
  });
  expect((await locate?.(["10.0.0.1", "198.51.100.7"]))?.size).toBe(1);
  expect(told).toEqual([missing]);
  await expect(locate?.(["198.51.100.7"])).rejects.toBe(missing);
});
