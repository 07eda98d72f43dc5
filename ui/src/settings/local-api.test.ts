import { describe, expect, it } from "vitest";

import { Client } from "../client/client";
import type { ErrorView, LocalApiView } from "../client/generated";
import { ScriptedTransport } from "../testing";
import { curlLine, LocalApi, portOf } from "./local-api.svelte";

const view: LocalApiView = { enabled: true, port: 6768, state: { kind: "off" } };
type Answers = ConstructorParameters<typeof ScriptedTransport>[0];

function opened(answers: Answers) {
  const transport = new ScriptedTransport(answers);
  const taken: LocalApiView[] = [];
  const api = new LocalApi(new Client(transport), (answer) => taken.push(answer));
  return { api, taken, transport };
}

it("a port is a whole number that a computer has", () => {
  expect(portOf(" 6768 ")).toBe(6768);
  for (const text of ["", "0", "65536", "1.5", "-1", "x", "999999"]) expect(portOf(text)).toBeNull();
});

it("the line to copy lists the connections", () =>
  expect(curlLine("http://127.0.0.1:6768", "t")).toBe(
    'curl -X POST -H "Authorization: Bearer t" http://127.0.0.1:6768/v3/connections/list',
  ));

describe("the local API", () => {
  it("is switched with its port, and what the engine answers is taken over", async () => {
    const { api, taken, transport } = opened({
      local_api_set: ({ enabled, port }) => ({ ...view, enabled, port }),
    });
    await api.set(true, 7000);
    expect(transport.asked[0]?.args).toEqual({ enabled: true, port: 7000 });
    expect(taken[0]?.port).toBe(7000);
  });

  it("shows its token only when asked to, and hides it again", async () => {
    const { api, transport } = opened({ local_api_token: () => "s3l_1" });
    expect(api.tokenShown).not.toContain("s3l");
    await api.toggleToken();
    expect(api.tokenShown).toBe("s3l_1");
    await api.toggleToken();
    expect(api.token).toBeNull();
    expect(transport.asked.map((call) => call.args)).toEqual([{ renew: false }]);
  });

  it("hands its token on without showing it", async () => {
    const { api } = opened({ local_api_token: () => "s3l_1" });
    const got: string[] = [];
    await api.withToken(async (token) => void got.push(token));
    expect(got).toEqual(["s3l_1"]);
    expect(api.token).toBeNull();
  });

  it("shows a renewed token where the old one was shown, and nowhere else", async () => {
    const { api } = opened({ local_api_token: ({ renew }) => (renew ? "s3l_2" : "s3l_1") });
    expect(await api.renew()).toBe(true);
    expect(api.token).toBeNull();
    await api.toggleToken();
    await api.renew();
    expect(api.token).toBe("s3l_2");
  });

  it("says what went wrong", async () => {
    const locked: ErrorView = {
      code: "keychain_locked",
      status: 503,
      message: "The keychain is locked",
      solution: "Unlock it",
      detail: "",
    };
    const { api } = opened({ local_api_token: () => Promise.reject(locked) });
    expect(await api.renew()).toBe(false);
    expect(api.error?.view).toEqual(locked);
    expect(api.busy).toBe(false);
  });
});
