import type { Outbox, OutboxItem } from "../ports.ts";

/** Keeps captures while the app is open; nothing of a patient is left on a lost phone. */
export class MemoryOutbox implements Outbox {
  readonly #items = new Map<string, OutboxItem>();

  async put(item: OutboxItem): Promise<void> {
    this.#items.set(item.captureId, item);
  }

  async pending(): Promise<readonly OutboxItem[]> {
    return [...this.#items.values()];
  }

  async remove(captureId: string): Promise<void> {
    this.#items.delete(captureId);
  }
}
