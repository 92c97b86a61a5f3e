// A result as a file.

const cell = (value) => {
  if (value === null) return "";
  let text = String(value);
  // A spreadsheet would take a shopper's text for a formula.
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** RFC 4180. */
export const csv = ({ columns, rows }) => [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n").concat("\r\n");

/** A cell's own JSON as what it means. */
export const meaning = (value) => {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

/** A row as an object; columns of one name get numbers. */
export const record = (columns, row) => {
  const out = {};
  columns.forEach((name, index) => {
    let key = name;
    for (let count = 2; key in out; count += 1) key = `${name}_${count}`;
    if (row[index] !== null) out[key] = meaning(row[index]);
  });
  return out;
};

export const ndjson = ({ columns, rows }) => rows.map((row) => `${JSON.stringify(record(columns, row))}\n`).join("");

export const save = (name, type, text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};
