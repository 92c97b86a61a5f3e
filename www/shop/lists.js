// Requisition lists: what a business orders again and again.
import { bySku } from "./catalog.js";
import * as events from "./events.js";
import { nextNumber, save, state } from "./state.js";

const withProduct = (item) => ({ ...item, product: bySku(item.sku) });
export const itemsOf = (list) => list.items.map(withProduct).filter((item) => item.product);

export const createList = (name, description) => {
  const list = { id: String(nextNumber()), name, description, items: [] };
  state.lists.push(list);
  save();
  events.listCreated(list);
  return list;
};

export const deleteList = (list) => {
  state.lists = state.lists.filter((entry) => entry !== list);
  save();
  events.listDeleted(list);
};

export const addToList = (list, product, options, quantity) => {
  const item = { id: String(nextNumber()), sku: product.sku, options, quantity };
  list.items.push(item);
  save();
  events.addedToList(list, withProduct(item));
};

export const removeFromList = (list, id) => {
  const item = list.items.find((entry) => entry.id === id);
  if (!item) return;
  list.items = list.items.filter((entry) => entry !== item);
  save();
  events.removedFromList(list, withProduct(item));
};
