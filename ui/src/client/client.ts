/**
 * The border to the engine: one typed call and one stream of events over whatever carries them. Nothing
 * else in the window knows how the engine is reached.
 */
import { t } from "../strings/strings";
import type { DesktopRequestName, DesktopRequests } from "./desktop";
import type { Commands, EngineEvent, ErrorView, FieldError } from "./generated";

export type CommandName = keyof Commands;
export type Arguments<K extends CommandName> = Commands[K]["arguments"];
export type Reply<K extends CommandName> = Commands[K]["reply"];

/**
 * A place that something outside the window (tray, notification) asks to see: a screen, the removals that a connection
 * holds back, or the question whether to quit.
 */
export interface OpenRequest {
  screen: "connections" | "activity" | "removals" | "form" | "quit";
  connectionId?: string;
  runId?: string;
}

/** Carries calls and events; implemented once per host. */
export interface Transport {
  /** Rejects with an `ErrorView`, or with anything at all when the carrier itself fails. */
  call(command: string, args: unknown): Promise<unknown>;
  /** Asks the desktop around the window; rejects as `call` does. */
  desktop(request: { kind: string }): Promise<unknown>;
  /** Returns a function that ends the subscription. */
  onEvent(listener: (event: EngineEvent) => void): Promise<() => void>;
  onOpen(listener: (request: OpenRequest) => void): Promise<() => void>;
}

/** An error of the engine with everything that a person is shown. */
export class EngineError extends Error {
  readonly view: ErrorView;

  constructor(view: ErrorView) {
    super(view.detail ? `${view.message}: ${view.detail}` : view.message);
    this.name = "EngineError";
    this.view = view;
  }

  get fields(): FieldError[] {
    return this.view.fields ?? [];
  }
}

export class Client {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async call<K extends CommandName>(command: K, args: Arguments<K>): Promise<Reply<K>> {
    try {
      return (await this.#transport.call(command, args)) as Reply<K>;
    } catch (cause) {
      throw asEngineError(cause);
    }
  }

  async desktop<K extends DesktopRequestName>(
    kind: K,
    args: DesktopRequests[K]["arguments"],
  ): Promise<DesktopRequests[K]["reply"]> {
    try {
      return (await this.#transport.desktop({ kind, ...args })) as DesktopRequests[K]["reply"];
    } catch (cause) {
      throw asEngineError(cause);
    }
  }

  onEvent(listener: (event: EngineEvent) => void): Promise<() => void> {
    return this.#transport.onEvent(listener);
  }

  onOpen(listener: (request: OpenRequest) => void): Promise<() => void> {
    return this.#transport.onOpen(listener);
  }
}

/** Whatever was thrown, as an error that can be shown. */
export function asEngineError(cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  if (isErrorView(cause)) return new EngineError(cause);
  const detail = cause instanceof Error ? cause.message : typeof cause === "string" ? cause : "";
  return new EngineError({
    code: "internal",
    status: 500,
    message: t("app.unreachable.message"),
    solution: t("app.unreachable.solution"),
    detail,
  });
}

function isErrorView(value: unknown): value is ErrorView {
  if (typeof value !== "object" || value === null) return false;
  const view = value as Partial<ErrorView>;
  return (
    typeof view.code === "string" && typeof view.message === "string" && typeof view.solution === "string"
  );
}
