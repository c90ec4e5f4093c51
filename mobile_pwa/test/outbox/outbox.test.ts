import { describe, expect, it } from "vitest";
import { Problem } from "../../src/api/problem.ts";
import { MemoryOutbox } from "../../src/outbox/memory.ts";
import type { Outbox } from "../../src/ports.ts";
import { makeItem } from "../made.ts";

/** What every outbox does; a new kind of outbox is one more row. */
describe.each<[string, () => Outbox]>([["in memory", () => new MemoryOutbox()]])(
  "an outbox %s",
  (_, make) => {
    it("gives items back oldest first, with their bytes", async () => {
      const outbox = make();
      await outbox.put(await makeItem("first", "abc"));
      await outbox.put(await makeItem("second"));

      const items = await outbox.pending();

      expect(items.map((item) => item.captureId)).toEqual(["first", "second"]);
      expect(await items[0]?.file.text()).toBe("abc");
    });

    it("keeps an item's place when its state changes", async () => {
      const outbox = make();
      const first = await makeItem("first");
      await outbox.put(first);
      await outbox.put(await makeItem("second"));
      await outbox.put({ ...first, refused: new Problem(409, "encounter-closed", "Too late.") });

      const items = await outbox.pending();

      expect(items.map((item) => item.captureId)).toEqual(["first", "second"]);
      expect(items[0]?.refused?.code).toBe("encounter-closed");
    });

    it("forgets only what it is told to", async () => {
      const outbox = make();
      await outbox.put(await makeItem("first"));
      await outbox.put(await makeItem("second"));

      await outbox.remove("first");
      await outbox.remove("never-there");

      expect((await outbox.pending()).map((item) => item.captureId)).toEqual(["second"]);
    });
  },
);
