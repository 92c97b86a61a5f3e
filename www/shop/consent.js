// Asks once whether events may be collected, and keeps the answer where Adobe Commerce keeps it: the cookie `mg_dnt`
// says no, `user_allowed_save_cookie` says yes. The collector reads both, since the page's settings name them as
// consentSources: until one of them is there, events wait in memory, and nothing is sent or kept.
import { WEBSITE } from "./events.js";
import { el } from "./view.js";

const YEAR = 31_536_000;
const set = (name, value, age) => { document.cookie = `${name}=${value}; path=/; max-age=${age}; SameSite=Lax`; };
const has = (name) => document.cookie.split("; ").some((cookie) => cookie.startsWith(`${name}=`));

const accept = () => {
  set("mg_dnt", "", 0);
  set("user_allowed_save_cookie", encodeURIComponent(JSON.stringify({ [WEBSITE]: 1 })), YEAR);
  close();
};
const refuse = () => {
  set("mg_dnt", "1", YEAR);
  set("user_allowed_save_cookie", "", 0);
  close();
};
const close = () => document.getElementById("consent")?.remove();

export const askAgain = () => {
  close();
  document.body.append(el("section.consent", { id: "consent", role: "region", "aria-label": "Cookies" },
    el("p", {}, el("strong", {}, "May we count your visit? "), "With your leave this shop sends what you view and buy to Experience Platform. Without it, nothing is sent, and nothing is kept but your answer and your cart."),
    el("div.actions", {},
      el("button.button", { type: "button", onclick: refuse }, "Refuse"),
      el("button.button.primary", { type: "button", onclick: accept }, "Accept"))));
};

export const askOnce = () => { if (!has("mg_dnt") && !has("user_allowed_save_cookie")) askAgain(); };
