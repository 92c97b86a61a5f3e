// The rows of the table: what is held against Adobe's collector, and how much of it is allowed.

const median = (list) => {
  const sorted = list.filter((value) => value !== undefined).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const over = (runs, name) => (runs?.length ? median(runs.map((run) => run[name])) : undefined);

/** A figure of a page's visit, as it is or less what the SDK alone costs. */
const whole = (name) => ({ visits }, side) => over(visits[side], name);
const beyond = (name) => ({ visits }, side) => {
  const value = over(visits[side], name);
  return value === undefined ? undefined : value - over(visits.sdk, name);
};
const sent = (name) => ({ sessions }, side) => sessions[side]?.[name];

/**
 * `at`: the most that ours may be of Adobe's. `exact`: the same on every run and every machine. `gated`: held by a gate
 * of its own (`cargo xtask size`), which knows the figure that stands in the repository. `stands`: where a row that
 * is missed stands, with room for noise unless it is exact; it may not get worse.
 * @type {{ id: string, name: string, unit: string, at: number, exact?: true, stands?: number, gated?: true, of: Function }[]}
 */
export const ROWS = [
  { id: "bytes", name: "fetched by the drop-in, brotli 11", unit: "B", at: 0.4, exact: true, gated: true, of: whole("bytes") },
  { id: "load", name: "main thread at load, beyond the SDK", unit: "ms", at: 0.3, stands: 0.8, of: beyond("load") },
  { id: "event", name: "main thread per event, beyond the SDK", unit: "ms", at: 0.25, stands: 0.8, of: beyond("event") },
  { id: "publish", name: "inside `publish`, beyond the SDK", unit: "ms", at: 0.4, of: beyond("publish") },
  { id: "first", name: "navigation to first event at the edge", unit: "ms", at: 0.5, of: whole("first") },
  { id: "requests", name: "requests for a session of 200 events", unit: "", at: 0.15, exact: true, of: sent("requests") },
  { id: "sent", name: "bytes sent for them", unit: "B", at: 0.6, exact: true, stands: 0.71, of: sent("sent") },
  { id: "heap", name: "JS heap, beyond the SDK", unit: "B", at: 0.6, of: beyond("heap") },
];

/** The cost of an event late in a long-lived page, as a share of its cost early; ours alone. `at` leaves room for noise. */
const LONG = { id: "growth", name: "main thread per event after 10,000, against after 100", unit: "ms", at: 1.2 };

/** A ratio beyond this is no noise: twice what is allowed, or worse than Adobe's collector. */
const gross = (at) => Math.min(2 * at, 1);

/** The table's rows: figures per side, ours as a share of Adobe's, and whether that is allowed. */
export const judge = (results) => {
  const rows = ROWS.map(({ of, ...row }) => {
    const figures = Object.fromEntries(["ours", "adobe", "alloy"].map((side) => [side, of(results, side)]));
    return { ...row, ...figures, ratio: figures.ours / figures.adobe, gross: gross(row.at) };
  });
  if (results.growth) {
    const few = median(results.growth.map((run) => run.few));
    const many = median(results.growth.map((run) => run.many));
    rows.push({ ...LONG, ours: many, before: few, ratio: many / few, gross: 2 * LONG.at });
  }
  return rows.map((row) => ({ ...row, met: row.ratio <= row.at }));
};
