// `cargo xtask bench`: one module per kind of measurement; without a kind all of them run.
const KINDS = { "--cost": () => import("./cost/run.mjs"), "--loss": () => import("./loss/run.mjs") };

const given = process.argv.slice(2);
const named = given.filter((argument) => argument in KINDS);
const rest = given.filter((argument) => !(argument in KINDS));
for (const kind of named.length ? named : Object.keys(KINDS)) {
  const { run } = await KINDS[kind]();
  await run(rest);
}
