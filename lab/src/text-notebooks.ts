/** Notebooks as Markdown (`.hunt.md`) open in the notebook's own editor; the server turns them into cells and back. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { IDefaultFileBrowser } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import { IMainMenu } from "@jupyterlab/mainmenu";
import { notebookIcon } from "@jupyterlab/ui-components";
import { markdownBook } from "./launcher-icons";

const ending = ".hunt.md";
const command = "huntbook:new-text-notebook";

export const textNotebooks: JupyterFrontEndPlugin<void> = {
  id: "huntbook:text-notebooks",
  autoStart: true,
  optional: [IDefaultFileBrowser, ICommandPalette, IMainMenu, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    browser: IDefaultFileBrowser | null,
    palette: ICommandPalette | null,
    menu: IMainMenu | null,
    launcher: ILauncher | null,
  ) => {
    app.docRegistry.addFileType(
      {
        name: "huntbook-text-notebook",
        displayName: "Notebook as Markdown",
        extensions: [ending],
        mimeTypes: ["text/markdown"],
        contentType: "notebook",
        fileFormat: "json",
        icon: notebookIcon,
      },
      ["Notebook"],
    );
    app.commands.addCommand(command, {
      label: args => (args["isShort"] === true ? "Notebook as Markdown" : "New Notebook as Markdown"),
      caption: "A notebook for git: sources in Markdown, outputs kept elsewhere",
      icon: args => (args["isPalette"] === true ? undefined : notebookIcon),
      execute: async () => {
        const { path } = await app.serviceManager.contents.newUntitled({
          path: browser?.model.path ?? "",
          type: "notebook",
          ext: ending,
        });
        await app.commands.execute("docmanager:open", { path });
      },
    });
    palette?.addItem({ command, category: "Huntbook", args: { isPalette: true } });
    menu?.fileMenu.newMenu.addGroup([{ command, args: { isShort: true } }], 25);
    launcher?.add({ command, category: "Notebook", rank: 10, args: { isShort: true }, kernelIconUrl: markdownBook });
  },
};
