// On a server: importing touches no window, and settings can be judged before a page is made.
import { readFileSync } from "node:fs";
import init, { validate, version } from "storefront-collector";

await init({ module_or_path: readFileSync(new URL(import.meta.resolve("storefront-collector/storefront_collector_bg.wasm"))) });

const settings = {
  organizationId: "0123456789ABCDEF01234567@AdobeOrg",
  datastreamId: "01234567-89ab-cdef-0123-456789abcdef",
};
console.log(JSON.stringify({
  window: typeof window,
  version: version(),
  willCollect: validate(settings).willCollect,
  without: validate({}).willCollect,
}));
