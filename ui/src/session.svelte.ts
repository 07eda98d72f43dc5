/** What every screen shares: the engine, the connections, the place in the window, the clock and short notices. */
import { createContext } from "svelte";

import { Troubles } from "./activity/troubles.svelte";
import { KnowledgeBases } from "./bases/bases.svelte";
import { asEngineError, type Client, type EngineError, type OpenRequest } from "./client/client";
import { Connections } from "./client/connections.svelte";
import type { AppStatus, EngineEvent, LocalApiView, PauseLength, SyncOptions } from "./client/generated";
import { ConnectionForm } from "./form/form.svelte";
import { copyText } from "./lib/copy";
import { pauseWords } from "./lib/progress";
import { addressOf, routeOf, type Route } from "./lib/route";
import { t } from "./strings/strings";

export interface Notice {
  id: number;
  text: string;
  error: EngineError | null;
  /** What can be done with it. */
  action: NoticeAction | null;
}

export interface NoticeAction {
  label: string;
  run: () => void;
}

/** Documents that a trial sends at most. */
export const TRIAL = 10;

/** How long a notice without an error stays, in milliseconds. */
const NOTICE_STAYS = 5_000;
/** The same where something can be done with it. */
const NOTICE_WITH_ACTION_STAYS = 15_000;
const TICK = 15_000;
const TICK_WHILE_SYNCING = 1_000;

export class Session {
  readonly client: Client;
  readonly connections: Connections;
  readonly bases: KnowledgeBases;
  readonly troubles: Troubles;
  route = $state.raw<Route>(routeOf(location.hash));
  now = $state(Date.now());
  status = $state.raw<AppStatus | null>(null);
  #statusReads = 0;
  localApi = $state.raw<LocalApiView | null>(null);
  notices = $state.raw<Notice[]>([]);
  /** Syncs that were asked to stop, by connection, and how: shown at the click, before the engine knows of it. */
  stopping = $state.raw<ReadonlyMap<string, "cancel" | "pause">>(new Map());
  /** The connection that somebody was pointed at from outside the window, until it is shown. */
  pointedAt = $state<string | null>(null);
  /** Somebody wants to quit while a sync runs. */
  isQuitAsked = $state(false);
  /** Grows when what was read may be out of date: a run ended, the window is looked at again. */
  freshness = $state(0);
  /** Forms that are open, by the connection's id; the empty one is the new connection's. What was typed survives a look elsewhere. */
  readonly #forms = new Map<string, ConnectionForm>();
  #noticeId = 0;

  constructor(client: Client) {
    this.client = client;
    this.connections = new Connections(client);
    this.bases = new KnowledgeBases(client);
    this.troubles = new Troubles(client);
  }

  /** Starts listening and reads everything once; returns what ends it. */
  start(): () => void {
    const listening = [
      this.client.onEvent((event) => this.#hear(event)),
      this.client.onOpen((request) => this.#open(request)),
    ];
    // The subscription stands before the first read, so that nothing falls between the two.
    void Promise.allSettled(listening).then(() => {
      this.refresh();
      this.#openWhatWasAsked();
    });
    const onHash = () => (this.route = routeOf(location.hash));
    const onFocus = () => {
      if (!document.hidden) this.refresh();
    };
    window.addEventListener("hashchange", onHash);
    window.addEventListener("focus", onFocus);
    document.addEventListener("visibilitychange", onFocus);
    const stopClock = this.#runClock();
    return () => {
      window.removeEventListener("hashchange", onHash);
      window.removeEventListener("focus", onFocus);
      document.removeEventListener("visibilitychange", onFocus);
      stopClock();
      for (const subscription of listening) void subscription.then((end) => end());
    };
  }

  refresh(): void {
    this.now = Date.now();
    this.freshness += 1;
    void this.connections.refresh();
    void this.bases.refresh();
    void this.troubles.refresh();
    this.#readStatus();
  }

  /** Of several answers the one to the newest question counts, whichever comes last. */
  #readStatus(): void {
    const read = ++this.#statusReads;
    this.client.call("app_status", {}).then(
      (status) => {
        if (read === this.#statusReads) this.status = status;
      },
      () => undefined, // The connections' own error says the same, with more to do about it.
    );
  }

  go(route: Route): void {
    location.hash = addressOf(route);
    this.route = route;
  }

  say(text: string, action: NoticeAction | null = null): void {
    const notice = this.#notice(text, null, action);
    setTimeout(() => this.dismiss(notice.id), action ? NOTICE_WITH_ACTION_STAYS : NOTICE_STAYS);
  }

  fail(cause: unknown): void {
    const error = asEngineError(cause);
    this.#notice(error.view.message, error);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  async copy(text: string, what: string): Promise<void> {
    this.say(t((await copyText(text)) ? "session.copied" : "session.notCopied", { what }));
  }

  /** Starts a sync. False: it did not start, and a notice says why. */
  async sync(id: string, options: SyncOptions = {}): Promise<boolean> {
    return this.#do(() => this.client.call("sync_start", { id, options }));
  }

  /** Sends what was refused once more: of these keys, or all where none is named. */
  async retry(id: string, keys: string[]): Promise<boolean> {
    return this.#do(() => this.client.call("sync_retry", { id, keys }));
  }

  /** Pauses a connection, or all. */
  async pause(id: string | null, length: PauseLength): Promise<void> {
    const rows = this.connections.rows.filter((row) => id === null || row.id === id);
    const syncing = rows.filter((row) => row.state === "syncing").map((row) => row.id);
    this.#stop(syncing, "pause");
    if (await this.#do(() => this.client.call("sync_pause", { id, length }))) {
      this.say(pauseWords(rows, length));
    }
    this.#stop(syncing, null);
    void this.connections.refresh();
  }

  /** Lets a connection, or all, go on. */
  async resume(id: string | null): Promise<void> {
    await this.#do(() => this.client.call("sync_resume", { id }));
    void this.connections.refresh();
  }

  async cancel(id: string): Promise<void> {
    this.#stop([id], "cancel");
    if (!(await this.#do(() => this.client.call("sync_cancel", { id })))) this.#stop([id], null);
  }

  /** Cancels all syncs that nobody has stopped yet. */
  async cancelAll(): Promise<void> {
    const syncing = this.connections.rows.filter((row) => row.state === "syncing");
    const going = syncing.filter((row) => !this.stopping.has(row.id));
    await Promise.all(going.map((row) => this.cancel(row.id)));
  }

  form(id: string | null): ConnectionForm {
    const kept = this.#forms.get(id ?? "");
    if (kept) return kept;
    const saved = id === null ? null : (this.connections.find(id) ?? null);
    const form = new ConnectionForm(this.client, saved, this.bases);
    this.#forms.set(id ?? "", form);
    void form.restore();
    return form;
  }

  /** Forgets what was typed, secrets included. */
  closeForm(id: string | null): void {
    this.#forms.get(id ?? "")?.close();
    this.#forms.delete(id ?? "");
  }

  #stop(ids: string[], how: "cancel" | "pause" | null): void {
    const stopping = new Map(this.stopping);
    for (const id of ids) {
      if (how) stopping.set(id, how);
      else stopping.delete(id);
    }
    this.stopping = stopping;
  }

  #hear(event: EngineEvent): void {
    this.connections.apply(event);
    this.now = Date.now();
    this.troubles.hear(event);
    if (event.kind === "run_ended") this.#stop([event.run.connectionId], null);
    if (event.kind === "local_api") this.localApi = event.localApi;
    if (event.kind !== "run_ended") return;
    this.freshness += 1;
    this.#readStatus();
  }

  async #do(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (cause) {
      this.fail(cause);
      return false;
    }
  }

  #openWhatWasAsked(): void {
    this.client.desktop("listening", {}).then(
      (request) => request && this.#open(request),
      () => undefined, // Without a desktop around the window nobody points anywhere.
    );
  }

  #open(request: OpenRequest): void {
    const { screen, connectionId, runId } = request;
    if (screen === "quit") this.isQuitAsked = true;
    else if (screen === "form")
      this.go(connectionId ? { screen: "edit", id: connectionId } : { screen: "add" });
    else if (screen === "removals")
      this.go(
        connectionId ? { screen: "preview", id: connectionId, tab: "removed" } : { screen: "connections" },
      );
    else {
      if (screen === "connections") this.pointedAt = connectionId ?? null;
      this.go(runId ? { screen: "run", id: runId } : { screen });
    }
  }

  #notice(text: string, error: EngineError | null, action: NoticeAction | null = null): Notice {
    const notice = { id: ++this.#noticeId, text, error, action };
    this.notices = [...this.notices.slice(-2), notice];
    return notice;
  }

  #runClock(): () => void {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      clearTimeout(timer);
      // Nobody reads the time in a hidden window, and nothing wakes up for it.
      if (document.hidden) return;
      this.now = Date.now();
      const syncing = this.connections.rows.some((row) => row.state === "syncing");
      timer = setTimeout(tick, syncing ? TICK_WHILE_SYNCING : TICK);
    };
    tick();
    document.addEventListener("visibilitychange", tick);
    return () => {
      document.removeEventListener("visibilitychange", tick);
      clearTimeout(timer);
    };
  }
}

export const [getSession, setSession] = createContext<Session>();
