import { useState } from "preact/hooks";
import { m } from "../messages.ts";

interface DiscardProps {
  /** Whose photo it is. */
  readonly name: string;
  readonly discard: () => void;
}

/** Throwing a photo away names its patient and takes two taps: it is nowhere else. */
export function Discard({ name, discard }: DiscardProps) {
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <button type="button" class="button danger wide" onClick={() => setAsking(true)}>
        {m.discard}
      </button>
    );
  }
  return (
    <div class="problems" role="alert">
      <p>{m.discardOf(name)}</p>
      <div class="pair">
        <button type="button" class="button" onClick={() => setAsking(false)}>
          {m.keep}
        </button>
        <button type="button" class="button danger" onClick={discard}>
          {m.discard}
        </button>
      </div>
    </div>
  );
}
