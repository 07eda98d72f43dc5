/**
 * How an object's key is shown. A key may be any text: control characters, direction marks and spaces at
 * its ends would be invisible or would turn the text around, so they are written out. What is copied is
 * always the key itself.
 */

export interface KeyPart {
  text: string;
  /** `escape`: written out; `space`: a space that would not be seen. */
  kind: "plain" | "escape" | "space";
  /** Whether it belongs to what the rule captured. */
  captured: boolean;
}

/** Controls, formats (direction marks, zero widths), line separators, lone surrogates, spaces that look like others. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?! )\p{Zs}/u;
const NAMES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/** Cuts a key into parts to draw. `capture` counts UTF-16 units, as the engine sends it. */
export function keyParts(key: string, capture: [number, number] | null = null): KeyPart[] {
  const parts: KeyPart[] = [];
  const firstInk = key.search(/[^ ]/);
  const lastInk = firstInk < 0 ? -1 : key.length - (/ *$/.exec(key)?.[0].length ?? 0);
  let at = 0;
  for (const character of key) {
    const outside = character === " " && (firstInk < 0 || at < firstInk || at >= lastInk);
    const kind = outside ? "space" : INVISIBLE.test(character) ? "escape" : "plain";
    const text = kind === "space" ? "␣" : kind === "escape" ? written(character) : character;
    const captured = capture !== null && at >= capture[0] && at < capture[1];
    const last = parts.at(-1);
    if (last && last.kind === kind && last.captured === captured) last.text += text;
    else parts.push({ text, kind, captured });
    at += character.length;
  }
  return parts;
}

/** The key as one line of visible text, for titles and names. */
export function visibleKey(key: string): string {
  return keyParts(key)
    .map((part) => part.text)
    .join("");
}

function written(character: string): string {
  const name = NAMES[character];
  if (name) return name;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0").toUpperCase()}`;
  return `\\u{${code.toString(16).toUpperCase()}}`;
}
