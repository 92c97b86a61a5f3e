// One measurement each of what a page costs with one of the sides on it.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { SIDES, fileOf } from "./sides.mjs";

export const brotli = (file) => brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

// By the events themselves: some of Adobe's have no `_id`.
const carriesEvents = ({ body }) => body?.events?.length > 0;
const ofSide = (side) => ({ configId }) => configId === SIDES[side].datastreamId;

/** What a request costs the network upwards but for its headers, which are the browser's: address and body, in bytes. */
const sent = ({ url, bytes }) => url.length + bytes;

/**
 * A visit of one page on a phone: the page view is published as it loads, then `count` events come one every `gap`
 * milliseconds. Times are in milliseconds, sizes in bytes.
 */
export const visit = async (world, side, { slow, count, gap, load }) => {
  await world.edge.reset();
  const visitor = await world.visitor({ slow });
  try {
    const before = await visitor.busy();
    const start = Date.now();
    await visitor.page.goto(world.shop(side, "bench.burst(0, 1);"), { waitUntil: "commit" });
    await world.arrived(side, 1);
    // As long as on the other sides, and never while the collector is still at work.
    await world.sleep(Math.max(load - (Date.now() - start), 1_000));
    const loaded = await visitor.busy();
    const { origin, paths } = await visitor.page.evaluate(() => ({
      origin: performance.timeOrigin, paths: performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
    }));
    const first = (await world.edge.requests()).filter(ofSide(side)).find(carriesEvents);
    const begun = await visitor.busy();
    const took = await visitor.page.evaluate(([count, gap]) => window.bench.steady(1, count, gap), [count, gap]);
    await world.arrived(side, 1 + count);
    await world.sleep(1_000);
    const done = await visitor.busy();
    return {
      bytes: paths.filter((path) => SIDES[side].fetched.test(path)).reduce((sum, path) => sum + brotli(fileOf(path)), 0),
      load: loaded - before,
      event: (done - begun) / count,
      publish: took.reduce((sum, time) => sum + time, 0) / count,
      slowest: Math.max(...took),
      first: first ? Date.parse(first.at) - origin : undefined,
      heap: await visitor.heap(),
    };
  } finally {
    await visitor.leave();
  }
};

/** A session of ten pages with twenty events each, published as the page loads: what it sends. */
export const session = async (world, side, { pages, each }) => {
  const visitor = await world.visitor();
  try {
    for (let n = 0; n < pages; n += 1) {
      await visitor.page.goto(world.shop(side, `bench.burst(${6 * n}, ${each});`));
      await world.arrived(side, (n + 1) * each);
      // A shopper stays for longer than an answer takes.
      await world.sleep(300);
    }
    const requests = (await world.edge.requests()).filter(ofSide(side));
    return { requests: requests.length, sent: requests.reduce((sum, request) => sum + sent(request), 0) };
  } finally {
    await visitor.leave();
  }
};

/** The main-thread time of an event when few have been published in this page, and when many have. */
export const growth = async (world, side, { few, many, count, gap }) => {
  await world.edge.reset();
  const visitor = await world.visitor();
  let published = 0;
  // Counted from a clean edge each time: it need not list thousands again and again.
  const publish = async (how, count) => {
    await world.edge.reset();
    await visitor.page.evaluate(how, [published, count, gap]);
    published += count;
    await world.arrived(side, count);
  };
  const fill = async (upTo) => {
    while (published < upTo) await publish(([from, count]) => window.bench.burst(from, count), Math.min(250, upTo - published));
  };
  const event = async () => {
    await world.sleep(1_000);
    const before = await visitor.busy();
    await publish(([from, count, gap]) => window.bench.steady(from, count, gap), count);
    await world.sleep(1_000);
    return ((await visitor.busy()) - before) / count;
  };
  try {
    await visitor.page.goto(world.shop(side));
    await fill(few);
    const first = await event();
    await fill(many);
    return { few: first, many: await event() };
  } finally {
    await visitor.leave();
  }
};
