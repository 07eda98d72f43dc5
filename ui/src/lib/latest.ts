/** Asking while a person types: after a pause, and only the answer to the last question counts. */

export class Latest {
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Runs `ask` after `delay` milliseconds of quiet; `take` gets its answer unless something newer was asked. */
  ask<T>(
    delay: number,
    ask: () => Promise<T>,
    take: (answer: T) => void,
    fail: (cause: unknown) => void,
  ): void {
    this.drop();
    const asked = this.#asked;
    this.#timer = setTimeout(() => {
      ask().then(
        (answer) => asked === this.#asked && take(answer),
        (cause: unknown) => asked === this.#asked && fail(cause),
      );
    }, delay);
  }

  /** Forgets what was asked. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }
}
