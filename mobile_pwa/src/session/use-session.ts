import { useCallback, useEffect, useState } from "preact/hooks";
import { Problem } from "../api/problem.ts";
import type { Session } from "../model.ts";
import type { HubApi } from "../ports.ts";

export interface SessionState {
  /** Of the last sign-in that is known; kept while signed out, for what is unsent. */
  readonly session: Session | null;
  readonly signedOut: boolean;
  readonly problem: Problem | null;
}

/** Who is signed in; asked again each time a person comes back to the app. */
export function useSession(api: HubApi) {
  const [state, set] = useState<SessionState>({ session: null, signedOut: false, problem: null });
  const ask = useCallback(async () => {
    try {
      const session = await api.session();
      set({ session, signedOut: false, problem: null });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      set(({ session }) => ({
        session,
        signedOut: error.isSignedOut,
        problem: error.isSignedOut ? null : error,
      }));
    }
  }, [api]);
  useEffect(() => {
    const back = () => void (document.visibilityState === "visible" && ask());
    void ask();
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, [ask]);
  return { ...state, ask };
}
