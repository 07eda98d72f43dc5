/**
 * Marks of the providers, drawn by the hand of icons.ts: 16 × 16, strokes of 1.5, round ends. They show what each is for a
 * person, and nothing of what its owner protects.
 */
import type { ProviderId } from "../lib/providers";

export const MARKS: Record<ProviderId, string> = {
  // Buckets, one in the other.
  aws: "M3 5.5h10l-1 8H4l-1-8ZM3 5.5C3 4 5.2 2.8 8 2.8s5 1.2 5 2.7M6 8.5h4",
  // A server of one's own.
  minio: "M3 3h10v4H3V3ZM3 9h10v4H3V9ZM5.2 5h.01M5.2 11h.01M8 5h3M8 11h3",
  // A planet.
  spaces:
    "M11.2 8a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0ZM4.9 9.5C2.7 10.4 1.4 11.4 1.8 12c.5.8 3.6 0 7-1.7s5.8-4.3 5.3-5.1c-.4-.6-2-.4-4.2.4",
  // Doors without a toll: two arrows, out and in.
  r2: "M2.5 5.5h9M9 2.8l2.7 2.7L9 8.2M13.5 10.5h-9M7 7.8 4.3 10.5 7 13.2",
  // A stack of disks.
  b2: "M13 4c0 1.1-2.2 2-5 2s-5-.9-5-2 2.2-2 5-2 5 .9 5 2ZM3 4v4c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8v4c0 1.1 2.2 2 5 2s5-.9 5-2V8",
  // A jar.
  wasabi: "M5 2.5h6v2.3l1.5 1.7v6a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-6L5 4.8V2.5ZM5 4.8h6M3.5 9.5h9",
  // A river.
  tigris:
    "M1.8 4.8c1.5-1.3 2.7-1.3 4.1 0s2.7 1.3 4.1 0 2.7-1.3 4.2 0M1.8 8c1.5-1.3 2.7-1.3 4.1 0s2.7 1.3 4.1 0 2.7-1.3 4.2 0M1.8 11.2c1.5-1.3 2.7-1.3 4.1 0s2.7 1.3 4.1 0 2.7-1.3 4.2 0",
  // A plug.
  other: "M5.5 2v3.5M10.5 2v3.5M3.8 5.5h8.4v2.3a4.2 4.2 0 0 1-8.4 0V5.5ZM8 12v2.2",
};
