/** How this phone names itself: a random id that is kept, and what the browser tells. */

import type { Device } from "../model.ts";

const KEY = "device-id";

interface UserAgentData {
  getHighEntropyValues(hints: readonly string[]): Promise<{ model?: string; platform?: string }>;
}

export async function thisDevice(): Promise<Device> {
  return { id: deviceId(), manufacturer: "", model: await model() };
}

/** Not of a person: it tells two phones of one ward apart, for the series of an object. */
function deviceId(): string {
  const kept = localStorage.getItem(KEY);
  if (kept) return kept;
  const id = crypto.randomUUID();
  localStorage.setItem(KEY, id);
  return id;
}

async function model(): Promise<string> {
  const agent = (navigator as { userAgentData?: UserAgentData }).userAgentData;
  const told = await agent?.getHighEntropyValues(["model"]);
  return told?.model ?? "";
}
