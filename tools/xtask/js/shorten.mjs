// One-letter names between the WebAssembly module and its glue. wasm-bindgen's are long and end in sixteen digits of a
// hash, which stand in both files and which no compression shortens.

export const IMPORTS = 2;
const EXPORTS = 7;
/** What a reader of `init()`'s answer may use. */
const KEPT = new Set(["memory"]);

/** Reads a module piece by piece. */
export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  get isDone() {
    return this.at >= this.bytes.length;
  }
  byte() {
    return this.bytes[this.at++];
  }
  /** An unsigned LEB128 number. */
  number() {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      number += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return number;
    }
  }
  take(count) {
    return this.bytes.subarray(this.at, (this.at += count));
  }
  name() {
    return new TextDecoder().decode(this.take(this.number()));
  }
  /** What lies between here and where `skip` stops. */
  passed(skip) {
    const from = this.at;
    skip();
    return this.bytes.subarray(from, this.at);
  }
}

export const number = (value) => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(Math.floor(value / 0x80))]);
export const name = (text) => [...number(text.length), ...new TextEncoder().encode(text)];

/** `a` … `z`, `aa` …: names of letters alone are words that no glue uses otherwise. */
const short = (index) => (index < 26 ? "" : short(Math.floor(index / 26) - 1)) + String.fromCharCode(97 + (index % 26));

const limits = (reader) => {
  const flags = reader.byte();
  reader.number();
  if (flags & 1) reader.number();
};

/** Steps over what follows an import's names, its kind and its type; says which kind: 0 is a function. */
export const description = (reader) => {
  const kind = reader.byte();
  if (kind === 0) reader.number();
  else if (kind === 1) {
    reader.byte();
    limits(reader);
  } else if (kind === 2) limits(reader);
  else if (kind === 3) reader.take(2);
  else throw new Error(`an import of kind ${kind}`);
  return kind;
};

/**
 * The module with short names.
 * @param {Uint8Array} module
 * @returns {{ module: Uint8Array, imports: [string, string, string][], exports: Map<string, string> }} With the imports as
 * module, name and new name, all of the new module "a", and the exports' new names.
 */
export function shorten(module) {
  const reader = new Reader(module);
  const out = [...reader.take(8)];
  const imports = [];
  const exports = new Map();
  while (!reader.isDone) {
    const id = reader.byte();
    const body = reader.take(reader.number());
    const section = new Reader(body);
    const edited = [];
    if (id === IMPORTS) {
      const count = section.number();
      edited.push(...number(count));
      for (let index = 0; index < count; index++) {
        imports.push([section.name(), section.name(), short(index)]);
        edited.push(...name("a"), ...name(short(index)), ...section.passed(() => description(section)));
      }
    } else if (id === EXPORTS) {
      const count = section.number();
      edited.push(...number(count));
      for (let index = 0; index < count; index++) {
        const old = section.name();
        exports.set(old, KEPT.has(old) ? old : short(index));
        edited.push(...name(exports.get(old)), ...section.passed(() => (section.byte(), section.number())));
      }
    }
    const content = edited.length ? edited : body;
    out.push(id, ...number(content.length));
    for (const byte of content) out.push(byte);
  }
  return { module: Uint8Array.from(out), imports, exports };
}

/**
 * wasm-bindgen's glue for a module that `shorten` renamed.
 * @param {string} glue
 * @param {ReturnType<typeof shorten>} renamed
 */
export function follow(glue, { imports, exports }) {
  const list = /return \{\s*__proto__: null,((?:\s*"[^"]+": import\d+,)+)\s*\};/;
  const entries = glue.match(list)?.[1];
  if (!entries) throw new Error("the glue does not list its imports as it did");
  const objects = new Map([...entries.matchAll(/"([^"]+)": (import\d+),/g)].map(([, module, object]) => [module, object]));
  const foreign = [];
  let followed = glue;
  for (const [module, old, now] of imports) {
    const object = objects.get(module);
    const own = `        ${old}: function(`;
    if (followed.includes(own)) followed = followed.replace(own, `        ${now}: function(`);
    else if (object && object !== "import0") foreign.push(`${now}: ${object}.${old},`);
    else throw new Error(`the glue has no ${old} of ${module}`);
  }
  followed = followed
    .replace(list, "return { a: import0 };")
    .replace("const import0 = {\n        __proto__: null,", `const import0 = {\n        __proto__: null,\n${foreign.join("\n")}`);
  return followed.replace(/\bwasm\.(\w+)/g, (whole, old) => (exports.has(old) ? `wasm.${exports.get(old)}` : whole));
}
