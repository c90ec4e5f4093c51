/** Makers of values with sensible defaults; the wire's own come from `wire/*.json`. */

import { sha256 } from "../src/capture/digest.ts";
import { type Origin, seal } from "../src/capture/seal.ts";
import type { CaptureJson, Encounter, Receipt, Region, Session } from "../src/model.ts";
import type { OutboxItem } from "../src/ports.ts";
import captureWire from "./wire/capture.json" with { type: "json" };
import receiptWire from "./wire/receipt.json" with { type: "json" };
import worklistWire from "./wire/worklist.json" with { type: "json" };

export const SHUTTER = new Date("2026-11-20T12:05:09.042Z");

export const ORIGIN: Origin = {
  device: captureWire.device,
  sessionId: captureWire.sessionId,
  user: "ida",
};

export const HAND: Region = {
  code: "85562004",
  scheme: "SCT",
  label: "Hand",
  paired: true,
  words: ["hands"],
};

export const FACE: Region = {
  code: "89545001",
  scheme: "SCT",
  label: "Face",
  paired: false,
  words: ["facial"],
};

/** A fresh copy each time, typed by the phone's model: the fixture must fit it. */
export function makeEncounter(changes: Partial<Encounter> = {}): Encounter {
  const page: { readonly items: readonly Encounter[] } = structuredClone(worklistWire);
  const [first] = page.items;
  if (!first) throw new Error("wire/worklist.json has no item");
  return { ...first, ...changes };
}

export function makeSession(changes: Partial<Session> = {}): Session {
  return { user: "ida", name: "Berg^Ida", role: "clinician", csrfToken: "token-1", ...changes };
}

export function makeSeal(encounter = makeEncounter()) {
  return seal(encounter, encounter.orders[0] ?? null, ORIGIN, SHUTTER);
}

export async function makeItem(captureId: string, content = captureId): Promise<OutboxItem> {
  const file = new Blob([content], { type: "image/jpeg" });
  return {
    captureId,
    encounterKey: "c7Qm2kVd",
    json: { ...(captureWire as CaptureJson), captureId },
    site: "Left hand",
    file,
    sha256: await sha256(file),
    takenBy: "ida",
  };
}

export function receiptOf({ captureId, sha256: digest, file }: OutboxItem): Receipt {
  return { ...receiptWire, captureId, sha256: digest, size: file.size };
}
