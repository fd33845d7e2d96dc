/** Columns of rows that wait to be written: four to eight bytes a cell, because logs repeat themselves. */

/** Texts by number; text 0 is '', which is also what a row without a value has. */
export interface WaitingTexts {
  readonly kind: "text";
  readonly ids: Uint32Array;
  readonly texts: readonly string[];
}
/** Numbers, exact below 2^53; NaN where a row has none. */
export interface WaitingNumbers {
  readonly kind: "number";
  readonly values: Float64Array;
}

export interface ColumnStore {
  /** Rows come in any order, each once, and some never. */
  set(row: number, value: string | number | boolean): void;
  /** The column with room for at least `rows` rows. */
  take(rows: number): WaitingTexts | WaitingNumbers;
}

const firstRows = 1024;
const sizeFor = (row: number): number => Math.max(firstRows, 2 ** Math.ceil(Math.log2(row + 1)));

/** When a column has had this many values, and more than half of them were new, looking them up stops. */
const trialValues = 4096;

export function createTextStore(): ColumnStore {
  let ids = new Uint32Array(firstRows);
  const texts = [""];
  let known: Map<string, number> | undefined = new Map([["", 0]]);
  let values = 0;
  const grow = (row: number): void => {
    if (row < ids.length) return;
    const larger = new Uint32Array(sizeFor(row));
    larger.set(ids);
    ids = larger;
  };
  return {
    set(row, value) {
      grow(row);
      const text = typeof value === "string" ? value : String(value);
      let id = known?.get(text);
      if (id === undefined) {
        id = texts.push(text) - 1;
        known?.set(text, id);
      }
      ids[row] = id;
      if (++values === trialValues && texts.length > trialValues / 2) known = undefined;
    },
    take(rows) {
      grow(rows);
      return { kind: "text", ids, texts };
    },
  };
}

export function createNumberStore(): ColumnStore {
  let values = new Float64Array(firstRows).fill(Number.NaN);
  const grow = (row: number): void => {
    if (row < values.length) return;
    const larger = new Float64Array(sizeFor(row)).fill(Number.NaN);
    larger.set(values);
    values = larger;
  };
  return {
    set(row, value) {
      grow(row);
      values[row] = Number(value);
    },
    take(rows) {
      grow(rows);
      return { kind: "number", values };
    },
  };
}
