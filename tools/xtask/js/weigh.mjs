// node weigh.mjs FOLDER FILE…: prints {file: bytes} at brotli's highest level.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [folder, ...files] = process.argv.slice(2);
const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
const weigh = (file) => brotliCompressSync(readFileSync(join(folder, file)), { params }).length;
console.log(JSON.stringify(Object.fromEntries(files.map((file) => [file, weigh(file)]))));
