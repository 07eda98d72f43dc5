/** The diagnostics file: made, shown, and saved as it was shown. */
import { asEngineError, type Client, type EngineError } from "../client/client";
import type { Diagnostics } from "../client/generated";

export class Report {
  readonly #client: Client;

  /** What is shown. */
  made = $state.raw<Diagnostics | null>(null);
  /** Where it was saved. */
  path = $state<string | null>(null);
  busy = $state(false);
  error = $state.raw<EngineError | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  async make(): Promise<void> {
    await this.#do(async () => {
      this.path = null;
      this.made = await this.#client.call("diagnostics_make", {});
    });
  }

  async save(): Promise<void> {
    const { made } = this;
    if (!made) return;
    await this.#do(async () => {
      this.path = (await this.#client.call("diagnostics_save", { id: made.id })).path;
    });
  }

  async show(): Promise<void> {
    const { path } = this;
    if (path !== null) await this.#do(async () => void (await this.#client.desktop("show_file", { path })));
  }

  close(): void {
    this.made = null;
    this.error = null;
  }

  async #do(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await work();
    } catch (cause) {
      this.error = asEngineError(cause);
    } finally {
      this.busy = false;
    }
  }
}
