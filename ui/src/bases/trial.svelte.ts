/** Asking a Supermemory who it is, with the key that is typed or else the saved one. */
import { asEngineError, type Client, type EngineError } from "../client/client";
import type { KnowledgeBaseReport } from "../client/generated";
import { Latest } from "../lib/latest";

export class BaseTrial {
  readonly #client: Client;
  readonly #asking = new Latest();
  #report = $state.raw<KnowledgeBaseReport | null>(null);
  #error = $state.raw<EngineError | null>(null);
  /** What was asked with: an answer about another address or key says nothing about this one. */
  #address = $state("");
  #apiKey = $state("");

  busy = $state(false);

  constructor(client: Client) {
    this.#client = client;
  }

  reportFor(address: string, apiKey: string): KnowledgeBaseReport | null {
    return this.#isAbout(address, apiKey) ? this.#report : null;
  }

  errorFor(address: string, apiKey: string): EngineError | null {
    return this.#isAbout(address, apiKey) ? this.#error : null;
  }

  /** Ends when the answer is here, good or bad. True: it answered. */
  async ask(address: string, apiKey: string): Promise<boolean> {
    const draft = { address: address.trim(), ...(apiKey.trim() === "" ? {} : { apiKey: apiKey.trim() }) };
    this.busy = true;
    const answered = await new Promise<boolean>((done) => {
      const take = (report: KnowledgeBaseReport | null, error: EngineError | null) => {
        this.#report = report;
        this.#error = error;
        this.#address = address;
        this.#apiKey = apiKey;
        done(report !== null);
      };
      this.#asking.ask(
        0,
        () => this.#client.call("knowledge_base_test", { draft }),
        (report) => take(report, null),
        (cause) => take(null, asEngineError(cause)),
      );
    });
    this.busy = false;
    return answered;
  }

  /** Forgets what was typed and answered. */
  drop(): void {
    this.#asking.drop();
    this.busy = false;
    this.#report = null;
    this.#error = null;
    this.#apiKey = "";
  }

  #isAbout(address: string, apiKey: string): boolean {
    return this.#address === address && this.#apiKey === apiKey;
  }
}
