export default {
  base: "./",
  build: { target: "es2022" },
  // The development server's pre-bundling would part the module from its .wasm file.
  optimizeDeps: { exclude: ["storefront-collector"] },
};
