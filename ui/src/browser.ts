/** The window in a browser, for tests: built by `npm run build:browser` alone, never a part of the app. */
import { bridgeTransport } from "./client/browser";
import { open } from "./open";

open(bridgeTransport());
