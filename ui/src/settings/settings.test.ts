import { describe, expect, it } from "vitest";

import { Client, EngineError } from "../client/client";
import type { AppSettings, ErrorView } from "../client/generated";
import { ScriptedTransport } from "../testing";
import { Report } from "./diagnostics.svelte";
import { AtLogin, bandwidthOf, bandwidthText, Preferences, transferChoices } from "./settings.svelte";

const settings: AppSettings = {
  notifications: "problems",
  startHidden: false,
  transfers: 64,
  bandwidth: null,
  proxy: { kind: "system" },
};
type Answers = ConstructorParameters<typeof ScriptedTransport>[0];

async function opened(answers: Answers) {
  const transport = new ScriptedTransport({ app_settings_get: () => settings, ...answers });
  const preferences = new Preferences(new Client(transport));
  await preferences.read();
  return { preferences, transport };
}

function refusal(code: ErrorView["code"], fields: ErrorView["fields"] = []): EngineError {
  return new EngineError({ code, status: 400, message: "m", solution: "s", detail: "", fields });
}

describe("a limit of bandwidth", () => {
  it("is typed in MB, with a comma or a point, and empty for none", () => {
    expect(bandwidthOf(" 2 ")).toBe(2_000_000);
    expect(bandwidthOf("0,5")).toBe(500_000);
    expect(bandwidthOf(".25")).toBe(250_000);
    expect(bandwidthOf("  ")).toBeNull();
    for (const text of ["fast", "-1", "1.2.3", "1e3", "2 MB"]) expect(bandwidthOf(text)).toBeUndefined();
  });

  it("is shown as it is typed", () => {
    expect([null, 500_000, 2_000_000].map(bandwidthText)).toEqual(["", "0.5", "2"]);
  });
});

it("the number of transfers that is set is among those offered", () => {
  expect(transferChoices(8)).toEqual([1, 2, 4, 8, 16, 24, 32, 64]);
  expect(transferChoices(5)).toContain(5);
});

describe("what a person sets", () => {
  it("is saved at once, with all else as it is, and confirmed", async () => {
    const { preferences, transport } = await opened({ app_settings_set: (args) => args.settings });
    expect(await preferences.set("transfers", 4)).toBe(true);
    expect(transport.asked[1]?.args).toEqual({ settings: { ...settings, transfers: 4 } });
    expect(preferences.current?.transfers).toBe(4);
    expect(preferences.saved).toBe("transfers");
  });

  it("is saved one after the other, so that nothing is taken back", async () => {
    const { preferences, transport } = await opened({ app_settings_set: (args) => args.settings });
    await Promise.all([preferences.set("transfers", 4), preferences.set("startHidden", true)]);
    expect(transport.asked.at(-1)?.args).toEqual({
      settings: { ...settings, transfers: 4, startHidden: true },
    });
  });

  it("is told at its field where it cannot be, until it is typed anew", async () => {
    const wrong = { field: "proxy", message: "no address", span: null };
    const { preferences } = await opened({
      app_settings_set: () => {
        throw refusal("invalid_connection", [wrong]);
      },
    });
    expect(await preferences.set("proxy", { kind: "manual", address: "x" })).toBe(false);
    expect(preferences.errorOf("proxy")?.message).toBe("no address");
    expect(preferences.error).toBeNull();
    expect(preferences.current).toEqual(settings);
    preferences.mark("proxy", null);
    expect(preferences.errorOf("proxy")).toBeNull();
  });

  it("follows what is set elsewhere", async () => {
    const { preferences, transport } = await opened({});
    const end = preferences.watch();
    await Promise.resolve();
    transport.emit({ kind: "settings", settings: { ...settings, transfers: 2 } });
    expect(preferences.current?.transfers).toBe(2);
    end();
  });
});

describe("starting at login", () => {
  function desk(answer: (request: { kind: string }) => unknown) {
    const asked: { kind: string }[] = [];
    const transport = new ScriptedTransport({});
    transport.desktop = async (request) => {
      asked.push(request);
      return answer(request);
    };
    return { login: new AtLogin(new Client(transport)), asked };
  }

  it("is as the desktop says", async () => {
    const { login, asked } = desk((request) => request.kind === "set_auto_start");
    await login.read();
    expect(login.on).toBe(false);
    await login.rewrite();
    expect(asked).toHaveLength(1);
    await login.set(true);
    await login.rewrite();
    expect(login.on).toBe(true);
    expect(asked.at(-1)).toEqual({ kind: "set_auto_start", on: true });
    expect(asked).toHaveLength(3);
  });

  it("says what the desktop refuses, and stays as it was", async () => {
    const { login } = desk((request) => {
      if (request.kind === "set_auto_start") throw refusal("desktop_refused");
      return false;
    });
    await login.read();
    await login.set(true);
    expect(login.error?.view.code).toBe("desktop_refused");
    expect([login.on, login.elsewhere]).toEqual([false, false]);
  });

  it("is set elsewhere where there is no desktop to ask", async () => {
    const { login } = desk(() => {
      throw new Error("no desktop");
    });
    await login.read();
    expect([login.elsewhere, login.error]).toEqual([true, null]);
  });
});

describe("the diagnostics file", () => {
  it("is made, shown, and saved under the id of what is shown", async () => {
    const transport = new ScriptedTransport({
      diagnostics_make: () => ({ id: "d1", text: "all of it" }),
      diagnostics_save: ({ id }) => ({ path: `/home/${id}.txt`, name: `${id}.txt` }),
    });
    const report = new Report(new Client(transport));
    await report.make();
    expect(report.made?.text).toBe("all of it");
    await report.save();
    expect(report.path).toBe("/home/d1.txt");
    await report.show();
    expect(transport.asked.at(-1)?.args).toEqual({ kind: "show_file", path: "/home/d1.txt" });
    report.close();
    await report.make();
    expect(report.path).toBeNull();
  });
});
