//! The `target_features` custom section of a wasm module: what the compiler says it used.
use anyhow::{Context, Result, ensure};

const HEADER: usize = 8;
const CUSTOM: u8 = 0;
const NAME: &[u8] = b"target_features";

/// The module without the named features in its `target_features` section.
///
/// The standard library's objects declare features that the build has switched off, and
/// wasm-bindgen goes by the declaration.
pub(crate) fn without(module: &[u8], dropped: &[&str]) -> Result<Vec<u8>> {
    ensure!(module.starts_with(b"\0asm"), "not a wasm module");
    let mut out = module.get(..HEADER).context("a wasm header")?.to_vec();
    let mut rest = Reader(module.get(HEADER..).unwrap_or_default());
    while let Some(id) = rest.byte() {
        let body = rest.counted().context("a section's length")?;
        let mut section = Reader(body);
        let edited = (id == CUSTOM && section.counted() == Some(NAME)).then(|| edit(section, dropped)).transpose()?;
        out.push(id);
        write_counted(&mut out, edited.as_deref().unwrap_or(body));
    }
    Ok(out)
}

fn edit(mut section: Reader, dropped: &[&str]) -> Result<Vec<u8>> {
    let count = section.number().context("how many features there are")?;
    let mut kept = Vec::new();
    for _ in 0..count {
        let prefix = section.byte().context("a feature's prefix")?;
        let name = section.counted().context("a feature's name")?;
        if !dropped.iter().any(|drop| drop.as_bytes() == name) {
            kept.push((prefix, name));
        }
    }
    let mut out = Vec::new();
    write_counted(&mut out, NAME);
    write_number(&mut out, kept.len());
    for (prefix, name) in kept {
        out.push(prefix);
        write_counted(&mut out, name);
    }
    Ok(out)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0usize;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

fn write_number(out: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn write_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(features: &[&str]) -> Vec<u8> {
        let mut section = Vec::new();
        write_counted(&mut section, NAME);
        write_number(&mut section, features.len());
        for feature in features {
            section.push(b'+');
            write_counted(&mut section, feature.as_bytes());
        }
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.push(CUSTOM);
        write_counted(&mut module, &[&[4][..], b"name", &[7; 300]].concat());
        module.push(CUSTOM);
        write_counted(&mut module, &section);
        module.push(11);
        write_counted(&mut module, &[0]);
        module
    }

    #[test]
    fn the_named_feature_goes_and_all_else_stays() {
        let before = module(&["bulk-memory", "reference-types", "sign-ext"]);
        let after = module(&["bulk-memory", "sign-ext"]);
        assert_eq!(without(&before, &["reference-types"]).unwrap(), after);
        assert_eq!(without(&after, &["reference-types"]).unwrap(), after);
    }

    #[test]
    fn a_truncated_module_is_an_error() {
        let whole = module(&["sign-ext"]);
        assert!(without(&whole[..whole.len() - 1], &[]).is_err());
        assert!(without(b"text", &[]).is_err());
    }
}
