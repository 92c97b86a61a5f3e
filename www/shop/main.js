// Puts a page together: frame, content, events, consent, and the view behind the counter.
import { askOnce } from "./consent.js";
import { behindTheCounter } from "./counter.js";
import { pageLoaded } from "./events.js";
import { footer, header } from "./frame.js";
import { stayOffline } from "./offline.js";
import { loadOwnSdk } from "./sender.js";
import { state } from "./state.js";

const PAGE_TYPES = { home: "CMS", category: "Category", product: "PDP", cart: "Cart", checkout: "Checkout", success: "PageBuilder", search: "CMS", account: "CMS", lists: "CMS" };
const name = document.body.dataset.page;

stayOffline();
if (state.sender === "own") loadOwnSdk();
document.getElementById("header").append(...header());
document.getElementById("footer").append(...footer());
document.body.append(behindTheCounter());
const page = await import(`./pages/${name}.js`);
pageLoaded(PAGE_TYPES[name], document.title);
page.show();
askOnce();
