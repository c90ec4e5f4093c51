/** Brings the outbox to the record: one item at a time, oldest first, nothing dropped.
 *
 * An item leaves the outbox in two ways only: by a receipt with its own SHA-256, or because
 * a person discards it.
 */

import { Problem } from "../api/problem.ts";
import { m } from "../messages.ts";
import type { Receipt } from "../model.ts";
import type { Clock, HubApi, Outbox, OutboxItem } from "../ports.ts";
import { delay } from "./backoff.ts";

export type Status =
  | { readonly state: "queued" }
  | { readonly state: "sending"; readonly fraction: number }
  | { readonly state: "waiting"; readonly problem: Problem }
  | { readonly state: "sign-in" }
  | { readonly state: "other-person" }
  | { readonly state: "refused"; readonly problem: Problem }
  | { readonly state: "stored"; readonly receipt: Receipt };

export class Uploader {
  readonly #statuses = new Map<string, Status>();
  readonly #listeners = new Set<() => void>();
  #draining: Promise<void> | null = null;
  #again = false;
  #failures = 0;
  #cancelTimer = () => {};

  constructor(
    private readonly outbox: Outbox,
    private readonly api: HubApi,
    private readonly clock: Clock,
  ) {}

  /** Keep an item, then send it. Resolves when it is safe, not when it has gone. */
  async submit(item: OutboxItem): Promise<void> {
    await this.outbox.put(item);
    this.#set(item.captureId, { state: "queued" });
    void this.drain();
  }

  /** A person asks for another try of a refused item. */
  async retry(item: OutboxItem): Promise<void> {
    const { refused: _, ...asked } = item;
    await this.outbox.put(asked);
    await this.drain();
  }

  /** A person decides that an item is not to be sent. */
  async discard(captureId: string): Promise<void> {
    await this.outbox.remove(captureId);
    this.#statuses.delete(captureId);
    this.#tell();
  }

  /** Send what is pending. A second call while one runs makes it look once more. */
  drain(): Promise<void> {
    this.#cancelTimer();
    this.#again = this.#draining !== null;
    this.#draining ??= this.#drainAll();
    return this.#draining;
  }

  status(captureId: string): Status | undefined {
    return this.#statuses.get(captureId);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #drainAll(): Promise<void> {
    try {
      do {
        this.#again = false;
        const items = (await this.outbox.pending()).filter((item) => !item.refused);
        for (const item of items) {
          if (!(await this.#sendOne(item))) return;
        }
      } while (this.#again);
    } finally {
      // Here and not when the promise settles: a photo handed in between would be missed.
      this.#draining = null;
    }
  }

  /** Send one item; false when the ones after it must wait. */
  async #sendOne(item: OutboxItem): Promise<boolean> {
    try {
      // Asked each time: a signed-out phone learns it before megabytes are sent, and the
      // photo of one person never goes out under the name of the next.
      const session = await this.api.session();
      if (session.user !== item.takenBy) {
        this.#set(item.captureId, { state: "other-person" });
        return true;
      }
      this.#set(item.captureId, { state: "sending", fraction: 0 });
      const receipt = await this.api.send(item, session.csrfToken, (fraction) =>
        this.#set(item.captureId, { state: "sending", fraction }),
      );
      if (receipt.captureId !== item.captureId || receipt.sha256 !== item.sha256) {
        throw new Problem(409, "digest-mismatch", m.differentBytes);
      }
      await this.#stored(item, receipt);
      return true;
    } catch (error) {
      return this.#failed(item, asProblem(error));
    }
  }

  async #stored(item: OutboxItem, receipt: Receipt): Promise<void> {
    await this.outbox.remove(item.captureId);
    this.#failures = 0;
    this.#set(item.captureId, { state: "stored", receipt });
  }

  async #failed(item: OutboxItem, problem: Problem): Promise<boolean> {
    if (problem.isSignedOut) {
      this.#set(item.captureId, { state: "sign-in" });
      return false;
    }
    if (problem.isPassing) {
      this.#failures += 1;
      this.#set(item.captureId, { state: "waiting", problem });
      this.#cancelTimer = this.clock.after(delay(this.#failures), () => void this.drain());
      return false;
    }
    await this.outbox.put({ ...item, refused: problem });
    this.#set(item.captureId, { state: "refused", problem });
    return true;
  }

  #set(captureId: string, status: Status): void {
    this.#statuses.set(captureId, status);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** An answer that cannot be read is no receipt: the item stays. */
function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(422, "unreadable-answer", m.unreadable);
}
