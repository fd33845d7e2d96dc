/** What the session lends to figures: process trees, places of addresses, PNG. Each is loaded when first used. */
import { createRequire } from "node:module";
import { HuntError } from "../base/error.js";
import type { Place, ViewPorts } from "../frame/plot/host.js";
import type { GeoRecord } from "../enrich/geo/lookup.js";
import type { LocalWorkspace } from "../workspace/api.js";

/** Fonts of `dejavu-fonts-ttf`: the renderer has none of its own, and a system may have none at all. */
const fontFiles = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

/** Scripts that DejaVu Sans lacks; then the system's fonts are looked at too, which takes a moment. */
const otherScripts = /[\u0900-\u0dff\u0e00-\u0eff\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]/;

/** Draws SVG as PNG. @throws HuntError `view/no-png` where the renderer has no binary for this platform */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js").catch((cause: unknown) => {
    throw new HuntError("view/no-png", "the renderer of PNG pictures is not installed for this platform", {
      cause,
      hint: "npm install --include=optional @resvg/resvg-js, or use toSvg()",
    });
  });
  const { resolve } = createRequire(import.meta.url);
  const picture = new Resvg(svg, {
    font: {
      fontFiles: fontFiles.map(f => resolve(`dejavu-fonts-ttf/ttf/${f}`)),
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
      loadSystemFonts: otherScripts.test(svg),
    },
  });
  return picture.render().asPng();
}

/** The first site file that knows an address answers. */
async function findPlaces(
  workspaces: readonly LocalWorkspace[],
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  for (const address of addresses) {
    const site = workspaces
      .map(w => w.sites?.find(address))
      .find(s => s?.latitude !== undefined && s.longitude !== undefined);
    if (site?.latitude === undefined || site.longitude === undefined) continue;
    const label = [site.city ?? site.site, site.country].filter(p => p !== undefined && p !== "").join(", ");
    places.set(address, { latitude: site.latitude, longitude: site.longitude, label });
  }
  return places;
}

export interface ViewPortSources {
  /** The workspaces that are open at the time of asking: their sites files answer first. */
  readonly workspaces: () => Promise<readonly LocalWorkspace[]>;
  /** Asked for what no sites file knows: the databases of `GeoLiteLookup`. */
  readonly finder?: () => Promise<(address: string) => GeoRecord | undefined>;
  /** Told when there is no database, but some addresses were placed by sites files. */
  readonly onTrouble?: (error: unknown) => void;
}

function placeOf(record: GeoRecord | undefined): Place | undefined {
  if (record?.latitude === undefined || record.longitude === undefined) return undefined;
  const { latitude, longitude, city, countryCode } = record;
  return { latitude, longitude, label: [city, countryCode].filter(p => p !== undefined && p !== "").join(", ") };
}

/** Sites files first, then the databases. @throws HuntError as `GeoLiteLookup` where nothing can place an address */
async function locate(
  { workspaces, finder, onTrouble }: ViewPortSources,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Place>> {
  const places = new Map(await findPlaces(await workspaces(), addresses));
  const rest = addresses.filter(address => !places.has(address));
  if (rest.length === 0 || finder === undefined) return places;
  try {
    const find = await finder();
    for (const address of rest) {
      const place = placeOf(find(address));
      if (place !== undefined) places.set(address, place);
    }
  } catch (error) {
    if (places.size === 0) throw error;
    onTrouble?.(error);
  }
  return places;
}

/** The ports of a session. */
export function createViewPorts(sources: ViewPortSources): ViewPorts {
  return {
    processTree: async (frame, options) =>
      (await import("../transform/process-tree/index.js")).buildProcessTree(frame, options),
    locate: addresses => locate(sources, addresses),
    toPng: svgToPng,
  };
}
