/** The list of include and exclude rules while it is edited. Pure. */
import type { FieldError, FilterDraft } from "../client/generated";

/** The list with the rule at `from` moved to `to`. */
export function moved(rules: FilterDraft[], from: number, to: number): FilterDraft[] {
  const rest = rules.filter((_, at) => at !== from);
  const rule = rules[from];
  return rule ? [...rest.slice(0, to), rule, ...rest.slice(to)] : rules;
}

/** Rules that say something: a line that is still empty is no rule. Spaces belong to a pattern. */
export function filledIn(rules: FilterDraft[]): FilterDraft[] {
  return rules.filter((rule) => rule.glob !== "").map(({ kind, glob }) => ({ kind, glob }));
}

/** How many files a rule decides about; `stale` while the engine has not answered for just these rules. */
export interface Hits {
  count: number;
  stale: boolean;
}

/** The hits of each rule that is typed, out of the last answer; null where it knows nothing of a rule in this place. */
export function hitsOf(rules: FilterDraft[], asked: FilterDraft[], hits: number[]): (Hits | null)[] {
  const same = JSON.stringify(filledIn(rules)) === JSON.stringify(asked);
  let at = 0;
  return rules.map((rule) => {
    if (rule.glob === "") return null;
    const count = hits[at++];
    return count === undefined ? null : { count, stale: !same };
  });
}

/**
 * Which rules the errors are about: the engine quotes the pattern. Where it quotes none, the longest is meant, because
 * length is all else that can be wrong.
 */
export function wrongRules(rules: FilterDraft[], errors: FieldError[]): Set<number> {
  const wrong = new Set<number>();
  for (const { message } of errors) {
    const quoted = rules.flatMap(({ glob }, at) => (glob && message.includes(`“${glob}”`) ? [at] : []));
    const lengths = rules.map(({ glob }) => glob.length);
    const meant = quoted.length > 0 ? quoted : [lengths.indexOf(Math.max(...lengths))];
    for (const at of meant) if (at >= 0) wrong.add(at);
  }
  return wrong;
}
