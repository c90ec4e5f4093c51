const FIRST_MS = 2_000;
const LONGEST_MS = 300_000;

/** How long to wait after so many failures in a row: 2 s, 4 s, ... at most 5 min. */
export function delay(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}
