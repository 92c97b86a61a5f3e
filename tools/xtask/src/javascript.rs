//! The same core as plain JavaScript (wasm2js), for pages whose policy refuses WebAssembly.
use anyhow::{Result, ensure};
use xshell::cmd;

use crate::project::Project;
use crate::setup::WASM;
use crate::target_features;

/// The module's file name in `pkg/`.
const MODULE: &str = "storefront_collector_js.js";
/// wasm2js knows one table only, and no table of references.
const FEATURES_OFF: [&str; 2] = ["reference-types", "multivalue"];
/// Starts the module by a call of `init`, as the wasm module does; its exports are wasm-bindgen's.
const INIT: &str = r#"import * as wasm from "./wasm.js";
import { __wbg_set_wasm } from "./storefront_collector_bg.js";

let started = false;
export default async function init() {
  if (!started) {
    started = true;
    __wbg_set_wasm(wasm);
    START
  }
  return wasm;
}
"#;

/// Builds `pkg/storefront_collector_js.js`, a module with the exports of `storefront_collector.js`.
pub(crate) fn build(project: &Project) -> Result<()> {
    let sh = &project.shell;
    // Other compiler flags in the common target folder would rebuild everything every time.
    let work = project.target().join("javascript");
    let off: Vec<String> = FEATURES_OFF.iter().map(|name| format!("-{name}")).collect();
    let off = off.join(",");
    cmd!(
        sh,
        "cargo build --quiet --package storefront-collector-bundle --lib --release --target {WASM}
         --target-dir {work}"
    )
    .env_remove("CARGO_ENCODED_RUSTFLAGS")
    .env("RUSTFLAGS", format!("-Ctarget-feature={off}"))
    .quiet()
    .run()?;

    let compiled = work.join(WASM).join("release/storefront_collector_bundle.wasm");
    let module = target_features::without(&sh.read_binary_file(compiled)?, &FEATURES_OFF)?;
    let stage = work.join("stage");
    sh.remove_path(&stage)?;
    sh.create_dir(&stage)?;
    let _in_stage = sh.push_dir(&stage);
    sh.write_file("storefront_collector.wasm", module)?;
    cmd!(sh, "wasm-bindgen --target bundler --no-typescript --out-dir . storefront_collector.wasm").quiet().run()?;
    let lowering = "--llvm-memory-copy-fill-lowering --signext-lowering \
                    --llvm-nontrapping-fptoint-lowering --strip-debug --strip-producers -Oz";
    let features = "--enable-bulk-memory --enable-bulk-memory-opt --enable-sign-ext \
                    --enable-nontrapping-float-to-int --enable-mutable-globals";
    let flags: Vec<&str> = features.split(' ').chain(lowering.split(' ')).collect();
    cmd!(sh, "wasm-opt {flags...} storefront_collector_bg.wasm -o lowered.wasm").quiet().run()?;
    cmd!(sh, "wasm2js -Oz lowered.wasm -o wasm.js").quiet().run()?;

    let glue = sh.read_file("storefront_collector_bg.js")?;
    sh.write_file("storefront_collector_bg.js", follow_growth(&glue)?)?;
    let module = sh.read_file("storefront_collector.js")?;
    sh.write_file("entry.js", entry(&module))?;
    let output = project.path("pkg").join(MODULE);
    cmd!(
        sh,
        "esbuild entry.js --bundle --minify --format=esm --target=es2022 --legal-comments=none
         --log-level=warning --outfile={output}"
    )
    .quiet()
    .run()?;
    Ok(())
}

/// The bundle's front: `init` starts what wasm-bindgen's module for bundlers would start by itself,
/// and the exports, which stand at that module's end, are the same.
fn entry(module: &str) -> String {
    let (before, exports) = module.split_once("\nexport ").unwrap_or((module, "{}"));
    let start = "wasm.__wbindgen_start();";
    let start = if before.contains(start) { start } else { "" };
    format!("{}export {exports}", INIT.replace("START", start))
}

/// The glue with its views of memory renewed whenever memory has grown.
///
/// The glue knows growth by the detached buffer that WebAssembly leaves behind. The memory of
/// wasm2js moves to a new buffer and detaches nothing, so the glue would go on with the old bytes.
fn follow_growth(glue: &str) -> Result<String> {
    const MOVED: &str = ".buffer !== wasm.memory.buffer";
    let mut followed = glue.to_owned();
    let mut checks = 0;
    for check in [".byteLength === 0", ".buffer.detached === true"] {
        checks += followed.matches(check).count();
        followed = followed.replace(check, MOVED);
    }
    let views = glue.matches("Memory0 = null;").count();
    ensure!(checks == views, "wasm-bindgen's glue has {views} views of memory and {checks} known checks for growth");
    Ok(followed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_follows_growth_and_an_unknown_check_is_an_error() {
        let glue = "let cachedUint8ArrayMemory0 = null;\n\
                    if (cachedUint8ArrayMemory0.byteLength === 0) {}\n";
        let followed = follow_growth(glue).unwrap();
        assert!(followed.contains("(cachedUint8ArrayMemory0.buffer !== wasm.memory.buffer)"));
        assert!(follow_growth("let cachedUint8ArrayMemory0 = null;\n").is_err());
    }

    #[test]
    fn the_exports_are_kept_and_the_start_is_left_to_init() {
        let module = "import a from 'a';\nwasm.__wbindgen_start();\nexport {\n    B\n} from './b.js';\n";
        let text = entry(module);
        assert!(text.ends_with("export {\n    B\n} from './b.js';\n"));
        assert_eq!(text.matches("wasm.__wbindgen_start();").count(), 1);
        assert!(!text.contains("import a"));
        let quiet = entry("import a from 'a';\n");
        assert!(!quiet.contains("START") && !quiet.contains("__wbindgen_start"));
    }
}
