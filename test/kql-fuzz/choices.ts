/** A row of numbers that decides what is generated: fewer and smaller numbers make a smaller query, so it shrinks. */
export class Choices {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A number below `count`; 0 when the numbers are used up. */
  below(count: number): number {
    const n = this.#numbers[this.#at++] ?? 0;
    return count <= 1 ? 0 : n % count;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }

  get isEmpty(): boolean {
    return this.#at >= this.#numbers.length;
  }
}
