//! The identity cookie: Base64 of a protobuf message whose field 1 is the ECID (Edge protocol, 4.5).

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::text::six_bits;

/// The ECID in `value` of an identity cookie, either Base64 alphabet; `None` for anything malformed.
///
/// ```
/// assert_eq!(storefront_collector::identity::decode("CgQxMjM0").as_deref(), Some("1234"));
/// assert_eq!(storefront_collector::identity::decode("nonsense!"), None);
/// ```
#[must_use]
pub fn decode(value: &str) -> Option<String> {
    let bytes = base64(value)?;
    let mut rest: &[u8] = &bytes;
    loop {
        let tag = varint(&mut rest)?;
        let length = match tag & 7 {
            0 => {
                varint(&mut rest)?;
                0
            }
            1 => 8,
            2 => usize::try_from(varint(&mut rest)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (content, after) = rest.split_at_checked(length)?;
        if tag == (1 << 3 | 2) {
            // Letters and digits are all that an ECID is made of; anything else is a damaged cookie.
            let ecid = core::str::from_utf8(content).ok()?;
            return (!ecid.is_empty() && ecid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
                .then(|| ecid.to_owned());
        }
        rest = after;
    }
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.bytes().take_while(|byte| *byte != b'=') {
        let value = six_bits(byte)?;
        bits = bits << 6 | u32::from(value);
        count = count.wrapping_add(6);
        if count >= 8 {
            count = count.wrapping_sub(8);
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use ::base64::prelude::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_cookie_of_the_recordings() {
        let value = "CiY0MTg2MTY2NjE5MzE0MDE2MTkzNDI3Njg0NTY1MTE0ODg3Njk4OFIQCM68vcXoMhgBKgNPUjIwAaAB0ry9xegysAHCqAHwAc68vcXoMg==";
        assert_eq!(decode(value).as_deref(), Some("41861666193140161934276845651148876988"));
    }

    #[test]
    fn anything_malformed_is_unknown() {
        // Nothing; field 1 longer than the message; field 1 as a number; a group; an endless varint;
        // an ECID that is no text, empty, or has a blank.
        for bytes in
            [&b""[..], b"\x0a\x05ab", b"\x08\x05", b"\x0b", &[0x80; 12], b"\x0a\x01\xff", b"\x0a\x00", b"\x0a\x03a b"]
        {
            assert_eq!(decode(&BASE64_STANDARD.encode(bytes)), None, "{bytes:?}");
        }
        for text in ["", "=", "%", "Cg", "é"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    /// A protobuf field, written the slow way.
    fn field(number: u64, kind: u64, content: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut put = |mut value: u64| {
            while value >= 0x80 {
                out.push(value as u8 | 0x80);
                value >>= 7;
            }
            out.push(value as u8);
        };
        put(number << 3 | kind);
        if kind == 2 {
            put(content.len() as u64);
        }
        out.extend_from_slice(content);
        out
    }

    proptest! {
        #[test]
        fn finds_field_1_among_others(
            ecid in "[0-9]{1,60}",
            before in prop::collection::vec((2u64..2000, prop::collection::vec(any::<u8>(), 0..200)), 0..4),
            number in any::<[u8; 8]>(),
            safe in any::<bool>(),
        ) {
            let mut message = field(30, 1, &number);
            message.extend(field(31, 5, &number[..4]));
            message.extend(field(32, 0, &[0xff, 0x01]));
            for (name, content) in &before {
                message.extend(field(*name, 2, content));
            }
            message.extend(field(1, 2, ecid.as_bytes()));
            message.extend(field(40, 0, &[5]));
            let text = if safe { BASE64_URL_SAFE_NO_PAD.encode(&message) } else { BASE64_STANDARD.encode(&message) };
            prop_assert_eq!(decode(&text), Some(ecid));
        }

        #[test]
        fn reads_base64_as_the_base64_crate_does(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let text = BASE64_STANDARD.encode(&bytes);
            prop_assert_eq!(base64(&text), Some(bytes.clone()));
            let text = BASE64_URL_SAFE.encode(&bytes);
            prop_assert_eq!(base64(&text), Some(bytes));
        }

        #[test]
        fn no_value_panics(text in ".*", base in "[A-Za-z0-9+/=_-]{0,64}") {
            let _ = (decode(&text), decode(&base));
        }
    }
}
