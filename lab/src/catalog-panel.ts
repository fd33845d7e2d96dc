/**
 * The side panel: what can be asked. A click puts a cell that asks it below the active one, and so does a drag, wherever it is
 * dropped; nothing runs by itself.
 */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ILayoutRestorer } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import { INotebookTracker, NotebookActions } from "@jupyterlab/notebook";
import { refreshIcon, searchIcon } from "@jupyterlab/ui-components";
import { MimeData } from "@lumino/coreutils";
import { Drag } from "@lumino/dragdrop";
import { Widget } from "@lumino/widgets";
import { askServer } from "./server-settings";
import { catalogIcon } from "./catalog-icon";

interface Column {
  readonly name: string;
  readonly type: string;
}
interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows?: number;
}
interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}
interface Query {
  readonly family: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
}
interface Catalog {
  readonly workspace: string;
  readonly now?: string;
  readonly tables: readonly Table[];
  readonly queries: readonly Query[];
}

/** Both put a cell into a notebook: below the active one, or where the pointer lets go. */
interface Inserter {
  insert(source: string): void;
  drag(source: string, label: string, from: PointerEvent): void;
}
/** How far the pointer moves before a click becomes a drag, in pixels. */
const dragDistance = 6;

/** Elements from text; nothing here is markup. */
function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

const isPlainName = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);
const asTable = (name: string): string => (isPlainName(name) ? name : `['${name.replace(/[\\']/g, c => `\\${c}`)}']`);
const asMember = (path: string): string =>
  path
    .split(".")
    .map((part, i) => (isPlainName(part) ? (i === 0 ? part : `.${part}`) : `[${JSON.stringify(part)}]`))
    .join("");

function queryCell({ family, name, parameters }: Query): string {
  const required = parameters
    .filter(p => p.required)
    .map(p => `${JSON.stringify(p.name)}: ${/list/i.test(p.type) ? "[]" : '""'}`);
  return `await qry.${asMember(family)}.${asMember(name)}(${required.length === 0 ? "" : `{ ${required.join(", ").replace(/"(\w+)":/g, "$1:")} }`})`;
}

class CatalogPanel extends Widget {
  readonly #inserter: Inserter;
  readonly #list = element("div", "hb-catalog-list");
  readonly #search = element("input", "hb-catalog-search");
  readonly #where = element("div", "hb-catalog-where");
  #catalog: Catalog | undefined;

  constructor(inserter: Inserter) {
    super();
    this.#inserter = inserter;
    this.id = "huntbook-catalog";
    this.title.icon = catalogIcon;
    this.title.caption = "Tables and queries";
    this.addClass("hb-catalog");
    this.#search.type = "search";
    this.#search.placeholder = "Find a table, column or query";
    this.#search.setAttribute("aria-label", "Find a table, column or query");
    this.#search.addEventListener("input", () => this.#show());
    const refresh = element("button", "hb-catalog-refresh");
    refresh.title = "Read the workspace again";
    refresh.setAttribute("aria-label", refresh.title);
    refreshIcon.element({ container: refresh, stylesheet: "menuItem" });
    refresh.addEventListener("click", () => void this.load());
    const icon = element("span", "hb-catalog-glass");
    searchIcon.element({ container: icon, stylesheet: "menuItem" });
    this.node.append(
      element("div", "hb-catalog-head", this.#where, refresh),
      element("div", "hb-catalog-box", icon, this.#search),
      this.#list,
    );
  }

  protected override onAfterShow(): void {
    if (this.#catalog === undefined) void this.load();
  }

  async load(): Promise<void> {
    this.#where.textContent = "Reading the workspace…";
    try {
      this.#catalog = await askServer<Catalog>("/huntbook/api/catalog");
      const { workspace, now } = this.#catalog;
      this.#where.textContent =
        now === undefined ? workspace : `${workspace} · now is ${now.slice(0, 16).replace("T", " ")} UTC`;
    } catch (error) {
      this.#where.textContent = `The workspace cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.#show();
  }

  #show(): void {
    if (this.#catalog === undefined) return;
    const wanted = this.#search.value.trim().toLowerCase();
    const has = (...texts: readonly string[]) => texts.some(text => text.toLowerCase().includes(wanted));
    const tables = this.#catalog.tables.filter(t => has(t.name, ...t.columns.map(c => c.name)));
    const queries = this.#catalog.queries.filter(q => has(q.name, q.family, q.description));
    const families = new Map<string, Query[]>();
    for (const query of queries) families.set(query.family, [...(families.get(query.family) ?? []), query]);
    // Tables with data first: they are what a hunt begins with.
    const sorted = [...tables].sort(
      (a, b) => Number((b.rows ?? 0) > 0) - Number((a.rows ?? 0) > 0) || a.name.localeCompare(b.name),
    );
    this.#list.replaceChildren(
      this.#section(
        `Tables (${tables.length})`,
        sorted.map(t => this.#table(t, wanted)),
        true,
      ),
      this.#section(
        `Queries (${queries.length})`,
        [...families].map(([family, of]) =>
          this.#section(
            family,
            of.map(q => this.#query(q)),
            wanted !== "",
            "hb-catalog-family",
          ),
        ),
        true,
      ),
    );
    if (tables.length + queries.length === 0)
      this.#list.append(element("p", "hb-catalog-none", "Nothing has that in its name."));
  }

  #section(title: string, children: readonly Node[], open: boolean, className = "hb-catalog-section"): HTMLElement {
    const details = element("details", className, element("summary", "", title), ...children);
    details.open = open;
    return details;
  }

  #table(table: Table, wanted: string): HTMLElement {
    const insert = this.#button(
      table.name,
      `Insert a cell that shows rows of ${table.name}`,
      `%%kql\n${asTable(table.name)}\n| take 10`,
    );
    const count = table.rows === undefined ? "" : table.rows.toLocaleString("en-US");
    const columns = table.columns
      .filter(c => wanted === "" || c.name.toLowerCase().includes(wanted) || table.name.toLowerCase().includes(wanted))
      .map(c =>
        this.#button(
          c.name,
          `Insert a cell that counts rows of ${table.name} by ${c.name}`,
          `%%kql\n${asTable(table.name)}\n| summarize count() by ${asTable(c.name)}\n| order by count_ desc`,
          c.type,
        ),
      );
    const summary = element("summary", "", insert, element("span", "hb-catalog-count", count));
    const details = element(
      "details",
      table.rows === 0 ? "hb-catalog-table hb-empty" : "hb-catalog-table",
      summary,
      ...columns,
    );
    details.open = wanted !== "" && !table.name.toLowerCase().includes(wanted);
    return details;
  }

  #query(query: Query): HTMLElement {
    const needs = query.parameters.filter(p => p.required).map(p => p.name);
    const caption = [query.description, needs.length === 0 ? "" : `Needs: ${needs.join(", ")}`]
      .filter(t => t !== "")
      .join("\n");
    return this.#button(query.name, caption, queryCell(query));
  }

  #button(text: string, caption: string, source: string, type = ""): HTMLElement {
    const button = element("button", "hb-catalog-item", element("span", "hb-catalog-name", text));
    if (type !== "") button.append(element("span", "hb-catalog-count", type));
    button.title = caption;
    button.addEventListener("click", event => {
      // In a summary it would also open or close the details.
      event.preventDefault();
      this.#inserter.insert(source);
    });
    button.addEventListener("pointerdown", down => {
      if (down.button !== 0) return;
      const move = (event: PointerEvent) => {
        if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < dragDistance) return;
        end();
        this.#inserter.drag(source, text, event);
      };
      const end = () => {
        document.removeEventListener("pointermove", move);
        document.removeEventListener("pointerup", end);
      };
      document.addEventListener("pointermove", move);
      document.addEventListener("pointerup", end);
    });
    return button;
  }
}

/** What makes `qry`, for notebooks that have not done so. */
const connectSource = `import { QueryProvider, WorkspaceConfig } from "huntbook";\nconst qry = new QueryProvider("MSSentinel");\nawait qry.connect(new WorkspaceConfig());\n\n`;

export const catalogPanel: JupyterFrontEndPlugin<void> = {
  id: "huntbook:catalog",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILayoutRestorer],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker, restorer: ILayoutRestorer | null) => {
    /** With what makes `qry`, where a notebook has not done so. */
    const complete = (source: string): string => {
      const cells = [...(tracker.currentWidget?.content.model?.cells ?? [])];
      const hasProvider = cells.some(cell => /\bqry\s*=/.test(cell.sharedModel.getSource()));
      return source.startsWith("await qry.") && !hasProvider ? connectSource + source : source;
    };
    const insert = (source: string): void => {
      const panel = tracker.currentWidget;
      if (panel?.content.model == null) {
        Notification.info("Open a notebook first: the cell is put into it.", { autoClose: 4000 });
        return;
      }
      app.shell.activateById(panel.id);
      const text = complete(source);
      NotebookActions.insertBelow(panel.content);
      const { activeCell } = panel.content;
      activeCell?.model.sharedModel.setSource(text);
      if (activeCell !== null) void panel.content.scrollToCell(activeCell);
    };
    const drag = (source: string, label: string, { clientX, clientY }: PointerEvent): void => {
      const mimeData = new MimeData();
      const text = complete(source);
      // What the notebook takes from another notebook that cells are dragged from.
      mimeData.setData("application/vnd.jupyter.cells", [
        { cell_type: "code", metadata: {}, outputs: [], source: text },
      ]);
      mimeData.setData("text/plain", text);
      const dragImage = element("div", "hb-catalog-dragged", label);
      const dragged = new Drag({ mimeData, dragImage, supportedActions: "copy-move", proposedAction: "copy" });
      void dragged.start(clientX, clientY).then(() => dragged.dispose());
    };
    const panel = new CatalogPanel({ insert, drag });
    app.shell.add(panel, "left", { rank: 150, type: "Huntbook" });
    restorer?.add(panel, panel.id);
  },
};
