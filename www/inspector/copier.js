import { copy, el } from "../elements.js";

/** A button that copies what `make` gives. */
export const copier = (label, make, attributes = {}) => el("button", { type: "button", ...attributes, onclick: ({ currentTarget }) => copy(currentTarget, make) }, label);
