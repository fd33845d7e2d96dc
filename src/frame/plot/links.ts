/** What ties views of one frame together: its name, and answers to what is chosen in other views. */
import { toView, type FigureFrame, type FigureNode, type Narrowing, type RowFilter } from "../../view/index.js";
import type { Frame } from "../frame.js";
import type { PlotHost } from "./host.js";
import { narrowFrame } from "./rows.js";

/** The name of a frame in views: random for each session, so that saved ones never meet. */
export const frameId = (frame: Pick<Frame, "storeId" | "relation">): string =>
  `${frame.storeId}/${frame.relation.path.at(-1) ?? ""}`;

/** Puts the handle and the frames into a figure. */
export const withLinks = <F extends FigureNode>(figure: F, live: string, frames: readonly FigureFrame[]): F => ({
  ...figure,
  info: { ...figure.info, live, frames },
});

/** What a page asks is no more than JSON. */
const listOf = (narrowing: unknown): readonly Narrowing[] =>
  Array.isArray(narrowing) ? (narrowing as readonly Narrowing[]) : [];
export const filtersFor = (frame: Frame, narrowing: unknown): readonly RowFilter[] =>
  listOf(narrowing).flatMap(n => (n.frame === frameId(frame) && Array.isArray(n.filters) ? [...filtersIn(n)] : []));
const filtersIn = (n: Narrowing): readonly RowFilter[] => n.filters;

/** Keeps what is chosen, for `frame.selection`. */
export function noteSelection(frames: readonly Frame[], narrowing: unknown): void {
  for (const frame of frames) frame.noteSelection(filtersFor(frame, narrowing));
}

/** Does something with the rows that are chosen, of each frame that has a choice. */
export async function withNarrowed<T>(
  host: PlotHost,
  frames: readonly Frame[],
  narrowing: unknown,
  work: (frames: readonly Frame[]) => Promise<T>,
): Promise<T> {
  const made: Frame[] = [];
  try {
    const chosen: Frame[] = [];
    for (const frame of frames) {
      const filters = filtersFor(frame, narrowing);
      if (filters.length === 0) chosen.push(frame);
      else {
        const part = await narrowFrame(host, frame, filters);
        made.push(part);
        chosen.push(part);
      }
    }
    return await work(chosen);
  } finally {
    for (const part of made) await part.close();
  }
}

/** A figure of one frame that is drawn anew for what is chosen in other views of that frame. */
export async function linkedFigure<F extends FigureNode>(
  frame: Frame,
  build: (frame: Frame) => Promise<F>,
  linksOf: () => Omit<FigureFrame, "id"> = () => ({}),
): Promise<F> {
  const { plotHost } = frame;
  const figure = await build(frame);
  const held = new WeakRef(frame);
  const live = plotHost.live.register(async request => {
    const alive = held.deref();
    if (alive === undefined || alive.closed) return { type: "gone" };
    if (request.type === "select") {
      noteSelection([alive], request.narrowing);
      return { type: "noted" };
    }
    if (request.type !== "narrow") return { type: "gone" };
    return withNarrowed(plotHost, [alive], request.narrowing, async ([part]) => ({
      type: "view",
      view: toView(await build(part ?? alive)),
    }));
  });
  return withLinks(figure, live, [{ id: frameId(frame), ...linksOf() }]);
}
