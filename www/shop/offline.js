// "Go offline": a page cannot cut a browser off, but it can be told what a browser tells a page that is. navigator.onLine
// says no and `offline` comes; the collector goes by these, and tries nothing. The shop's own files still come, so that
// one can shop on. For whoever does not go by them, the local edge resets every connection meanwhile (counter.js).
const KEY = "fjord-and-finch.offline";

const tell = (isOffline) => {
  if (isOffline === Object.hasOwn(navigator, "onLine")) return;
  if (isOffline) Object.defineProperty(navigator, "onLine", { configurable: true, get: () => false });
  else delete navigator.onLine;
  dispatchEvent(new Event(isOffline ? "offline" : "online"));
};

const remembered = () => {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
};

const become = (isOffline) => {
  tell(isOffline);
  try {
    if (isOffline) localStorage.setItem(KEY, "1");
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is full or forbidden: then it lasts for this page only.
  }
};
export const goOffline = () => become(true);
export const goOnline = () => become(false);

/** Being offline lasts over the pages, and in all tabs. */
export const stayOffline = () => {
  tell(remembered());
  addEventListener("storage", () => tell(remembered()));
};
