// Builds the local edge once for all workers. LOCAL_EDGE names a program that is already built.
import { execFileSync } from "node:child_process";
import { accessSync } from "node:fs";
import { ROOT, built } from "./paths.mjs";

export default () => {
  if (!built) throw new Error("pkg/collector.js is missing: run `cargo xtask build` first");
  if (!process.env.LOCAL_EDGE) {
    const built = execFileSync("cargo", ["build", "--package", "local-edge", "--message-format", "json-render-diagnostics"], {
      cwd: ROOT, encoding: "utf8", maxBuffer: 64 << 20, stdio: ["ignore", "pipe", "inherit"],
    });
    const executables = built.split("\n").filter(Boolean).map((line) => JSON.parse(line).executable).filter(Boolean);
    const program = executables.find((path) => /local-edge(\.exe)?$/.test(path));
    if (!program) throw new Error("cargo build -p local-edge made no program");
    process.env.LOCAL_EDGE = program;
  }
  accessSync(process.env.LOCAL_EDGE);
};
