import { describe, expect, it } from "vitest";

import { connection } from "../testing";
import {
  destinationName,
  HOSTED,
  isOfKnowledgeBase,
  isReadableOnItsWay,
  kindOf,
  sameAddress,
  SELF_HOSTED,
  waitingWords,
} from "./destination";

describe("a destination", () => {
  it("is told by the name that a person knows it by", () => {
    expect(destinationName("library")).toBe("This computer's library");
    expect(destinationName(HOSTED)).toBe("Supermemory");
    expect(destinationName(SELF_HOSTED)).toBe("Supermemory at localhost:6767");
  });
  it("is of one of the kinds that can be chosen", () =>
    expect(["library", HOSTED, SELF_HOSTED].map(kindOf)).toEqual(["library", "supermemory", "own"]));
  it("is the same however its address is written", () => {
    expect(sameAddress("https://API.supermemory.ai/v3/", HOSTED)).toBe(true);
    expect(sameAddress("", HOSTED)).toBe(true);
    expect(sameAddress(" http://localhost:6767/", SELF_HOSTED)).toBe(true);
    expect(sameAddress("http://localhost:6768", SELF_HOSTED)).toBe(false);
    expect(sameAddress("localhost", SELF_HOSTED)).toBe(false);
  });
});

it("an error about the key or the server leads to the settings, one about the bucket does not", () => {
  expect(isOfKnowledgeBase("api_key_rejected")).toBe(true);
  expect(isOfKnowledgeBase("access_denied")).toBe(false);
  expect(isOfKnowledgeBase(undefined)).toBe(false);
});

it("an address without encryption is told, but for this computer", () => {
  expect(isReadableOnItsWay("http://nas:6767")).toBe(true);
  for (const address of [SELF_HOSTED, "http://127.0.0.1:1", "http://[::1]:1", HOSTED, "nas", ""]) {
    expect(isReadableOnItsWay(address)).toBe(false);
  }
});

describe("documents that are processed elsewhere", () => {
  it("are told in plain words, one as one", () => {
    expect(waitingWords(connection({ waiting: 12 }))).toBe(
      "12 documents are still being processed by Supermemory.",
    );
    expect(waitingWords(connection({ waiting: 1 }))).toBe(
      "1 document is still being processed by Supermemory.",
    );
  });
  it("leave a line behind when there are none, so that nothing moves", () => {
    expect(waitingWords(connection())).toBe("Every document is processed.");
    expect(waitingWords(connection({ documents: 0 }))).toBe("No document yet.");
  });
});
