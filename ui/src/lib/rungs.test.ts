import { describe, expect, it } from "vitest";

import type { Fix } from "../client/generated";
import { doesByItself, fixWords, rungName, RUNGS } from "./rungs";

describe("a rung", () => {
  it("has a name, each", () => {
    expect(new Set(RUNGS.map(rungName)).size).toBe(RUNGS.length);
  });
});

describe("the button of a failed rung", () => {
  it.each<[Fix, string]>([
    [{ kind: "set_region", region: "us-west-2" }, "Use us-west-2"],
    [{ kind: "set_addressing", addressing: "path" }, "Use path style"],
    [{ kind: "set_addressing", addressing: "virtual" }, "Use virtual-host style"],
    [{ kind: "set_endpoint", endpoint: "http://nas:9000" }, "Use http://nas:9000"],
    [{ kind: "set_requester_pays" }, "Pay for requests"],
    [{ kind: "trust_certificate" }, "Choose its certificate"],
    [{ kind: "grant_policy" }, "Copy the IAM policy"],
    [{ kind: "run_command", command: "aws sso login --profile work" }, "Test again"],
    [{ kind: "try_again" }, "Test again"],
    [{ kind: "edit_field", field: "endpoint" }, "Edit the endpoint"],
    [{ kind: "edit_field", field: "secretAccessKey" }, "Enter the secret again"],
    [{ kind: "edit_field", field: "something new" }, "Go to the field"],
  ])("for %o says “%s”", (fix, words) => expect(fixWords(fix)).toBe(words));

  it("is the ladder's own only where nothing changes in the form", () => {
    expect(doesByItself({ kind: "grant_policy" })).toBe(true);
    expect(doesByItself({ kind: "run_command", command: "x" })).toBe(false);
    expect(doesByItself({ kind: "try_again" })).toBe(false);
  });
});
