// @vitest-environment happy-dom
import { h, render } from "preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Flow, useFlow } from "../../src/flow.ts";
import type { CaptureJson } from "../../src/model.ts";
import { MemoryOutbox } from "../../src/outbox/memory.ts";
import { Uploader } from "../../src/outbox/uploader.ts";
import type { Camera, HubApi, OutboxItem } from "../../src/ports.ts";
import type { Draft } from "../../src/review/draft.ts";
import { Review } from "../../src/review/view.tsx";
import { HAND, makeEncounter, makeSession, ORIGIN, receiptOf, SHUTTER } from "../made.ts";

const ENCOUNTER = makeEncounter();

/** The phone from the shutter to the hub, whose posts are kept. */
function makePhone() {
  const posts: OutboxItem[] = [];
  const api: HubApi = {
    session: async () => makeSession(),
    worklist: async () => ({ items: [ENCOUNTER] }),
    regions: async () => [HAND],
    signOut: async () => {},
    conversion: async () => null,
    send: async (item) => {
      posts.push(item);
      return receiptOf(item);
    },
  };
  const clock = { now: () => SHUTTER, after: () => () => {} };
  const outbox = new MemoryOutbox();
  const uploader = new Uploader(outbox, api, clock);
  const services = { api, outbox, uploader, clock, camera: {} as Camera };
  return { posts, props: { services, device: ORIGIN.device, sessionId: ORIGIN.sessionId } };
}

/** The review of a photo, as the app puts it on the screen. */
function Phone({ props, onFlow }: PhoneProps) {
  const flow = useFlow(props, makeSession());
  onFlow(flow);
  const draft = flow.drafts.get(ENCOUNTER.key);
  if (!draft) return null;
  return h(Review, {
    draft,
    regions: flow.regions,
    onChange: (change) => flow.drafts.put(ENCOUNTER.key, { ...draft, ...change }),
    onRegionsAgain: () => {},
    onSend: (region, side) => flow.send(draft, region, side),
    onDiscard: () => {},
  });
}

interface PhoneProps {
  readonly props: ReturnType<typeof makePhone>["props"];
  readonly onFlow: (flow: Flow) => void;
}

/** The element with this test id, once it is on the screen. */
function shown<E extends HTMLElement>(id: string): Promise<E> {
  return vi.waitFor(() => {
    const found = document.querySelector<E>(`[data-testid="${id}"]`);
    if (!found) throw new Error(`${id} is not on the screen`);
    return found;
  });
}

async function tick(to: boolean): Promise<void> {
  const box = await shown<HTMLInputElement>("scale-marker");
  expect(box.checked).toBe(!to);
  box.click();
  await vi.waitFor(() => expect(drafted().scaleMarker).toBe(to));
}

let flow: Flow;

function drafted(): Draft {
  const draft = flow.drafts.get(ENCOUNTER.key);
  if (!draft) throw new Error("no photo was taken");
  return draft;
}

/** Take a photo, fill in the review with `touch`, send; return what was sealed. */
async function sealedAfter(touch: () => Promise<void>): Promise<CaptureJson> {
  const { posts, props } = makePhone();
  const onFlow = (now: Flow) => {
    flow = now;
  };
  render(h(Phone, { props, onFlow }), document.body);
  flow.shutter(ENCOUNTER)(new Blob(["photo"], { type: "image/jpeg" }));
  await shown("send");
  flow.drafts.put(ENCOUNTER.key, { ...drafted(), region: HAND, side: "L" });
  await vi.waitFor(() => expect(drafted().region).toBe(HAND));
  await touch();
  (await shown("send")).click();
  await vi.waitFor(() => expect(posts).toHaveLength(1));
  return (posts[0] as OutboxItem).json;
}

describe("the scale marker's checkbox", () => {
  afterEach(() => render(null, document.body));

  it("is not ticked, and then nothing is said", async () => {
    const json = await sealedAfter(async () => {
      expect((await shown<HTMLInputElement>("scale-marker")).checked).toBe(false);
    });

    expect(json.anatomicRegion.code).toBe(HAND.code);
    expect(json).not.toHaveProperty("scaleMarker");
  });

  it("seals into the capture that a marker is in the photo", async () => {
    const json = await sealedAfter(() => tick(true));

    expect(json.scaleMarker).toBe(true);
    expect(Object.isFrozen(json)).toBe(true);
  });

  it("can be taken back", async () => {
    const json = await sealedAfter(async () => {
      await tick(true);
      await tick(false);
    });

    expect(json).not.toHaveProperty("scaleMarker");
  });
});
