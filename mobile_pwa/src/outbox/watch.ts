import { useEffect, useState } from "preact/hooks";
import type { Outbox, OutboxItem } from "../ports.ts";
import type { Uploader } from "./uploader.ts";

/** The items still on this phone, drawn anew whenever one of them moves. */
export function useUnsent(outbox: Outbox, uploader: Uploader): readonly OutboxItem[] {
  const [items, set] = useState<readonly OutboxItem[]>([]);
  useEffect(() => {
    const look = () => void outbox.pending().then((pending) => set([...pending]));
    look();
    return uploader.subscribe(look);
  }, [outbox, uploader]);
  return items;
}

/** Ask before the page goes away while something would be lost with it. */
export function useGuard(holds: boolean): void {
  useEffect(() => {
    if (!holds) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [holds]);
}
