/** What happens to a key, in a few words, while its tag is being decided. Pure. */
import type { PlanAction, SkipReason, StudioRow } from "../client/generated";
import type { Tone } from "../lib/progress";
import { t } from "../strings/strings";

export interface Fate {
  text: string;
  tone: Tone;
  why: string;
}

const LONGEST_TAG = 100;

const ACTION: Record<PlanAction, Tone> = {
  new: "ok",
  changed: "warn",
  retagged: "warn",
  unchanged: "plain",
  skipped: "plain",
  removed: "bad",
  kept: "plain",
};

const SKIPPED: Partial<Record<SkipReason, Tone>> = {
  no_tag: "warn",
  illegal_tag: "bad",
  over_limit: "warn",
  refused: "bad",
};

/** What the rule captured in a row's key; null where it captured nothing. */
export function capturedOf({ item }: StudioRow): string | null {
  return item.capture ? item.key.slice(item.capture[0], item.capture[1]) : null;
}

/** `untagged`: neither tag nor rule is typed yet. */
export function fateOf(row: StudioRow, untagged: boolean): Fate {
  const { action, reason, sentence, tag } = row.item;
  const captured = capturedOf(row);
  if (untagged && (reason === null || reason === "no_tag")) {
    return { text: t("studio.fate.untagged"), tone: "plain", why: t("studio.fate.untaggedWhy") };
  }
  if (row.collides && tag !== null) {
    return { text: t("studio.fate.collides"), tone: "bad", why: t("studio.fate.collidesWhy", { tag }) };
  }
  if (action === "skipped" && reason !== null) {
    const why =
      reason === "illegal_tag"
        ? captured
          ? t("studio.fate.illegalWhy", { captured })
          : t("studio.fate.emptyWhy")
        : (sentence ?? t(`studio.skipped.${reason}`));
    return { text: t(`studio.skipped.${reason}`), tone: SKIPPED[reason] ?? "plain", why };
  }
  const plain: Fate = {
    text: t(`studio.action.${action}`),
    tone: ACTION[action],
    why: t(`studio.actionWhy.${action}`),
  };
  // What becomes of the document says more than where its tag comes from.
  if (action !== "new") return plain;
  if (row.source === "replaced" && captured !== null && tag !== null) {
    const characters = illegalCharacters(captured);
    if (characters === "") return { text: t("studio.fate.cut"), tone: "warn", why: t("studio.fate.cutWhy") };
    return {
      text: t("studio.fate.replaced", { characters }),
      tone: "warn",
      why: t("studio.fate.replacedWhy", { captured, tag }),
    };
  }
  if (row.source === "fallback") {
    return { text: t("studio.fate.fallback"), tone: "plain", why: t("studio.fate.fallbackWhy") };
  }
  return plain;
}

/** The first few characters of a captured value that no tag may have, as `ü ß …`. */
function illegalCharacters(captured: string): string {
  const characters = [...captured].slice(0, LONGEST_TAG).filter((c) => !/^[A-Za-z0-9_:-]$/.test(c));
  const different = [...new Set(characters)].map((c) => (c === " " ? "␣" : c));
  return different.length > 3 ? `${different.slice(0, 3).join(" ")} …` : different.join(" ");
}
