/** The window in the desktop app. */
import { tauriTransport } from "./client/tauri";
import { open } from "./open";

open(tauriTransport());
