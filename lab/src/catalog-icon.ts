import { LabIcon } from "@jupyterlab/ui-components";

/** A table with a looking glass. */
export const catalogIcon = new LabIcon({
  name: "huntbook:catalog",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g class="jp-icon3 jp-icon-selectable" fill="#616161"><path d="M3 4h18v5h-2V8.500H11v3.200a6 6 0 0 0-1 1.300H5v5h4.300a6 6 0 0 0 .8 2H3zm2 4v3.500h4V8zM15.500 12a4.500 4.500 0 0 1 3.700 7l2.400 2.400-1.300 1.300-2.400-2.400a4.500 4.500 0 1 1-2.400-8.300zm0 1.800a2.700 2.700 0 1 0 0 5.400 2.700 2.700 0 0 0 0-5.400z"/></g></svg>`,
});
