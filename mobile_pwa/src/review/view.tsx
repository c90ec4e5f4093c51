import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { clinicalTime, patientName } from "../format.ts";
import { m } from "../messages.ts";
import type { Region, Side } from "../model.ts";
import { address } from "../route.ts";
import { Discard } from "../ui/discard.tsx";
import { Icon } from "../ui/icon.tsx";
import { Page } from "../ui/page.tsx";
import type { Draft } from "./draft.ts";
import { type Quality, qualityOf } from "./quality.ts";
import { type Missing, SitePicker } from "./site-picker.tsx";

interface ReviewProps {
  readonly draft: Draft;
  readonly regions: readonly Region[] | null;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly onRegionsAgain: () => void;
  readonly onSend: (region: Region, side: Side | null) => Promise<void>;
  readonly onDiscard: () => void;
}

export function Review({
  draft,
  regions,
  onChange,
  onRegionsAgain,
  onSend,
  onDiscard,
}: ReviewProps) {
  const [asked, setAsked] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const missing = missingOf(draft);
  const summary = useRef<HTMLDivElement>(null);
  const key = draft.seal.encounterKey;

  function send() {
    if (!missing && draft.region) {
      setLeaving(true);
      void onSend(draft.region, draft.side);
      return;
    }
    setAsked(true);
    // The summary is drawn by the next frame; then the focus goes there.
    requestAnimationFrame(() => summary.current?.focus());
  }

  return (
    <Page
      title={m.review}
      back={{ href: address({ screen: "camera", key }), label: m.retake }}
      patient={draft.seal.facts.patient}
      action={
        <button
          type="button"
          class="button primary wide"
          onClick={send}
          disabled={leaving}
          data-testid="send"
        >
          <Icon name="send" />
          {m.send}
        </button>
      }
    >
      <Preview file={draft.file} />
      {asked && missing && (
        <div class="problems" role="alert" tabIndex={-1} ref={summary} data-testid="problems">
          <strong>{m.fixFirst}</strong>
          <button type="button" class="link" onClick={() => visit(missing)}>
            {WORDS[missing]}
          </button>
        </div>
      )}
      <SitePicker
        draft={draft}
        regions={regions}
        missing={asked ? missing : null}
        onChange={onChange}
        again={onRegionsAgain}
      />
      <Note note={draft.note} onNote={(note) => onChange({ note })} />
      <label class="choice">
        <input
          type="checkbox"
          checked={draft.scaleMarker}
          onChange={(event) => onChange({ scaleMarker: event.currentTarget.checked })}
          data-testid="scale-marker"
        />
        <span>{m.scaleMarker}</span>
      </label>
      <Discard name={patientName(draft.seal.facts.patient.name)} discard={onDiscard} />
    </Page>
  );
}

const WORDS = { site: m.needSite, side: m.needSide } as const;

function missingOf({ region, side }: Draft): Missing | null {
  if (!region) return "site";
  return region.paired && !side ? "side" : null;
}

function visit(missing: Missing): void {
  const field = document.getElementById(missing);
  field?.scrollIntoView({ block: "center" });
  field?.querySelector("input")?.focus({ preventScroll: true });
}

function Preview({ file }: { readonly file: Blob }) {
  const url = useMemo(() => URL.createObjectURL(file), [file]);
  const [shown, setShown] = useState(true);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return (
    <figure class="preview">
      {shown ? (
        <img src={url} alt={m.preview} onError={() => setShown(false)} />
      ) : (
        <p>{m.noPreview}</p>
      )}
      <Hints file={file} />
    </figure>
  );
}

/** A file so much older than now was not taken for this moment. */
const OLD_MS = 10 * 60_000;

function Hints({ file }: { readonly file: Blob }) {
  const [quality, setQuality] = useState<Quality | null>(null);
  useEffect(() => {
    let gone = false;
    void qualityOf(file).then((judged) => gone || setQuality(judged));
    return () => {
      gone = true;
    };
  }, [file]);
  const old = file instanceof File && Date.now() - file.lastModified > OLD_MS;
  const hints = [
    quality?.blurred && m.blurred,
    quality?.dark && m.dark,
    old && m.oldFile(clinicalTime(new Date(file.lastModified))),
  ].filter(Boolean);
  return (
    <figcaption>
      <div role="status">
        {hints.map((hint) => (
          <p class="hint-warn" key={hint}>
            <Icon name="triangleAlert" />
            {hint}
          </p>
        ))}
      </div>
    </figcaption>
  );
}

interface NoteProps {
  readonly note: string;
  readonly onNote: (note: string) => void;
}

function Note({ note, onNote }: NoteProps) {
  const [id, hint] = [useId(), useId()];
  return (
    <div class="field">
      <label for={id}>{m.note}</label>
      <p class="hint" id={hint}>
        {m.noteHint}
      </p>
      <textarea
        id={id}
        rows={3}
        maxLength={2000}
        value={note}
        onInput={(event) => onNote(event.currentTarget.value)}
        aria-describedby={hint}
        data-testid="note"
      />
    </div>
  );
}
