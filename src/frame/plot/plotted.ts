/** A figure that can be shown, asked and saved. */
import type { Completeness } from "../../base/completeness.js";
import { HuntError } from "../../base/error.js";
import { displaySymbol, type Displayable, type MimeBundle } from "../../base/port.js";
import {
  darkTheme,
  isFigure,
  lightTheme,
  pictureSvg,
  renderHtml,
  renderText,
  toView,
  viewMime,
  type FigureNode,
  type View,
  type ViewNode,
} from "../../view/index.js";
import { toVegaLite, vegaLiteMime } from "../../view/figure/vega-lite.js";
import type { ViewPorts } from "./host.js";

/** The representations of a view whose main part is a figure: our own data, static HTML, a picture, Vega-Lite, text. */
export async function figureBundle(view: View, figure: FigureNode, ports: ViewPorts): Promise<MimeBundle> {
  const png = await ports.toPng?.(pictureSvg(figure));
  const spec = toVegaLite(figure);
  return {
    [viewMime]: view,
    "text/html": renderHtml(view),
    ...(spec === undefined ? {} : { [vegaLiteMime]: spec }),
    ...(png === undefined ? {} : { "image/png": Buffer.from(png).toString("base64") }),
    "text/plain": renderText(view),
  };
}

/** What `frame.plot.…` gives: a figure with the completeness of its rows. */
export class Plotted<F extends FigureNode = FigureNode> implements Displayable {
  readonly figure: F;
  readonly completeness: Completeness;
  readonly #ports: ViewPorts;
  readonly #extra: readonly ViewNode[];

  constructor(
    figure: F,
    parts: { readonly completeness: Completeness; readonly ports: ViewPorts; readonly extra?: readonly ViewNode[] },
  ) {
    this.figure = figure;
    this.completeness = parts.completeness;
    this.#ports = parts.ports;
    this.#extra = parts.extra ?? [];
  }

  /** For views that hold this figure. */
  get ports(): ViewPorts {
    return this.#ports;
  }

  get view(): View {
    return toView(this.#extra.length === 0 ? this.figure : { kind: "group", children: [this.figure, ...this.#extra] });
  }

  /** The picture as SVG text, with colours of its own. */
  toSvg(options: { readonly dark?: boolean; readonly widthPx?: number } = {}): string {
    return pictureSvg(this.figure, {
      theme: options.dark === true ? darkTheme : lightTheme,
      ...(options.widthPx === undefined ? {} : { widthPx: options.widthPx }),
    });
  }

  /** The picture as PNG. @throws HuntError `view/no-png` where no renderer is installed for this platform */
  async toPng(options: { readonly dark?: boolean; readonly widthPx?: number } = {}): Promise<Uint8Array> {
    if (this.#ports.toPng === undefined)
      throw new HuntError("view/no-png", "this session cannot make PNG pictures", {
        hint: "toSvg() needs no renderer",
      });
    return this.#ports.toPng(this.toSvg(options));
  }

  /** The chart as a Vega-Lite 5 specification with its data; undefined for figures that it cannot express. */
  toVegaLite(): Readonly<Record<string, unknown>> | undefined {
    return toVegaLite(this.figure);
  }

  async [displaySymbol](): Promise<MimeBundle> {
    return figureBundle(this.view, this.figure, this.#ports);
  }

  toString(): string {
    return renderText(this.view);
  }
}

/** The first figure of a view, if it has one. */
export function findFigure(node: ViewNode): FigureNode | undefined {
  if (isFigure(node)) return node;
  if (node.kind !== "group") return undefined;
  return node.children.map(c => (typeof c === "string" ? undefined : findFigure(c))).find(f => f !== undefined);
}
