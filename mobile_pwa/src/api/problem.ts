/** Why a call to the hub failed: RFC 9457 problem+json, or no answer at all. */

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** Stable code of the hub; `offline` when no answer came. */
    readonly code: string,
    /** The hub's sentence for the person. */
    message: string,
    readonly requestId = "",
  ) {
    super(message);
  }

  get isSignedOut(): boolean {
    return this.status === 401;
  }

  /** No answer, or an answer that says later: trying again by itself is right. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export function offline(): Problem {
  return new Problem(0, "offline", "");
}

/** The Problem in an answer's body; an answer of a proxy has no code and no sentence of ours. */
export function problemOf(status: number, contentType: string, body: string): Problem {
  if (!contentType.startsWith("application/problem+json")) {
    return new Problem(status, "unexpected-answer", "");
  }
  const { code, detail, title, requestId } = JSON.parse(body) as Record<string, string | undefined>;
  return new Problem(status, code ?? "unexpected-answer", detail ?? title ?? "", requestId ?? "");
}
