/**
 * The drop-in. Importing it starts the collector of the page, with the settings of the data layer and of
 * `<script type="application/json" id="storefront-collector">`. It exports nothing: the running collector is
 * `window.storefrontCollector`.
 */
import "./storefront_collector.js";
export {};
