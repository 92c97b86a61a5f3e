//! The program itself: its addresses, its files, its lines.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use ureq::Agent;

use crate::client::{body, event};

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_says_where_it_listens_serves_files_and_prints_events() {
    let folder = std::env::temp_dir().join(format!("local-edge-files-{}", std::process::id()));
    let pkg = folder.join("pkg");
    std::fs::create_dir_all(folder.join("www/sub")).unwrap();
    std::fs::create_dir_all(&pkg).unwrap();
    std::fs::write(folder.join("secret.txt"), "secret").unwrap();
    std::fs::write(folder.join("www/sub/index.html"), "<p>hello").unwrap();
    std::fs::write(pkg.join("a.wasm"), "wasm").unwrap();
    std::fs::write(pkg.join("a.js"), "js").unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_local-edge"))
        .args(["--https", "127.0.0.1:0", "--print", "--serve"])
        .arg(folder.join("www"))
        .arg("--mount")
        .arg(format!("/pkg={}", pkg.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut program = Program(child);
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let addresses: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    let http = addresses["http"].as_str().unwrap();
    assert!(addresses["https"].as_str().unwrap().starts_with("https://127.0.0.1:"));

    let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
    let get = |path: &str| {
        let mut answer = agent.get(format!("{http}{path}")).call().unwrap();
        let header =
            |name: &str| answer.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned());
        let (kind, cache) = (header("content-type"), header("cache-control"));
        (answer.status().as_u16(), kind, cache, answer.body_mut().read_to_string().unwrap())
    };
    let page = get("/sub/");
    assert_eq!(
        (page.0, page.1.as_str(), page.2.as_str(), page.3.as_str()),
        (200, "text/html; charset=utf-8", "no-store", "<p>hello")
    );
    assert_eq!(get("/pkg/a.wasm").1, "application/wasm");
    assert_eq!(get("/pkg/a.js").1, "text/javascript; charset=utf-8");
    assert_eq!(get("/sub").0, 308);
    for path in ["/none", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/pkgs/a.js", "/%ff"] {
        assert_eq!(get(path).0, 404, "{path}");
    }

    let mut wrong = event("a");
    wrong["xdm"]["productListItems"][0]["quantity"] = Value::from(1.5);
    let sent = body(&[wrong], &[]).to_string();
    let edge = format!("{http}/ee/v1/interact?configId=d");
    assert_eq!(agent.post(edge).header("content-type", "text/plain").send(sent).unwrap().status(), 200);
    let line = lines.next().unwrap();
    assert!(line.contains("commerce.productListAdds"), "{line}");
    assert!(
        line.ends_with("problem: productListItems[0].quantity: XDM wants an integer, not a number with a fraction"),
        "{line}"
    );
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn wrong_options_are_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_local-edge")).args(["--mount", "nowhere"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--mount nowhere: wants /PREFIX=DIR"));
}
