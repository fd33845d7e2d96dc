/** Templates in the launcher: choose, name, and the new notebook opens. The settings editor is beside them, and in the menu. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, InputDialog, showErrorMessage } from "@jupyterlab/apputils";
import { ILauncher } from "@jupyterlab/launcher";
import { IMainMenu } from "@jupyterlab/mainmenu";
import { settingsIcon } from "@jupyterlab/ui-components";
import { huntIcon } from "./icons";
import { allTemplates, findTemplateBook } from "./launcher-icons";
import { askServer } from "./server-settings";

interface Template {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

const create = "huntbook:create-from-template";
const openGallery = "huntbook:open-gallery";
const openSettings = "huntbook:open-settings";

export const gallery: JupyterFrontEndPlugin<void> = {
  id: "huntbook:gallery",
  autoStart: true,
  optional: [ILauncher, ICommandPalette, IMainMenu],
  activate: (
    app: JupyterFrontEnd,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    menu: IMainMenu | null,
  ) => {
    app.commands.addCommand(create, {
      label: args => (typeof args["title"] === "string" ? args["title"] : "New Hunt from Template…"),
      caption: args =>
        typeof args["description"] === "string" ? args["description"] : "Create a notebook from a template",
      icon: huntIcon,
      execute: args => createFromTemplate(app, typeof args["template"] === "string" ? args["template"] : undefined),
    });
    app.commands.addCommand(openGallery, {
      label: "All Templates",
      caption: "The template gallery",
      icon: huntIcon,
      execute: () => void window.open("/gallery", "_blank", "noopener"),
    });
    app.commands.addCommand(openSettings, {
      label: args => (args["isPalette"] === true ? "Workspaces, Providers and Sign-in" : "Huntbook Settings"),
      caption: "Workspaces, providers, keys and sign-in: msticpyconfig.yaml",
      icon: args => (args["isPalette"] === true ? undefined : settingsIcon),
      execute: () => void window.open("/settings", "_blank", "noopener"),
    });
    palette?.addItem({ command: openSettings, category: "Huntbook", args: { isPalette: true } });
    menu?.settingsMenu.addGroup([{ command: openSettings }], -10);
    palette?.addItem({ command: create, category: "Huntbook" });
    palette?.addItem({ command: openGallery, category: "Huntbook" });
    if (launcher === null) return;
    launcher.add({ command: openSettings, category: "Other", rank: 50 });
    launcher.add({ command: openGallery, category: "Notebook", rank: 200, kernelIconUrl: allTemplates });
    void listTemplates().then(templates =>
      templates.forEach(({ name, title, description }, rank) =>
        launcher.add({
          command: create,
          category: "Notebook",
          rank: rank + 100,
          kernelIconUrl: findTemplateBook(name),
          args: { template: name, title, description },
        }),
      ),
    );
  },
};

const listTemplates = async (): Promise<readonly Template[]> =>
  (await askServer<{ templates: readonly Template[] }>("/huntbook/api/templates")).templates;

async function createFromTemplate(app: JupyterFrontEnd, given: string | undefined): Promise<void> {
  const template = given ?? (await chooseTemplate());
  if (template === undefined) return;
  const { value } = await InputDialog.getText({
    title: "Create from template",
    label: "Name of the new notebook",
    text: template === "blank" ? "my hunt" : `my ${template.replaceAll("-", " ")}`,
    okLabel: "Create and launch",
  });
  if (value === null || value.trim() === "") return;
  try {
    const { path } = await askServer<{ path: string }>("/huntbook/api/templates", { template, name: value });
    await app.commands.execute("docmanager:open", { path });
  } catch (error) {
    await showErrorMessage("The notebook was not created", error instanceof Error ? error.message : String(error));
  }
}

async function chooseTemplate(): Promise<string | undefined> {
  const templates = await listTemplates();
  const { value } = await InputDialog.getItem({ title: "Template", items: templates.map(t => t.title) });
  return templates.find(t => t.title === value)?.name;
}
