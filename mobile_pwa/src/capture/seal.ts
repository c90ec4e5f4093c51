/** What is fixed when the shutter falls, and the capture made of it after the review. */

import { withOffset } from "../format.ts";
import type { CaptureJson, Device, Encounter, Order, OrderChoice, Region, Side } from "../model.ts";

/** Who, where and when, as they were at the shutter. Nothing on the phone can change it. */
export interface Seal {
  readonly encounterKey: string;
  readonly takenBy: string;
  readonly order: Order | null;
  readonly facts: Pick<
    CaptureJson,
    "captureId" | "kind" | "capturedAt" | "patient" | "encounter" | "device" | "sessionId"
  >;
}

/** Which phone, which start of the app, and whose hands. */
export interface Origin {
  readonly device: Device;
  readonly sessionId: string;
  readonly user: string;
}

/** Copy, then freeze: a worklist that is refreshed later cannot reach into a photo. */
export function seal(encounter: Encounter, order: Order | null, origin: Origin, at: Date): Seal {
  const { patient, encounterId, issuer, department, started } = encounter;
  return deepFreeze(
    structuredClone({
      encounterKey: encounter.key,
      takenBy: origin.user,
      order,
      facts: {
        captureId: crypto.randomUUID(),
        kind: "photo" as const,
        capturedAt: withOffset(at),
        patient: {
          patientId: patient.patientId,
          issuer: patient.issuer,
          name: patient.name,
          birthDate: patient.birthDate,
          sex: patient.sex,
        },
        encounter: { encounterId, issuer, department, started },
        device: origin.device,
        sessionId: origin.sessionId,
      },
    }),
  );
}

/** The whole capture. A region that is not paired has no side, whatever was chosen before. */
export function captureJson(
  sealed: Seal,
  region: Region,
  side: Side | null,
  note: string,
  scaleMarker = false,
): CaptureJson {
  return deepFreeze({
    ...sealed.facts,
    anatomicRegion: { code: region.code, scheme: region.scheme },
    laterality: region.paired ? side : null,
    ...(sealed.order && { order: choice(sealed.order) }),
    note: note.trim(),
    ...(scaleMarker && { scaleMarker }),
  });
}

function choice({ accessionNumber, placerOrderNumber }: Order): OrderChoice {
  return {
    ...(accessionNumber && { accessionNumber }),
    ...(placerOrderNumber && { placerOrderNumber }),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
