// The nine pages of the demo shop, from one template: they differ in title and name, and are put together in the browser
// (www/shop/main.js). The settings beside the tag make events wait for the banner (www/shop/consent.js), as Commerce's
// cookie restriction mode wants it (docs/guides/luma.md). `cargo xtask docs` writes them; a test says when they are out of date.
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

const SHOP = "Fjord &amp; Finch";
const TITLES = {
  home: "", category: "Category", product: "Product", cart: "Cart", checkout: "Checkout", success: "Thank you",
  search: "Search", account: "Account", lists: "Requisition lists",
};

const page = (name, title) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self' https://edge.adobedc.net https://adobedc.demdex.net">
<title>${title}</title>
<link rel="icon" href="img/mark.svg">
<link rel="stylesheet" href="shop/shop.css">
<script defer src="/npm/@adobe/magento-storefront-events-sdk/dist/index.js"></script>
<script type="application/json" id="storefront-collector">{ "consentSources": ["mg_dnt", "user_allowed_save_cookie"] }</script>
<script type="module" src="/pkg/collector.js"></script>
<script type="module" src="shop/main.js"></script>
</head>
<body data-page="${name}">
<a class="skip" href="#main">Skip to content</a>
<header id="header"></header>
<main id="main" tabindex="-1"><noscript>This demo shop needs JavaScript.</noscript></main>
<footer id="footer"></footer>
</body>
</html>
`;

/** The text of each page by its file's name below www/. */
export const PAGES = Object.fromEntries(Object.entries(TITLES).map(([name, title]) => [
  `${name === "home" ? "index" : name}.html`, page(name, title ? `${title} · ${SHOP}` : SHOP),
]));

if (import.meta.url === pathToFileURL(argv[1]).href) {
  for (const [name, text] of Object.entries(PAGES)) writeFileSync(new URL(`../../../www/${name}`, import.meta.url), text);
}
