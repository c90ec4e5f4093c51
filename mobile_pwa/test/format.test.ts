import { describe, expect, it } from "vitest";
import {
  age,
  born,
  clinicalDate,
  clinicalTime,
  idGroups,
  patientName,
  sex,
  site,
  withOffset,
} from "../src/format.ts";

const TODAY = new Date(2026, 10, 20, 12);

describe("patientName", () => {
  it.each([
    ["Okafor^Grace^^Mrs", "OKAFOR, Grace (Mrs)"],
    ["LINDQVIST-HAMMARSTRÖM^MAGNUS ALEXANDER", "LINDQVIST-HAMMARSTRÖM, Magnus Alexander"],
    ["o'brien^mary-jane^ann", "O'BRIEN, Mary-Jane Ann"],
    ["McKenzie^DeShawn", "MCKENZIE, DeShawn"],
    ["Yamada^Tarou=山田^太郎", "YAMADA, Tarou"],
    ["Okafor", "OKAFOR"],
    ["", "Name not known"],
  ])("shows %s as %s", (pn, shown) => {
    expect(patientName(pn)).toBe(shown);
  });
});

describe("dates", () => {
  it.each([
    ["1945-07-14", "14-Jul-1945"],
    ["1945-07", "Jul-1945"],
    ["1945", "1945"],
  ])("shows %s as %s", (iso, shown) => {
    expect(clinicalDate(iso)).toBe(shown);
  });

  it("shows a point in time on this device's clock, by 24 hours", () => {
    expect(clinicalTime(new Date("2026-03-05T13:07:00Z"))).toBe("05-Mar-2026 14:07");
  });

  it("seals a time with this device's offset, winter and summer", () => {
    expect(withOffset(new Date("2026-11-20T12:05:09.042Z"))).toBe("2026-11-20T13:05:09.042+01:00");
    expect(withOffset(new Date("2026-07-01T22:30:00Z"))).toBe("2026-07-02T00:30:00.000+02:00");
  });
});

describe("age", () => {
  it.each([
    ["2026-11-20", "0d"],
    ["2026-10-24", "27d"],
    ["2026-10-23", "4w"],
    ["2026-10-20", "4w 3d"],
    ["2025-11-20", "12m"],
    ["2024-11-21", "23m"],
    ["2021-09-14", "5y 2m"],
    ["2008-11-21", "17y 11m"],
    ["2008-11-20", "18y"],
    ["1945-07-14", "81y"],
    ["1945", "about 81y"],
    ["2027-01-01", ""],
  ])("of %s is %s", (birthDate, shown) => {
    expect(age(birthDate, TODAY)).toBe(shown);
  });

  it("stands in brackets after the birth date, and words stand for what is not known", () => {
    expect(born("1945-07-14", TODAY)).toBe("14-Jul-1945 (81y)");
    expect(born("", TODAY)).toBe("Not known");
    expect(sex("")).toBe("Not known");
    expect(sex("F")).toBe("Female");
  });
});

describe("ids and sites", () => {
  it("groups ten digits for the eye and leaves other ids alone", () => {
    expect(idGroups("1297287652")).toEqual(["129", "728", "7652"]);
    expect(idGroups("00012-A")).toEqual(["00012-A"]);
  });

  it("says side and site as one phrase", () => {
    expect(site("Forearm", "L")).toBe("Left forearm");
    expect(site("Face", null)).toBe("Face");
  });
});
