import init, { start } from "storefront-collector";

await init();
const collector = await start({
  organizationId: "0123456789ABCDEF01234567@AdobeOrg",
  datastreamId: "01234567-89ab-cdef-0123-456789abcdef",
});
collector.setContext("pageContext", { pageType: "CMS", pageName: document.title });
collector.publish("page-view");
