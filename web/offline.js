// Keeps the page's own files, so that it opens without a network once it was loaded. With one, what is newer there
// is taken; nothing else is ever asked for.
const FILES = ["./", "index.html", "page.js", "worker.js", "driftscope.js", "driftscope_bg.wasm", "module.json", "icon.svg"];
const KEPT = "driftscope";

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const kept = await caches.open(KEPT);
  await kept.addAll(FILES);
  const { later } = await (await kept.match("module.json")).json();
  await kept.addAll(later);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const asked = event.request;
  if (asked.method !== "GET" || !asked.url.startsWith(self.registration.scope)) return;
  event.respondWith((async () => {
    const kept = await caches.open(KEPT);
    try {
      const answer = await fetch(asked);
      // Where there is no room for it, it is there all the same.
      if (answer.ok) kept.put(asked, answer.clone()).catch((error) => console.warn(error));
      return answer;
    } catch (error) {
      const before = await kept.match(asked, { ignoreSearch: true });
      if (before) return before;
      throw error;
    }
  })());
});
