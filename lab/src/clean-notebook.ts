/** Takes secrets out of reach before a notebook is shared: its outputs, and the checkpoint that still holds them. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, Notification } from "@jupyterlab/apputils";
import { IMainMenu } from "@jupyterlab/mainmenu";
import { INotebookTracker, NotebookActions } from "@jupyterlab/notebook";

const command = "huntbook:clear-outputs-and-checkpoints";

export const cleanNotebook: JupyterFrontEndPlugin<void> = {
  id: "huntbook:clean-notebook",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette, IMainMenu],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    palette: ICommandPalette | null,
    menu: IMainMenu | null,
  ) => {
    app.commands.addCommand(command, {
      label: "Clear Outputs and Checkpoints, and Save",
      caption: "Removes all outputs from the notebook's file and deletes the checkpoint that still holds them",
      isEnabled: () => tracker.currentWidget !== null,
      execute: async () => {
        const panel = tracker.currentWidget;
        if (panel === null) return;
        const { path } = panel.context;
        NotebookActions.clearAllOutputs(panel.content);
        await panel.context.save();
        const { contents } = app.serviceManager;
        const checkpoints = await contents.listCheckpoints(path);
        for (const checkpoint of checkpoints) await contents.deleteCheckpoint(path, checkpoint.id);
        Notification.success(
          `The outputs of ${path} are gone, and ${checkpoints.length === 0 ? "there was no checkpoint" : "so is its checkpoint"}.`,
        );
      },
    });
    palette?.addItem({ command, category: "Huntbook" });
    menu?.editMenu.addGroup([{ command }], 90);
  },
};
