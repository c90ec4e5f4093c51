import { useEffect, useId, useRef, useState } from "preact/hooks";
import { m } from "../messages.ts";
import type { Encounter } from "../model.ts";
import type { Camera } from "../ports.ts";
import { address } from "../route.ts";
import { Banner } from "../ui/banner.tsx";
import { Icon } from "../ui/icon.tsx";
import { CameraUnavailable } from "./camera.ts";

type Phase = "asking" | "starting" | "live" | "shooting" | "denied" | "missing";

interface CameraProps {
  readonly camera: Camera;
  readonly encounter: Encounter;
  /** Called when the shutter falls, before the file is there: seals who, where and when. */
  readonly onShutter: () => (file: Blob) => void;
}

export function CameraView({ camera, encounter, onShutter }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  const [phase, setPhase, restart] = useLive(camera, video);

  async function shoot() {
    if (!video.current) return;
    const take = onShutter();
    navigator.vibrate?.(30);
    setPhase("shooting");
    try {
      take(await camera.shoot(video.current));
    } catch (error) {
      if (!(error instanceof CameraUnavailable)) throw error;
      setFailed(true);
      setPhase("live");
    }
  }

  return (
    <div class="camera">
      <header>
        <Banner patient={encounter.patient} today={new Date()} />
      </header>
      <main>
        <Title />
        <video
          ref={video}
          class={phase === "shooting" ? "shooting" : ""}
          onPlaying={() => setPhase("live")}
          autoplay
          playsInline
          muted
        />
        <Said phase={phase} failed={failed} restart={restart} />
      </main>
      <footer class="controls">
        <a class="control" href={address({ screen: "encounter", key: encounter.key })}>
          <Icon name="x" />
          {m.cancel}
        </a>
        <button
          type="button"
          class="shutter"
          aria-label={m.shutter}
          disabled={phase !== "live"}
          onClick={() => void shoot()}
          data-testid="shutter"
        />
        <PhoneCamera onFile={(file) => onShutter()(file)} />
      </footer>
    </div>
  );
}

/** Connects the lens to the screen while this view stands. */
function useLive(camera: Camera, video: { readonly current: HTMLVideoElement | null }) {
  const [phase, setPhase] = useState<Phase>("starting");
  const [turn, setTurn] = useState(0);
  // `turn` is not read: a new number asks again.
  useEffect(() => {
    let gone = false;
    async function start() {
      setPhase((await camera.willAsk()) ? "asking" : "starting");
      const stream = await camera.open();
      if (gone || !video.current) return;
      setPhase("starting");
      video.current.srcObject = stream;
    }
    start().catch((error: unknown) => {
      if (!gone) setPhase(error instanceof CameraUnavailable ? error.reason : "missing");
    });
    return () => {
      gone = true;
    };
  }, [camera, video, turn]);
  return [phase, setPhase, () => setTurn((n) => n + 1)] as const;
}

function Title() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${m.camera} - ${m.app}`;
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} class="visually-hidden">
      {m.camera}
    </h1>
  );
}

interface SaidProps {
  readonly phase: Phase;
  readonly failed: boolean;
  readonly restart: () => void;
}

function Said({ phase, failed, restart }: SaidProps) {
  if (phase === "denied" || phase === "missing") {
    const denied = phase === "denied";
    return (
      <div class="said" role="alert">
        <h2>{denied ? m.cameraDenied : m.cameraMissing}</h2>
        <p>{denied ? m.cameraDeniedText : m.cameraMissingText}</p>
        <button type="button" class="button" onClick={restart}>
          <Icon name="refresh" />
          {m.retry}
        </button>
      </div>
    );
  }
  const words = { asking: m.askingPermission, starting: m.startingCamera, live: "", shooting: "" };
  return (
    <p class="said" role="status">
      {words[phase] || (failed ? m.shotFailed : "")}
    </p>
  );
}

/** The way round: leaves the app, so it is marked as another app. */
function PhoneCamera({ onFile }: { readonly onFile: (file: File) => void }) {
  const id = useId();
  return (
    <div class="control">
      <input
        id={id}
        class="visually-hidden"
        type="file"
        accept="image/*"
        capture="environment"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
        }}
        data-testid="file-fallback"
      />
      <label for={id}>
        <Icon name="smartphone" />
        {m.phoneCameraShort}
      </label>
    </div>
  );
}
