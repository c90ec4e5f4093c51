/** Composition root: chooses who stands behind each port, then draws the app. */

import "@fontsource-variable/inter/wght.css";
import "./style.css";
import { render } from "preact";
import { HttpHub } from "./api/client.ts";
import { App } from "./app.tsx";
import { LensCamera } from "./camera/camera.ts";
import { m } from "./messages.ts";
import { MemoryOutbox } from "./outbox/memory.ts";
import { Uploader } from "./outbox/uploader.ts";
import type { Clock } from "./ports.ts";
import { thisDevice } from "./session/device.ts";
import { Notice, Page } from "./ui/page.tsx";

const clock: Clock = {
  now: () => new Date(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

const api = new HttpHub();
const outbox = new MemoryOutbox();
const uploader = new Uploader(outbox, api, clock);
const root = document.getElementById("app");
if (!root) throw new Error("index.html has no #app");

// Without https the browser gives neither camera nor digests: no photo could be taken or kept.
render(
  window.isSecureContext ? (
    <App
      services={{ api, outbox, uploader, clock, camera: new LensCamera() }}
      device={await thisDevice()}
      sessionId={crypto.randomUUID()}
    />
  ) : (
    <Page title={m.app}>
      <Notice icon="lock" title={m.notSecure} text={m.notSecureText} />
    </Page>
  ),
  root,
);

// iOS never tells of a connection by itself, so every sign of life is taken as one.
addEventListener("online", () => void uploader.drain());
addEventListener("pageshow", () => void uploader.drain());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void uploader.drain();
});

if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/m/sw.js");
