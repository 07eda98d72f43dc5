/** The story of a key, in words. Pure. */
import type { ConnectionView, DocumentState, KeyStory, StepState } from "../client/generated";
import { past } from "../lib/format";
import type { Tone } from "../lib/progress";
import type { IconName } from "../parts/icons";
import { t } from "../strings/strings";

const STATE_TONES: Record<DocumentState, Tone> = {
  intended: "info",
  sent: "info",
  indexed: "ok",
  rejected: "warn",
  removing: "plain",
};

/** How a document stands. */
export function documentState(state: DocumentState): { text: string; tone: Tone } {
  return { text: t(`story.state.${state}`), tone: STATE_TONES[state] };
}

/** The mark of a stage: a shape of its own for each state, not a colour alone. */
export const STEP_MARKS: Record<StepState, { icon: IconName; tone: Tone }> = {
  done: { icon: "check", tone: "ok" },
  current: { icon: "clock", tone: "info" },
  stopped: { icon: "warning", tone: "bad" },
  ahead: { icon: "dash", tone: "plain" },
};

/** When the bucket was last asked, and whether it had the key. */
export function listedWords({ listedAt, listed }: KeyStory, now: number): string {
  if (listedAt === null) return "";
  return t(listed ? "story.listed" : "story.notListed", { when: past(listedAt, now) });
}

/** The key that a pasted text means: an address of this bucket is taken apart, all else is a key as it stands. */
export function keyFrom(pasted: string, bucket: string): string {
  const address = `s3://${bucket}/`;
  return pasted.startsWith(address) ? pasted.slice(address.length) : pasted;
}

/** The connection that a pasted text belongs to: that of its bucket (the longest prefix first), else the chosen one. */
export function ownerOf(
  pasted: string,
  rows: ConnectionView[],
  chosen: ConnectionView | undefined,
): ConnectionView | undefined {
  if (!pasted.startsWith("s3://")) return chosen;
  const fits = (row: ConnectionView) => pasted.startsWith(`s3://${row.bucket}/${row.prefix}`);
  if (chosen && fits(chosen)) return chosen;
  return rows.filter(fits).sort((a, b) => b.prefix.length - a.prefix.length)[0] ?? chosen;
}
