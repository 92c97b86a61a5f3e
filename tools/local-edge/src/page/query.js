// SQL: the manual's own query is ready, the result is a table, and a file if wanted.
import { el, number } from "./dom.js";
import { csv, ndjson, record, save } from "./export.js";

const READY = "SELECT * FROM your_dataset ORDER BY timestamp DESC";
const EXAMPLES = [
  ["The manual's query", READY],
  ["Orders", "SELECT timestamp, commerce.order.purchaseID, commerce.order.priceTotal, commerce.order.currencyCode\nFROM your_dataset\nWHERE eventType = 'commerce.purchases'\nORDER BY timestamp DESC"],
  ["Events by type", "SELECT eventType, COUNT(*) AS events, COUNT(DISTINCT personID) AS shoppers\nFROM your_dataset\nGROUP BY eventType\nORDER BY events DESC"],
  ["What was put into carts", "SELECT timestamp, productListItems[0].SKU, productListItems[0].quantity, productListItems[0].priceTotal\nFROM your_dataset\nWHERE eventType = 'commerce.productListAdds'\nORDER BY timestamp DESC"],
  ["What XDM objects to", "SELECT at, eventType, id, problems\nFROM events\nWHERE problems <> '[]'\nORDER BY at DESC"],
  ["Events that came twice", "SELECT id, COUNT(*) AS times\nFROM events\nGROUP BY id\nHAVING times > 1"],
];
const PAGE = 100;

const ask = async (sql) => {
  const answer = await fetch("/_edge/query", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ sql }) });
  return answer.json();
};

const show = (columns, row) => {
  const dialog = el("dialog.record", { "aria-label": "Row", onclose: () => dialog.remove() },
    el("div.bar", {}, el("button.small", { type: "button", onclick: () => dialog.close() }, "Close")),
    el("pre", { tabindex: 0 }, JSON.stringify(record(columns, row), null, 2)));
  document.body.append(dialog);
  dialog.showModal();
};

const table = ({ columns, rows }, from) => el("div.table", { tabindex: 0, role: "region", "aria-label": "Result" },
  el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Row"), columns.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, rows.slice(from, from + PAGE).map((row, index) => el("tr", {},
      el("td", {}, el("button.small", { type: "button", "aria-label": `Open row ${from + index + 1}`, onclick: () => show(columns, row) }, number(from + index + 1))),
      row.map((value) => el(`td${value === null ? ".null" : typeof value === "number" ? ".number" : ""}`, {}, el("span", {}, value === null ? "NULL" : String(value)))))))));

export const query = (() => {
  const editor = el("textarea", { id: "sql", rows: 5, spellcheck: "false", autocapitalize: "off", autocomplete: "off", "aria-describedby": "sql-hint", onkeydown: (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void run(); }
  } });
  editor.value = READY;
  const examples = el("select", { id: "examples", onchange: () => { editor.value = EXAMPLES[Number(examples.value)][1]; void run(); } }, EXAMPLES.map(([name], index) => el("option", { value: index }, name)));
  const go = el("button.primary", { type: "button", id: "run", onclick: () => void run() }, "Run");
  const message = el("p.message", { role: "status" });
  const result = el("div.result");
  let latest = null;
  const file = (name, type, make) => el("button", { type: "button", id: `export-${name}`, disabled: true, onclick: () => save(`result.${name}`, type, make(latest)) }, `Export ${name.toUpperCase()}`);
  const files = [file("csv", "text/csv;charset=utf-8", csv), file("ndjson", "application/x-ndjson", ndjson)];

  const draw = (from) => {
    const more = latest.rows.length > PAGE;
    const step = (to, label) => el("button", { type: "button", disabled: to < 0 || to >= latest.rows.length, onclick: () => draw(to) }, label);
    result.replaceChildren(...(latest.columns.length ? [table(latest, from)] : []),
      ...(more ? [el("div.actions", {}, step(from - PAGE, "Earlier rows"), el("span.count", {}, `${number(from + 1)} to ${number(Math.min(from + PAGE, latest.rows.length))}`), step(from + PAGE, "Later rows"))] : []));
  };

  const run = async () => {
    go.disabled = true;
    message.className = "message";
    message.textContent = "Asking …";
    const started = performance.now();
    try {
      const answer = await ask(editor.value);
      if (answer.error) throw new Error(answer.error);
      latest = answer;
      const time = Math.round(performance.now() - started);
      message.textContent = `${number(answer.rows.length)} ${answer.rows.length === 1 ? "row" : "rows"} in ${number(time)} ms${answer.truncated ? "; there are more, which are left out" : ""}.`;
      draw(0);
    } catch (error) {
      latest = null;
      result.replaceChildren();
      message.className = "message error";
      message.textContent = /no such table: your_dataset/.test(error.message) ? "your_dataset is empty: no event has arrived yet." : error.message;
    }
    for (const button of files) button.disabled = !latest;
    go.disabled = false;
  };

  const node = el("div.query", {},
    el("h1", {}, "Query"),
    el("div.editor", {}, el("label", { for: "sql" }, "SQL"), editor),
    el("p.note", { id: "sql-hint" }, "Reading only, as in Query Service: ", el("code", {}, "your_dataset"), " is the dataset written last, ", el("code", {}, "commerce.order.purchaseID"), " reaches nested fields. Ctrl + Enter runs it."),
    el("div.actions", {}, go, el("label.field.inline", {}, el("span", {}, "Examples"), examples), files),
    message, result);
  return { node, shown: () => {} };
})();
