/**
 * Every word that the window says, out of one file (`en.json`), ready for translation.
 *
 * A message is ICU MessageFormat (https://unicode-org.github.io/icu/userguide/format_parse/messages/): plurals and numbers
 * follow the locale, and a translator may turn the order of the words around. Sentences of the engine (reasons, errors)
 * come with its rows and are not here.
 */
import { type Formatters, IntlMessageFormat } from "intl-messageformat";

import en from "./en.json";
import { LOCALE } from "./locale";

type Keys<T, P extends string = ""> = {
  [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Keys<T[K], `${P}${K}.`>;
}[keyof T & string];

/** The name of a message: its rooms and its own name, with dots between them. */
export type StringId = Keys<typeof en>;
export type Values = Record<string, string | number>;

/** A piece of a message; `tag` names the element that it is drawn in. */
export interface Piece {
  text: string;
  tag: "b" | "code" | null;
}

const LANGUAGE = "en";
const FORMATTERS: Formatters = {
  getNumberFormat: (_language, options) => new Intl.NumberFormat(LOCALE, options as Intl.NumberFormatOptions),
  getDateTimeFormat: (_language, options) => new Intl.DateTimeFormat(LOCALE, options),
  getPluralRules: (language, options) => new Intl.PluralRules(language, options),
};
const cache = new Map<string, IntlMessageFormat>();

/** The message in words. */
export function t(id: StringId, values: Values = {}): string {
  return pieces(id, values)
    .map((piece) => piece.text)
    .join("");
}

/** The message in pieces, for one that has `<b>` or `<code>` in it. */
export function pieces(id: StringId, values: Values = {}): Piece[] {
  const drawn =
    (tag: Piece["tag"]) =>
    (chunks: (string | Piece)[]): Piece => ({
      text: chunks.map((c) => (typeof c === "string" ? c : c.text)).join(""),
      tag,
    });
  const formatted = compiled(id).format<Piece>({ ...values, b: drawn("b"), code: drawn("code") });
  const list = Array.isArray(formatted) ? formatted : [formatted];
  return list.map((part) =>
    typeof part === "object" && part !== null ? part : { text: String(part), tag: null },
  );
}

function compiled(id: StringId): IntlMessageFormat {
  let message = cache.get(id);
  if (!message) {
    // The language decides which plural is meant, the person's locale how the number is written.
    message = new IntlMessageFormat(source(id), LANGUAGE, undefined, { formatters: FORMATTERS });
    cache.set(id, message);
  }
  return message;
}

function source(id: string): string {
  let node: unknown = en;
  for (const step of id.split(".")) node = (node as Record<string, unknown>)[step];
  return node as string;
}
