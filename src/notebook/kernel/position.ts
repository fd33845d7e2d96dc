/** From places in the JavaScript that V8 ran to places in the cell that the user wrote. */
import { SourceMap } from "node:module";
import type { SourceMapPayload } from "node:module";

export interface CellMaps {
  /** The cell as written. */
  readonly code: string;
  /** Source map (JSON) of the edits to it. */
  readonly edits: string;
  /** Source map (JSON) of TypeScript → JavaScript. */
  readonly transform: string;
}

/** 1-based. */
export interface CellPosition {
  readonly cell: number;
  readonly line: number;
  readonly column: number;
}

const frame = /huntbook-cell-(\d+)\.ts:(\d+):(\d+)/;
const frames = new RegExp(frame, "g");

/** The script name V8 knows a cell by. */
export function cellUrl(count: number): string {
  return `huntbook-cell-${count}.ts`;
}

export const isCellUrl = (url: string): boolean => url.startsWith("huntbook-cell-");

/** Remembers every cell of an evaluator, because functions of an early cell fail in late ones. */
export class CellPositions {
  readonly #maps = new Map<number, CellMaps>();

  add(cell: number, maps: CellMaps): void {
    this.#maps.set(cell, maps);
  }

  /** Undefined for cells not known and code that has no counterpart in the cell. Line and column count from 1. */
  find(cell: number, line: number, column: number): CellPosition | undefined {
    const maps = this.#maps.get(cell);
    if (maps === undefined) return undefined;
    const inEdited = step(maps.transform, line - 1, column - 1);
    const inCell = inEdited && step(maps.edits, inEdited.line, inEdited.column);
    return inCell && { cell, line: inCell.line + 1, column: inCell.column + 1 };
  }

  /** The line of a cell's text; undefined outside. */
  findLine(position: CellPosition): string | undefined {
    return this.#maps.get(position.cell)?.code.split(/\r\n|\n|\r/)[position.line - 1];
  }

  /** Replaces `huntbook-cell-3.ts:12:5` by `cell 3, line 2, column 5` wherever it stands. */
  rewrite(text: string): string {
    if (!text.includes("huntbook-cell-")) return text;
    return text.replace(frames, (_, cell: string, line: string, column: string) => {
      const at = this.find(Number(cell), Number(line), Number(column));
      return at === undefined ? `cell ${cell}` : formatPosition(at);
    });
  }

  /** The first place in a stack that lies in a cell. */
  findFirst(stack: string): CellPosition | undefined {
    for (const [, cell, line, column] of stack.matchAll(frames)) {
      const at = this.find(Number(cell), Number(line), Number(column));
      if (at !== undefined) return at;
    }
    return undefined;
  }
}

export function formatPosition(at: CellPosition): string {
  return `cell ${at.cell}, line ${at.line}, column ${at.column}`;
}

/** Says whether a line of a stack lies in a cell. */
export function isCellFrame(line: string): boolean {
  return frame.test(line);
}

/** One source map back, 0-based. */
function step(map: string, line: number, column: number): { line: number; column: number } | undefined {
  const found = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(line, column);
  return "originalLine" in found ? { line: found.originalLine, column: found.originalColumn } : undefined;
}
