/**
 * The connections as the engine last told them: one initial read, then whole rows by event. A lost or
 * repeated event does no harm, because every read (on focus, too) brings all rows again.
 */
import { asEngineError, type Client, type EngineError } from "./client";
import type { ConnectionView, EngineEvent } from "./generated";

export class Connections {
  readonly #client: Client;
  #reads = 0;
  /** What events said while a read was under way: they are at least as new as its answer. */
  #during: Map<string, ConnectionView | null> | null = null;

  rows = $state.raw<ConnectionView[]>([]);
  loaded = $state(false);
  error = $state.raw<EngineError | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  find(id: string): ConnectionView | undefined {
    return this.rows.find((row) => row.id === id);
  }

  async refresh(): Promise<void> {
    const read = ++this.#reads;
    this.#during = new Map();
    try {
      const rows = await this.#client.call("connection_list", {});
      if (read !== this.#reads) return;
      const merged = new Map(rows.map((row) => [row.id, row]));
      for (const [id, row] of this.#during) {
        if (row) merged.set(id, row);
        else merged.delete(id);
      }
      this.rows = sorted([...merged.values()]);
      this.error = null;
      this.loaded = true;
    } catch (cause) {
      if (read === this.#reads) this.error = asEngineError(cause);
    } finally {
      if (read === this.#reads) this.#during = null;
    }
  }

  apply(event: EngineEvent): void {
    switch (event.kind) {
      case "connection":
        this.put(event.connection);
        break;
      case "connection_removed":
        this.remove(event.id);
        break;
      case "run_ended":
      case "local_api":
      case "forms":
      case "settings":
        break;
    }
  }

  /** Takes a row that a command answered, so that nothing waits for its event. */
  put(row: ConnectionView): void {
    this.#during?.set(row.id, row);
    this.rows = sorted([...this.rows.filter((other) => other.id !== row.id), row]);
  }

  remove(id: string): void {
    this.#during?.set(id, null);
    this.rows = this.rows.filter((row) => row.id !== id);
  }
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function sorted(rows: ConnectionView[]): ConnectionView[] {
  return rows.sort((a, b) => byName.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
}
