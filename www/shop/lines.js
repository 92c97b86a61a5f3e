// Changes of the cart together with the events that they are.
import * as cart from "./cart.js";
import * as events from "./events.js";

export const addLine = (sku, options, quantity) => {
  const { line, opened } = cart.add(sku, options, quantity);
  events.addedToCart(line, opened);
};

/** Raising a quantity is an addition to the cart, lowering it a removal. */
export const setLine = (id, quantity) => {
  const change = cart.setQuantity(id, quantity);
  if (!change || change.by === 0) return;
  if (change.by > 0) events.addedToCart(change.line, false);
  else events.removedFromCart(change.line);
};
