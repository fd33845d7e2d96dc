/** The data grid: any number of rows, of which only those in sight are ever asked for. */
import { prettyJson } from "../../view/json-text.js";
import type { RowFilter, ValueFilter } from "../../view/live.js";
import { describeRows, numericTypes, type TableCell, type TableNode } from "../../view/view.js";
import { visibleText } from "../../view/visible.js";
import { cellActions, findKqlFilter, toCsv, type PlainCell } from "./cell-actions.js";
import { button, el, onceAFrame, raiseMenu } from "./dom.js";
import { openFindingForm } from "./finding-form.js";
import {
  arrange,
  columnsOf,
  Flags,
  isObjectCell,
  parseFilter,
  shortCell,
  textOf,
  widthFor,
  type Sort,
} from "./grid-rows.js";
import { ask, copyText, offerCell, type Place } from "./host.js";
import { choiceText, Link } from "./selection.js";

const rowPx = 24;
const pageRows = 200;
const keptPages = 40;
const bodyRows = 16;
/** Browsers cannot scroll further than some 30 million pixels; longer tables are scrolled in proportion. */
const mostScrollPx = 8_000_000;

export class GridView {
  readonly element: HTMLElement;
  readonly #node: TableNode;
  readonly #place: Place;
  readonly #grid = el("div", {
    class: "hb-grid",
    role: "grid",
    tabindex: "0",
    "aria-label": "Rows. Arrow keys move, Enter opens a cell, M opens its menu, F flags the row.",
  });
  readonly #x = el("div", { class: "hb-grid-x" });
  readonly #head = el("div", { class: "hb-grid-head", role: "row" });
  readonly #filterRow = el("div", { class: "hb-grid-head", role: "row" });
  readonly #body = el("div", { class: "hb-grid-body" });
  readonly #scroll = el("div", { class: "hb-grid-scroll", tabindex: "-1" });
  readonly #spacer = el("div");
  readonly #panel = el("div", { class: "hb-panel" });
  readonly #bar: HTMLElement;
  readonly #status = el("span", { class: "hb-status", "aria-live": "polite" });
  readonly #pages = new Map<number, readonly (readonly TableCell[])[]>();
  readonly #asked = new Set<number>();
  readonly #filters = new Map<number, string>();
  readonly #hidden = new Set<number>();
  readonly #widths: readonly number[];
  #menu: HTMLElement | undefined;
  #sort: Sort | undefined;
  #total: number;
  #top = 0;
  #version = 0;
  #selected: { row: number; column: number } | undefined;
  #gone = false;
  readonly #link: Link;
  readonly #flags = new Flags();

  constructor(node: TableNode, place: Place) {
    this.#node = node;
    this.#place = place;
    this.#total = node.total ?? node.rows.length;
    this.#gone = node.live === undefined || place.host.request === undefined;
    if (this.#gone) this.#total = node.rows.length;
    this.#widths = node.columns.map((c, i) =>
      widthFor(
        c,
        node.rows.map(r => r[i]),
      ),
    );
    this.#scroll.append(this.#spacer);
    this.#x.append(this.#head, this.#filterRow, this.#body);
    this.#grid.append(this.#x, this.#scroll);
    this.#panel.style.display = "none";
    this.#filterRow.style.display = "none";
    this.#bar = this.#toolbar();
    this.element = el("div", {}, this.#bar, this.#grid, this.#panel);
    this.#link = new Link(
      {
        element: this.element,
        frames: node.frame === undefined ? [] : [{ id: node.frame }],
        live: node.live,
        asks: () => false,
        onChoice: () => this.#reset(),
        onClear: () => this.#clearFilters(),
      },
      place,
    );
    this.#bar.insertBefore(this.#link.clear, this.#status);
    this.#listen();
    this.#reset();
  }

  /** The rows that are here from the beginning are the first page, until something is sorted or filtered. */
  #reset(): void {
    this.#version += 1;
    this.#pages.clear();
    this.#asked.clear();
    this.#top = 0;
    const plain = this.#sort === undefined && this.#activeFilters().length === 0;
    if (this.#gone) {
      const rows = arrange(this.#node.rows, this.#node.columns, this.#sort, this.#activeFilters());
      for (let p = 0; p * pageRows < rows.length; p += 1)
        this.#pages.set(p, rows.slice(p * pageRows, (p + 1) * pageRows));
      this.#total = rows.length;
    } else if (plain) this.#total = this.#node.total ?? this.#node.rows.length;
    this.#layout();
  }

  #layout(): void {
    const rows = Math.min(bodyRows, Math.max(1, this.#total));
    this.#body.style.height = `${rows * rowPx}px`;
    this.#scroll.style.height = `${rows * rowPx}px`;
    this.#spacer.style.height = `${Math.min(mostScrollPx, this.#total * rowPx)}px`;
    this.#scroll.style.display = this.#total > rows ? "block" : "none";
    this.#drawHead();
    this.#draw();
  }

  /** What is typed above the columns. */
  #ownFilters(): readonly ValueFilter[] {
    return [...this.#filters].flatMap(([i, text]) => parseFilter(this.#node.columns[i]?.name ?? "", text) ?? []);
  }

  /** With what is chosen in other views of the frame. */
  #activeFilters(): readonly RowFilter[] {
    const columns = new Set(this.#node.columns.map(c => c.name));
    const beside = this.#link.narrowing.flatMap(n => n.filters).filter(f => columnsOf(f).every(c => columns.has(c)));
    return [...this.#ownFilters(), ...beside];
  }

  #filterChanged(): void {
    this.#reset();
    const own = this.#ownFilters();
    this.#link.choose(
      own
        .map(f => `${f.column} ${f.value}`)
        .join(", ")
        .slice(0, 100),
      () => own,
    );
  }

  #toolbar(): HTMLElement {
    const filters = button("Filter", () => {
      const open = this.#filterRow.style.display === "none";
      this.#filterRow.style.display = open ? "flex" : "none";
      filters.setAttribute("aria-expanded", String(open));
      this.#placeScroll();
    });
    const columns = button("Columns", () => this.#chooseColumns(columns), { "aria-haspopup": "menu" });
    const csv = button("Copy as CSV", () => void this.#copyCsv());
    const flag = button("⚑ Finding…", () => this.#openFinding(), {
      title: "keep the flagged rows, or the one you are on, as a finding",
    });
    return el("div", { class: "hb-bar" }, filters, columns, csv, flag, this.#status);
  }

  /** Flags a row, or all from the last one that was flagged; takes the flag away where there is one. */
  #toggleFlag(index: number, range = false): void {
    this.#note = this.#flags.toggle(index, range, i => this.#rowAt(i));
    this.#draw();
  }

  #openFinding(): void {
    const here = this.#selected === undefined ? undefined : this.#rowAt(this.#selected.row);
    const rows = this.#flags.size > 0 ? this.#flags.rows : here === undefined ? [] : [here];
    if (rows.length === 0) {
      this.#note = "flag rows first: click beside them, or press F";
      this.#draw();
      return;
    }
    const isCut = rows.some(r => r.some(c => / more characters\)$/.test(textOf(c))));
    const { columns, query } = this.#node;
    openFindingForm({
      ...{ panel: this.#panel, host: this.#place.host },
      flagged: { columns, rows, query, ...(isCut ? { note: "values of more than 4,000 characters are cut" } : {}) },
      done: text => {
        this.#flags.clear();
        this.#note = text;
        this.#draw();
        this.#grid.focus();
      },
    });
  }

  #drawHead(): void {
    const cells = this.#node.columns.map((column, i) => {
      if (this.#hidden.has(i)) return undefined;
      const sorted = this.#sort?.column === i ? (this.#sort.descending ? "descending" : "ascending") : "none";
      const sign = sorted === "none" ? "" : sorted === "ascending" ? " ▲" : " ▼";
      const cell = el(
        "div",
        {
          class: `hb-cell${numericTypes.has(column.type) ? " hb-num" : ""}`,
          role: "columnheader",
          "aria-sort": sorted,
          title: `${column.name}: click to sort`,
          tabindex: "0",
        },
        `${column.name}${sign}`,
        column.type === undefined ? undefined : el("span", { class: "hb-type" }, column.type),
      );
      cell.style.width = `${this.#widths[i]}px`;
      const sort = (): void => {
        const next =
          this.#sort?.column !== i
            ? { column: i, descending: false }
            : this.#sort.descending
              ? undefined
              : { column: i, descending: true };
        this.#sort = next;
        this.#reset();
      };
      cell.addEventListener("click", sort);
      cell.addEventListener("keydown", event => {
        if (event.key === "Enter") sort();
      });
      return cell;
    });
    const corner = el("div", { class: "hb-flag", role: "columnheader", "aria-label": "flagged" });
    this.#head.replaceChildren(corner, ...cells.filter(c => c !== undefined));
    if (this.#filterRow.childElementCount === 0 || this.#filterRow.dataset["hidden"] !== [...this.#hidden].join())
      this.#drawFilters();
    this.#placeScroll();
  }

  #drawFilters(): void {
    this.#filterRow.dataset["hidden"] = [...this.#hidden].join();
    const inputs = this.#node.columns.map((column, i) => {
      if (this.#hidden.has(i)) return undefined;
      const input = el("input", {
        class: "hb-input",
        placeholder: "contains, = x, >= x",
        "aria-label": `filter ${column.name}`,
        value: this.#filters.get(i) ?? "",
      });
      input.style.width = `${this.#widths[i]}px`;
      let waiting: ReturnType<typeof setTimeout> | undefined;
      input.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => {
          this.#filters.set(i, input.value);
          this.#filterChanged();
        }, 250);
      });
      return input;
    });
    this.#filterRow.replaceChildren(el("div", { class: "hb-flag" }), ...inputs.filter(c => c !== undefined));
  }

  #placeScroll(): void {
    const top = this.#head.offsetHeight + this.#filterRow.offsetHeight;
    this.#scroll.style.top = `${top}px`;
  }

  get #most(): number {
    return Math.max(0, this.#total - Math.min(bodyRows, this.#total));
  }

  /** Goes to a row; the scroll bar follows in proportion. */
  #goTo(row: number): void {
    this.#top = Math.min(this.#most, Math.max(0, row));
    const range = this.#scroll.scrollHeight - this.#scroll.clientHeight;
    this.#setting = true;
    this.#scroll.scrollTop = this.#most === 0 ? 0 : (this.#top / this.#most) * range;
    this.#redraw();
  }
  #setting = false;

  readonly #redraw = onceAFrame(() => this.#draw());

  #rowAt(index: number): readonly TableCell[] | undefined {
    const page = Math.floor(index / pageRows);
    const known = this.#pages.get(page)?.[index % pageRows];
    if (known !== undefined) return known;
    const plain = this.#sort === undefined && this.#activeFilters().length === 0;
    if (plain && index < this.#node.rows.length) return this.#node.rows[index];
    if (!this.#gone) void this.#load(page);
    return undefined;
  }

  async #load(page: number): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    const version = this.#version;
    const { live, columns } = this.#node;
    const sort =
      this.#sort === undefined
        ? []
        : [{ column: columns[this.#sort.column]?.name ?? "", descending: this.#sort.descending }];
    const reply = await ask(this.#place.host, {
      type: "rows",
      live: live ?? "",
      offset: page * pageRows,
      limit: pageRows,
      sort,
      filters: this.#activeFilters(),
    });
    if (version !== this.#version || this.#place.signal.aborted) return;
    this.#asked.delete(page);
    if (reply.type === "rows") {
      this.#pages.set(page, reply.rows);
      const oldest = this.#pages.keys().next();
      if (this.#pages.size > keptPages && oldest.done !== true) this.#pages.delete(oldest.value);
      if (reply.total !== this.#total) {
        this.#total = reply.total;
        this.#layout();
      } else this.#redraw();
      return;
    }
    this.#gone = true;
    this.#note = reply.type === "error" ? reply.message : "run the cell again to see more";
    this.#reset();
  }
  #note = "";

  #draw(): void {
    const first = Math.floor(this.#top);
    const rows: HTMLElement[] = [];
    const asksFirst = !this.#gone && this.#total > 0 ? this.#rowAt(first) : undefined;
    for (let i = 0; i < Math.min(bodyRows, this.#total - first); i += 1) {
      const cells = i === 0 ? (asksFirst ?? this.#rowAt(first)) : this.#rowAt(first + i);
      rows.push(this.#drawRow(first + i, cells));
    }
    if (this.#total === 0)
      rows.push(el("div", { class: "hb-grid-row hb-faint" }, el("span", { class: "hb-cell" }, "no rows")));
    this.#body.replaceChildren(...rows);
    this.#grid.setAttribute("aria-rowcount", String(this.#total));
    const all = this.#node.total ?? this.#node.rows.length;
    const filtered = this.#activeFilters().length > 0 ? " match" : "";
    const shown =
      this.#total > bodyRows
        ? `rows ${(first + 1).toLocaleString("en-US")}–${Math.min(this.#total, first + bodyRows).toLocaleString("en-US")} of `
        : "";
    const saved =
      this.#gone && all > this.#node.rows.length
        ? ` · saved: the first ${this.#node.rows.length.toLocaleString("en-US")} of ${all.toLocaleString("en-US")}`
        : "";
    const more = [
      this.#flags.size === 0 ? "" : `${this.#flags.size} flagged`,
      choiceText(this.#link.choices),
      this.#note,
    ].filter(t => t !== "");
    this.#status.textContent = [`${shown}${describeRows(this.#total)}${filtered}${saved}`, ...more].join(" · ");
  }

  #drawRow(index: number, cells: readonly TableCell[] | undefined): HTMLElement {
    const isFlagged = cells !== undefined && this.#flags.has(cells);
    const row = el("div", { class: "hb-grid-row", role: "row", "aria-rowindex": String(index + 1) });
    const flag = el("span", {
      class: "hb-flag-sign",
      role: "checkbox",
      "aria-checked": String(isFlagged),
      "aria-label": `flag row ${index + 1}`,
      title: "flag this row (F); Shift flags all from the last one",
    });
    const gutter = el("div", { class: "hb-flag", role: "gridcell" }, flag);
    gutter.dataset["flag"] = String(index);
    row.append(gutter);
    this.#node.columns.forEach((column, i) => {
      if (this.#hidden.has(i)) return;
      const selected = this.#selected?.row === index && this.#selected.column === i;
      const cell = el("div", {
        class: `hb-cell${numericTypes.has(column.type) ? " hb-num" : ""}`,
        role: "gridcell",
        ...(selected ? { "aria-selected": "true" } : {}),
      });
      cell.style.width = `${this.#widths[i]}px`;
      cell.dataset["row"] = String(index);
      cell.dataset["column"] = String(i);
      if (cells === undefined) cell.append(el("span", { class: "hb-faint" }, "…"));
      else cell.append(shortCell(cells[i]));
      row.append(cell);
    });
    return row;
  }

  #listen(): void {
    const { signal } = this.#place;
    this.#scroll.addEventListener(
      "scroll",
      () => {
        if (this.#setting) {
          this.#setting = false;
          return;
        }
        const range = this.#scroll.scrollHeight - this.#scroll.clientHeight;
        this.#top = range === 0 ? 0 : (this.#scroll.scrollTop / range) * this.#most;
        this.#redraw();
      },
      { signal },
    );
    this.#body.addEventListener(
      "wheel",
      event => {
        if (this.#most === 0 || event.deltaY === 0 || event.ctrlKey || event.shiftKey) return;
        const rows = event.deltaMode === 1 ? event.deltaY : event.deltaY / rowPx;
        const atEdge = (rows < 0 && this.#top <= 0) || (rows > 0 && this.#top >= this.#most);
        if (atEdge) return;
        event.preventDefault();
        this.#goTo(this.#top + rows);
      },
      { signal, passive: false },
    );
    this.#body.addEventListener("click", event => this.#pick(event, false), { signal });
    this.#body.addEventListener("dblclick", event => this.#pick(event, true), { signal });
    this.#body.addEventListener(
      "contextmenu",
      event => {
        event.preventDefault();
        this.#pick(event, false);
        this.#openMenu(event);
      },
      { signal },
    );
    this.#grid.addEventListener("keydown", event => this.#key(event), { signal });
    document.addEventListener(
      "pointerdown",
      event => {
        if (this.#menu !== undefined && event.target instanceof Node && !this.#menu.contains(event.target))
          this.#closeMenu();
      },
      { signal },
    );
  }

  #pick(event: MouseEvent, open: boolean): void {
    const target = event.target instanceof Element ? event.target : undefined;
    const gutter = target?.closest<HTMLElement>("[data-flag]");
    if (gutter !== null && gutter !== undefined) {
      if (!open) this.#toggleFlag(Number(gutter.dataset["flag"]), event.shiftKey);
      return;
    }
    const cell = target?.closest<HTMLElement>("[data-column]") ?? null;
    if (cell === null) return;
    this.#selected = { row: Number(cell.dataset["row"]), column: Number(cell.dataset["column"]) };
    this.#draw();
    if (open) this.#openPanel();
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#grid) return;
    const { row, column } = this.#selected ?? { row: Math.floor(this.#top), column: 0 };
    const go = (r: number, c: number): void => {
      const to = {
        row: Math.min(this.#total - 1, Math.max(0, r)),
        column: Math.min(this.#node.columns.length - 1, Math.max(0, c)),
      };
      this.#selected = to;
      if (to.row < this.#top) this.#goTo(to.row);
      else if (to.row >= this.#top + bodyRows) this.#goTo(to.row - bodyRows + 1);
      this.#draw();
    };
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(row + 1, column),
      ArrowUp: () => go(row - 1, column),
      ArrowRight: () => go(row, column + 1),
      ArrowLeft: () => go(row, column - 1),
      PageDown: () => go(row + bodyRows, column),
      PageUp: () => go(row - bodyRows, column),
      Home: () => go(0, column),
      End: () => go(this.#total - 1, column),
      Enter: () => this.#openPanel(),
      m: () => this.#openMenu(undefined),
      f: () => {
        this.#selected = { row, column };
        this.#toggleFlag(row);
      },
      ContextMenu: () => this.#openMenu(undefined),
      Escape: () => this.#closeMenu(),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  }

  /** The whole value below the grid. */
  #openPanel(): void {
    const at = this.#selected;
    const cells = at === undefined ? undefined : this.#rowAt(at.row);
    const column = this.#node.columns[at?.column ?? 0];
    if (at === undefined || cells === undefined || column === undefined) return;
    const cell = cells[at.column];
    const text = textOf(cell);
    const body = column.type === "dynamic" && /^[[{]/.test(text) ? prettyJson(text) : text;
    const pre = el("pre");
    pre.textContent = visibleText(body);
    this.#panel.replaceChildren(
      el(
        "div",
        { class: "hb-bar" },
        el("strong", {}, column.name),
        button("Copy", () => void copyText(this.#place.host, text)),
        button("Close", () => (this.#panel.style.display = "none")),
      ),
      cell === null || text === "" ? shortCell(cell) : pre,
    );
    this.#panel.style.display = "block";
  }

  #openMenu(event: MouseEvent | undefined): void {
    const at = this.#selected;
    const cells = at === undefined ? undefined : this.#rowAt(at.row);
    const column = this.#node.columns[at?.column ?? 0];
    if (at === undefined || cells === undefined || column === undefined) return;
    const raw = cells[at.column];
    const value = isObjectCell(raw) ? null : ((raw ?? null) as PlainCell);
    const { host } = this.#place;
    const filter = findKqlFilter(column, value);
    const entries: (readonly [string, () => void])[] = [
      ["Copy value", () => void copyText(host, textOf(raw))],
      ...(filter === undefined ? [] : [["Copy as KQL filter", () => void copyText(host, filter)] as const]),
      ["Show whole value", () => this.#openPanel()],
      ["Filter here: only this value", () => this.#filterHere(at.column, `= ${textOf(raw)}`)],
      ["Filter here: without this value", () => this.#filterHere(at.column, `!= ${textOf(raw)}`)],
      [this.#flags.has(cells) ? "Take the flag from this row" : "Flag this row", () => this.#toggleFlag(at.row)],
    ];
    const actions = cellActions({ columns: this.#node.columns, cells, query: this.#node.query }, at.column);
    const where =
      host.insertCell === undefined ? "As a cell, copied for you to paste" : "In a new cell, which you can read first";
    const offer = async (source: string): Promise<void> => {
      if ((await offerCell(host, source)) === "inserted") return;
      this.#note = "copied: paste it into a cell";
      this.#draw();
    };
    const menu = el("div", { class: "hb-menu", role: "menu" });
    const add = ([label, run]: readonly [string, () => void]): void => {
      const item = el("button", { type: "button", role: "menuitem" }, label);
      item.addEventListener("click", () => {
        this.#closeMenu();
        run();
      });
      menu.append(item);
    };
    entries.forEach(add);
    if (actions.length > 0) menu.append(el("div", { class: "hb-faint" }, where));
    for (const action of actions) add([action.label, () => void offer(action.source)]);
    this.#showMenu(menu, event);
  }

  #showMenu(menu: HTMLElement, event: MouseEvent | undefined): void {
    this.#closeMenu();
    const box = this.element.getBoundingClientRect();
    this.element.style.position = "relative";
    menu.style.left = `${Math.max(0, Math.min(box.width - 220, (event?.clientX ?? box.left + 40) - box.left))}px`;
    menu.style.top = `${(event?.clientY ?? box.top + 80) - box.top}px`;
    menu.addEventListener("keydown", e => {
      const items = [...menu.querySelectorAll("button")];
      const at = items.indexOf(document.activeElement as HTMLButtonElement);
      if (e.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
      else if (e.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
      else if (e.key === "Escape") {
        this.#closeMenu();
        this.#grid.focus();
      } else return;
      e.preventDefault();
      e.stopPropagation();
    });
    this.#menu = menu;
    this.element.append(menu);
    if ("showPopover" in menu) raiseMenu(menu, event?.clientX ?? box.left + 40, event?.clientY ?? box.top + 80);
    menu.querySelector("button")?.focus();
  }

  #closeMenu(): void {
    this.#menu?.remove();
    this.#menu = undefined;
  }

  #filterHere(column: number, text: string): void {
    this.#filters.set(column, text);
    this.#filterRow.style.display = "flex";
    this.#drawFilters();
    this.#filterChanged();
  }

  #clearFilters(): void {
    this.#filters.clear();
    this.#drawFilters();
    this.#filterChanged();
  }

  #chooseColumns(anchor: HTMLElement): void {
    const menu = el("div", { class: "hb-menu", role: "menu" });
    this.#node.columns.forEach((column, i) => {
      const item = el(
        "button",
        { type: "button", role: "menuitem" },
        `${this.#hidden.has(i) ? "☐" : "☑"} ${column.name}`,
      );
      item.addEventListener("click", () => {
        if (!this.#hidden.delete(i) && this.#hidden.size < this.#node.columns.length - 1) this.#hidden.add(i);
        item.textContent = `${this.#hidden.has(i) ? "☐" : "☑"} ${column.name}`;
        this.#layout();
      });
      menu.append(item);
    });
    const box = anchor.getBoundingClientRect();
    this.#showMenu(menu, new MouseEvent("click", { clientX: box.left, clientY: box.bottom }));
  }

  /** Rows of the grid as sorted and filtered; the first ten thousand of a large table. */
  async #copyCsv(): Promise<void> {
    const columns = this.#node.columns.filter((_, i) => !this.#hidden.has(i));
    const visible = (row: readonly TableCell[]): TableCell[] => row.filter((_, i) => !this.#hidden.has(i));
    const most = Math.min(this.#total, 10_000);
    const rows: (readonly TableCell[])[] = [];
    const { live, columns: all } = this.#node;
    const sort =
      this.#sort === undefined
        ? []
        : [{ column: all[this.#sort.column]?.name ?? "", descending: this.#sort.descending }];
    while (rows.length < most) {
      const known = this.#gone ? this.#pages.get(rows.length / pageRows) : undefined;
      const reply = this.#gone
        ? undefined
        : await ask(this.#place.host, {
            type: "rows",
            live: live ?? "",
            offset: rows.length,
            limit: 1000,
            sort,
            filters: this.#activeFilters(),
          });
      const more = known ?? (reply?.type === "rows" ? reply.rows : []);
      if (more.length === 0) break;
      rows.push(...more);
    }
    await copyText(this.#place.host, toCsv(columns, rows.slice(0, most).map(visible)));
    this.#note = `copied ${describeRows(Math.min(rows.length, most), this.#total)}`;
    this.#draw();
  }
}
