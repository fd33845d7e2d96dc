export { escapeHtml } from "../base/escape-html.js";
export { html, Html, trustedHtml, type Hole } from "./html.js";
export type * from "./figure/model.js";
export { isFigure } from "./figure/model.js";
export { figureTable } from "./figure/figure-table.js";
export { figureSentence, pictureSvg } from "./figure/picture.js";
export { darkTheme, lightTheme, type Theme } from "./figure/theme.js";
export {
  findingId,
  findingMime,
  findingsTable,
  findingView,
  parseFinding,
  severities,
  strictestTlp,
  tlpMarks,
  toSeverity,
  toTechniques,
  toTlp,
  type FindingData,
  type FindingSeverity,
  type TlpMark,
} from "./finding.js";
export { parseView } from "./parse.js";
export { renderDocument, type DocumentOptions } from "./render-document.js";
export { renderFragment, renderHtml } from "./render-html.js";
export { renderText, type TextOptions } from "./render-text.js";
export { documentStyle, viewStyle } from "./style.js";
export {
  describeRows,
  toView,
  viewMime,
  viewVersion,
  type BadgeNode,
  type BannerNode,
  type CodeNode,
  type Content,
  type DetailsNode,
  type GroupNode,
  type HeadingNode,
  type ImageNode,
  type KeyValueNode,
  type LinkNode,
  type ListNode,
  type ParagraphNode,
  type TableCell,
  type TableColumn,
  type TableNode,
  type TextNode,
  type Tone,
  type View,
  type ViewKind,
  type ViewNode,
} from "./view.js";
export type * from "./live.js";
export { jsonStringEnd, prettyJson } from "./json-text.js";
export { clip, safeHref, visibleLine, visibleText } from "./visible.js";
export { displayWidth, fitWidth, padWidth } from "./width.js";
