/** Puts the window into its page, over whatever carries its calls to the engine. */
import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/contrast.css";
import "./lib/theme.svelte";

import { mount } from "svelte";

import App from "./App.svelte";
import { Client, type Transport } from "./client/client";
import { Session } from "./session.svelte";

export function open(transport: Transport): void {
  const target = document.getElementById("app");
  if (!target) throw new Error("the page has no #app");
  mount(App, { target, props: { session: new Session(new Client(transport)) } });
}
