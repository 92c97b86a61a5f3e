// `cargo xtask bench --loss [--only TEXT] [--ours]`: published → arrived, ours beside Adobe's collector.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import setup from "../../e2e/support/setup.mjs";
import { ROOT } from "../../e2e/support/paths.mjs";
import { ROWS } from "./rows.mjs";
import { startWorld } from "./world.mjs";

const cells = ({ atOnce, later }) => [atOnce.distinct, later.distinct, later.duplicates, later.ecids].map(String);

/** What is wrong with a row of ours; empty when nothing is. */
export const faults = ({ lost }, { published, later, problems }) => [
  later.distinct === published ? "" : `${published - later.distinct} of ${published} are lost`,
  later.duplicates && !lost ? `${later.duplicates} came twice though every answer was seen` : "",
  later.ids ? `${later.ids} came twice under another _id` : "",
  later.ecids > 1 ? `one shopper became ${later.ecids}` : "",
  problems.length ? `${problems.length} requests break the Edge protocol: ${JSON.stringify(problems[0].problems)}` : "",
].filter(Boolean);

const table = (rows) => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  ")).join("\n");
};

/** @param {string[]} options */
export const run = async (options) => {
  setup();
  const only = options.includes("--only") ? options[options.indexOf("--only") + 1] : "";
  const sides = options.includes("--ours") ? ["ours"] : ["ours", "adobe"];
  const rows = ROWS.filter(({ name }) => name.includes(only));
  const worlds = await Promise.all(sides.map(startWorld));
  const results = [];
  const wrong = [];
  for (const row of rows) {
    const measured = await Promise.all(worlds.map((world) => world.measure({ ...row, act: () => row.act(world) })));
    const result = Object.fromEntries(sides.map((side, index) => [side, measured[index]]));
    results.push({ name: row.name, ...result });
    wrong.push(...faults(row, result.ours).map((fault) => `${row.name}: ${fault}`));
    process.stderr.write(`${row.name}: ${sides.map((side) => `${side} ${cells(result[side]).join(" ")}`).join(", ")}\n`);
  }
  await Promise.all(worlds.map((world) => world.stop()));

  const head = ["published → arrived", "", ...sides.flatMap((side) => [`${side}: at once`, "later", "twice", "shoppers"])];
  const lines = results.map((result) => [result.name, String(result.ours.published), ...sides.flatMap((side) => cells(result[side]))]);
  console.log(`\nA connection takes 300 ms; "later": a next visit included\n\n${table([head, ...lines])}`);
  await mkdir(join(ROOT, "target", "bench"), { recursive: true });
  await writeFile(join(ROOT, "target", "bench", "loss.json"), `${JSON.stringify(results, null, 2)}\n`);
  if (wrong.length) {
    console.log(`\n${wrong.join("\n")}`);
    process.exitCode = 1;
  }
};
