/** Finding a body site by its words, and what to offer before anything is typed. */

import type { Code, Order, Region, Side } from "../model.ts";

/** Sites that are photographed most, by SNOMED CT code, in the order they are offered. */
const COMMON: readonly string[] = [
  "85562004", // hand
  "14975008", // forearm
  "89545001", // face
  "30021000", // lower leg
  "56459004", // foot
  "77568009", // back
  "816094009", // chest
  "818981001", // abdomen
  "40983000", // upper arm
  "68367000", // thigh
  "41695006", // scalp
  "117590005", // ear
  "45048000", // neck
  "7569003", // finger
  "29707007", // toe
  "16982005", // shoulder
  "46862004", // buttock
  "45206002", // nose
];

export function commonFirst(regions: readonly Region[]): readonly Region[] {
  const rank = ({ scheme, code }: Region) => {
    const at = scheme === "SCT" ? COMMON.indexOf(code) : -1;
    return at < 0 ? COMMON.length : at;
  };
  return [...regions].sort((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label));
}

/** Regions whose label or words begin with every word typed; label matches come first. */
export function findRegions(regions: readonly Region[], typed: string): readonly Region[] {
  const wanted = words(typed);
  if (!wanted.length) return regions;
  const all = (have: readonly string[]) =>
    wanted.every((word) => have.some((other) => other.startsWith(word)));
  const byLabel = regions.filter((region) => all(words(region.label)));
  const byWords = regions.filter(
    (region) => !byLabel.includes(region) && all(words([region.label, ...region.words].join(" "))),
  );
  const exact = fold(typed);
  return [...byLabel.filter((r) => fold(r.label) === exact)]
    .concat(byLabel.filter((r) => fold(r.label) !== exact))
    .concat(byWords);
}

/** What the chosen order says of site and side, as far as this list of regions knows it. */
export function siteOfOrder(
  order: Order | null,
  regions: readonly Region[],
): { readonly region: Region | null; readonly side: Side | null } {
  const region = regionOf(order?.anatomicRegion ?? null, regions);
  return { region, side: region?.paired ? sideOf(order?.laterality ?? null) : null };
}

function regionOf(code: Code | null, regions: readonly Region[]): Region | null {
  if (!code) return null;
  return regions.find((r) => r.code === code.code && r.scheme === (code.scheme || "SCT")) ?? null;
}

function sideOf(laterality: string | null): Side | null {
  return laterality === "L" || laterality === "R" || laterality === "B" ? laterality : null;
}

function words(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase().trim();
}
