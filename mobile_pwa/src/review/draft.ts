/** A photo between shutter and send. */

import type { Seal } from "../capture/seal.ts";
import type { Region, Side } from "../model.ts";
import { siteOfOrder } from "./regions.ts";

export interface Draft {
  readonly seal: Seal;
  readonly file: Blob;
  readonly region: Region | null;
  readonly side: Side | null;
  /** Where site and side came from, while no one has touched them. */
  readonly from: "order" | "last" | null;
  readonly note: string;
  /** Whether a scale marker is in the photo. */
  readonly scaleMarker: boolean;
}

export interface LastSite {
  readonly region: Region;
  readonly side: Side | null;
}

/** A retake keeps what was filled in; else the last site of this encounter; else the order's. */
export function newDraft(
  seal: Seal,
  file: Blob,
  retaken: Draft | undefined,
  last: LastSite | undefined,
  regions: readonly Region[],
): Draft {
  if (retaken?.region) return { ...retaken, seal, file };
  const blank = {
    seal,
    file,
    note: retaken?.note ?? "",
    scaleMarker: retaken?.scaleMarker ?? false,
  };
  if (last) return { ...blank, ...last, from: "last" };
  const ordered = siteOfOrder(seal.order, regions);
  return { ...blank, ...ordered, from: ordered.region && "order" };
}
