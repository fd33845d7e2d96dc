/** Our sign at the top left. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ILabShell } from "@jupyterlab/application";
import { Widget } from "@lumino/widgets";
import { huntIcon } from "./icons";

export const logo: JupyterFrontEndPlugin<void> = {
  id: "huntbook:logo",
  autoStart: true,
  requires: [ILabShell],
  activate: (_: JupyterFrontEnd, shell: ILabShell) => {
    const widget = new Widget();
    widget.id = "jp-MainLogo";
    huntIcon.element({
      container: widget.node,
      elementPosition: "center",
      margin: "2px 6px",
      height: "auto",
      width: "20px",
    });
    shell.add(widget, "top", { rank: 0 });
  },
};
