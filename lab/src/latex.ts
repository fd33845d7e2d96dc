/** Formulas in Markdown, by KaTeX. */
import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ILatexTypesetter } from "@jupyterlab/rendermime";

const options = {
  delimiters: [
    { left: "$$", right: "$$", display: true },
    { left: "\\[", right: "\\]", display: true },
    { left: "\\begin{equation}", right: "\\end{equation}", display: true },
    { left: "\\begin{align}", right: "\\end{align}", display: true },
    { left: "$", right: "$", display: false },
    { left: "\\(", right: "\\)", display: false },
  ],
  throwOnError: false,
  // No links, no files, no HTML from formulas; and an end to macros that grow.
  trust: false,
  maxExpand: 200,
  maxSize: 20,
};

export const latex: JupyterFrontEndPlugin<ILatexTypesetter> = {
  id: "huntbook:latex",
  autoStart: true,
  provides: ILatexTypesetter,
  activate: () => ({
    typeset: async (element: HTMLElement) => {
      if (!/[$\\]/.test(element.textContent ?? "")) return;
      const { default: render } = await import("katex/contrib/auto-render");
      render(element, options);
    },
  }),
};
