// What this browser remembers of the shopper. A real shop keeps it on its server.

const KEY = "fjord-and-finch";
const EMPTY = { cart: { id: null, lines: [] }, account: null, accounts: [], lists: [], order: null, sender: "bundled", number: 1000 };

const load = () => {
  try {
    return { ...structuredClone(EMPTY), ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return structuredClone(EMPTY);
  }
};

export const state = load();

export const save = () => {
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Storage is full or forbidden: the shop then remembers for this page only.
  }
};

/** A number that is new for this browser. */
export const nextNumber = () => {
  state.number += 1;
  return state.number;
};
