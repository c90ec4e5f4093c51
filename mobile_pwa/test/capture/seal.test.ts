import { describe, expect, it } from "vitest";
import { captureJson } from "../../src/capture/seal.ts";
import type { Encounter } from "../../src/model.ts";
import { FACE, HAND, makeEncounter, makeSeal } from "../made.ts";
import wire from "../wire/capture.json" with { type: "json" };

describe("seal", () => {
  it("keeps the patient of the shutter when the encounter changes afterwards", () => {
    const encounter = makeEncounter();
    const sealed = makeSeal(encounter);

    const changing = encounter as unknown as { patient: { name: string }; encounterId: string };
    changing.patient.name = "Somebody^Else";
    changing.encounterId = "V-9999";

    expect(sealed.facts.patient.name).toBe("Okafor^Grace^^Mrs");
    expect(sealed.facts.encounter.encounterId).toBe("V-1001");
  });

  it("keeps the order of the shutter when the worklist is refreshed", () => {
    const encounter = makeEncounter();
    const sealed = makeSeal(encounter);

    (encounter.orders[0] as { accessionNumber: string }).accessionNumber = "B2";

    expect(captureJson(sealed, HAND, "L", "").order?.accessionNumber).toBe("A1001");
  });

  it("cannot be written to", () => {
    const { facts } = makeSeal() as unknown as { facts: { patient: { patientId: string } } };

    expect(() => {
      facts.patient.patientId = "other";
    }).toThrow(TypeError);
  });

  it("gives two photos two ids", () => {
    expect(makeSeal().facts.captureId).not.toBe(makeSeal().facts.captureId);
  });

  it("takes nothing of the encounter but what the hub asks for", () => {
    const encounter = { ...makeEncounter(), secret: "x" } as Encounter;

    expect(JSON.stringify(makeSeal(encounter).facts)).not.toContain("secret");
  });
});

describe("captureJson", () => {
  it("is the capture of the hub's contract", () => {
    const json = captureJson(makeSeal(), HAND, "L", "  Eczema on the back of the hand\n");

    expect({ ...json, captureId: wire.captureId }).toEqual(wire);
  });

  it("has no side where the region has none, whatever was chosen before", () => {
    expect(captureJson(makeSeal(), FACE, "L", "").laterality).toBeNull();
  });

  it("says that a scale marker is in the photo only where there is one", () => {
    expect(captureJson(makeSeal(), HAND, "L", "", true).scaleMarker).toBe(true);
    expect(captureJson(makeSeal(), HAND, "L", "", false)).not.toHaveProperty("scaleMarker");
  });

  it("has no order where none was chosen", () => {
    const sealed = makeSeal(makeEncounter({ orders: [] }));

    expect(captureJson(sealed, HAND, "R", "")).not.toHaveProperty("order");
  });
});
