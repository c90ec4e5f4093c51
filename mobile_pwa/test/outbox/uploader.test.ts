import { beforeEach, describe, expect, it } from "vitest";
import { offline, Problem } from "../../src/api/problem.ts";
import type { Receipt, Session } from "../../src/model.ts";
import { delay } from "../../src/outbox/backoff.ts";
import { MemoryOutbox } from "../../src/outbox/memory.ts";
import { Uploader } from "../../src/outbox/uploader.ts";
import type { Clock, HubApi, OutboxItem, Progress } from "../../src/ports.ts";
import { makeItem, makeSession, receiptOf } from "../made.ts";

type Answer = (item: OutboxItem) => Receipt | Problem;

/** A hub that answers each POST by the next answer it was given, then with a true receipt. */
class ScriptedHub implements HubApi {
  readonly posts: string[] = [];
  readonly answers: Answer[] = [];
  signedIn: Session | null = makeSession();
  inFlight = 0;
  mostInFlight = 0;

  async session(): Promise<Session> {
    if (!this.signedIn) throw new Problem(401, "not-signed-in", "Please sign in.");
    return this.signedIn;
  }

  async send(item: OutboxItem, token: string, onProgress: Progress): Promise<Receipt> {
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    this.posts.push(`${item.captureId} ${token}`);
    onProgress(0.5);
    await Promise.resolve();
    this.inFlight -= 1;
    const answer = (this.answers.shift() ?? receiptOf)(item);
    if (answer instanceof Problem) throw answer;
    return answer;
  }

  async worklist() {
    return { items: [] };
  }

  async regions() {
    return [];
  }

  async conversion() {
    return null;
  }

  async signOut() {}
}

/** Time that passes when a test says so. */
class HandClock implements Clock {
  readonly waits: { readonly ms: number; readonly call: () => void }[] = [];

  now(): Date {
    return new Date(0);
  }

  after(ms: number, call: () => void): () => void {
    const wait = { ms, call };
    this.waits.push(wait);
    return () => this.waits.splice(this.waits.indexOf(wait), 1);
  }
}

let hub: ScriptedHub;
let outbox: MemoryOutbox;
let clock: HandClock;
let uploader: Uploader;

beforeEach(() => {
  hub = new ScriptedHub();
  outbox = new MemoryOutbox();
  clock = new HandClock();
  uploader = new Uploader(outbox, hub, clock);
});

async function kept(): Promise<readonly string[]> {
  return (await outbox.pending()).map((item) => item.captureId);
}

/** Keep all of them first, then let the uploader go through them once. */
async function send(...items: readonly OutboxItem[]): Promise<void> {
  for (const item of items) await outbox.put(item);
  await uploader.drain();
}

/** Let the wait that runs come to its end; returns how long it was. */
async function waitOut(): Promise<number> {
  const [wait] = clock.waits;
  if (!wait) throw new Error("nothing waits");
  wait.call();
  await uploader.drain();
  return wait.ms;
}

describe("a photo leaves the phone", () => {
  it("when the receipt's digest is its own", async () => {
    await send(await makeItem("a"));

    expect(await kept()).toEqual([]);
    expect(uploader.status("a")).toMatchObject({ state: "stored" });
  });

  it("not when the hub stored other bytes", async () => {
    hub.answers.push((item) => ({ ...receiptOf(item), sha256: "0".repeat(64) }));

    await send(await makeItem("a"));

    expect(await kept()).toEqual(["a"]);
    expect(uploader.status("a")).toMatchObject({
      state: "refused",
      problem: { code: "digest-mismatch" },
    });
  });

  it("not when the receipt is of another capture", async () => {
    hub.answers.push((item) => ({ ...receiptOf(item), captureId: "b" }));

    await send(await makeItem("a"));

    expect(await kept()).toEqual(["a"]);
  });

  it("not when the answer cannot be read", async () => {
    hub.answers.push(() => {
      throw new SyntaxError("Unexpected end of JSON input");
    });

    await send(await makeItem("a"));

    expect(await kept()).toEqual(["a"]);
    expect(uploader.status("a")).toMatchObject({ state: "refused" });
  });
});

describe("several photos", () => {
  it("that are handed in while one is being sent go after it, each once", async () => {
    await uploader.submit(await makeItem("a"));
    await uploader.submit(await makeItem("b"));
    await uploader.drain();

    expect(hub.posts).toEqual(["a token-1", "b token-1"]);
    expect(await kept()).toEqual([]);
  });

  it("go one at a time, oldest first, each with the session's token", async () => {
    await send(await makeItem("a"), await makeItem("b"), await makeItem("c"));

    expect(hub.posts).toEqual(["a token-1", "b token-1", "c token-1"]);
    expect(hub.mostInFlight).toBe(1);
  });

  it("pass by one that was refused", async () => {
    hub.answers.push(() => new Problem(409, "encounter-closed", "Taken after the end."));

    await send(await makeItem("a"), await makeItem("b"));

    expect(await kept()).toEqual(["a"]);
    expect(uploader.status("b")).toMatchObject({ state: "stored" });
  });
});

describe("a refusal", () => {
  it("is kept with the hub's sentence and not sent again by itself", async () => {
    hub.answers.push(() => new Problem(422, "laterality-missing", "Choose a side."));

    await send(await makeItem("a"));
    await uploader.drain();

    expect(hub.posts).toHaveLength(1);
    expect(uploader.status("a")).toMatchObject({
      state: "refused",
      problem: { message: "Choose a side." },
    });
  });

  it("goes again when a person asks", async () => {
    hub.answers.push(() => new Problem(409, "encounter-closed", "Taken after the end."));
    await send(await makeItem("a"));
    const [item] = await outbox.pending();

    if (item) await uploader.retry(item);

    expect(await kept()).toEqual([]);
  });

  it("goes away when a person discards it", async () => {
    hub.answers.push(() => new Problem(409, "encounter-closed", "Taken after the end."));
    await send(await makeItem("a"));

    await uploader.discard("a");

    expect(await kept()).toEqual([]);
    expect(uploader.status("a")).toBeUndefined();
  });
});

describe("signed out", () => {
  it("nothing is posted and everything kept; after sign-in all of it goes", async () => {
    hub.signedIn = null;
    await send(await makeItem("a"), await makeItem("b"));

    expect(hub.posts).toEqual([]);
    expect(await kept()).toEqual(["a", "b"]);
    expect(uploader.status("a")).toEqual({ state: "sign-in" });

    hub.signedIn = makeSession({ csrfToken: "token-2" });
    await uploader.drain();

    expect(hub.posts).toEqual(["a token-2", "b token-2"]);
    expect(await kept()).toEqual([]);
  });

  it("in the middle of the queue, it stops there", async () => {
    hub.answers.push(() => new Problem(401, "not-signed-in", "Please sign in."));

    await send(await makeItem("a"), await makeItem("b"));

    expect(await kept()).toEqual(["a", "b"]);
    expect(hub.posts).toEqual(["a token-1"]);
    expect(clock.waits).toEqual([]);
  });

  it("a photo never goes out under the name of the next person", async () => {
    hub.signedIn = makeSession({ user: "omar" });

    await send(await makeItem("a"));

    expect(hub.posts).toEqual([]);
    expect(await kept()).toEqual(["a"]);
    expect(uploader.status("a")).toEqual({ state: "other-person" });
  });
});

describe("without connection", () => {
  it("it waits ever longer, and a try that succeeds starts from the shortest again", async () => {
    hub.answers.push(offline, offline);
    await send(await makeItem("a"));
    expect(await kept()).toEqual(["a"]);
    expect(uploader.status("a")).toMatchObject({ state: "waiting" });

    const waits = [await waitOut(), await waitOut()];
    expect(await kept()).toEqual([]);

    hub.answers.push(offline);
    await send(await makeItem("b"));
    waits.push(await waitOut());
    expect(waits).toEqual([2_000, 4_000, 2_000]);
    expect(await kept()).toEqual([]);
    expect(clock.waits).toEqual([]);
  });

  it.each([0, 429, 500, 503])("status %i is tried again, not refused", async (status) => {
    hub.answers.push(() => new Problem(status, "x", ""));

    await send(await makeItem("a"));

    expect(uploader.status("a")).toMatchObject({ state: "waiting" });
    expect(clock.waits).toHaveLength(1);
  });

  it("doubles from 2 s to at most 5 min", () => {
    expect([1, 2, 3, 4, 8, 9, 50].map(delay)).toEqual([
      2_000, 4_000, 8_000, 16_000, 256_000, 300_000, 300_000,
    ]);
  });
});
