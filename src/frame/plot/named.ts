/** A figure by its name, with everything chosen from the columns: `--view timeline`. */
import { HuntError } from "../../base/error.js";
import { didYouMean } from "../../base/suggest.js";
import type { Frame } from "../frame.js";
import { chartKinds } from "./chart.js";
import { linked, type LinkedViews } from "./linked.js";
import type { Plotted } from "./plotted.js";

const named = {
  timeline: frame => frame.plot.timeline(),
  tree: frame => frame.plot.processTree(),
  map: frame => frame.plot.map(findColumn(frame, "Latitude") ? {} : { ip: addressOf(frame) }),
  chart: frame => frame.plot.chart(),
  heatmap: frame => frame.plot.heatmap(),
  ...Object.fromEntries(chartKinds.map(kind => [kind, (frame: Frame) => frame.plot.chart({ kind })])),
} as Readonly<Record<string, (frame: Frame) => Promise<Plotted>>>;

const findColumn = (frame: Frame, name: string): boolean => frame.columns.some(c => c.name === name);

const addressNames = ["IPAddress", "ClientIP", "IpAddress", "CallerIpAddress", "SourceIP", "RemoteIP", "DestinationIP"];

function addressOf(frame: Frame): string {
  const found = addressNames.find(name => findColumn(frame, name));
  if (found !== undefined) return found;
  throw new HuntError("view/no-place-columns", "the result has neither coordinates nor a column of addresses", {
    hint: "name columns Latitude and Longitude, or IPAddress: | project-rename IPAddress = …",
  });
}

/** `table` is the frame itself; the rest are figures. */
export const viewNames: readonly string[] = ["table", ...Object.keys(named)];

/** `timeline,map,table`: the names of it. */
const namesOf = (text: string): readonly string[] => text.split(",").map(n => n.trim());

/** @throws HuntError `view/unknown-kind` */
export function checkViews(text: string): void {
  for (const name of namesOf(text)) if (!viewNames.includes(name)) throw unknownView(name);
}

/** One view, or several with commas between them: they are linked. @throws HuntError `view/unknown-kind`, and what the figure throws */
export async function plotNamed(frame: Frame, text: string): Promise<Plotted | LinkedViews | Frame> {
  checkViews(text);
  const views = namesOf(text).map(name => (name === "table" ? frame : (named[name]?.(frame) ?? frame)));
  const [only] = views;
  return views.length === 1 && only !== undefined ? only : linked(views);
}

const unknownView = (name: string): HuntError =>
  new HuntError("view/unknown-kind", `there is no view '${name}'${didYouMean(name, viewNames)}`, {
    hint: `views: ${viewNames.join(", ")}; several with commas, as timeline,table`,
  });
