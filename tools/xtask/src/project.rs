//! Where things are, and how a program is started there.
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use xshell::Shell;

use crate::cache;

/// The checked-out project, with a shell whose PATH carries the pinned tools.
pub(crate) struct Project {
    /// The workspace's root.
    pub(crate) root: PathBuf,
    /// Where the pinned cargo tools are installed; shared by all clones on this machine.
    pub(crate) tools: PathBuf,
    /// A shell in the root whose PATH carries `node_modules/.bin` and the tools.
    pub(crate) shell: Shell,
}

impl Project {
    /// Finds the project this xtask belongs to.
    pub(crate) fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root =
            manifest.ancestors().nth(2).context("xtask stands two folders below the workspace's root")?.to_path_buf();
        let tools = cache::folder()?.join("tools");

        let mut path = vec![root.join("node_modules/.bin"), tools.join("bin")];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let shell = Shell::new()?;
        shell.change_dir(&root);
        shell.set_var("PATH", std::env::join_paths(path)?);
        Ok(Self { root, tools, shell })
    }

    /// A path inside the project, by its name below the root.
    pub(crate) fn path(&self, below_root: &str) -> PathBuf {
        self.root.join(below_root)
    }

    /// Whether a file or folder of this name stands below the root.
    pub(crate) fn has(&self, below_root: &str) -> bool {
        self.path(below_root).exists()
    }

    /// The folder cargo builds into.
    pub(crate) fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.path("target"),
        }
    }

    /// The version of a package as the workspace's lock file pins it.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let lock = self.shell.read_file("Cargo.lock")?;
        locked_version(&lock, package).with_context(|| format!("Cargo.lock does not name {package}"))
    }

    /// The first program of these names on PATH.
    pub(crate) fn program(&self, names: &[&str]) -> Option<PathBuf> {
        let path = self.shell.var_os("PATH")?;
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        names.iter().find_map(|name| folders.iter().map(|at| at.join(name)).find(|p| p.is_file()))
    }
}

/// Runs a command in the foreground and fails with its name when it fails.
pub(crate) fn run(mut command: Command) -> Result<()> {
    let name = command.get_program().to_owned();
    let status = command.status().with_context(|| format!("cannot start {}", name.display()))?;
    if !status.success() {
        bail!("{} failed ({status})", name.display());
    }
    Ok(())
}

/// Refuses any argument left over, and hands out the value of the one option that is known.
pub(crate) fn single_option(arguments: Vec<OsString>, name: &str) -> Result<Option<String>> {
    Ok(options(arguments, name, [])?.0)
}

/// Refuses any argument left over; hands out the value of the option that is known, and which of the flags are there.
pub(crate) fn options<const N: usize>(
    arguments: Vec<OsString>,
    name: &str,
    flags: [&str; N],
) -> Result<(Option<String>, [bool; N])> {
    let mut value = None;
    let mut there = [false; N];
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        let flag = match &argument {
            lexopt::Arg::Long(long) => flags.iter().position(|flag| flag == long),
            _ => None,
        };
        match argument {
            lexopt::Arg::Long(long) if long == name => {
                let given = parser.value()?;
                value = Some(
                    given
                        .into_string()
                        .map_err(|text| anyhow::anyhow!("--{name} is not text: {}", Path::new(&text).display()))?,
                );
            }
            other => match flag.and_then(|at| there.get_mut(at)) {
                Some(flag) => *flag = true,
                None => return Err(other.unexpected().into()),
            },
        }
    }
    Ok((value, there))
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-test\"\nversion = \"0.3.79\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(locked_version(lock, "bindgen"), None);
    }

    #[test]
    fn a_single_option_is_read_and_others_are_refused() {
        let read = |list: &[&str]| single_option(list.iter().map(OsString::from).collect(), "only").map_err(drop);
        assert_eq!(read(&["--only", "fmt"]), Ok(Some("fmt".to_owned())));
        assert_eq!(read(&["--only=fmt"]), Ok(Some("fmt".to_owned())));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["fmt"]), Err(()));
        assert_eq!(read(&["--all"]), Err(()));
    }

    #[test]
    fn flags_stand_beside_the_option_in_any_order() {
        let read = |list: &[&str]| {
            options(list.iter().map(OsString::from).collect(), "only", ["all-browsers", "all-builds"]).map_err(drop)
        };
        assert_eq!(read(&[]), Ok((None, [false, false])));
        assert_eq!(read(&["--all-builds", "--only", "e2e"]), Ok((Some("e2e".to_owned()), [false, true])));
        assert_eq!(read(&["--only=e2e", "--all-browsers"]), Ok((Some("e2e".to_owned()), [true, false])));
        assert_eq!(read(&["--all"]), Err(()));
    }
}
