/** The test of what is typed about the bucket: its answer holds as long as nothing that it depends on is typed. */
import type { Client } from "../client/client";
import type { ConnectionDraft, TestReport } from "../client/generated";
import { Latest } from "../lib/latest";

export class BucketTest {
  readonly #client: Client;
  readonly #asking = new Latest();
  #report = $state.raw<TestReport | null>(null);
  #of = $state("");

  busy = $state(false);

  constructor(client: Client) {
    this.#client = client;
  }

  reportOf(draft: ConnectionDraft): TestReport | null {
    return this.#of === JSON.stringify(draft) ? this.#report : null;
  }

  /** Ends when the answer is here; null, or why there is none. */
  async ask(draft: ConnectionDraft, id: string | null): Promise<unknown> {
    this.busy = true;
    const refusal = await new Promise<unknown>((done) => {
      this.#asking.ask(
        0,
        () => this.#client.call("connection_test_draft", { draft, id }),
        (report) => {
          this.#report = report;
          this.#of = JSON.stringify(draft);
          done(null);
        },
        done,
      );
    });
    this.busy = false;
    return refusal;
  }

  drop(): void {
    this.#asking.drop();
    this.busy = false;
  }
}
