{% comment %}
Service worker, served at /sw.js with `Cache-Control: no-cache` and `application/javascript`.
Context:
  version     str    changes whenever a listed file changes (a hash of the list); names the cache
  files_json  str    JSON list of static addresses to keep: app.css, check-in.js and every module it imports, also later
                    (countdown.js, outbox.js, store.js, queue.js, reopen.js)
  shells_json str    JSON object {page address prefix: shell address}, e.g. {"/check-in": "/check-in/shell"};
                     a shell is `pages/check_in.html` with `offline_shell` true: it holds nobody's name
{% endcomment %}// Keeps the check-in shell and the static files (离线外壳). Personal pages are never stored.
const CACHE = "lianfang-{{ version }}";
const FILES = {{ files_json|safe }};
const SHELLS = {{ shells_json|safe }};
const PATIENCE = 4000; // ms after which a slow network counts as none

self.addEventListener("install", (event) => {
  const wanted = [...FILES, ...Object.values(SHELLS)];
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("lianfang-") && name !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

function shellOf(path) {
  const prefix = Object.keys(SHELLS).find((start) => path === start || path.startsWith(start + "/"));
  return prefix && SHELLS[prefix];
}

function inTime(request) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));
  return Promise.race([fetch(request), late]);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (FILES.includes(url.pathname)) event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
  else if (event.request.mode === "navigate" && shellOf(url.pathname)) {
    event.respondWith(inTime(event.request).catch(() => caches.match(shellOf(url.pathname))));
  }
});
