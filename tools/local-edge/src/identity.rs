//! Who the shopper is: the ECID, and the cookie that carries it from one request to the next.

use base64::{
    Engine,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use rand::Rng;

/// Seconds that the identity cookie lives: 395 days.
pub(crate) const IDENTITY_AGE: u64 = 34_128_000;
/// Seconds that the location hint lives.
pub(crate) const CLUSTER_AGE: u64 = 1800;
/// Seconds that the consent cookie lives: 180 days.
pub(crate) const CONSENT_AGE: u64 = 15_552_000;

/// A new ECID: 38 decimal digits.
pub(crate) fn mint() -> String {
    let mut random = rand::rng();
    let mut digits = String::with_capacity(38);
    digits.push(char::from(b'1' + random.random_range(0..9)));
    for _ in 0..37 {
        digits.push(char::from(b'0' + random.random_range(0..10)));
    }
    digits
}

/// The cookie name of an organisation's state, such as `kndctr_…_AdobeOrg_identity`.
pub(crate) fn cookie_name(org: &str, suffix: &str) -> String {
    format!("kndctr_{}_{suffix}", org.replacen('@', "_", 1))
}

/// The organisation and suffix that a cookie name speaks of.
pub(crate) fn org_of_cookie(name: &str) -> Option<(String, &str)> {
    let rest = name.strip_prefix("kndctr_")?;
    let (id, suffix) = rest.split_once("_AdobeOrg_")?;
    (!id.is_empty()).then(|| (format!("{id}@AdobeOrg"), suffix))
}

/// The identity cookie: a protobuf message in base64, field 1 the ECID, field 10 what is known
/// about its making, fields 20 and 30 the times of the last synchronisation and of writing.
pub(crate) fn encode(ecid: &str, millis: u64) -> String {
    let mut made = vec![0x08];
    varint(&mut made, millis);
    made.extend_from_slice(&[0x18, 0x01, 0x2a, 0x03]);
    made.extend_from_slice(b"OR2");
    made.extend_from_slice(&[0x30, 0x01]);
    let mut message = vec![0x0a];
    varint(&mut message, ecid.len() as u64);
    message.extend_from_slice(ecid.as_bytes());
    message.push(0x52);
    varint(&mut message, made.len() as u64);
    message.extend_from_slice(&made);
    message.extend_from_slice(&[0xa0, 0x01]);
    varint(&mut message, millis);
    message.extend_from_slice(&[0xf0, 0x01]);
    varint(&mut message, millis);
    STANDARD.encode(message)
}

fn varint(into: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0);
        number >>= 7;
        if number == 0 {
            into.push(low);
            return;
        }
        into.push(low | 0x80);
    }
}

/// The ECID in an identity cookie; `None` when the cookie is not in the documented encoding.
pub(crate) fn decode(cookie: &str) -> Option<String> {
    let plain: String =
        percent_encoding::percent_decode_str(cookie).decode_utf8().ok()?.replace('-', "+").replace('_', "/");
    let lenient = GeneralPurpose::new(
        &ALPHABET,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let bytes = lenient.decode(plain).ok()?;
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let key = read_varint(&mut rest)?;
        let skip = match key & 7 {
            0 => {
                read_varint(&mut rest)?;
                continue;
            }
            1 => 8,
            2 => usize::try_from(read_varint(&mut rest)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let content = rest.get(..skip)?;
        if key >> 3 == 1 {
            return String::from_utf8(content.to_vec()).ok();
        }
        rest = rest.get(skip..)?;
    }
    None
}

fn read_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..10 {
        let (first, others) = rest.split_first()?;
        *rest = others;
        number |= u64::from(first & 0x7f) << (7 * place).min(63);
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_cookie_is_read() {
        let cookie = "CiY0MTg2MTY2NjE5MzE0MDE2MTkzNDI3Njg0NTY1MTE0ODg3Njk4OFIQCM68vcXoMhgBKgNPUjIwAaAB0ry9xegysAHCqAHwAc68vcXoMg==";
        let ecid = "41861666193140161934276845651148876988";
        assert_eq!(decode(cookie).as_deref(), Some(ecid));
        assert_eq!(decode(cookie.trim_end_matches('=')).as_deref(), Some(ecid));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let ecid = mint();
        assert_eq!(ecid.len(), 38);
        assert_eq!(decode(&encode(&ecid, 1_763_824_664_000)), Some(ecid));
    }

    #[test]
    fn garbage_has_no_identity() {
        for cookie in ["", "CiY0", "%%%", "////////////////", "aGVsbG8"] {
            assert_eq!(decode(cookie), None, "{cookie}");
        }
    }

    #[test]
    fn cookie_names_name_their_organisation() {
        let name = cookie_name("5BFE274A5F6980A50A495C08@AdobeOrg", "identity");
        assert_eq!(name, "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity");
        assert_eq!(org_of_cookie(&name), Some(("5BFE274A5F6980A50A495C08@AdobeOrg".to_owned(), "identity")));
        assert_eq!(org_of_cookie("mbox"), None);
    }
}
