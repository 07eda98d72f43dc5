import type { OpenRequest } from "./client";

/** What the window asks of the desktop around it; `src-tauri/src/desktop.rs` carries it out. */
export interface DesktopRequests {
  /** Shows a file that the engine has written in the desktop's file manager. */
  show_file: { arguments: { path: string }; reply: null };
  /** The page listens now; the reply is where somebody wanted to go before it did. */
  listening: { arguments: Record<string, never>; reply: OpenRequest | null };
  /** Ends the app, although a sync runs. */
  quit: { arguments: Record<string, never>; reply: null };
  /** Does not end it after all. */
  stay: { arguments: Record<string, never>; reply: null };
  /** Opens an object of a connection's bucket in the browser. */
  open_object: { arguments: { id: string; key: string }; reply: null };
  /** Whether the app is started at login. */
  auto_start: { arguments: Record<string, never>; reply: boolean };
  /** Starts the app at login from now on, or not any more; the reply is how it is now. */
  set_auto_start: { arguments: { on: boolean }; reply: boolean };
}

export type DesktopRequestName = keyof DesktopRequests;
