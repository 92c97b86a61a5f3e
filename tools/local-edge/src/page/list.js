// A list of any length of which only what is in sight stands in the page. Rows have one height.
import { el, onFrame } from "./dom.js";

/** Rows above and below what is in sight, so that scrolling finds them drawn. */
const SPARE = 8;

/**
 * @param {{ label: string, height: number, draw: (item: any) => Node[], open: (item: any) => void, key: (item: any) => any }} options
 */
export const virtualList = ({ label, height, draw, open, key }) => {
  const room = el("div.room", { role: "none" });
  const node = el("div.events", { role: "listbox", "aria-label": label, tabindex: 0 }, room);
  const rows = new Map();
  let items = [];
  let active = null;

  const place = () => items.findIndex((item) => key(item) === active);

  const rowOf = (item, index) => {
    const row = el("div.row", { role: "option", id: `row-${key(item)}`, "aria-selected": String(key(item) === active), "data-family": item.family, "data-verdict": item.verdict, onclick: () => choose(index, item) }, draw(item));
    row.style.height = `${height}px`;
    return row;
  };

  const render = () => {
    const first = Math.max(0, Math.floor(node.scrollTop / height) - SPARE);
    const end = Math.min(items.length, Math.ceil((node.scrollTop + node.clientHeight) / height) + SPARE);
    room.style.height = `${items.length * height}px`;
    const wanted = new Set();
    for (let index = first; index < end; index += 1) {
      const item = items[index];
      const id = key(item);
      wanted.add(id);
      let row = rows.get(id);
      if (!row) {
        row = rowOf(item, index);
        rows.set(id, row);
        room.append(row);
      }
      row.style.transform = `translateY(${index * height}px)`;
      row.setAttribute("aria-posinset", String(index + 1));
      row.setAttribute("aria-setsize", String(items.length));
      row.setAttribute("aria-selected", String(id === active));
    }
    for (const [id, row] of rows) {
      if (wanted.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    if (rows.has(active)) node.setAttribute("aria-activedescendant", `row-${active}`);
    else node.removeAttribute("aria-activedescendant");
  };
  const draws = onFrame(render);

  const show = (index) => {
    const top = index * height;
    if (top < node.scrollTop) node.scrollTop = top;
    else if (top + height > node.scrollTop + node.clientHeight) node.scrollTop = top + height - node.clientHeight;
  };
  const choose = (index, item = items[index]) => {
    if (!item) return;
    active = key(item);
    open(item);
    draws();
  };
  const move = (index) => {
    const to = Math.max(0, Math.min(items.length - 1, index));
    show(to);
    choose(to);
  };

  node.addEventListener("scroll", draws, { passive: true });
  node.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(node.clientHeight / height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in steps) move(place() + steps[event.key]);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(items.length - 1);
    else return;
    event.preventDefault();
  });
  new ResizeObserver(draws).observe(node);

  return {
    node,
    /** Shows other items; who reads further down keeps the place. */
    set: (fresh, addedOnTop = 0) => {
      items = fresh;
      if (addedOnTop && node.scrollTop > height) {
        room.style.height = `${items.length * height}px`;
        node.scrollTop += addedOnTop * height;
      }
      node.hidden = items.length === 0;
      draws();
    },
  };
};
