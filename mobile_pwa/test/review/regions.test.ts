import { describe, expect, it } from "vitest";
import type { Region } from "../../src/model.ts";
import { newDraft } from "../../src/review/draft.ts";
import { commonFirst, findRegions, siteOfOrder } from "../../src/review/regions.ts";
import { FACE, HAND, makeEncounter, makeSeal } from "../made.ts";

const region = (code: string, label: string, words: readonly string[] = []): Region => ({
  code,
  scheme: "SCT",
  label,
  paired: true,
  words,
});
const FOREARM = region("14975008", "Forearm", ["lower arm"]);
const PALM = region("70887009", "Skin of palm of hand", ["palm"]);
const CAFE = region("1", "Café spot");
const ALL = [CAFE, PALM, FOREARM, FACE, HAND];

const labels = (found: readonly Region[]) => found.map((one) => one.label);

describe("findRegions", () => {
  it("puts the site that is named exactly before those that only contain the word", () => {
    expect(labels(findRegions(ALL, "hand"))).toEqual(["Hand", "Skin of palm of hand"]);
  });

  it("finds by other words, by beginnings, without accents and in any order", () => {
    expect(labels(findRegions(ALL, "arm low"))).toEqual(["Forearm"]);
    expect(labels(findRegions(ALL, "cafe"))).toEqual(["Café spot"]);
    expect(labels(findRegions(ALL, "fac"))).toEqual(["Face"]);
  });

  it("finds nothing rather than something else", () => {
    expect(findRegions(ALL, "hand xyz")).toEqual([]);
  });

  it("offers the common sites first when nothing is typed", () => {
    expect(labels(findRegions(commonFirst(ALL), ""))).toEqual([
      "Hand",
      "Forearm",
      "Face",
      "Café spot",
      "Skin of palm of hand",
    ]);
  });
});

describe("the site to start with", () => {
  const order = makeEncounter().orders[0] ?? null;
  const file = new Blob(["abc"]);

  it("is the order's, with its side", () => {
    expect(siteOfOrder(order, ALL)).toEqual({ region: HAND, side: "L" });
  });

  it("has no side of the order where the region has none", () => {
    const ofFace = order && { ...order, anatomicRegion: { code: FACE.code, scheme: "SCT" } };

    expect(siteOfOrder(ofFace, ALL)).toEqual({ region: FACE, side: null });
  });

  it("is the last one of this encounter before the order's", () => {
    const draft = newDraft(makeSeal(), file, undefined, { region: FOREARM, side: "R" }, ALL);

    expect([draft.region, draft.side, draft.from]).toEqual([FOREARM, "R", "last"]);
  });

  it("is what was filled in, with its note, after a retake", () => {
    const seal = makeSeal();
    const first = { ...newDraft(seal, file, undefined, undefined, ALL), note: "typed" };

    const second = newDraft(makeSeal(), new Blob(["other"]), first, undefined, ALL);

    expect([second.note, second.region]).toEqual(["typed", HAND]);
    expect(second.seal.facts.captureId).not.toBe(seal.facts.captureId);
  });
});
