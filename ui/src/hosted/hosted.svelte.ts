/** The connections that the cloud of one Supermemory runs, as it last told them. It sends no events, so it is asked. */
import { asEngineError, type Client, type EngineError } from "../client/client";
import type { HostedConnection } from "../client/generated";

export class HostedConnections {
  readonly #client: Client;
  readonly address: string;
  #reads = 0;

  rows = $state.raw<HostedConnection[] | null>(null);
  error = $state.raw<EngineError | null>(null);
  reading = $state(false);

  constructor(client: Client, address: string) {
    this.#client = client;
    this.address = address;
  }

  /** Whether it has no hosted connections at all, as a Supermemory of one's own. */
  get unavailable(): boolean {
    return this.error?.view.code === "connectors_unavailable";
  }

  get running(): boolean {
    return this.rows?.some((row) => row.lastRun?.state === "running") ?? false;
  }

  async read(): Promise<void> {
    const read = ++this.#reads;
    this.reading = true;
    try {
      const rows = await this.#client.call("hosted_list", { address: this.address });
      if (read !== this.#reads) return;
      this.rows = newestFirst(rows);
      this.error = null;
    } catch (cause) {
      if (read === this.#reads) this.error = asEngineError(cause);
    } finally {
      if (read === this.#reads) this.reading = false;
    }
  }
}

/** Asks for a sync over there. Throws what the engine says. */
export async function importNow(client: Client, address: string, id: string): Promise<void> {
  await client.call("hosted_import", { address, id });
}

function newestFirst(rows: HostedConnection[]): HostedConnection[] {
  return [...rows].sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || (a.id < b.id ? -1 : 1));
}
