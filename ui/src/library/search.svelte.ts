/** The results of one search, page after page; a newer question forgets the older one. */
import { asEngineError, type Client, type EngineError } from "../client/client";
import type { SearchResult } from "../client/generated";
import { Latest } from "../lib/latest";

export interface Question {
  words: string;
  /** `library`, or the address of a Supermemory. */
  destination: string;
  tag: string;
}

const PAGE = 50;
/** A pause in typing after which is asked; another computer is asked less often. */
const DELAY = { near: 120, far: 400 };

export class Search {
  readonly #client: Client;
  readonly #latest = new Latest();
  #question: Question = { words: "", destination: "library", tag: "" };

  results = $state.raw<SearchResult[] | null>(null);
  total = $state(0);
  /** Whether there may be more to show. */
  more = $state(false);
  busy = $state(false);
  error = $state.raw<EngineError | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  /** Asks a new question, or the same once more; without words there is nothing to ask. */
  ask(question: Question): void {
    const elsewhere = question.destination !== this.#question.destination;
    this.#question = question;
    if (elsewhere) this.results = null;
    if (question.words === "") {
      this.drop();
      this.results = null;
      this.error = null;
      return;
    }
    this.#load(question.destination === "library" ? DELAY.near : DELAY.far, []);
  }

  /** Shows the next page. */
  next(): void {
    if (!this.busy && this.results) this.#load(0, this.results);
  }

  drop(): void {
    this.#latest.drop();
    this.busy = false;
  }

  #load(delay: number, before: SearchResult[]): void {
    const { words, destination, tag } = this.#question;
    const query = { query: words, limit: PAGE, offset: before.length, ...(tag ? { tag } : {}) };
    this.busy = true;
    this.#latest.ask(
      delay,
      () => this.#client.call("search", { destination, query }),
      (answer) => {
        const known = new Set(before.map((result) => result.documentId));
        this.results = [...before, ...answer.results.filter((result) => !known.has(result.documentId))];
        this.total = answer.total;
        this.more = answer.results.length === PAGE && this.results.length < answer.total;
        this.error = null;
        this.busy = false;
      },
      (cause) => {
        this.error = asEngineError(cause);
        this.busy = false;
      },
    );
  }
}
