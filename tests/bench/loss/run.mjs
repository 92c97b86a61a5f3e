// `cargo xtask bench --loss [--row NAME] [--ours] [--json]`: published → arrived, ours beside Adobe's collector.
// NAME is a part of a row's name; --ours leaves Adobe's side out; --json prints the figures instead of the table.
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import setup from "../../e2e/support/setup.mjs";
import { ROOT } from "../../e2e/support/paths.mjs";
import { ROWS } from "./rows.mjs";
import { startWorld } from "./world.mjs";

const cells = ({ atOnce, later, error }) => (error ? ["-", "-", "-", "-"] : [atOnce.distinct, later.distinct, later.duplicates, later.ecids].map(String));

/** What is wrong with a row of ours; empty when nothing is. */
export const faults = ({ lost, unpromised }, { published, later, problems, error }) => (error ? [error] : [
  unpromised || later.distinct === published ? "" : `${published - later.distinct} of ${published} are lost`,
  later.duplicates && !lost ? `${later.duplicates} came twice though every answer was seen` : "",
  later.ids ? `${later.ids} came twice under another _id` : "",
  later.ecids > 1 ? `one shopper became ${later.ecids}` : "",
  problems.length ? `${problems.length} requests or events break the rules: ${JSON.stringify(problems[0])}` : "",
].filter(Boolean));

const table = (rows) => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  ")).join("\n");
};

const git = (...given) => execFileSync("git", given, { cwd: ROOT, encoding: "utf8" }).trim();
/** Which state of the repository was measured. */
const commit = () => {
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") ? " and changes" : "");
  } catch {
    return "no repository";
  }
};

/** @param {string[]} given */
export const run = async (given) => {
  // Not strict: what another kind of measurement is told comes along.
  const { values } = parseArgs({ args: given, strict: false, options: { row: { type: "string", default: "" }, ours: { type: "boolean" }, json: { type: "boolean" } } });
  const rows = ROWS.filter(({ name }) => name.includes(values.row));
  if (!rows.length) throw new Error(`no row is named ${values.row}; there are: ${ROWS.map(({ name }) => name).join("; ")}`);
  setup();
  const measuredAt = commit();
  const sides = values.ours ? ["ours"] : ["ours", "adobe"];
  const worlds = await Promise.all(sides.map(startWorld));
  const results = [];
  const wrong = [];
  for (const row of rows) {
    const start = Date.now();
    const measured = await Promise.all(worlds.map((world) => world.measure({ ...row, act: () => row.act(world) })
      .catch((error) => ({ error: String(error.message ?? error) }))));
    const result = Object.fromEntries(sides.map((side, index) => [side, measured[index]]));
    const seconds = Math.round((Date.now() - start) / 1000);
    results.push({ name: row.name, seconds, mayComeTwice: Boolean(row.lost), ...result });
    wrong.push(...faults(row, result.ours).map((fault) => `${row.name}: ${fault}`));
    process.stderr.write(`${row.name}: ${sides.map((side) => `${side} ${result[side].error ?? cells(result[side]).join(" ")}`).join(", ")} (${seconds} s)\n`);
  }
  await Promise.all(worlds.map((world) => world.stop()));

  const about = { commit: measuredAt, date: new Date().toISOString().slice(0, 10), rows: results, wrong };
  const json = JSON.stringify(about, null, 2);
  await mkdir(join(ROOT, "target", "bench"), { recursive: true });
  await writeFile(join(ROOT, "target", "bench", "loss.json"), `${json}\n`);
  if (values.json) console.log(json);
  else {
    const head = ["published → arrived", "", ...sides.flatMap((side) => [`${side}: at once`, "later", "twice", "shoppers"])];
    const lines = results.map((result) => [result.name, String(result.ours.published ?? "-"), ...sides.flatMap((side) => cells(result[side]))]);
    console.log(`\nA connection takes 300 ms; "later": a next visit included (${about.commit}, ${about.date})\n\n${table([head, ...lines])}`);
    const unfinished = results.filter(({ adobe }) => adobe?.error).map(({ name, adobe }) => `${name}: Adobe's: ${adobe.error}`);
    if (wrong.length + unfinished.length) console.log(`\n${[...wrong, ...unfinished].join("\n")}`);
  }
  if (wrong.length) process.exitCode = 1;
};
