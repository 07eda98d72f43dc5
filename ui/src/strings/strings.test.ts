import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";
import { IntlMessageFormat } from "intl-messageformat";

import en from "./en.json";
import { pieces, t } from "./strings";

const SOURCE = join(import.meta.dirname, "..");

function messages(node: object, before = ""): [string, string][] {
  return Object.entries(node).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[before + name, value]] : messages(value as object, `${before}${name}.`),
  );
}

function sources(): string {
  return readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter(
      (name) => /\.(svelte|ts)$/.test(name) && !name.endsWith(".test.ts") && !name.includes("generated"),
    )
    .map((name) => readFileSync(join(SOURCE, name), "utf8"))
    .join("\n");
}

describe("the strings of the window", () => {
  it("are messages that can be read, each", () => {
    for (const [id, message] of messages(en)) {
      expect(() => new IntlMessageFormat(message, "en"), id).not.toThrow();
    }
  });

  it("are all used", () => {
    const text = sources();
    // A family of messages (`form.fate.${reason}`) is used by its beginning.
    const families = [...text.matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z]+)*\.)\$\{/g)].map((match) => match[1] ?? "");
    const unused = messages(en)
      .map(([id]) => id)
      .filter((id) => !text.includes(`"${id}"`) && !families.some((family) => id.startsWith(family)));
    expect(unused).toEqual([]);
  });

  it("count in words that fit the number", () => {
    expect(t("rail.needYou", { count: 1 })).toBe("1 needs you");
    expect(t("rail.needYou", { count: 1200 })).toBe("1,200 need you");
  });

  it("are cut at what is drawn in another face", () => {
    expect(pieces("rail.main").map((piece) => piece.tag)).toEqual([null]);
  });
});
