import { fileURLToPath } from "node:url";

export default {
  mode: "production",
  target: ["web", "es2022"],
  entry: fileURLToPath(new URL("../app.js", import.meta.url)),
  experiments: { outputModule: true },
  output: { path: fileURLToPath(new URL("dist", import.meta.url)), filename: "app.js", module: true, clean: true },
};
