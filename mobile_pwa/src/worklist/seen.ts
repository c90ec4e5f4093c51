/** Encounters this phone has been shown, by key; a reload asks for the list once more. */

import { useCallback, useEffect, useState } from "preact/hooks";
import type { Encounter } from "../model.ts";
import type { HubApi } from "../ports.ts";

export interface Seen {
  readonly add: (encounters: readonly Encounter[]) => void;
  /** Undefined while it is not known yet, null when it is not in the list. */
  readonly find: (key: string) => Encounter | null | undefined;
  readonly forget: () => void;
}

type Known = ReadonlyMap<string, Encounter | null>;

export function useSeen(api: HubApi, wanted: string | null): Seen {
  const [known, set] = useState<Known>(new Map());
  const add = useCallback((encounters: readonly Encounter[]) => {
    set((old) => new Map([...old, ...encounters.map((e) => [e.key, e] as const)]));
  }, []);
  const forget = useCallback(() => set(new Map()), []);
  const unknown = wanted !== null && !known.has(wanted);
  useEffect(() => {
    if (!unknown || wanted === null) return;
    api
      .worklist({ q: "", department: "", cursor: "" })
      .then(({ items }) => items)
      .catch(() => [])
      .then((items: readonly Encounter[]) => {
        add(items);
        set((old) => (old.has(wanted) ? old : new Map([...old, [wanted, null]])));
      });
  }, [api, unknown, wanted, add]);
  return { add, forget, find: (key) => known.get(key) };
}
