//! First in, first out. The standard library's queue is a ring of two halves, and whatever walks over it
//! stands in the bundle twice.

use alloc::vec::Vec;

/// What waits for its turn.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    /// In the order they came.
    coming: Vec<T>,
    /// What came before those, the next one last.
    going: Vec<T>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { coming: Vec::new(), going: Vec::new() }
    }
}

impl<T> Queue<T> {
    /// Adds one.
    #[inline(never)]
    pub(crate) fn push_back(&mut self, item: T) {
        self.coming.push(item);
    }

    /// Adds all of `items`.
    pub(crate) fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        for item in items {
            self.push_back(item);
        }
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.coming.is_empty() && self.going.is_empty()
    }

    /// Takes the one that has waited longest.
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        if self.going.is_empty() {
            core::mem::swap(&mut self.coming, &mut self.going);
            self.going.reverse();
        }
        self.going.pop()
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use alloc::collections::VecDeque;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn serves_as_the_standard_library(steps in prop::collection::vec(any::<Option<u8>>(), 0..40)) {
            let (mut ours, mut theirs) = (Queue::default(), VecDeque::new());
            for step in steps {
                match step {
                    Some(item) => {
                        ours.extend([item]);
                        theirs.push_back(item);
                    }
                    None => prop_assert_eq!(ours.pop_front(), theirs.pop_front()),
                }
                prop_assert_eq!(ours.is_empty(), theirs.is_empty());
            }
        }
    }
}
