/** Keeps what is typed in the engine, so that a closed window costs nobody anything. Secrets are never among it. */
import type { Client } from "../client/client";
import type { ConnectionView, FormDraft } from "../client/generated";
import { secretToEnter, stepOf, STEPS, textOf, typedAgain, type Typed } from "./draft";

/** A form as far as it is kept. */
export interface Left {
  typed: Typed;
  step: number;
  reached: number;
}

/** Quiet before what was typed is kept, in milliseconds. */
const KEEP_DELAY = 400;

export class Keeping {
  readonly #client: Client;
  readonly #id: string | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the engine keeps, as JSON; empty: nothing. */
  #kept = "";
  #waiting: FormDraft | null = null;

  constructor(client: Client, id: string | null) {
    this.#client = client;
    this.#id = id;
  }

  /** What was left, or null: a form that cannot be found again is begun anew. */
  async find(saved: ConnectionView | null): Promise<Left | null> {
    try {
      const found = await this.#client.call("form_kept", { id: this.#id });
      this.#kept = found ? JSON.stringify(found) : "";
      if (!found) return null;
      const typed = typedAgain(found.typed);
      // Beyond its step everything asks for the secret, and that was not kept.
      const farthest = secretToEnter(typed, saved) ? stepOf("secretAccessKey") : STEPS.length - 1;
      const reached = Math.min(found.reached, farthest);
      return { typed, reached, step: Math.min(found.step, reached) };
    } catch {
      return null;
    }
  }

  /** Keeps a form a little later, unless it is as it began. `wanted`: whether it is to be kept at all by now. */
  keep(form: Left, begun: Typed, wanted: boolean): void {
    const draft = { typed: textOf(form.typed), step: form.step, reached: form.reached };
    const text = JSON.stringify(draft);
    clearTimeout(this.#timer);
    this.#waiting = null;
    if (!wanted || text === this.#kept) return;
    if (JSON.stringify(draft.typed) === JSON.stringify(textOf(begun))) {
      if (this.#kept !== "") this.forget();
      return;
    }
    this.#waiting = draft;
    this.#timer = setTimeout(() => this.flush(), KEEP_DELAY);
  }

  /** Keeps now what waits to be kept: the window may be about to close. */
  flush(): void {
    clearTimeout(this.#timer);
    const draft = this.#waiting;
    if (!draft) return;
    this.#waiting = null;
    this.#kept = JSON.stringify(draft);
    // A form that is not kept is no reason to disturb whoever fills it in.
    this.#client.call("form_keep", { id: this.#id, draft }).catch(() => (this.#kept = ""));
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#waiting = null;
    this.#kept = "";
    this.#client.call("form_forget", { id: this.#id }).catch(() => undefined);
  }
}
