//! Identifiers for events and requests, from one seed that the browser's cryptography gave.
//!
//! ```
//! use storefront_collector::uuid::Random;
//!
//! let (mut one, mut same) = (Random::new([1, 2, 3, 4]), Random::new([1, 2, 3, 4]));
//! let id = one.uuid();
//! assert_eq!(id, same.uuid(), "the seed decides, so a test can be told what to expect");
//! assert_ne!(id, one.uuid());
//! assert_eq!((id.len(), id.get(14..15)), (36, Some("4")));
//! ```

use alloc::string::String;

const HEX: [u8; 16] = *b"0123456789abcdef";

/// A generator of random numbers (xoshiro256**): quick, 256 bits of state, no secret.
#[derive(Clone, Debug)]
pub struct Random([u64; 4]);

impl Random {
    /// A generator whose numbers follow from `seed` alone: 256 bits of `crypto.getRandomValues` on a
    /// page, anything in tests.
    #[must_use]
    pub const fn new(seed: [u64; 4]) -> Self {
        match seed {
            // The one state that this generator never leaves.
            [0, 0, 0, 0] => Self([1, 0, 0, 0]),
            _ => Self(seed),
        }
    }

    /// A generator whose numbers follow from `text`: whoever has the same text draws the same ones.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut seed = [1, 2, 3, 4];
        for word in &mut seed {
            // FNV-1a, from four beginnings.
            *word = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64.wrapping_mul(*word), |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
            });
        }
        Self::new(seed)
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = self.0;
        let (c2, d2) = (c ^ a, d ^ b);
        self.0 = [a ^ d2, b ^ c2, c2 ^ (b << 17), d2.rotate_left(45)];
        b.wrapping_mul(5).rotate_left(7).wrapping_mul(9)
    }

    /// A UUID, version 4, in lower case.
    ///
    /// ```
    /// let mut random = storefront_collector::uuid::Random::new([1, 2, 3, 4]);
    /// let id = random.uuid();
    /// assert_eq!((id.len(), id.chars().nth(14)), (36, Some('4')));
    /// ```
    pub fn uuid(&mut self) -> String {
        let high = (self.next_u64() & !0xf000) | 0x4000;
        let low = (self.next_u64() & !(0xc << 60)) | (0x8 << 60);
        let mut out = String::with_capacity(36);
        for (half, dashes) in [(high, [8, 12]), (low, [0, 4])] {
            for at in 0..16u32 {
                if dashes.contains(&at) {
                    out.push('-');
                }
                let digit = half.rotate_left(at.saturating_add(1).saturating_mul(4)) & 0xf;
                out.push(HEX.get(digit as usize).copied().map_or('0', char::from));
            }
        }
        out
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use proptest::prelude::*;

    #[test]
    fn writes_the_bits_in_order() {
        // 0, 5760, 11520 … is not what we want to see of a seed; the published first outputs of
        // xoshiro256** for the state 1, 2, 3, 4 are.
        let mut random = Random::new([1, 2, 3, 4]);
        let first: Vec<u64> = (0..5).map(|_| random.next_u64()).collect();
        assert_eq!(first, [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360]);
        assert_eq!(Random::new([1, 2, 3, 4]).uuid(), "00000000-0000-4d00-8000-000000000000");
    }

    #[test]
    fn even_the_empty_seed_gives_different_numbers() {
        let mut random = Random::new([0; 4]);
        let seen: BTreeSet<String> = (0..1000).map(|_| random.uuid()).collect();
        assert_eq!(seen.len(), 1000);
    }

    #[test]
    fn the_same_text_gives_the_same_numbers_and_no_other_does() {
        let seen: BTreeSet<String> = (0..1000).map(|at| Random::of(&format!("early:{at}")).uuid()).collect();
        assert_eq!(seen.len(), 1000);
        assert!(seen.contains(&Random::of("early:7").uuid()));
    }

    proptest! {
        #[test]
        fn every_identifier_is_a_version_4_uuid(seed in any::<[u64; 4]>()) {
            let mut random = Random::new(seed);
            let id = random.uuid();
            let groups: Vec<&str> = id.split('-').collect();
            prop_assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
            prop_assert!(id.chars().all(|c| c == '-' || matches!(c, '0'..='9' | 'a'..='f')));
            prop_assert!(groups[2].starts_with('4'));
            prop_assert!(groups[3].starts_with(['8', '9', 'a', 'b']));
            prop_assert_ne!(id, random.uuid());
        }
    }
}
