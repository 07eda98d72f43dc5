/** Words for the rungs of a connection test, and for what helps where one fails. */
import type { Fix, Rung } from "../client/generated";

export const RUNGS: Record<Rung, string> = {
  credentials: "Find the credentials",
  name: "Find the server",
  connect: "Connect to it",
  tls: "Encrypt the channel",
  clock: "Compare the clocks",
  signature: "Sign a request",
  list: "List the bucket",
  read: "Read one object",
};

/** What the button says that applies a fix. */
export function fixWords(fix: Fix): string {
  switch (fix.kind) {
    case "set_region":
      return `Use ${fix.region}`;
    case "set_addressing":
      return fix.addressing === "path" ? "Use path-style addresses" : "Use virtual-host addresses";
    case "set_endpoint":
      return `Use ${fix.endpoint}`;
    case "set_requester_pays":
      return "Pay for requests";
    case "trust_certificate":
      return "Choose its certificate";
  }
}
