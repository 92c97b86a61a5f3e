import { state } from "../state.js";
import { el, mount, price } from "../view.js";

export const show = () => mount(el("section.thanks", {}, el("h1", {}, "Thank you"), state.order
  ? [el("p", {}, "Your order ", el("strong", { id: "order-number" }, state.order.id), ` over ${price(state.order.total)} is on its way.`), el("p", {}, `We have written to ${state.order.email}.`)]
  : el("p", {}, "There is no order yet."), el("a.button.primary", { href: "index.html" }, "Back to the shop")));
