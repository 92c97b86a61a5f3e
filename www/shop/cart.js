// The shopping cart: lines of a product, its chosen options and a quantity.
import { bySku, priceOf } from "./catalog.js";
import { nextNumber, save, state } from "./state.js";

export const lines = () => state.cart.lines.map((line) => ({ ...line, product: bySku(line.sku) })).filter((line) => line.product);
export const count = () => lines().reduce((sum, line) => sum + line.quantity, 0);
export const subtotal = () => Math.round(lines().reduce((sum, line) => sum + priceOf(line.product) * line.quantity, 0) * 100) / 100;

const sameLine = (sku, options) => (line) => line.sku === sku && JSON.stringify(line.options) === JSON.stringify(options);

/** @returns {{ line: object, opened: boolean }} the line that changed, with the added quantity; whether the cart came into being */
export const add = (sku, options, quantity) => {
  const opened = state.cart.lines.length === 0;
  state.cart.id ??= `cart-${nextNumber()}`;
  let line = state.cart.lines.find(sameLine(sku, options));
  if (!line) state.cart.lines.push(line = { id: String(nextNumber()), sku, options, quantity: 0 });
  line.quantity += quantity;
  save();
  return { line: { ...line, quantity, product: bySku(sku) }, opened };
};

/** @returns {{ line: object, by: number }} the line and by how much its quantity rose (or, negative, fell) */
export const setQuantity = (id, quantity) => {
  const line = state.cart.lines.find((entry) => entry.id === id);
  if (!line) return null;
  const by = quantity - line.quantity;
  line.quantity = quantity;
  if (quantity <= 0) state.cart.lines = state.cart.lines.filter((entry) => entry.id !== id);
  save();
  return { line: { ...line, quantity: Math.abs(by), product: bySku(line.sku) }, by };
};

export const empty = () => {
  state.cart = { id: null, lines: [] };
  save();
};
