import { expect, it } from "vitest";
import { offline } from "../../src/api/problem.ts";
import type { Conversion } from "../../src/model.ts";
import type { Clock, HubApi } from "../../src/ports.ts";
import { watchConversion } from "../../src/sending/conversion.ts";

type Answer = Conversion | null | "offline";

/** A hub and a clock: each look takes the next answer, each wait is over at once. */
async function heard(...answers: readonly Answer[]) {
  const left = [...answers];
  const told: Conversion[] = [];
  const waits: number[] = [];
  const api = {
    async conversion() {
      const answer = left.shift();
      if (answer === undefined) throw new Error("asked once too often");
      if (answer === "offline") throw offline();
      return answer;
    },
  } as Partial<HubApi> as HubApi;
  const clock: Clock = {
    now: () => new Date(0),
    after(ms, call) {
      waits.push(ms);
      queueMicrotask(call);
      return () => {};
    },
  };
  const end = watchConversion(api, clock, "c1", (conversion) => told.push(conversion));
  await new Promise((resolve) => setTimeout(resolve, 0));
  end();
  return { told, waits, left };
}

const at = (state: Conversion["state"], percent: number): Conversion => ({ state, percent });

it("asks once about a photo", async () => {
  expect(await heard(null)).toEqual({ told: [], waits: [], left: [] });
});

it("tells each step of a video until it is ready", async () => {
  const steps = [at("waiting", 0), at("running", 40), at("done", 100)];

  expect(await heard(...steps)).toEqual({ told: steps, waits: [3000, 3000], left: [] });
});

it("stops at a video that was given up", async () => {
  const { told, waits } = await heard(at("failed", 0));

  expect(told).toEqual([at("failed", 0)]);
  expect(waits).toEqual([]);
});

it("goes on after the connection came back", async () => {
  const { told, waits } = await heard("offline", "offline", at("done", 100));

  expect(told).toEqual([at("done", 100)]);
  expect(waits).toEqual([2000, 4000]);
});
