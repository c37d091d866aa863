// The site's service worker, which Python's first run registers. What lies in Python's folder never
// changes, for its name does: it is taken from the cache. All else comes from the network if there
// is one, and what was seen once from the cache if not.
const CACHE = "rmsprop-course";
const FIXED = /\/_static\/python-\w+\//;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(keepAll(event.data)));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(FIXED.test(request.url) ? cacheFirst(request) : networkFirst(request));
});

async function keepAll(addresses) {
  const own = [...new Set(addresses)].filter((address) => new URL(address).origin === location.origin);
  const cache = await caches.open(CACHE);
  await Promise.all(own.map((address) => cache.add(address).catch(() => {})));
  const folder = own.map((address) => address.match(FIXED)?.[0]).find(Boolean);
  for (const { url } of await cache.keys()) {
    if (folder && FIXED.test(url) && !url.includes(folder)) await cache.delete(url); // of an older site
  }
}

async function cacheFirst(request) {
  return (await caches.match(request.url)) ?? networkFirst(request);
}

async function networkFirst(request) {
  try {
    const response = await fetch(request);
    if (response.status === 200) {
      const copy = response.clone();
      caches.open(CACHE).then((cache) => cache.put(request.url, copy)).catch(() => {});
    }
    return response;
  } catch (error) {
    const kept = await caches.match(request.url, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
