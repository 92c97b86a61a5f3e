//! The fuzz target `mapping` over its committed seeds and what becomes of them by small changes,
//! the same ones every time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../../fuzz/mapping.rs"]
mod mapping;

use std::time::{Duration, Instant};

use storefront_collector::value::Value;

fn seeds() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/fuzz_seeds");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn the_seeds_hold() {
    let seeds = seeds();
    assert!(seeds.len() >= 7);
    for seed in seeds {
        assert!(mapping::run(&seed), "a seed is no longer read");
    }
}

/// What a value is replaced by: what breaks things in other programs.
const WORDS: [&str; 16] = [
    "null",
    "0",
    "-1",
    "1.5",
    "\"\"",
    "\"x y\"",
    "[]",
    "{}",
    "true",
    "1e400",
    "\"5.00\"",
    "[[]]",
    "\"é\"",
    "{\"\":0}",
    "99999999999999999999",
    "\"a@b@c\"",
];

/// A small generator of our own: the same changes on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Replaces, takes out or copies one value somewhere below `value`.
fn change(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::List(items) if !items.is_empty() => {
            let at = dice.below(items.len());
            match dice.below(8) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => change(&mut items[at], dice),
            }
        }
        Value::Map(map) if !map.is_empty() && dice.below(12) > 0 => {
            let name = map.iter().nth(dice.below(map.len())).map(|(name, _)| name.to_owned()).unwrap();
            match dice.below(10) {
                0 => drop(map.remove(&name)),
                _ => change(map.get_mut(&name).unwrap(), dice),
            }
        }
        _ => *value = Value::parse(WORDS[dice.below(WORDS.len())]).unwrap(),
    }
}

#[test]
fn changed_seeds_hold() {
    let seeds: Vec<_> = seeds().iter().map(|seed| Value::parse(std::str::from_utf8(seed).unwrap()).unwrap()).collect();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let end = Instant::now() + Duration::from_secs(2);
    let mut tried = 0u32;
    while Instant::now() < end || tried < 500 {
        let mut seed = seeds[dice.below(seeds.len())].clone();
        for _ in 0..=dice.below(6) {
            change(&mut seed, &mut dice);
        }
        assert!(mapping::run(seed.to_json().as_bytes()), "what was JSON is JSON");
        tried += 1;
    }
}

#[test]
fn bytes_that_are_no_event_are_let_be() {
    let mut dice = Dice(7);
    for seed in seeds() {
        for _ in 0..40 {
            let mut bytes = seed.clone();
            let at = dice.below(bytes.len());
            bytes[at] = dice.below(256) as u8;
            mapping::run(&bytes);
            mapping::run(&bytes[..at]);
        }
    }
}
