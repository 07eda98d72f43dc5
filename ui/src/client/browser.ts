/**
 * The engine behind a bridge on this computer: calls by POST, events by a stream that the server keeps open.
 * Addresses are relative: the page's own has the bridge's secret in it.
 */
import type { OpenRequest, Transport } from "./client";
import type { EngineEvent } from "./generated";

export function bridgeTransport(): Transport {
  const stream = new EventSource("./events");
  const opened = new Promise<void>((resolve) =>
    stream.addEventListener("open", () => resolve(), { once: true }),
  );

  async function listen<T>(name: string, listener: (payload: T) => void): Promise<() => void> {
    const hear = (event: MessageEvent<string>) => listener(JSON.parse(event.data) as T);
    stream.addEventListener(name, hear);
    await opened;
    return () => stream.removeEventListener(name, hear);
  }

  return {
    async call(command, args) {
      const reply = await fetch("./call", {
        method: "POST",
        body: JSON.stringify({ command, arguments: args }),
      });
      const body: unknown = await reply.json();
      if (!reply.ok) throw body;
      return body;
    },
    // There is no desktop around a page; what asks it shows that as it shows any refusal.
    desktop: () => Promise.reject(new Error("a browser has no desktop to ask")),
    onEvent: (listener) => listen<EngineEvent>("engine", listener),
    onOpen: (listener) => listen<OpenRequest>("place", listener),
  };
}
