/** What a person sets for the app as a whole: read from the engine, each change saved at once. */
import { asEngineError, type Client, type EngineError } from "../client/client";
import type { AppSettings, FieldError } from "../client/generated";

/** How long the word that something is saved stays, in milliseconds. */
const SAVED_STAYS = 3_000;
const MEGABYTE = 1_000_000;

/** A limit in bytes a second from what was typed in MB; null for none, undefined for what is no number. */
export function bandwidthOf(text: string): number | null | undefined {
  const typed = text.trim().replace(",", ".");
  if (typed === "") return null;
  return /^\d*\.?\d+$/.test(typed) ? Math.round(Number(typed) * MEGABYTE) : undefined;
}

/** A limit as it is typed. */
export function bandwidthText(limit: number | null): string {
  return limit === null ? "" : String(limit / MEGABYTE);
}

/** The numbers of documents at once that are offered, with the one that is set. */
export function transferChoices(set: number): number[] {
  return [...new Set([1, 2, 4, 8, 16, 24, 32, 64, set])].sort((one, other) => one - other);
}

export class Preferences {
  readonly #client: Client;
  #queue: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  current = $state.raw<AppSettings | null>(null);
  /** What was saved last, for a moment. */
  saved = $state<keyof AppSettings | null>(null);
  fields = $state.raw<FieldError[]>([]);
  error = $state.raw<EngineError | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  /** Reads, and keeps reading what others set; returns what ends it. */
  watch(): () => void {
    const listening = this.#client.onEvent((event) => {
      if (event.kind === "settings") this.current = event.settings;
    });
    void listening.then(() => this.read());
    return () => {
      clearTimeout(this.#timer);
      void listening.then((end) => end());
    };
  }

  async read(): Promise<void> {
    try {
      this.current = await this.#client.call("app_settings_get", {});
    } catch (cause) {
      this.error = asEngineError(cause);
    }
  }

  /** Sets one thing. One after the other, so that the second does not bring back what the first replaced. */
  set<K extends keyof AppSettings>(name: K, value: AppSettings[K]): Promise<boolean> {
    const saving = this.#queue.then(() => this.#save(name, value));
    this.#queue = saving;
    return saving;
  }

  errorOf(field: keyof AppSettings): FieldError | null {
    return this.fields.find((wrong) => wrong.field === field) ?? null;
  }

  /** Takes back what was said of a field, or says what no engine has to be asked for. */
  mark(field: keyof AppSettings, message: string | null): void {
    const others = this.fields.filter((wrong) => wrong.field !== field);
    this.fields = message === null ? others : [...others, { field, message, span: null }];
  }

  async #save<K extends keyof AppSettings>(name: K, value: AppSettings[K]): Promise<boolean> {
    if (!this.current) return false;
    this.error = null;
    this.mark(name, null);
    try {
      this.current = await this.#client.call("app_settings_set", {
        settings: { ...this.current, [name]: value },
      });
      this.#confirm(name);
      return true;
    } catch (cause) {
      const refusal = asEngineError(cause);
      for (const wrong of refusal.fields) this.mark(wrong.field as keyof AppSettings, wrong.message);
      if (refusal.fields.length === 0) this.error = refusal;
      // Draws again what is set: the control shows what was wished.
      this.current = { ...this.current };
      return false;
    }
  }

  #confirm(name: keyof AppSettings): void {
    this.saved = name;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.saved = null), SAVED_STAYS);
  }
}

/** Whether the desktop starts the app when the person signs in. */
export class AtLogin {
  readonly #client: Client;

  /** Null until the desktop has said so, and where there is no desktop to ask. */
  on = $state<boolean | null>(null);
  busy = $state(false);
  error = $state.raw<EngineError | null>(null);
  /** The window is drawn by something that has no desktop around it. */
  elsewhere = $state(false);

  constructor(client: Client) {
    this.#client = client;
  }

  async read(): Promise<void> {
    await this.#ask(() => this.#client.desktop("auto_start", {}));
  }

  async set(on: boolean): Promise<void> {
    await this.#ask(() => this.#client.desktop("set_auto_start", { on }));
  }

  /** The entry of the desktop says how the app is started: it is written anew when that changes. */
  async rewrite(): Promise<void> {
    if (this.on) await this.set(true);
  }

  async #ask(ask: () => Promise<boolean>): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      this.on = await ask();
      this.elsewhere = false;
    } catch (cause) {
      const refusal = asEngineError(cause);
      this.elsewhere = this.on === null && refusal.view.code !== "desktop_refused";
      this.error = this.elsewhere ? null : refusal;
    } finally {
      this.busy = false;
    }
  }
}
