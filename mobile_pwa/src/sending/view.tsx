import { clinicalTime, patientName } from "../format.ts";
import { m } from "../messages.ts";
import type { Conversion, Patient, Receipt } from "../model.ts";
import type { Status, Uploader } from "../outbox/uploader.ts";
import type { OutboxItem } from "../ports.ts";
import { address } from "../route.ts";
import { SIGN_IN } from "../session/sign-in.tsx";
import { Discard } from "../ui/discard.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Page } from "../ui/page.tsx";

/** What stays known of a photo after it has gone: not the photo. */
export interface Sent {
  readonly captureId: string;
  readonly encounterKey: string;
  readonly patient: Patient;
  readonly site: string;
  readonly capturedAt: string;
  readonly takenBy: string;
}

/** The study's page, opened at the photo that was sent. */
function pageOf({ url, sopInstanceUID }: Receipt): string {
  return `${url}?image=${encodeURIComponent(sopInstanceUID)}`;
}

interface SendingProps {
  readonly sent: Sent;
  readonly status: Status;
  /** Null once it is in the record. */
  readonly item: OutboxItem | null;
  /** Of a video that the hub codes again; null for all others. */
  readonly conversion: Conversion | null;
  readonly uploader: Uploader;
  readonly onDiscarded: () => void;
}

export function Sending(props: SendingProps) {
  const { sent, status, item, conversion, uploader, onDiscarded } = props;
  const stored = status.state === "stored";
  return (
    <Page
      title={stored ? m.photoSent : m.sending}
      back={{ href: address({ screen: "worklist" }), label: m.worklist }}
      patient={sent.patient}
      action={stored && <Next encounterKey={sent.encounterKey} />}
    >
      <div class={`outcome ${stored ? "stored" : status.state}`}>
        <Icon name={iconOf(status)} />
        <p class="outcome-title" role="status" data-testid="status">
          {titleOf(status, sent)}
        </p>
        {status.state === "sending" && <SentBar fraction={status.fraction} />}
        <Detail status={status} />
        {stored && conversion && <Preparing conversion={conversion} />}
        <p class="outcome-what">
          {sent.site} &middot; {clinicalTime(new Date(sent.capturedAt))}
        </p>
        {stored && (
          <a class="button" href={pageOf(status.receipt)} data-testid="open-study">
            <Icon name="images" />
            {m.openStudy}
          </a>
        )}
      </div>
      {item && (
        <Choices
          {...{ item, status, uploader, onDiscarded }}
          name={patientName(sent.patient.name)}
        />
      )}
    </Page>
  );
}

function iconOf({ state }: Status): IconName {
  if (state === "stored") return "circleCheck";
  if (state === "queued" || state === "sending") return "send";
  return state === "waiting" ? "cloudOff" : "triangleAlert";
}

function titleOf(status: Status, sent: Sent): string {
  switch (status.state) {
    case "stored":
      return m.inTheRecord;
    case "waiting":
      return status.problem.status === 0 ? m.waiting : m.busy;
    case "sign-in":
      return m.signInToSend;
    case "other-person":
      return m.otherPerson(sent.takenBy);
    case "refused":
      return m.refused;
    case "sending":
      return status.fraction < 1 ? m.sending : m.checking;
    case "queued":
      return m.sending;
  }
}

function Detail({ status }: { readonly status: Status }) {
  switch (status.state) {
    case "stored":
      return <p>{m.inTheRecordText}</p>;
    case "refused":
      return (
        <>
          <p class="reason">{status.problem.message || m.failed}</p>
          <p>{m.askForHelp}</p>
        </>
      );
    case "waiting":
      return <p>{m.keepOpen}</p>;
    default:
      return null;
  }
}

function SentBar({ fraction }: { readonly fraction: number }) {
  const percent = Math.round(fraction * 100);
  return <Bar percent={percent} words={m.percent(percent)} />;
}

function Bar({ percent, words }: { readonly percent: number; readonly words: string }) {
  return (
    <progress max={100} value={percent} aria-label={words}>
      {words}
    </progress>
  );
}

/** Safe already; only to be seen it is not ready. */
function Preparing({ conversion: { state, percent } }: { readonly conversion: Conversion }) {
  if (state === "done") return null;
  if (state === "failed") return <p class="reason">{m.notPrepared}</p>;
  return (
    <>
      <p data-testid="preparing">{m.preparing(percent)}</p>
      <Bar percent={percent} words={m.preparing(percent)} />
      <p>{m.preparingText}</p>
    </>
  );
}

function Next({ encounterKey }: { readonly encounterKey: string }) {
  return (
    <div class="pair">
      <a class="button" href={address({ screen: "worklist" })} data-testid="done">
        {m.done}
      </a>
      <a
        class="button primary"
        href={address({ screen: "camera", key: encounterKey })}
        data-testid="take-another"
      >
        <Icon name="camera" />
        {m.takeAnother}
      </a>
    </div>
  );
}

interface ChoicesProps {
  readonly item: OutboxItem;
  readonly status: Status;
  readonly uploader: Uploader;
  readonly name: string;
  readonly onDiscarded: () => void;
}

/** What a person can do about a photo that has not gone. */
function Choices({ item, status, uploader, name, onDiscarded }: ChoicesProps) {
  if (status.state === "sending" || status.state === "queued" || status.state === "stored") {
    return null;
  }
  const signIn = status.state === "sign-in" || status.state === "other-person";
  return (
    <div class="stack">
      {signIn && (
        // In a tab of its own: leaving this page would lose the photo.
        <a class="button primary wide" href={SIGN_IN} target="_blank" rel="noreferrer">
          <Icon name="lock" />
          {m.signInAgain}
        </a>
      )}
      <button
        type="button"
        class={signIn ? "button wide" : "button primary wide"}
        onClick={() => void uploader.retry(item)}
        data-testid="retry"
      >
        <Icon name="refresh" />
        {m.retry}
      </button>
      <Discard
        name={name}
        discard={() => void uploader.discard(item.captureId).then(onDiscarded)}
      />
    </div>
  );
}
