/** Loading the worklist: what is typed is asked for after a pause, an older answer never wins. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api/problem.ts";
import type { Encounter } from "../model.ts";
import type { HubApi } from "../ports.ts";

const TYPING_PAUSE_MS = 250;

export interface Department {
  readonly code: string;
  readonly name: string;
}

export interface LoadedWorklist {
  readonly items: readonly Encounter[];
  /** Every department seen so far, for the filter. */
  readonly departments: readonly Department[];
  readonly loading: boolean;
  readonly problem: Problem | null;
  readonly refresh: () => void;
  /** Loads the next page; null on the last. */
  readonly more: (() => void) | null;
}

interface Loaded {
  readonly items: readonly Encounter[];
  readonly next: string;
  readonly loading: boolean;
  readonly problem: Problem | null;
}

const LOADING: Loaded = { items: [], next: "", loading: true, problem: null };

export function useWorklist(
  api: HubApi,
  q: string,
  department: string,
  onSeen: (encounters: readonly Encounter[]) => void,
): LoadedWorklist {
  const [state, set] = useState(LOADING);
  const [turn, setTurn] = useState(0);
  const [departments, setDepartments] = useState<readonly Department[]>([]);
  const running = useRef<AbortController | null>(null);

  const load = useCallback(
    async (before: readonly Encounter[], cursor: string) => {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      const { signal } = mine;
      set((old) => ({ ...old, loading: true, problem: null }));
      try {
        const page = await api.worklist({ q: q.trim(), department, cursor }, signal);
        onSeen(page.items);
        setDepartments((known) => merged(known, page.items));
        const items = [...before, ...page.items];
        set({ items, next: page.next ?? "", loading: false, problem: null });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Problem)) throw error;
        set({ items: [], next: "", loading: false, problem: error });
      }
    },
    [api, q, department, onSeen],
  );

  // `turn` is not read: a new number asks again.
  useEffect(() => {
    const timer = setTimeout(() => void load([], ""), q ? TYPING_PAUSE_MS : 0);
    return () => {
      clearTimeout(timer);
      running.current?.abort();
    };
  }, [load, q, turn]);

  const refresh = useCallback(() => setTurn((n) => n + 1), []);
  const { items, next, loading, problem } = state;
  const more = next && !loading ? () => void load(items, next) : null;
  return { items, departments, loading, problem, refresh, more };
}

function merged(known: readonly Department[], items: readonly Encounter[]): readonly Department[] {
  const byCode = new Map(known.map((one) => [one.code, one]));
  for (const { department: code, departmentName: name } of items) {
    if (code) byCode.set(code, { code, name: name || code });
  }
  return [...byCode.values()].sort((a, b) => a.name.localeCompare(b.name));
}
