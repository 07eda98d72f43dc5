/** The engine inside the desktop app. The only file that may import `@tauri-apps/*`. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { OpenRequest, Transport } from "./client";
import type { EngineEvent } from "./generated";

export function tauriTransport(): Transport {
  return {
    call: (command, args) => invoke("call", { command, arguments: args }),
    desktop: (request) => invoke("desktop", { request }),
    onEvent: (listener) => listen<EngineEvent>("engine", (event) => listener(event.payload)),
    onOpen: (listener) => listen<OpenRequest>("open", (event) => listener(event.payload)),
  };
}
