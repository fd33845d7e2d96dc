/**
 * The one way from an output's HTML to the page. Allow-lists only: tags and attributes by DOMPurify's, narrowed; styles and
 * classes by ours. What is left can be read, and can do nothing: no scripts, forms, frames, overlays or names that scripts
 * of the page could stumble over.
 */
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISanitizer } from "@jupyterlab/apputils";
import DOMPurify from "dompurify";

const forbiddenTags = [
  ...["style", "form", "button", "textarea", "select", "option", "optgroup", "datalist", "fieldset", "output"],
  ...["iframe", "object", "embed", "dialog", "audio", "video", "source", "track", "map", "area", "slot", "template"],
  ...["use", "image", "foreignObject", "animate", "animateMotion", "animateTransform", "set", "mpath", "filter"],
];
const forbiddenAttributes = [
  "name",
  "for",
  "form",
  "action",
  "formaction",
  "ping",
  "target",
  "srcset",
  "usemap",
  "autofocus",
];

/** Looks of text and tables; nothing that moves an element out of its place. */
const allowedStyles = new Set([
  ...["color", "background-color", "font-weight", "font-style", "font-size", "font-family", "font-variant-numeric"],
  ...["text-align", "text-decoration", "text-decoration-line", "vertical-align", "white-space", "overflow-wrap"],
  ...["width", "min-width", "max-width", "height", "max-height", "display", "overflow", "overflow-x", "overflow-y"],
  ...["padding", "padding-left", "padding-right", "padding-top", "padding-bottom"],
  ...["border", "border-left", "border-right", "border-top", "border-bottom", "border-collapse", "border-radius"],
  ...["border-color", "border-width", "border-style", "line-height", "letter-spacing", "gap", "flex-wrap", "opacity"],
  ...["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-opacity"],
  ...["fill-opacity", "text-anchor", "dominant-baseline"],
]);
/** Our views, code that JupyterLab has highlighted, colours of terminals, tables of other kernels. The Lab's own classes could cover the page. */
const allowedClass = /^(?:hb-[\w-]+|language-[\w-]+|ansi-[a-z-]+|cm-[a-z]+|\u037c\w+|dataframe|table|rendered_html)$/;
const allowedId = /^hb-[\w-]+$/;
/** Links lead to pages and mail; pictures are data, attachments or files beside the notebook. */
const allowedHref = /^(?:https?:|mailto:|#|\.{0,2}\/(?!\/)|[^:/?#]*(?:[/?#]|$))/i;
const allowedSrc =
  /^(?:data:image\/(?:png|jpe?g|gif|webp|bmp);|data:image\/svg\+xml[;,]|attachment:|\.{0,2}\/(?!\/)|[^:/?#]*(?:[/?#]|$))/i;

function cleanStyle(element: HTMLElement | SVGElement): void {
  if (!element.hasAttribute("style")) return;
  const kept: string[] = [];
  // The browser's own reading of the text: what it does not understand is not there.
  for (const name of element.style) {
    const value = element.style.getPropertyValue(name);
    if (allowedStyles.has(name) || [...allowedStyles].some(allowed => name.startsWith(`${allowed}-`)))
      if (!/url\(|image-set|expression|attr\(/i.test(value)) kept.push(`${name}:${value}`);
  }
  if (kept.length === 0) element.removeAttribute("style");
  else element.setAttribute("style", kept.join(";"));
}

function cleanAttributes(element: Element): void {
  const keep = (name: string, allowed: (value: string) => boolean) => {
    const value = element.getAttribute(name);
    if (value !== null && !allowed(value)) element.removeAttribute(name);
  };
  const classes = element.getAttribute("class");
  if (classes !== null) {
    const kept = classes.split(/\s+/).filter(name => allowedClass.test(name));
    if (kept.length === 0) element.removeAttribute("class");
    else element.setAttribute("class", kept.join(" "));
  }
  // Headings are found by this attribute, as with JupyterLab's own sanitizer.
  const id = element.getAttribute("id");
  if (id !== null && !allowedId.test(id)) {
    element.removeAttribute("id");
    element.setAttribute("data-jupyter-id", id);
  }
  const text = (value: string) => value.replace(/[\u0000-\u0020\u007f-\u009f]+/g, "");
  keep("href", value => allowedHref.test(text(value)));
  keep("xlink:href", value => value.startsWith("#"));
  keep("src", value => allowedSrc.test(text(value)));
  if (element.tagName === "A" && /^https?:/i.test(element.getAttribute("href") ?? "")) {
    element.setAttribute("rel", "noopener noreferrer");
    element.setAttribute("target", "_blank");
  }
  if (element instanceof HTMLElement || element instanceof SVGElement) cleanStyle(element);
}

const purifier = DOMPurify(window);
purifier.addHook("uponSanitizeElement", (node, data) => {
  // Task lists of Markdown; no other input has a place in an output.
  const element = node as Element;
  if (data.tagName === "input" && element.getAttribute("type") !== "checkbox") element.remove();
});
purifier.addHook("afterSanitizeAttributes", node => {
  if (node.tagName === "INPUT") node.setAttribute("disabled", "");
  cleanAttributes(node);
});

const options = {
  USE_PROFILES: { html: true, svg: true, mathMl: false },
  FORBID_TAGS: forbiddenTags,
  FORBID_ATTR: forbiddenAttributes,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: true,
  ADD_ATTR: ["data-jupyter-id"],
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|attachment|data):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  SANITIZE_DOM: true,
};

export function sanitizeHtml(dirty: string): string {
  return purifier.sanitize(dirty, options);
}

export const sanitizer: JupyterFrontEndPlugin<ISanitizer> = {
  id: "huntbook:sanitizer",
  description: "Sanitises every HTML of outputs and Markdown.",
  autoStart: true,
  provides: ISanitizer,
  activate: () => ({
    allowNamedProperties: false,
    allowCommandLinker: false,
    // Addresses in log lines are evidence, not invitations to click.
    getAutolink: () => false,
    sanitize: (dirty: string) => sanitizeHtml(dirty),
  }),
};
