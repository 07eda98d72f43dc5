/** What the window asks of the desktop around it; `src-tauri/src/desktop.rs` carries it out. */
export interface DesktopRequests {
  /** Shows a file that the engine has written in the desktop's file manager. */
  show_file: { arguments: { path: string }; reply: null };
  /** Opens an object of a connection's bucket in the browser. */
  open_object: { arguments: { id: string; key: string }; reply: null };
}

export type DesktopRequestName = keyof DesktopRequests;
