import { useCallback, useEffect, useState } from "preact/hooks";
import { Problem } from "../api/problem.ts";
import type { Region } from "../model.ts";
import type { HubApi } from "../ports.ts";
import { commonFirst } from "./regions.ts";

const NONE: readonly Region[] = [];

/** The body sites, asked for once a sign-in; `regions` is null when that failed. */
export function useRegions(api: HubApi, user: string) {
  const [regions, set] = useState<readonly Region[] | null>(NONE);
  const load = useCallback(async () => {
    try {
      set(commonFirst(await api.regions()));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      set(null);
    }
  }, [api]);
  useEffect(() => {
    if (user) void load();
  }, [load, user]);
  return { regions, load };
}
