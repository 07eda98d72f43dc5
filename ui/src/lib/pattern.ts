/** How a rule is drawn while it is typed, and where its folders lead. Pure. */

export interface PatternPart {
  text: string;
  /** Inside a named group: what becomes the tag. */
  group: boolean;
  wrong: boolean;
}

/** The named groups of a pattern, as [start, end) in Unicode characters with the name. Never fails: half a pattern has half a group. */
export function namedGroups(pattern: string): { name: string; start: number; end: number }[] {
  const characters = [...pattern];
  const groups: { name: string; start: number; end: number }[] = [];
  const open: ({ name: string; start: number } | null)[] = [];
  let inClass = false;
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at];
    if (character === "\\") at += 1;
    else if (inClass) inClass = character !== "]";
    else if (character === "[") {
      inClass = true;
      // A ] that comes first stands for itself.
      if (characters[at + 1] === "^") at += 1;
      if (characters[at + 1] === "]") at += 1;
    } else if (character === "(") {
      const name = /^\(\?P?<([A-Za-z_][A-Za-z0-9_.[\]]*)>/.exec(characters.slice(at, at + 210).join(""))?.[1];
      open.push(name ? { name, start: at } : null);
    } else if (character === ")") {
      const group = open.pop();
      if (group) groups.push({ ...group, end: at + 1 });
    }
  }
  return groups.sort((a, b) => a.start - b.start);
}

/** Cuts a pattern at its named groups and at the place of its error; both count Unicode characters. */
export function patternParts(pattern: string, wrong: [number, number] | null): PatternPart[] {
  const groups = namedGroups(pattern);
  const characters = [...pattern];
  const parts: PatternPart[] = [];
  characters.forEach((text, at) => {
    const group = groups.some((g) => at >= g.start && at < g.end);
    const isWrong = wrong !== null && at >= wrong[0] && at < wrong[1];
    const last = parts.at(-1);
    if (last && last.group === group && last.wrong === isWrong) last.text += text;
    else parts.push({ text, group, wrong: isWrong });
  });
  // An error at the very end has no character of its own.
  if (wrong !== null && wrong[0] >= characters.length) parts.push({ text: " ", group: false, wrong: true });
  return parts;
}

function tally(values: string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** The folders that come right after a prefix, most frequent first. */
export function foldersAfter(prefix: string, keys: string[]): string[] {
  const base = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const folders = keys.flatMap((key) => {
    if (!key.startsWith(base)) return [];
    const end = key.indexOf("/", base.length);
    return end > base.length ? [key.slice(0, end + 1)] : [];
  });
  return tally(folders)
    .map(([folder]) => folder)
    .filter((folder) => folder !== prefix);
}
