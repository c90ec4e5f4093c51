/** The POST of one capture. XMLHttpRequest, because fetch does not tell how far a body has got. */

import type { Receipt } from "../model.ts";
import type { OutboxItem, Progress } from "../ports.ts";
import { offline, Problem, problemOf } from "./problem.ts";

/** Without a byte moving for so long the connection counts as gone. */
const STALL_MS = 45_000;

const SUFFIX: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/heic": "heic",
  "image/heif": "heif",
  "image/webp": "webp",
};

/** Name and order of the parts are the hub's contract; the file's own name may hold PHI. */
export function parts(item: OutboxItem): FormData {
  const form = new FormData();
  form.append("capture", new Blob([JSON.stringify(item.json)], { type: "application/json" }));
  form.append("file", item.file, `photo.${SUFFIX[item.file.type] ?? "bin"}`);
  return form;
}

export function upload(
  path: string,
  item: OutboxItem,
  csrfToken: string,
  onProgress: Progress,
): Promise<Receipt> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let stalled = setTimeout(() => request.abort(), STALL_MS);
    request.open("POST", path);
    request.setRequestHeader("X-CSRFToken", csrfToken);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALL_MS);
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      try {
        resolve(receiptOf(request));
      } catch (error) {
        reject(error);
      }
    };
    request.onerror = () => reject(offline());
    request.onabort = () => reject(offline());
    request.onloadend = () => clearTimeout(stalled);
    request.send(parts(item));
  });
}

function receiptOf(request: XMLHttpRequest): Receipt {
  const { status, responseText } = request;
  const type = request.getResponseHeader("Content-Type") ?? "";
  if (status !== 200 && status !== 201) throw problemOf(status, type, responseText);
  if (!type.startsWith("application/json")) throw new Problem(502, "unexpected-answer", "");
  return JSON.parse(responseText) as Receipt;
}
