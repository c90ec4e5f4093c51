/// <reference lib="webworker" />
/** Keeps the app's shell for a phone without network: scripts, styles, fonts, icons.
 *
 * Nothing under /api, no photo and no page about a patient ever passes through here.
 */
export {};

declare const self: ServiceWorkerGlobalScope;

// The build writes its own list and digest in their place (vite.config.ts).
declare const SHELL_FILES: readonly string[];
declare const SHELL_VERSION: string;

const CACHE = `shell-${SHELL_VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) =>
        cache.addAll(SHELL_FILES.map((name) => new Request(name, { cache: "reload" }))),
      )
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== CACHE).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const scope = new URL(self.registration.scope);
  if (request.method !== "GET" || url.origin !== scope.origin) return;
  if (!url.pathname.startsWith(scope.pathname)) return;
  event.respondWith(request.mode === "navigate" ? page(request) : asset(request));
});

/** The page from the hub while it answers, so that a new version is seen at once. */
async function page(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    if (response.status < 500) return response;
  } catch {
    // No network: the kept shell says so in its own words.
  }
  return (await caches.match(self.registration.scope)) ?? fetch(request);
}

/** Assets carry their digest in their name: a kept one is the right one. */
async function asset(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}
