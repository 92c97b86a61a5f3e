// What frontends give to the guides' snippets, by a snippet's mark: a stand-in for their runtime, with data as theirs have it.

/** The cart of the drop-ins' event bus: `CartModel` as Adobe documents it for the cart drop-in 3, the fields that tell of
 * lines and totals. */
const CART = {
  id: "qIyJZlzYLdRjYy", totalQuantity: 3, totalUniqueItems: 2, isGuestCart: true, isVirtual: false,
  total: { includingTax: { value: 130, currency: "EUR" }, excludingTax: { value: 130, currency: "EUR" } },
  subtotal: { includingTax: { value: 140, currency: "EUR" }, excludingTax: { value: 140, currency: "EUR" }, includingDiscountOnly: { value: 130, currency: "EUR" } },
  discount: { value: 10, currency: "EUR" }, appliedCoupons: [{ code: "TEN" }], appliedTaxes: [], appliedDiscounts: [],
  items: [
    { uid: "MQ==", itemType: "ConfigurableCartItem", sku: "MH01-M-Blue", topLevelSku: "MH01", name: "Hoodie", quantity: 2,
      url: { urlKey: "hoodie", categories: ["men"] }, image: { src: "https://shop.test/hoodie.jpg", alt: "Hoodie" },
      price: { value: 52, currency: "EUR" }, regularPrice: { value: 52, currency: "EUR" }, total: { value: 104, currency: "EUR" },
      discountedTotal: { value: 94, currency: "EUR" }, discount: { value: 10, currency: "EUR" }, discounted: true,
      selectedOptions: { Size: "M", Color: "Blue" }, lowInventory: false, outOfStock: false },
    { uid: "Mg==", itemType: "SimpleCartItem", sku: "24-MB01", topLevelSku: "24-MB01", name: "Bag", quantity: 1,
      url: { urlKey: "bag", categories: [] }, image: { src: "https://shop.test/bag.jpg", alt: "Bag" },
      price: { value: 36, currency: "EUR" }, regularPrice: { value: 36, currency: "EUR" }, total: { value: 36, currency: "EUR" },
      discounted: false, lowInventory: false, outOfStock: false },
  ],
};

/** The bus, as a module that gives the last cart to whoever asks eagerly. */
export const BUS = `data:text/javascript,${encodeURIComponent(`export const events = { on: (name, listener, { eager } = {}) => { if (eager && name === "cart/data") listener(${JSON.stringify(CART)}); } };`)}`;

/** A cart among Commerce's customer sections with so many hoodies. */
const section = (qty) => ({ cart: {
  cartId: "qIyJZlzYLdRjYy", summary_count: qty, subtotalAmount: 52 * qty, possible_onepage_checkout: true,
  items: qty ? [{ item_id: "7", product_id: "1", product_sku: "MH01", product_name: "Hoodie", product_type: "configurable", qty, product_price_value: 52,
    product_image: { src: "https://shop.test/hoodie.jpg", alt: "Hoodie", width: 75, height: 75 }, options: [{ label: "Size", value: "M" }] }] : [],
} });

/** Alpine's way with components that only have `init`, then Hyvä's customer sections: a cart, one more, one less. */
const alpine = () => {
  const made = {};
  window.Alpine = { data: (name, make) => { made[name] = make; } };
  addEventListener("DOMContentLoaded", () => {
    document.dispatchEvent(new CustomEvent("alpine:init"));
    for (const element of document.querySelectorAll("[x-data]")) made[element.getAttribute("x-data")]().init();
    for (const data of window.SECTIONS) dispatchEvent(new CustomEvent("private-content-loaded", { detail: { data } }));
  });
};

/** What stands on the page before a snippet of this mark. */
export const before = { alpine: `<script>window.SECTIONS = ${JSON.stringify([1, 2, 1].map(section))}; (${alpine})();</script>` };

/** What the events of such a snippet have to say, by their type. */
export const wanted = {
  bus: { "commerce.productListViews": {
    commerce: { cart: { cartID: "qIyJZlzYLdRjYy" }, productListViews: { value: 1 } },
    productListItems: [
      { SKU: "MH01-M-Blue", name: "Hoodie", quantity: 2, priceTotal: 104, discountAmount: 10, currencyCode: "EUR", productImageUrl: "https://shop.test/hoodie.jpg",
        selectedOptions: [{ attribute: "Size", value: "M" }, { attribute: "Color", value: "Blue" }] },
      { SKU: "24-MB01", name: "Bag", quantity: 1, priceTotal: 36, currencyCode: "EUR", productImageUrl: "https://shop.test/bag.jpg" },
    ],
  } },
  alpine: Object.fromEntries(["Adds", "Removals"].map((change) => [`commerce.productList${change}`, {
    commerce: { cart: { cartID: "qIyJZlzYLdRjYy" } },
    productListItems: [{ SKU: "MH01", name: "Hoodie", quantity: 1, priceTotal: 52, productImageUrl: "https://shop.test/hoodie.jpg", selectedOptions: [{ attribute: "Size", value: "M" }] }],
  }])),
};
