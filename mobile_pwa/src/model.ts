/** The words of the hub's JSON, as the phone reads and writes them. */

export type Side = "L" | "R" | "B";

export interface Code {
  readonly code: string;
  readonly scheme: string;
  readonly meaning?: string;
}

export interface Patient {
  readonly patientId: string;
  readonly issuer: string;
  /** DICOM PN: Family^Given^Middle^Prefix^Suffix. */
  readonly name: string;
  /** YYYY-MM-DD, YYYY-MM or YYYY; empty when not known. */
  readonly birthDate: string;
  /** M, F, O, U; empty when not known. */
  readonly sex: string;
}

export interface Order {
  readonly accessionNumber: string;
  readonly placerOrderNumber: string;
  readonly procedure: Code | null;
  readonly anatomicRegion: Code | null;
  readonly laterality: string | null;
  readonly status: string;
  readonly requestedAt: string | null;
}

/** A row of the worklist. */
export interface Encounter {
  /** Opaque: the only name of an encounter that may stand in a URL. */
  readonly key: string;
  readonly encounterId: string;
  readonly issuer: string;
  readonly class: string;
  /** A code, or the sender's own text. */
  readonly department: string;
  readonly departmentName: string;
  readonly started: string | null;
  readonly patient: Patient;
  readonly orders: readonly Order[];
}

export interface WorklistPage {
  readonly items: readonly Encounter[];
  /** Cursor of the next page; empty or absent on the last. */
  readonly next?: string | null;
}

/** A body site that can be chosen. */
export interface Region {
  readonly code: string;
  readonly scheme: string;
  readonly label: string;
  readonly paired: boolean;
  /** Other words that find it. */
  readonly words: readonly string[];
}

export interface Session {
  readonly user: string;
  /** DICOM PN. */
  readonly name: string;
  readonly role: string;
  readonly csrfToken: string;
}

export interface Device {
  readonly id: string;
  readonly manufacturer: string;
  readonly model: string;
}

export interface OrderChoice {
  readonly accessionNumber?: string;
  readonly placerOrderNumber?: string;
}

/** The JSON part of a capture. */
export interface CaptureJson {
  readonly captureId: string;
  readonly kind: "photo";
  readonly capturedAt: string;
  readonly patient: Patient;
  readonly encounter: {
    readonly encounterId: string;
    readonly issuer: string;
    readonly department: string;
    readonly started: string | null;
  };
  readonly anatomicRegion: { readonly code: string; readonly scheme: string };
  readonly laterality: Side | null;
  readonly order?: OrderChoice;
  readonly note: string;
  /** Whether a printed scale marker is in the picture; left out where it is not. */
  readonly scaleMarker?: true;
  readonly device: Device;
  readonly sessionId: string;
}

/** What the hub answers once a capture is in the record. */
export interface Receipt {
  readonly captureId: string;
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly sopInstanceUID: string;
  /** Hex digest of the bytes as they were sent. */
  readonly sha256: string;
  readonly size: number;
  readonly receivedAt: string;
  /** Path of the study's page on this server. */
  readonly url: string;
}

/** How far a video is that the hub codes again after its receipt. */
export interface Conversion {
  readonly state: "waiting" | "running" | "done" | "failed";
  readonly percent: number;
}
