/** The hub's HTTP API. Answers are never cached, neither here nor by the service worker. */

import type { Conversion, Receipt, Region, Session, WorklistPage } from "../model.ts";
import type { HubApi, OutboxItem, Progress, WorklistQuery } from "../ports.ts";
import { upload } from "./multipart.ts";
import { offline, Problem, problemOf } from "./problem.ts";

export class HttpHub implements HubApi {
  session(): Promise<Session> {
    return read<Session>("/api/v1/session");
  }

  worklist({ q, department, cursor }: WorklistQuery, signal?: AbortSignal): Promise<WorklistPage> {
    const given = Object.entries({ q, department, cursor }).filter(([, value]) => value);
    const query = new URLSearchParams(given).toString();
    return read<WorklistPage>(`/api/v1/worklist${query && `?${query}`}`, signal);
  }

  async signOut(csrfToken: string): Promise<void> {
    await call("/logout", { method: "POST", headers: { "X-CSRFToken": csrfToken, ...JSON_ONLY } });
  }

  async regions(): Promise<readonly Region[]> {
    const answer = await read<{ regions: readonly Region[] }>("/api/v1/terminology/regions");
    return answer.regions;
  }

  async conversion(captureId: string): Promise<Conversion | null> {
    const path = `/api/v1/captures/${encodeURIComponent(captureId)}`;
    const { conversion } = await read<Receipt & { readonly conversion?: Conversion }>(path);
    return conversion ?? null;
  }

  send(item: OutboxItem, csrfToken: string, onProgress: Progress): Promise<Receipt> {
    const path = `/api/v1/encounters/${encodeURIComponent(item.encounterKey)}/captures`;
    return upload(path, item, csrfToken, onProgress);
  }
}

const JSON_ONLY = { Accept: "application/json" };

async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const { type, body } = await call(path, { headers: JSON_ONLY, ...(signal && { signal }) });
  if (!type.startsWith("application/json")) throw new Problem(502, "unexpected-answer", "");
  return JSON.parse(body) as T;
}

async function call(path: string, init: RequestInit): Promise<{ type: string; body: string }> {
  let response: Response;
  let body: string;
  try {
    response = await fetch(path, { cache: "no-store", credentials: "same-origin", ...init });
    body = await response.text();
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw offline();
  }
  const type = response.headers.get("Content-Type") ?? "";
  if (!response.ok) throw problemOf(response.status, type, body);
  return { type, body };
}
