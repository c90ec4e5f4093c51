/** What the screens and the uploader need of the world; `main.tsx` chooses who gives it. */

import type { Problem } from "./api/problem.ts";
import type { CaptureJson, Conversion, Receipt, Region, Session, WorklistPage } from "./model.ts";

/** A finished capture that the record does not have yet. */
export interface OutboxItem {
  readonly captureId: string;
  /** Opaque key of the encounter, for the path of the POST. */
  readonly encounterKey: string;
  readonly json: CaptureJson;
  /** How the site reads on screen. */
  readonly site: string;
  readonly file: Blob;
  /** Hex digest of `file`, taken before it was ever sent. */
  readonly sha256: string;
  /** The user who took it; it is never sent under another name. */
  readonly takenBy: string;
  /** Set when the hub said no; a person then decides. */
  readonly refused?: Problem;
}

/** Keeps captures until the record has them. */
export interface Outbox {
  /** Keep an item, or its newer state. It is safe once this resolves. */
  put(item: OutboxItem): Promise<void>;
  /** All items kept, oldest first. */
  pending(): Promise<readonly OutboxItem[]>;
  /** Forget an item: it is in the record, or a person discarded it. */
  remove(captureId: string): Promise<void>;
}

/** The hub, over HTTP. Every call throws Problem. */
export interface HubApi {
  session(): Promise<Session>;
  worklist(query: WorklistQuery, signal?: AbortSignal): Promise<WorklistPage>;
  regions(): Promise<readonly Region[]>;
  signOut(csrfToken: string): Promise<void>;
  /** How far the hub is with a capture that it has; null where there is nothing to prepare. */
  conversion(captureId: string): Promise<Conversion | null>;
  send(item: OutboxItem, csrfToken: string, onProgress: Progress): Promise<Receipt>;
}

export interface WorklistQuery {
  readonly q: string;
  readonly department: string;
  readonly cursor: string;
}

/** Told the fraction of the bytes that have left, 0 to 1. */
export type Progress = (fraction: number) => void;

export interface Camera {
  /** The live stream: asked for once, kept until `close`. Throws CameraUnavailable. */
  open(): Promise<MediaStream>;
  /** Whether the browser will ask the person first. */
  willAsk(): Promise<boolean>;
  /** A JPEG of what the lens sees, at the best resolution there is. */
  shoot(video: HTMLVideoElement): Promise<Blob>;
  close(): void;
}

export interface Clock {
  now(): Date;
  /** Call back after so many ms; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
}
