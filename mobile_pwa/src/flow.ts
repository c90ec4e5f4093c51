/** From shutter to outbox: what a photo gathers on its way, kept for each encounter apart. */

import { useState } from "preact/hooks";
import { sha256 } from "./capture/digest.ts";
import { captureJson, type Seal, seal } from "./capture/seal.ts";
import { site } from "./format.ts";
import { m } from "./messages.ts";
import type { Device, Encounter, Order, Region, Session, Side } from "./model.ts";
import type { Uploader } from "./outbox/uploader.ts";
import { useGuard, useUnsent } from "./outbox/watch.ts";
import type { Camera, Clock, HubApi, Outbox, OutboxItem } from "./ports.ts";
import { type Draft, type LastSite, newDraft } from "./review/draft.ts";
import { useRegions } from "./review/use-regions.ts";
import { go, replace } from "./route.ts";
import type { Sent } from "./sending/view.tsx";

export interface Services {
  readonly api: HubApi;
  readonly outbox: Outbox;
  readonly uploader: Uploader;
  readonly camera: Camera;
  readonly clock: Clock;
}

export interface FlowProps {
  readonly services: Services;
  readonly device: Device;
  /** Of this start of the app. */
  readonly sessionId: string;
}

export type Flow = ReturnType<typeof useFlow>;

export function useFlow({ services, device, sessionId }: FlowProps, session: Session) {
  const { api, outbox, uploader, clock } = services;
  const orders = useByKey<Order | null>();
  const drafts = useByKey<Draft>();
  const lastSites = useByKey<LastSite>();
  const sent = useByKey<Sent>();
  const unsent = useUnsent(outbox, uploader);
  const { regions, load } = useRegions(api, session.user);
  useGuard(unsent.length > 0 || drafts.all.length > 0);

  /** Seals at once; what comes back takes the file when the camera has it. */
  function shutter(encounter: Encounter): (file: Blob) => void {
    const { key } = encounter;
    const origin = { device, sessionId, user: session.user };
    const sealed = seal(encounter, orders.get(key) ?? null, origin, clock.now());
    return (file) => {
      drafts.put(key, newDraft(sealed, file, drafts.get(key), lastSites.get(key), regions ?? []));
      go({ screen: "review", key });
    };
  }

  async function send(draft: Draft, region: Region, side: Side | null): Promise<void> {
    const item = await itemOf(draft, region, side);
    const { captureId, encounterKey } = item;
    await uploader.submit(item);
    sent.put(captureId, sentOf(draft.seal, item.site));
    lastSites.put(encounterKey, { region, side });
    drafts.drop(encounterKey);
    replace({ screen: "sent", captureId });
  }

  /** Signing out wipes this phone, so unsent photos are asked for first. */
  async function signOut(): Promise<void> {
    const held = unsent.length + drafts.all.length;
    if (held && !confirm(m.signOutLosing(held))) return;
    for (const { captureId } of unsent) await uploader.discard(captureId);
    drafts.clear();
    await api.signOut(session.csrfToken);
  }

  return { orders, drafts, sent, unsent, regions, loadRegions: load, shutter, send, signOut };
}

async function itemOf(draft: Draft, region: Region, side: Side | null): Promise<OutboxItem> {
  const { seal: sealed, file, note, scaleMarker } = draft;
  const json = captureJson(sealed, region, side, note, scaleMarker);
  return {
    captureId: json.captureId,
    encounterKey: sealed.encounterKey,
    json,
    site: site(region.label, json.laterality),
    file,
    sha256: await sha256(file),
    takenBy: sealed.takenBy,
  };
}

function sentOf({ facts, encounterKey, takenBy }: Seal, siteWords: string): Sent {
  const { captureId, capturedAt, patient } = facts;
  return { captureId, encounterKey, patient, capturedAt, takenBy, site: siteWords };
}

/** State that each encounter, or each capture, has for itself. */
function useByKey<T>() {
  const [map, set] = useState<ReadonlyMap<string, T>>(new Map());
  return {
    all: [...map.values()],
    get: (key: string) => map.get(key),
    put: (key: string, value: T) => set((old) => new Map([...old, [key, value]])),
    clear: () => set(new Map()),
    drop: (key: string) => set((old) => new Map([...old].filter(([other]) => other !== key))),
  };
}
