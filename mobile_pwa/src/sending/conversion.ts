/** What becomes of a video after its receipt, asked for until there is nothing more to learn. */

import { useEffect, useState } from "preact/hooks";
import type { Conversion } from "../model.ts";
import { delay } from "../outbox/backoff.ts";
import type { Clock, HubApi } from "../ports.ts";

const EVERY_MS = 3_000;

/** Tells of each step; returns what ends the asking. A photo is asked about once. */
export function watchConversion(
  api: HubApi,
  clock: Clock,
  captureId: string,
  tell: (conversion: Conversion) => void,
): () => void {
  let ended = false;
  let failures = 0;
  let cancel = () => {};

  async function look(): Promise<void> {
    try {
      const found = await api.conversion(captureId);
      if (ended || !found) return;
      failures = 0;
      tell(found);
      if (found.state === "done" || found.state === "failed") return;
      cancel = clock.after(EVERY_MS, () => void look());
    } catch {
      // The receipt stands whatever is heard after it.
      failures += 1;
      if (!ended) cancel = clock.after(delay(failures), () => void look());
    }
  }

  void look();
  return () => {
    ended = true;
    cancel();
  };
}

/** The conversion of a capture that is in the record; null while none is known. */
export function useConversion(
  api: HubApi,
  clock: Clock,
  captureId: string,
  stored: boolean,
): Conversion | null {
  const [found, set] = useState<Conversion | null>(null);
  useEffect(() => {
    set(null);
    return stored ? watchConversion(api, clock, captureId, set) : undefined;
  }, [api, clock, captureId, stored]);
  return found;
}
