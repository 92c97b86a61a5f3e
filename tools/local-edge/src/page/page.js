// The page: three views, chosen by the address after `#`.
import { start } from "./feed.js";
import { live } from "./live.js";
import { numbers } from "./numbers.js";
import { query } from "./query.js";

const VIEWS = { live, query, numbers };
const main = document.getElementById("main");

const show = () => {
  const name = location.hash.slice(1);
  // "Skip to content" leads to #main, which is no view.
  if (name === "main") return;
  const view = VIEWS[name] ?? live;
  main.replaceChildren(view.node);
  document.querySelectorAll("nav a").forEach((link) => {
    if (VIEWS[link.hash.slice(1)] === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  view.shown();
};
addEventListener("hashchange", show);
show();

const stream = document.getElementById("stream");
start((state) => {
  stream.textContent = state === "live" ? "Live" : "No connection, trying again";
  stream.dataset.state = state;
});
