/** Every Supermemory that is known, as the engine last told it; read again when something about one changed. */
import { asEngineError, type Client, type EngineError } from "../client/client";
import type { KnowledgeBaseView } from "../client/generated";
import { HOSTED, sameAddress } from "../lib/destination";

export class KnowledgeBases {
  readonly #client: Client;
  #reads = 0;

  rows = $state.raw<KnowledgeBaseView[]>([]);
  loaded = $state(false);
  error = $state.raw<EngineError | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  find(address: string): KnowledgeBaseView | undefined {
    return this.rows.find((row) => sameAddress(row.address, address));
  }

  /** Those that may run connections by themselves: Supermemory's service, and whoever said so. */
  get withConnectors(): KnowledgeBaseView[] {
    return this.rows.filter((row) => (row.isHosted && row.hasKey) || row.connectors === true);
  }

  async refresh(): Promise<void> {
    const read = ++this.#reads;
    try {
      const rows = await this.#client.call("knowledge_base_list", {});
      if (read !== this.#reads) return;
      this.rows = sorted(rows);
      this.loaded = true;
      this.error = null;
    } catch (cause) {
      if (read === this.#reads) this.error = asEngineError(cause);
    }
  }

  /** Remembers an address, and its key where one was typed. Throws what the engine says. */
  async keep(address: string, apiKey: string): Promise<KnowledgeBaseView> {
    const typed = apiKey.trim();
    const row = await this.#client.call("knowledge_base_set", {
      draft: { address, ...(typed === "" ? {} : { apiKey: typed }) },
    });
    // An answer to a read that began before does not know this yet.
    this.#reads += 1;
    this.rows = sorted([...this.rows.filter((other) => other.address !== row.address), row]);
    this.loaded = true;
    return row;
  }

  /** Asks one who it is, for the next look at it. What fails shows itself where it is used. */
  async learn(address: string): Promise<void> {
    try {
      await this.#client.call("knowledge_base_test", { draft: { address } });
      await this.refresh();
    } catch {
      // Nothing was learnt.
    }
  }

  /** Forgets one and its key. Throws what the engine says, so while a connection uses it. */
  async forget(address: string): Promise<void> {
    await this.#client.call("knowledge_base_forget", { address });
    this.#reads += 1;
    this.rows = this.rows.filter((row) => row.address !== address);
  }
}

/** Supermemory's service first, then by address. */
function sorted(rows: KnowledgeBaseView[]): KnowledgeBaseView[] {
  const rank = (row: KnowledgeBaseView) => (row.address === HOSTED ? 0 : 1);
  return [...rows].sort((a, b) => rank(a) - rank(b) || (a.address < b.address ? -1 : 1));
}
