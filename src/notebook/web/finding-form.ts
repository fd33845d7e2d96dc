/** The form that makes a finding: it writes a cell, which the reader sees before it runs. */
import { severities, tlpMarks, toTechniques, type FindingSeverity, type TlpMark } from "../../view/finding.js";
import type { TableCell, TableColumn } from "../../view/view.js";
import { button, el } from "./dom.js";
import { findingCell } from "./finding-cell.js";
import { offerCell, type ViewHost } from "./host.js";

export interface FlaggedRows {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  readonly query?: string | undefined;
  /** What the reader must know about them: that there are more, or that texts are cut. */
  readonly note?: string;
}

interface FormParts {
  readonly panel: HTMLElement;
  readonly host: ViewHost;
  readonly flagged: FlaggedRows;
  /** Told how it ended. */
  readonly done: (text: string) => void;
}

const field = (label: string, control: HTMLElement): HTMLElement => el("label", { class: "hb-field" }, label, control);

function choice(name: string, values: readonly string[], chosen: string): HTMLSelectElement {
  const select = el("select", { class: "hb-input", "aria-label": name });
  for (const value of values) select.append(el("option", { value }, value));
  select.value = chosen;
  return select;
}

/** Opens the form in a panel. */
export function openFindingForm({ panel, host, flagged, done }: FormParts): void {
  const count = flagged.rows.length;
  const title = el("input", { class: "hb-input", placeholder: "what it shows", "aria-label": "title" });
  const severity = choice("severity", severities, "Medium");
  const tlp = choice("TLP", tlpMarks, "AMBER");
  const technique = el("input", { class: "hb-input", placeholder: "T1078.004, T1110", "aria-label": "techniques" });
  const note = el("textarea", { class: "hb-input", "aria-label": "note", placeholder: "why it matters" });
  note.rows = 2;
  const wrong = el("span", { class: "hb-bad", role: "alert" });
  const close = (): void => {
    panel.style.display = "none";
    panel.replaceChildren();
  };
  const insert = async (): Promise<void> => {
    wrong.textContent = "";
    if (title.value.trim() === "") {
      wrong.textContent = "A finding needs a title.";
      title.focus();
      return;
    }
    try {
      toTechniques(technique.value);
    } catch (error) {
      wrong.textContent = error instanceof Error ? error.message : String(error);
      technique.focus();
      return;
    }
    const { columns, rows, query } = flagged;
    const how = await offerCell(
      host,
      findingCell({
        ...{ title: title.value.trim(), note: note.value.trim(), technique: technique.value, columns, rows, query },
        ...{ severity: severity.value as FindingSeverity, tlp: tlp.value as TlpMark },
      }),
    );
    close();
    done(how === "inserted" ? "finding: in the cell below" : "finding: copied, paste it into a cell");
  };
  const form = el(
    "form",
    { class: "hb-form", "aria-label": "new finding" },
    el("strong", {}, `⚑ Finding of ${count.toLocaleString("en-US")} ${count === 1 ? "row" : "rows"}`),
    flagged.note === undefined ? undefined : el("span", { class: "hb-faint" }, flagged.note),
    field("Title", title),
    el("div", { class: "hb-bar" }, field("Severity", severity), field("TLP", tlp), field("ATT&CK", technique)),
    field("Note", note),
    el(
      "div",
      { class: "hb-bar" },
      button(host.insertCell === undefined ? "Copy as a cell" : "Insert cell", () => void insert()),
      button("Cancel", close),
      wrong,
    ),
  );
  form.addEventListener("submit", event => {
    event.preventDefault();
    void insert();
  });
  form.addEventListener("keydown", event => {
    // Keys of the notebook are not meant here.
    event.stopPropagation();
    if (event.key === "Escape") close();
    if (event.key !== "Enter" || event.target === note || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    void insert();
  });
  panel.replaceChildren(form);
  panel.style.display = "block";
  title.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
}
