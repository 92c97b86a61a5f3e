// node weigh.mjs FOLDER FILE…: prints {file: bytes} at brotli's highest level, for the files that
// are there and for the snippets wasm-bindgen may have put beside them.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [folder, ...named] = process.argv.slice(2);
const snippets = existsSync(join(folder, "snippets"))
  ? readdirSync(join(folder, "snippets"), { recursive: true })
      .filter((name) => name.endsWith(".js"))
      .map((name) => join("snippets", name))
  : [];

const sizes = {};
for (const file of [...named, ...snippets]) {
  if (!existsSync(join(folder, file))) continue;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  sizes[file] = brotliCompressSync(readFileSync(join(folder, file)), { params }).length;
}
console.log(JSON.stringify(sizes));
