// Takes the place of what wasm-bindgen's glue ends with, after `shorten`: the same `init` and `initSync`, without the
// warnings about arguments of old. `wasm`, `START`, `FILE` and `__wbg_get_imports` are the glue's.

/** Who calls before that is told what to do; the engine's own words would name letters of a minified file. */
const NOT_YET = new Proxy({}, { get: () => { throw new Error("[storefront-collector] the module is not ready: await init() first"); } });
wasm = NOT_YET;

function run(instance) {
  wasm = instance.exports;
  wasm.START();
  return wasm;
}

/** The input itself, or the object that names it. */
function named(input, key) {
  return input && Object.getPrototypeOf(input) === Object.prototype ? input[key] : input;
}

export function initSync(input) {
  if (wasm !== NOT_YET) return wasm;
  const module = named(input, "module");
  const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
  return run(new WebAssembly.Instance(compiled, __wbg_get_imports()));
}

async function load(input) {
  let source = (await named(input, "module_or_path")) ?? new URL(FILE, import.meta.url);
  if (typeof source === "string" || source instanceof URL || source instanceof Request) source = await fetch(source);
  const imports = __wbg_get_imports();
  if (!(source instanceof Response)) {
    const made = await WebAssembly.instantiate(source, imports);
    return run(made.instance ?? made);
  }
  if (!source.ok) throw new Error(`failed to fetch Wasm: ${source.status} ${source.statusText} fetching '${source.url}'`);
  // Streaming refuses a server that does not know the type.
  const made = source.headers.get("content-type") === "application/wasm"
    ? await WebAssembly.instantiateStreaming(source, imports)
    : await WebAssembly.instantiate(await source.arrayBuffer(), imports);
  return run(made.instance);
}

// Two tags, or a tag and a call, ask at the same time: a second instance would take the place of the first under a
// collector that runs already.
let starting;
export default function init(input) {
  return (starting ??= load(input).catch((error) => {
    starting = undefined;
    throw error;
  }));
}
