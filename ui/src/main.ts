import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./lib/theme.svelte";

import { mount } from "svelte";

import App from "./App.svelte";
import { Client } from "./client/client";
import { tauriTransport } from "./client/tauri";
import { Session } from "./session.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");

mount(App, { target, props: { session: new Session(new Client(tauriTransport())) } });
