/** The local API as a person sets it: the switch, the port, the token and a line to try it with. */
import { asEngineError, type Client, type EngineError } from "../client/client";
import type { LocalApiView } from "../client/generated";

/** What stands for a token that is not shown. */
const HIDDEN = "••••••••••••";

/** A port, or null for what is none. */
export function portOf(text: string): number | null {
  const typed = text.trim();
  if (!/^\d{1,5}$/.test(typed)) return null;
  const port = Number(typed);
  return port >= 1 && port <= 65_535 ? port : null;
}

/** A request that lists the connections, to be pasted into a terminal. */
export function curlLine(url: string, token: string): string {
  return `curl -X POST -H "Authorization: Bearer ${token}" ${url}/v3/connections/list`;
}

export class LocalApi {
  readonly #client: Client;
  readonly #take: (view: LocalApiView) => void;

  /** The token while it is shown. */
  token = $state<string | null>(null);
  busy = $state(false);
  error = $state.raw<EngineError | null>(null);

  /** `take` gets what the engine answers; events bring the rest. */
  constructor(client: Client, take: (view: LocalApiView) => void) {
    this.#client = client;
    this.#take = take;
  }

  get tokenShown(): string {
    return this.token ?? HIDDEN;
  }

  async read(): Promise<void> {
    try {
      this.#take(await this.#client.call("local_api_get", {}));
    } catch (cause) {
      this.error = asEngineError(cause);
    }
  }

  async set(enabled: boolean, port: number): Promise<void> {
    await this.#do(async () => this.#take(await this.#client.call("local_api_set", { enabled, port })));
  }

  /** Shows the token, or hides it again. */
  async toggleToken(): Promise<void> {
    if (this.token !== null) return this.hide();
    await this.#do(async () => (this.token = await this.#ask(false)));
  }

  hide(): void {
    this.token = null;
  }

  /** Hands the token on without showing it. */
  async withToken(use: (token: string) => Promise<void>): Promise<void> {
    await this.#do(async () => use(this.token ?? (await this.#ask(false))));
  }

  /** Makes another token; shown only where the old one was. True: it is made. */
  async renew(): Promise<boolean> {
    return this.#do(async () => {
      const token = await this.#ask(true);
      if (this.token !== null) this.token = token;
    });
  }

  #ask(renew: boolean): Promise<string> {
    return this.#client.call("local_api_token", { renew });
  }

  async #do(work: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.error = null;
    try {
      await work();
      return true;
    } catch (cause) {
      this.error = asEngineError(cause);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
