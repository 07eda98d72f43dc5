/** Sizes as they are typed, in megabytes, and as the engine takes them, in bytes. Pure. */

/** As everywhere in the window: decimal units, as disks and S3 consoles name them. */
const MEGABYTE = 1_000_000;
/** `1,000` and `1.000.000`: groups of three after one to three digits. */
const GROUPED = /^\d{1,3}(?:([.,'’\s])\d{3})(?:\1\d{3})*$/;

/** Bytes, null for nothing typed, or -1 for what is no size: the engine refuses that at the field. */
export function bytesOfMegabytes(text: string): number | null {
  const typed = text.trim().replace(/\s*mb$/i, "");
  if (typed === "") return null;
  const plain =
    GROUPED.test(typed) && !/^0|^\d+\.\d{3}$/.test(typed)
      ? typed.replace(/[.,'’\s]/g, "")
      : typed.replace(",", ".");
  if (!/^(\d{1,9}(\.\d*)?|\.\d+)$/.test(plain)) return -1;
  return Math.round(Number(plain) * MEGABYTE);
}

/** What is typed for a saved size, to the byte. */
export function megabytesOf(bytes: number | null): string {
  if (bytes === null) return "";
  return (bytes / MEGABYTE).toFixed(6).replace(/\.?0+$/, "");
}
