// The table for the console, and the figures for the documentation: there as ratios only, for milliseconds are a
// machine's own.
const digits = (value, unit) => (value === undefined ? "" : unit === "ms" ? value.toFixed(value < 10 ? 2 : 0) : Math.round(value).toLocaleString("en"));
const figure = (value, unit) => (value === undefined ? "" : `${digits(value, unit)}${unit ? ` ${unit}` : ""}`);
const verdict = ({ met }) => (met ? "met" : "missed");

/** Columns of equal width; all but the first to the right. */
const columns = (lines) => {
  const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  return lines.map((line) => line.map((cell, at) => (at ? cell.padStart(widths[at]) : cell.padEnd(widths[at]))).join("  ")).join("\n");
};

/** The rows as text. */
export const table = (rows) => columns([
  ["", "ours", "Adobe's", "smallest alloy", "ours ÷ Adobe's", "at most", ""],
  ...rows.map((row) => [
    row.name, figure(row.ours, row.unit), row.before === undefined ? figure(row.adobe, row.unit) : `(${figure(row.before, row.unit)})`, figure(row.alloy, row.unit),
    row.ratio.toFixed(2), row.at.toFixed(2), verdict(row),
  ]),
]);

/** The rows as Markdown. */
export const markdown = (rows) => [
  "| what | ours ÷ Adobe's | at most | | smallest alloy ÷ Adobe's |",
  "| --- | --- | --- | --- | --- |",
  ...rows.map((row) => `| ${row.name} | ${row.ratio.toFixed(2)} | ${row.at.toFixed(2)} | ${verdict(row)} | ${row.alloy === undefined ? "" : (row.alloy / row.adobe).toFixed(2)} |`),
].join("\n");
