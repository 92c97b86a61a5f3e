// An order of the module's functions in which those that look alike stand next to each other: what compression
// finds close by it writes shorter. Nothing else changes.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { description, IMPORTS, name, number, Reader } from "./shorten.mjs";

const CODE = 10;
/** How many bytes two functions must have in common for a likeness. */
const PIECE = 5;
// Nothing is optimised, so these only say what may be read; tools/bundle/Cargo.toml has the same.
const FEATURES = ["bulk-memory", "bulk-memory-opt", "call-indirect-overlong", "multivalue", "mutable-globals",
  "nontrapping-float-to-int", "reference-types", "sign-ext"].map((feature) => `--enable-${feature}`);

/** Puts the functions of the module at `path` in order. */
export function order(path) {
  const named = `${path}.named`;
  writeFileSync(named, withNames(readFileSync(path)));
  execFileSync("wasm-opt", [...FEATURES, "--reorder-functions-by-name", "--strip-debug", named, "-o", path]);
  rmSync(named);
}

/** The module with a name for each function, by which they sort into the order wanted. */
function withNames(module) {
  const { imported, bodies } = functions(module);
  const names = places(bodies).flatMap((place, index) => [...number(imported + index), ...name(String(place).padStart(6, "0"))]);
  const content = [...number(bodies.length), ...names];
  const section = [...name("name"), 1, ...number(content.length), ...content];
  return Buffer.concat([module, Buffer.from([0, ...number(section.length), ...section])]);
}

function functions(module) {
  const reader = new Reader(module);
  reader.take(8);
  let imported = 0;
  const bodies = [];
  while (!reader.isDone) {
    const id = reader.byte();
    const section = new Reader(reader.take(reader.number()));
    if (id === IMPORTS) {
      for (let left = section.number(); left > 0; left--) {
        section.name();
        section.name();
        if (description(section) === 0) imported += 1;
      }
    } else if (id === CODE) {
      for (let left = section.number(); left > 0; left--) bodies.push(section.take(section.number()));
    }
  }
  return { imported, bodies };
}

/** The place of each body where every one is followed by the one most like it of those that are left. */
function places(bodies) {
  const pieces = bodies.map((body) => {
    const found = new Set();
    for (let at = 0; at + PIECE <= body.length; at++) found.add(body.readUIntBE(at, PIECE));
    return found;
  });
  const taken = new Array(bodies.length).fill(0);
  const left = new Set(bodies.keys());
  let current = 0;
  for (let place = 0; left.size; place++) {
    taken[current] = place;
    left.delete(current);
    let most = -1;
    let next = current;
    for (const other of left) {
      const likeness = shared(pieces[current], pieces[other]) / Math.sqrt(pieces[other].size + 8);
      if (likeness > most) [most, next] = [likeness, other];
    }
    current = next;
  }
  return taken;
}

function shared(one, other) {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  let count = 0;
  for (const piece of few) if (many.has(piece)) count += 1;
  return count;
}
