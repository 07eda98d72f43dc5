/** What is wrong now, cause by cause: read again whenever it may have changed. */
import type { Client } from "../client/client";
import type { EngineEvent, TroubleCause, TroubleView } from "../client/generated";

export class Troubles {
  readonly #client: Client;
  rows = $state.raw<TroubleView[]>([]);
  #asked = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** A run that ended, a connection that was edited, settled or removed: all may change them; progress does not. */
  hear(event: EngineEvent): void {
    const isProgress = event.kind === "connection" && event.connection.progress !== null;
    const tells =
      event.kind === "run_ended" || event.kind === "connection" || event.kind === "connection_removed";
    if (tells && !isProgress) void this.refresh();
  }

  /** Reads them; of several answers the one to the newest question counts. */
  async refresh(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const rows = await this.#client.call("trouble_list", {});
      if (asked === this.#asked) this.rows = rows;
    } catch {
      // What was known stays; the screens that read the same file say what is wrong with it.
    }
  }
}

/** Tells two causes apart, in a list and over time. */
export function causeId(connectionId: string, { kind, code, reason }: TroubleCause): string {
  return JSON.stringify([connectionId, kind, code, reason]);
}
