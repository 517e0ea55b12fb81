// What the device keeps until the server has it (本机暂存): entries in IndexedDB, sealed with a key that cannot be read out.
// One key per account; an entry opens only for the account that made it.
const KEEP_DAYS = 14;
const MOST = 500;
const DAY_MS = 86400000;
let opened;

// Sealing needs a secure address; elsewhere forms are simply sent, and nothing is kept on the device.
export const usable = () => Boolean(self.indexedDB && self.crypto && crypto.subtle && crypto.randomUUID);

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function database() {
  opened = opened || new Promise((resolve, reject) => {
    const request = indexedDB.open("lianfang", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("entries", { keyPath: "key" });
      request.result.createObjectStore("keys");
      request.result.createObjectStore("about");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function within(name, mode, work) {
  const transaction = (await database()).transaction(name, mode);
  const result = await work(transaction.objectStore(name));
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  return result;
}

// Two tabs may arrive together: the key is made first, and the one already there wins inside the transaction.
async function keyOf(account) {
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return within("keys", "readwrite", async (keys) => {
    const known = await answered(keys.get(account));
    if (!known) keys.put(fresh, account);
    return known || fresh;
  });
}

const bound = (entry, iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${entry.account}|${entry.key}`) });

// `entry`: {key, account, url, page}; `fields`: [[name, value], ...], never the session's own tokens.
export async function keep(entry, fields) {
  const others = (await all()).filter((known) => known.key !== entry.key);
  if (others.length >= MOST) throw new Error("full");
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(fields));
  const sealed = await crypto.subtle.encrypt(bound(entry, iv), await keyOf(entry.account), text);
  const turn = 1 + Math.max(0, ...others.map((known) => known.turn || 0)); // a clock may be set back, a count is not
  const record = { ...entry, turn, made_at: new Date().toISOString(), state: "waiting", reason: "", tries: 0, iv, sealed };
  await within("entries", "readwrite", (entries) => answered(entries.put(record)));
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  return record;
}

export async function unseal(record) {
  const text = await crypto.subtle.decrypt(bound(record, record.iv), await keyOf(record.account), record.sealed);
  return JSON.parse(new TextDecoder().decode(text));
}

const all = () => within("entries", "readonly", (entries) => answered(entries.getAll()));

export async function entriesOf(account) {
  const mine = (await all()).filter((record) => record.account === account);
  return mine.sort((a, b) => (a.turn || 0) - (b.turn || 0) || a.made_at.localeCompare(b.made_at));
}

export const expired = (record) => Date.now() - Date.parse(record.made_at) > KEEP_DAYS * DAY_MS;

// Somebody else's entries are neither shown nor sent here; after fourteen days they do not stay on a shared device either.
export async function tidy(account) {
  for (const record of await all()) if (record.account !== account && expired(record)) await drop(record.key);
}

export const drop = (key) => within("entries", "readwrite", (entries) => answered(entries.delete(key)));

export const mark = (key, changes) =>
  within("entries", "readwrite", async (entries) => {
    const record = await answered(entries.get(key));
    if (record) entries.put({ ...record, ...changes });
  });

// The offline page is the same for everybody, so it asks here who last signed in; the label is masked before it comes.
export const remember = (who) => within("about", "readwrite", (about) => answered(about.put(who, "last")));
export const remembered = () => within("about", "readonly", (about) => answered(about.get("last")));

// A copy of what the server last said (a list to walk), sealed like an entry; it is no entry and is never sent.
const copyName = (account, name) => `copy|${account}|${name}`;
const boundCopy = (account, name, iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(copyName(account, name)) });

export async function keepCopy(account, name, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(boundCopy(account, name, iv), await keyOf(account), new TextEncoder().encode(JSON.stringify(value)));
  return within("about", "readwrite", (about) => answered(about.put({ iv, sealed }, copyName(account, name))));
}

export async function copyOf(account, name) {
  const kept = await within("about", "readonly", (about) => answered(about.get(copyName(account, name))));
  if (!kept) return null;
  const text = await crypto.subtle.decrypt(boundCopy(account, name, kept.iv), await keyOf(account), kept.sealed);
  return JSON.parse(new TextDecoder().decode(text));
}
