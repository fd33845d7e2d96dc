/** Finding a query, and finding a file. */
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { messageOf } from "../../base/error.js";
import { Composite } from "./containers.js";
import type { ControlOptions } from "./control.js";
import { Note, Select } from "./controls.js";
import { SelectItem } from "./select-item.js";

/** What a query browser needs of a provider. */
export interface BrowsableQueries {
  listQueries(): string[];
  queryHelp(name: string): unknown;
}

/**
 * The queries of a provider with a filter, and below them what the chosen one does and takes. MSTICPy's query browser.
 *
 * `value` is the full name of the query.
 */
export class QueryBrowser extends SelectItem {
  constructor(provider: BrowsableQueries, options: ControlOptions = {}) {
    super({
      ...options,
      label: options.label ?? "Select a query",
      options: provider.listQueries(),
      action: name => provider.queryHelp(name),
    });
  }
}

export interface FileBrowserOptions extends ControlOptions {
  /** Where it begins; default the notebook's folder. */
  readonly dir?: string;
  /** Only files whose names end so: `.csv`. */
  readonly ending?: string;
}

/** Entries of a folder that are listed. */
const maxEntries = 5000;

/** The files that the kernel sees, folder by folder. `value` is the chosen file's path, absolute. Hidden files are left out. */
export class FileBrowser extends Composite<string | undefined> {
  readonly #ending: string;
  readonly #where = new Note("", "faint");
  readonly #wrong = new Note("", "bad");
  readonly #list: Select;
  #dir: string;
  #moving = false;

  constructor(options: FileBrowserOptions = {}) {
    super(undefined, { label: "" });
    this.#ending = (options.ending ?? "").toLowerCase();
    this.#dir = resolve(options.dir ?? ".");
    this.#list = new Select<string>({ label: options.label ?? "Select a file", options: [] });
    this.#list.onChange(path => this.#choose(path));
    this.hold([this.#where, this.#list, this.#wrong]);
    this.#open(this.#dir);
  }

  /** The folder that is shown. */
  get dir(): string {
    return this.#dir;
  }

  override describe(): string {
    return this.value ?? "(no file)";
  }

  #choose(path: string | undefined): void {
    if (this.#moving || path === undefined) return;
    if (path.endsWith("/")) this.#open(resolve(path));
    else {
      this.#where.value = `${this.#dir}: ${path} is chosen`;
      this.value = path;
    }
  }

  #open(dir: string): void {
    let entries: Map<string, string>;
    try {
      entries = this.#entriesOf(dir);
    } catch (error) {
      this.#wrong.value = `'${dir}' cannot be listed: ${messageOf(error)}`;
      return;
    }
    this.#dir = dir;
    this.#moving = true;
    this.#list.setOptions(entries);
    this.#list.value = undefined;
    this.#moving = false;
    this.#where.value = entries.size > maxEntries ? `${dir} (the first ${maxEntries} entries)` : dir;
    this.#wrong.value = "";
  }

  /** What is shown → path; folders end with a slash and stand first. */
  #entriesOf(dir: string): Map<string, string> {
    const found = readdirSync(dir, { withFileTypes: true })
      .filter(e => !e.name.startsWith("."))
      .filter(e => e.isDirectory() || (e.isFile() && e.name.toLowerCase().endsWith(this.#ending)))
      .map(e => ({ folder: e.isDirectory(), name: e.name }))
      .sort((a, b) => Number(b.folder) - Number(a.folder) || (a.name < b.name ? -1 : 1))
      .slice(0, maxEntries + 1);
    const up: [string, string][] = dirname(dir) === dir ? [] : [["../", `${dirname(dir)}/`]];
    return new Map([
      ...up,
      ...found.map(({ folder, name }): [string, string] => {
        const path = join(dir, name);
        return folder ? [`${name}/`, `${path}/`] : [name, path];
      }),
    ]);
  }
}
