import { LabIcon } from "@jupyterlab/ui-components";

/** A trace in a notebook; the same drawing as the server's sign, in the theme's colours. */
export const huntIcon = new LabIcon({
  name: "huntbook:hunt",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="5" y="3" width="22" height="26" rx="3.5" fill="none" stroke="var(--jp-ui-font-color2)" stroke-width="2"/><path d="M9 19h3.5l2.5-8 3.5 12 2-4H23" fill="none" stroke="#0b62c4" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
});

/** A clock face: the hunt window. */
export const clockIcon = new LabIcon({
  name: "huntbook:clock",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 32 32"><circle cx="16" cy="16" r="11" fill="none" stroke="var(--jp-ui-font-color2)" stroke-width="2.2"/><path d="M16 9v7.5l5 3" fill="none" stroke="var(--jp-ui-font-color2)" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
});
