import { describe, expect, it } from "vitest";

import { ScriptedTransport } from "../testing";
import { asEngineError, Client, EngineError } from "./client";
import type { ErrorView } from "./generated";

const denied: ErrorView = {
  code: "access_denied",
  status: 403,
  message: "Access denied",
  solution: "Check IAM permissions and bucket policy",
  detail: "the bucket docs",
};

describe("the border", () => {
  it("answers what the engine answers", async () => {
    const client = new Client(new ScriptedTransport({ connection_policy: () => "{}" }));
    expect(await client.call("connection_policy", { id: "c1" })).toBe("{}");
  });

  it("makes a real error of what the engine refuses", async () => {
    const refuse = () => Promise.reject(denied);
    const client = new Client(new ScriptedTransport({ sync_start: refuse }));
    const error = await client.call("sync_start", { id: "c1", options: {} }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toBeInstanceOf(Error);
    expect((error as EngineError).view).toEqual(denied);
    expect((error as EngineError).message).toBe("Access denied: the bucket docs");
  });

  it("shows a broken carrier as an error with something to do", () => {
    for (const cause of [new Error("closed"), "closed"]) {
      const error = asEngineError(cause);
      expect(error.view.code).toBe("internal");
      expect(error.view.detail).toBe("closed");
      expect(error.view.solution).not.toBe("");
    }
  });

  it("has fields only where the engine named some", () => {
    expect(new EngineError(denied).fields).toEqual([]);
  });
});
