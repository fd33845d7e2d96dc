/** The stylesheet. Colours come from the front end's variables where there are any, so that light and dark both work. */

/**
 * Our own colours, where the front end names none. The categories c0…c7 were chosen by search: any two differ by at least
 * ΔE 20 for full colour vision and for each kind of dichromacy (a test says so), and each has contrast 3 on its background.
 */
export const palettes = {
  light: {
    ...{ fg: "#1f2430", faint: "#626a78", line: "#d9dde4", head: "#f3f5f8", hover: "#f7f8fa", link: "#0b62c4" },
    ...{ info: "#0b62c4", good: "#1a7f4b", warning: "#96610a", bad: "#b3261e" },
    ...{ bg: "#ffffff", land: "#e3e7ed", c0: "#283ab3", c1: "#dd7123", c2: "#13a867", c3: "#b955aa" },
    ...{ c4: "#6c4717", c5: "#7780ff", c6: "#3d0f66", c7: "#635f5e" },
  },
  dark: {
    ...{ fg: "#e3e6ec", faint: "#9aa3b2", line: "#3a4150", head: "#262b36", hover: "#2b313d", link: "#6cb2ff" },
    ...{ info: "#6cb2ff", good: "#5cd199", warning: "#efb74f", bad: "#ff8a80" },
    ...{ bg: "#171a21", land: "#333a48", c0: "#78acf9", c1: "#e8ac50", c2: "#1df1a3", c3: "#b34fa5" },
    ...{ c4: "#e9e21f", c5: "#c7e7f8", c6: "#a25eff", c7: "#7d9588" },
  },
} as const;

const own = (palette: Readonly<Record<string, string>>): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--hb-own-${name}:${colour}`)
    .join(";");

const light = own(palettes.light);
const dark = own(palettes.dark);

/** JupyterLab's and VS Code's variables, then ours. */
const themed: Readonly<Record<string, readonly [jupyter: string, code: string]>> = {
  fg: ["ui-font-color1", "editor-foreground"],
  faint: ["ui-font-color2", "descriptionForeground"],
  line: ["border-color2", "panel-border"],
  head: ["layout-color2", "editorWidget-background"],
  hover: ["layout-color2", "list-hoverBackground"],
  link: ["content-link-color", "textLink-foreground"],
};

const variables = Object.entries(themed)
  .map(([name, [jupyter, code]]) => `--hb-${name}:var(--jp-${jupyter},var(--vscode-${code},var(--hb-own-${name})))`)
  .join(";");

const sans =
  'var(--jp-ui-font-family,var(--vscode-font-family,system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",Arial,sans-serif))';
const mono = "var(--jp-code-font-family,var(--vscode-editor-font-family,ui-monospace,Menlo,Consolas,monospace))";

/** Styles that tables need even where stylesheets are stripped; the only values of `style` attributes. */
export const inlineStyles = {
  right: "text-align:right;font-variant-numeric:tabular-nums",
  left: "text-align:left",
} as const;

/** Scoped by `.hb-view`; travels with each output, because a saved notebook has nothing else. */
export const viewStyle = [
  `.hb-view{${light};${variables};--hb-mono:${mono};color:var(--hb-fg);font-family:${sans};font-size:13px;line-height:1.45}`,
  `@media (prefers-color-scheme:dark){.hb-view{${dark}}}`,
  `[data-jp-theme-light="true"] .hb-view,.vscode-light .hb-view{${light}}`,
  `[data-jp-theme-light="false"] .hb-view,.vscode-dark .hb-view{${dark}}`,
  `@media print{.hb-view{${light}}}`,
  `.hb-view table.hb-table{border-collapse:collapse;margin:4px 0;font-size:12px;border:1px solid var(--hb-line)}`,
  `.hb-view .hb-scroll{overflow-x:auto;max-width:100%}`,
  `.hb-view .hb-table th{background:var(--hb-head);font-weight:600;padding:4px 10px;border-bottom:1px solid var(--hb-line);vertical-align:bottom;white-space:nowrap}`,
  `.hb-view .hb-table td{padding:3px 10px;border-top:1px solid var(--hb-line);vertical-align:top;max-width:44em;overflow-wrap:break-word;background:none}`,
  `.hb-view .hb-table tbody tr:hover td{background:var(--hb-hover)}`,
  `.hb-view .hb-nowrap{white-space:nowrap}`,
  `.hb-view .hb-type{display:block;font-weight:400;font-size:10px;color:var(--hb-faint)}`,
  `.hb-view .hb-faint,.hb-view .hb-caption{color:var(--hb-faint)}`,
  `.hb-view .hb-caption{font-size:12px;margin:2px 0 8px}`,
  `.hb-view .hb-code,.hb-view pre{font-family:var(--hb-mono);font-size:12px}`,
  `.hb-view pre{margin:4px 0;padding:8px 10px;background:var(--hb-head);border:1px solid var(--hb-line);border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;color:inherit}`,
  `.hb-view bdi{unicode-bidi:isolate}`,
  `.hb-view a{color:var(--hb-link)}`,
  `.hb-view details>summary{cursor:pointer}`,
  `.hb-view .hb-badge{display:inline-block;padding:0 7px;border-radius:9px;border:1px solid currentColor;font-size:11px;line-height:17px}`,
  `.hb-view .hb-banner{border:1px solid var(--hb-line);border-left:4px solid currentColor;border-radius:4px;padding:6px 10px;margin:4px 0}`,
  `.hb-view .hb-banner>*{color:var(--hb-fg)}`,
  `.hb-view .hb-banner ul{margin:4px 0 0;padding-left:18px}`,
  `.hb-view .hb-neutral{color:var(--hb-faint)}`,
  ...["info", "good", "warning", "bad"].map(tone => `.hb-view .hb-${tone}{color:var(--hb-own-${tone})}`),
  `.hb-view .hb-row{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}`,
  `.hb-view dl.hb-kv{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:4px 0}`,
  `.hb-view dl.hb-kv dt{color:var(--hb-faint);white-space:nowrap;width:auto;float:none}`,
  `.hb-view dl.hb-kv dd{margin:0;overflow-wrap:anywhere}`,
  `.hb-view .hb-figure{margin:6px 0 10px}`,
  `.hb-view .hb-figure .hb-title{margin:2px 0 4px;font-size:15px;line-height:1.3}`,
  `.hb-view svg.hb-svg{display:block;max-width:100%;height:auto}`,
  `.hb-view .hb-numbers>summary{color:var(--hb-faint);font-size:12px}`,
  `.hb-view ul.hb-tree,.hb-view ul.hb-tree ul{list-style:none;margin:0;padding-left:18px;border-left:1px solid var(--hb-line)}`,
  `.hb-view ul.hb-tree{border-left:0;padding-left:0;font-size:12px}`,
  `.hb-view .hb-tree li{margin:1px 0;overflow-wrap:anywhere}`,
  `.hb-view .hb-tree .hb-fg{color:var(--hb-fg)}`,
  `.hb-view .hb-marked{border:1px solid var(--hb-line);border-radius:4px;background:var(--hb-head);padding:6px 10px;margin:4px 0 8px}`,
  `.hb-view img.hb-picture{border-radius:4px}`,
  `.hb-view img{max-width:100%;height:auto;background:#fff}`,
  `@media print{.hb-view .hb-numbers:not([open]){display:none}}`,
  // Paper has no scroll bar: what is wide breaks its lines.
  `@media print{.hb-view table.hb-table{font-size:10px;max-width:100%}.hb-view .hb-table th,.hb-view .hb-table td{padding:2px 6px;overflow-wrap:anywhere}}`,
].join("\n");

/** For pages of their own: reports. */
export const documentStyle = [
  `:root{color-scheme:light dark}`,
  `body{margin:0 auto;max-width:1100px;padding:32px 24px 64px;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:14px;line-height:1.55;background:#fff;color:${palettes.light.fg}}`,
  `h1,h2,h3{line-height:1.25}`,
  `a{color:${palettes.light.link}}`,
  `@media (prefers-color-scheme:dark){body{background:#171a21;color:${palettes.dark.fg}}a{color:${palettes.dark.link}}}`,
  `@media print{:root{color-scheme:light}body{max-width:none;padding:0;background:#fff;color:${palettes.light.fg}}a{color:inherit}tr,details{break-inside:avoid}.hb-view .hb-scroll{overflow:visible}}`,
].join("\n");
