// The rows of the table: what happens to a shopper, and how many events he publishes meanwhile. `lost` marks the rows
// in which an answer is lost with the page or the connection: only there an event may arrive twice. `unpromised`: what no
// page can promise, for nothing that it writes is on disk so soon.
const leave = (page, url) => page.evaluate((url) => { location.href = url; }, url).then(() => page.waitForURL(url));

/** Publishes and follows a link in the same task. */
const publishAndLeave = async (page, from, count, url) => {
  await page.evaluate(([from, count, url]) => { window.views(from, count); location.href = url; }, [from, count, url]);
  await page.waitForURL(url);
};

/** Five views, a moment apart, while the edge misbehaves. */
const five = async (w, fault, rule) => {
  await w.edge.fault(fault, rule);
  const page = await w.open();
  for (let n = 0; n < 5; n += 1) {
    await w.views(page, n, 1);
    await w.sleep(100);
  }
  return 5;
};

const tabs = (count) => async (w) => {
  await Promise.all(Array.from({ length: count }, (_, tab) => w.open(w.shop(`views(${tab * 20}, 20);`))));
  return count * 20;
};

const closed = (count) => async (w) => {
  const page = await w.visit();
  await w.views(page, 1, count);
  await page.close();
  return count + 1;
};

const followed = (count) => async (w) => {
  await publishAndLeave(await w.visit(), 1, count, w.next);
  return count + 1;
};

/** Views with a moment between them. */
const slowly = async (w, page, count) => {
  for (let n = 1; n <= count; n += 1) {
    await w.views(page, n, 1);
    await w.sleep(400);
  }
};

/** A page with five views whose shop has filled `localStorage` to the last byte, and IndexedDB takes nothing either. */
const full = async (w) => {
  const page = await w.open(w.shop(`try { for (let n = 0, size = 1 << 20; size >= 1; ) {
    try { localStorage.setItem("shop" + (n += 1), "x".repeat(size)); } catch { size >>= 1; }
  } } catch {} views(0, 5);`));
  const devtools = await w.browser.context.newCDPSession(page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize: 1 });
  await w.settled(5, 5_000);
  return page;
};

/** The network hangs, so that nothing leaves, and the whole browser is gone so many milliseconds after the last event. */
const killed = (after) => async (w) => {
  const page = await w.visit();
  w.network.mode("hang");
  await w.views(page, 1, 20);
  if (after) await w.sleep(after);
  await w.browser.killAndRestart();
  w.network.mode("pass");
  return 21;
};

/** @type {{ name: string, act: (world: object) => Promise<number>, quiet?: number, lost?: boolean, unpromised?: boolean }[]} */
export const ROWS = [
  { name: "steady", act: async (w) => {
    const page = await w.open();
    for (let n = 0; n < 40; n += 1) {
      await w.views(page, n, 1);
      await w.sleep(50);
    }
    return 40;
  } },
  { name: "before the collector loaded", act: async (w) => {
    await w.open(w.shop("views(0, 20);", { wait: 700 }));
    return 20;
  } },
  { name: "20 events, tab closed at once", lost: true, act: closed(20) },
  { name: "500 events, tab closed at once", lost: true, act: closed(500) },
  { name: "20 events, link followed at once", lost: true, act: followed(20) },
  { name: "500 events, link followed at once", lost: true, act: followed(500) },
  { name: "first page, 5 events, left within 50 ms", lost: true, act: async (w) => {
    // The collector's core comes as late as everything else on such a network.
    w.site.delayCore(300);
    const page = await w.browser.context.newPage();
    const left = w.shop(`views(0, 5); setTimeout(() => { location.href = ${JSON.stringify(w.next)}; }, 50);`);
    await page.goto(left, { waitUntil: "commit" });
    await page.waitForURL(w.next);
    return 5;
  } },
  { name: "left, and back by the back button", lost: true, act: async (w) => {
    // The pages act by themselves: what drives them from outside does not follow into the back-forward cache.
    const over = w.shop(`if (!sessionStorage.over) { sessionStorage.over = 1; setTimeout(() => history.back(), 500); }`);
    await w.open(w.shop(`views(sessionStorage.over ? 11 : 0, sessionStorage.over ? 10 : 1);
      addEventListener("pageshow", ({ persisted }) => { if (persisted) views(11, 10); });
      if (!sessionStorage.over) setTimeout(() => { views(1, 10); location.href = ${JSON.stringify(over)}; }, 1500);`, { kept: true }));
    await w.sleep(3_500);
    return 21;
  } },
  { name: "answers 503, three times", quiet: 15_000, act: (w) => five(w, { status: 503 }, { action: "interact|collect", times: 3 }) },
  { name: "connection reset, three times", quiet: 15_000, act: (w) => five(w, { reset: true }, { action: "interact|collect", times: 3 }) },
  { name: "edge never answers one request", quiet: 15_000, act: (w) => five(w, { hang: true }, { action: "interact|collect", times: 1 }) },
  { name: "answers 429 with Retry-After, three times", quiet: 15_000, act: (w) => five(w, { status: 429, retryAfter: 1 }, { action: "interact|collect", times: 3 }) },
  { name: "answer lost once", lost: true, quiet: 15_000, act: (w) => five(w, { loseAnswer: true }, { action: "interact|collect", times: 1 }) },
  { name: "offline for 4 s", quiet: 8_000, act: async (w) => {
    const page = await w.visit();
    await w.offline();
    await slowly(w, page, 10);
    await w.online();
    return 11;
  } },
  // Five failures in a row may ask for up to 16 s: a page closed before then takes the answer along.
  { name: "no network for 4 s, browser not told", quiet: 20_000, act: async (w) => {
    const page = await w.visit();
    w.network.mode("refuse");
    await slowly(w, page, 10);
    w.network.mode("pass");
    return 11;
  } },
  { name: "offline, closed, back on the next visit", act: async (w) => {
    const page = await w.visit();
    await w.offline();
    await w.views(page, 1, 10);
    await page.close();
    await w.online();
    return 11;
  } },
  { name: "edge down for a page, up on the next", act: async (w) => {
    await w.edge.fault({ status: 503 });
    const page = await w.open();
    await w.views(page, 0, 10);
    await w.sleep(1_500);
    await w.edge.heal();
    await leave(page, w.next);
    return 10;
  } },
  { name: "edge down for a page, tab closed", act: async (w) => {
    await w.edge.fault({ status: 503 });
    const page = await w.open();
    await w.views(page, 0, 10);
    await w.sleep(1_500);
    await page.close();
    return 10;
  } },
  { name: "identity refused once", quiet: 6_000, act: (w) => five(w, { status: 500 }, { action: "identity/acquire", times: 1 }) },
  { name: "identity refused ten times", quiet: 6_000, act: (w) => five(w, { status: 500 }, { action: "identity/acquire", times: 10 }) },
  { name: "storage full, tab stays", quiet: 6_000, act: async (w) => {
    const page = await full(w);
    await w.views(page, 5, 20);
    return 25;
  } },
  { name: "storage full, tab closed at once", lost: true, act: async (w) => {
    const page = await full(w);
    await w.views(page, 5, 20);
    await page.close();
    return 25;
  } },
  { name: "storage full, link followed at once", lost: true, act: async (w) => {
    await publishAndLeave(await full(w), 5, 20, w.next);
    return 25;
  } },
  { name: "two tabs at once", quiet: 6_000, act: tabs(2) },
  { name: "five tabs at once", quiet: 6_000, act: tabs(5) },
  { name: "browser killed after half a second, started again", lost: true, act: killed(500) },
  { name: "browser killed at once, started again", lost: true, unpromised: true, act: killed(0) },
  { name: "10,000 events", quiet: 12_000, act: async (w) => {
    const page = await w.open();
    for (let n = 0; n < 10_000; n += 250) await w.views(page, n, 250);
    return 10_000;
  } },
];
