// Adobe's storefront events SDK publishes the same acts on two pages: one carries Adobe's collector, one ours.
// What the two deliver must mean the same, and everything of ours must be valid XDM.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { differences, lostByAdobe } from "./compare.mjs";
import { CONTEXTS, scenarioOf, scenarios } from "./scenarios.mjs";
import { expect, test, watch } from "./support/fixtures.mjs";
import { ADOBES, OURS, adobe, collector, contexts, page as html, push, sdk } from "./support/pages.mjs";
import { publishAll } from "./support/publish.mjs";

const distinct = (events) => new Set(events.map(({ xdm }) => scenarioOf(xdm))).size;

/** Publishes all scenarios on a page of its own and returns what arrived. */
const collect = async ({ browser, site, edge }, tag, datastreamId, list, enough) => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const seen = watch(page);
  await page.goto(site.page(html(sdk(), push(...contexts({ datastreamId })), tag)));
  const failed = await page.evaluate(publishAll, { scenarios: list, names: CONTEXTS });
  expect(failed, "publishing never throws into the page").toEqual([]);
  const events = await edge.settled((events) => distinct(events) >= enough, { datastreamId, quiet: 20_000 });
  await context.close();
  return { events, seen };
};

const byScenario = (events) => {
  const map = new Map();
  for (const event of events) {
    const id = scenarioOf(event.xdm);
    map.set(id, [...(map.get(id) ?? []), event]);
  }
  return map;
};

/** A custom event's kind is the merchant's to give; without one both collectors send it, and the edge remarks on it. */
const remarks = ({ event }, problems) => problems.filter(({ path }) => !(event === "custom" && path === "eventType"));

const readable = (problems) => problems.map(({ path, message }) => `${path} ${message}`).join(", ");

for (const { name, seed, odd } of [{ name: "plain", seed: 11, odd: 0 }, { name: "odd", seed: 12, odd: 0.06 }]) {
  test(`the same XDM as Adobe's collector for 152 ${name} scenarios`, async ({ browser, site, edge }) => {
    const list = scenarios(seed, 152, { odd });
    const kept = list.filter((scenario) => !lostByAdobe(scenario));
    const [theirs, ours] = await Promise.all([
      collect({ browser, site, edge }, adobe(), ADOBES, list, kept.length),
      collect({ browser, site, edge }, collector(), OURS, list, list.length),
    ]);
    const [expected, actual] = [byScenario(theirs.events), byScenario(ours.events)];

    expect(kept.filter(({ id }) => !expected.has(id)).map(({ id, event }) => `${id} ${event}`), "Adobe's collector sent everything it can send").toEqual([]);
    const wrong = [];
    for (const scenario of list) {
      const mine = actual.get(scenario.id) ?? [];
      if (mine.length !== 1) wrong.push(`${scenario.id} ${scenario.event}: arrived ${mine.length} times`);
      for (const { xdm, problems } of mine) {
        const invalid = remarks(scenario, problems);
        if (invalid.length) wrong.push(`${scenario.id} ${scenario.event}: invalid ${readable(invalid)}`);
        const [same] = expected.get(scenario.id) ?? [];
        if (same) wrong.push(...differences(scenario, same.xdm, xdm).map((line) => `${scenario.id} ${scenario.event} ${line}`));
      }
    }
    expect(wrong).toEqual([]);
    expect(actual.size, "nothing but the scenarios").toBe(list.length);
    expect(ours.seen.errors).toEqual([]);
  });
}

// Scenarios recorded elsewhere, with what Adobe's collector sent: PARITY_DIR=folder with plain.json, odd.json and compare.mjs.
if (process.env.PARITY_DIR) {
  const folder = resolve(process.env.PARITY_DIR);
  for (const name of ["plain", "odd"]) {
    test(`the same XDM as recorded in ${name}.json`, async ({ browser, site, edge }) => {
      const judge = await import(pathToFileURL(join(folder, "compare.mjs")).href);
      // A custom event has no name of its own at the edge, so it takes one along and leaves it before it is judged.
      const list = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")).map((recorded) => (
        recorded.event === "custom" ? { ...recorded, args: [{ ...recorded.args[0], _acme: { scenario: recorded.id } }] } : recorded));
      const { events, seen } = await collect({ browser, site, edge }, collector(), OURS, list, list.length);
      const actual = byScenario(events);
      const wrong = [];
      for (const scenario of list) {
        const mine = actual.get(scenario.id) ?? [];
        if (mine.length !== 1) wrong.push(`${scenario.id} ${scenario.event}: arrived ${mine.length} times`);
        for (const { xdm, problems } of mine) {
          const invalid = remarks(scenario, problems);
          if (invalid.length) wrong.push(`${scenario.id} ${scenario.event}: invalid ${readable(invalid)}`);
          const judged = { ...xdm };
          if (scenario.event === "custom") delete judged._acme;
          for (const expected of scenario.expected) wrong.push(...judge.differences(scenario, expected, judged).map((line) => `${scenario.id} ${scenario.event} ${line}`));
        }
      }
      expect(wrong).toEqual([]);
      expect(seen.errors).toEqual([]);
    });
  }
}
