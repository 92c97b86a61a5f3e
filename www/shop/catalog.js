// What the shop sells, and how it is searched.

const SIZES = { label: "Size", values: ["S", "M", "L", "XL"] };
const colours = (...values) => ({ label: "Colour", values });

export const CATEGORIES = [
  { id: "wear", name: "Wear", claim: "Soft things for cold shores" },
  { id: "home", name: "Home", claim: "For long evenings indoors" },
  { id: "outdoors", name: "Outdoors", claim: "For everything beyond the door" },
];

const product = (id, sku, name, category, price, image, text, options = [], special = null) =>
  ({ id, sku, name, category, price, special, image: `img/${image}.svg`, text, options });

export const PRODUCTS = [
  product(1, "FF-TEE", "Moss linen tee", "wear", 39, "tee", "Washed linen that gets softer every summer.", [colours("Moss", "Sand"), SIZES]),
  product(2, "FF-JKT", "Harbour rain jacket", "wear", 149.5, "jacket", "Waxed cotton, taped seams, two deep pockets.", [colours("Navy", "Ochre"), SIZES], 119.5),
  product(3, "FF-SCK", "Herring socks, 2 pairs", "wear", 18.25, "socks", "Merino from the islands, reinforced heels.", [colours("Rust", "Grey")]),
  product(4, "FF-CAP", "Lookout cap", "wear", 27, "cap", "Six panels of brushed twill.", [colours("Plum", "Black")]),
  product(5, "FF-MUG", "Stoneware mug", "home", 16.9, "mug", "Thrown by hand, holds three decilitres."),
  product(6, "FF-LMP", "Lighthouse lamp", "home", 89, "lamp", "A warm cone of light for the reading chair.", [], 74),
  product(7, "FF-BLK", "Tidal blanket", "home", 64, "blanket", "Woven wool and recycled cotton.", [colours("Tide", "Shell")]),
  product(8, "FF-CDL", "Juniper candle", "home", 22.5, "candle", "Forty hours of juniper and salt."),
  product(9, "FF-BTL", "Steel bottle", "outdoors", 31, "bottle", "Keeps tea hot from the first ferry to the last.", [colours("Fern", "Steel")]),
  product(10, "FF-TNT", "Two-finch tent", "outdoors", 329, "tent", "Pitches in four minutes, weighs under two kilos."),
  product(11, "FF-PCK", "Day pack", "outdoors", 95, "pack", "Twenty litres of waxed canvas.", [colours("Tan", "Olive")], 79),
  product(12, "FF-LTN", "Storm lantern", "outdoors", 45.75, "lantern", "Burns through a gale and a half."),
];

export const bySku = (sku) => PRODUCTS.find((item) => item.sku === sku);
export const byCategory = (id) => PRODUCTS.filter((item) => item.category === id);
export const categoryName = (id) => CATEGORIES.find((item) => item.id === id)?.name ?? id;
export const priceOf = (item) => item.special ?? item.price;

export const PRICE_RANGES = [{ from: 0, to: 25 }, { from: 25, to: 75 }, { from: 75, to: 400 }];
export const SORTS = [
  { id: "relevance_DESC", name: "Best match" },
  { id: "price_ASC", name: "Price, low to high" },
  { id: "price_DESC", name: "Price, high to low" },
  { id: "name_ASC", name: "Name" },
];

/**
 * @param {{ phrase: string, categories: string[], range: { from: number, to: number } | null, sort: string }} query
 * @returns {{ products: typeof PRODUCTS, suggestions: string[] }}
 */
export const search = ({ phrase, categories, range, sort }) => {
  const words = phrase.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (item) => `${item.name} ${item.text} ${categoryName(item.category)}`.toLowerCase();
  const matching = PRODUCTS.filter((item) => words.every((word) => text(item).includes(word)))
    .filter((item) => !categories.length || categories.includes(item.category))
    .filter((item) => !range || (priceOf(item) >= range.from && priceOf(item) <= range.to));
  const [attribute, direction] = sort.split("_");
  const value = { price: priceOf, name: (item) => item.name }[attribute];
  if (value) matching.sort((a, b) => (value(a) < value(b) ? -1 : 1) * (direction === "ASC" ? 1 : -1));
  return { products: matching, suggestions: [...new Set(matching.map((item) => item.name.split(" ").at(-1).toLowerCase()))].slice(0, 3) };
};
