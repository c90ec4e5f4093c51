/** The lens of the phone: one stream a session, the best still that the browser gives. */

import type { Camera } from "../ports.ts";

/** Why there is no picture, in two words the screen has sentences for. */
export class CameraUnavailable extends Error {
  constructor(readonly reason: "denied" | "missing") {
    super(reason);
  }
}

/** Not in every browser, and not in TypeScript's DOM library. */
interface StillCapture {
  takePhoto(): Promise<Blob>;
}
declare const ImageCapture: { new (track: MediaStreamTrack): StillCapture } | undefined;

const JPEG_QUALITY = 0.92;
const STILL_TIMEOUT_MS = 6_000;

export class LensCamera implements Camera {
  #stream: MediaStream | null = null;

  async open(): Promise<MediaStream> {
    if (this.#track()?.readyState === "live" && this.#stream) return this.#stream;
    if (!navigator.mediaDevices) throw new CameraUnavailable("missing");
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: {
          facingMode: { ideal: "environment" },
          width: { ideal: 3840 },
          height: { ideal: 2160 },
        },
      });
    } catch (error) {
      const denied = error instanceof DOMException && error.name === "NotAllowedError";
      throw new CameraUnavailable(denied ? "denied" : "missing");
    }
    return this.#stream;
  }

  async willAsk(): Promise<boolean> {
    try {
      return (await navigator.permissions.query({ name: "camera" })).state === "prompt";
    } catch {
      return true; // Firefox and older Safari do not say; they do ask.
    }
  }

  async shoot(video: HTMLVideoElement): Promise<Blob> {
    // The frame is taken first: it shows what the person saw when they pressed.
    const frame = await frameOf(video);
    return (await this.#still()) ?? frame;
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }

  #track(): MediaStreamTrack | undefined {
    return this.#stream?.getVideoTracks()[0];
  }

  /** The sensor's own JPEG, or null where there is none: then the frame is the photo. */
  async #still(): Promise<Blob | null> {
    const track = this.#track();
    if (!track || typeof ImageCapture === "undefined") return null;
    try {
      const still = await Promise.race([new ImageCapture(track).takePhoto(), timeout()]);
      return still?.type === "image/jpeg" ? still : null;
    } catch {
      return null; // Several phones list takePhoto and refuse it.
    }
  }
}

function timeout(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), STILL_TIMEOUT_MS));
}

async function frameOf(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  if (!context || !canvas.width) throw new CameraUnavailable("missing");
  context.drawImage(video, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new CameraUnavailable("missing"))),
      "image/jpeg",
      JPEG_QUALITY,
    );
  });
}
