//! What the shopping cart held before: Adobe's own examples publish cart changes without saying what
//! changed, and themes empty the cart before the order is published (defects, rows 11 and 12).

use alloc::rc::Rc;
use alloc::string::String;

use super::EventKind;
use super::change::differs;
use crate::text::join;
use crate::value::Value;

/// The carts of this visit that later events may need; mostly one and the same.
#[derive(Clone, Debug, Default)]
pub(super) struct CartMemory {
    /// The cart as this page last told of it; none once it was ordered.
    current: Option<Rc<Value>>,
    /// The cart as it was at the last cart event; before the first one, as it was before its first change.
    baseline: Option<Rc<Value>>,
    /// The cart as the last page knew it, for the first change of this one.
    earlier: Option<Rc<Value>>,
    /// The last cart that held something.
    filled: Option<Rc<Value>>,
}

impl CartMemory {
    /// The page tells of its cart, by a context or an event. Taken away it is not empty: themes, as Adobe's SDK does,
    /// set null before each cart.
    pub(super) fn changed(&mut self, cart: Option<Value>) {
        let Some(cart) = cart.filter(|cart| cart.as_map().is_some()) else { return };
        if self.current.as_deref() == Some(&cart) {
            return;
        }
        let cart = Rc::new(cart);
        let before = self.current.replace(cart.clone());
        if self.baseline.is_none()
            && let Some(before) = before
            // Prices may come after the lines.
            && differs(lines(&before), lines(&cart))
        {
            // A theme may show an empty cart until it has loaded the shopper's.
            if holds_something(&before) {
                self.earlier = None;
                self.baseline = Some(before);
            }
        }
        if holds_something(&cart) {
            self.filled = Some(cart);
        }
    }

    /// The earlier cart that an event of this kind may fall back to.
    pub(super) fn before(&self, kind: EventKind) -> Option<Rc<Value>> {
        match kind {
            EventKind::PlaceOrder => self.filled.clone(),
            _ => self.baseline.as_ref().or(self.earlier.as_ref()).cloned(),
        }
    }

    /// An event of this kind has been taken.
    pub(super) fn taken(&mut self, kind: EventKind) {
        match kind {
            // Published beside add-to-cart, for one and the same change.
            EventKind::OpenCart if self.current.is_some() => (self.baseline, self.earlier) = (None, None),
            EventKind::AddToCart
            | EventKind::RemoveFromCart
            | EventKind::ShoppingCartView
            | EventKind::InitiateCheckout
                if self.current.is_some() =>
            {
                self.baseline.clone_from(&self.current);
            }
            // Only an order that is told of once more may still fall back to what was ordered.
            EventKind::PlaceOrder => *self = Self { filled: self.filled.take(), ..Self::default() },
            _ => {}
        }
    }

    /// The memory as text for the next page of this visit; `None` when there is nothing to remember. A cart that is
    /// gone since stands in a list.
    pub(super) fn to_text(&self) -> Option<String> {
        let filled = self.filled.as_ref()?.to_json();
        let is_there = self.current.as_ref().or(self.earlier.as_ref()).is_some_and(|cart| holds_something(cart));
        Some(if is_there { filled } else { join(&["[", &filled, "]"]) })
    }

    /// Takes over what the last page of this visit remembered. What this page has seen wins.
    pub(super) fn restore(&mut self, text: &str) {
        let Ok(cart) = Value::parse(text) else { return };
        let gone = cart.at("0").cloned();
        let is_there = gone.is_none();
        let cart = Rc::new(gone.unwrap_or(cart));
        if cart.as_map().is_none() {
            return;
        }
        self.filled.get_or_insert_with(|| cart.clone());
        self.earlier = is_there.then_some(cart);
    }

    /// The page before this one had `earlier`. What this page has seen itself is newer.
    pub(super) fn follow(&mut self, earlier: Self) {
        if self.current.is_none() && earlier.filled.is_some() {
            self.filled = earlier.filled;
            self.earlier = earlier.current.or(earlier.earlier);
        }
    }
}

fn lines(cart: &Value) -> &[Value] {
    cart.get("items").and_then(Value::as_list).unwrap_or_default()
}

fn holds_something(cart: &Value) -> bool {
    !lines(cart).is_empty()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn cart(skus: &[&str]) -> Value {
        let items = skus.iter().map(|sku| Value::from([("product", Value::from([("sku", *sku)]))])).collect::<Vec<_>>();
        Value::from([("items", Value::from(items))])
    }

    #[test]
    fn the_first_change_is_measured_against_the_cart_before_it() {
        let mut memory = CartMemory::default();
        memory.changed(Some(cart(&["a"])));
        memory.changed(Some(cart(&["a", "b"])));
        assert_eq!(memory.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a"])));
    }

    #[test]
    fn later_changes_are_measured_against_the_last_cart_event() {
        let mut memory = CartMemory::default();
        memory.changed(Some(cart(&["a"])));
        memory.taken(EventKind::AddToCart);
        memory.changed(Some(cart(&["a", "b"])));
        memory.changed(Some(cart(&["a", "b", "c"])));
        assert_eq!(memory.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a"])));
    }

    #[test]
    fn what_opens_a_cart_is_added_to_it_too() {
        let mut memory = CartMemory::default();
        memory.changed(Some(cart(&[])));
        memory.taken(EventKind::ShoppingCartView);
        memory.changed(Some(cart(&["a"])));
        memory.taken(EventKind::OpenCart);
        assert_eq!(memory.before(EventKind::AddToCart), None);
        memory.changed(Some(cart(&["a", "b"])));
        assert_eq!(memory.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a"])));
    }

    #[test]
    fn an_order_falls_back_to_the_last_cart_that_held_something() {
        let mut memory = CartMemory::default();
        memory.changed(Some(cart(&["a"])));
        memory.changed(Some(cart(&[])));
        memory.changed(None);
        assert_eq!(memory.before(EventKind::PlaceOrder).as_deref(), Some(&cart(&["a"])));
    }

    #[test]
    fn the_next_page_knows_the_cart_of_this_one() {
        let mut memory = CartMemory::default();
        memory.changed(Some(cart(&["a"])));
        let mut next = CartMemory::default();
        next.restore(&memory.to_text().unwrap());
        assert_eq!(next.before(EventKind::PlaceOrder).as_deref(), Some(&cart(&["a"])));
        next.changed(Some(cart(&["a", "b"])));
        assert_eq!(next.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a"])));
        next.restore("no json");
    }

    /// What the page after one with this memory knows.
    fn next(memory: &CartMemory) -> CartMemory {
        let mut next = CartMemory::default();
        next.restore(&memory.to_text().unwrap());
        next
    }

    #[test]
    fn a_cart_that_was_ordered_or_emptied_is_no_longer_what_a_change_is_measured_against() {
        let mut ordered = CartMemory::default();
        ordered.changed(Some(cart(&["a"])));
        ordered.taken(EventKind::PlaceOrder);
        let mut emptied = CartMemory::default();
        emptied.changed(Some(cart(&["a"])));
        emptied.changed(Some(cart(&[])));
        emptied.taken(EventKind::RemoveFromCart);
        for memory in [ordered.clone(), next(&ordered), next(&next(&ordered)), next(&emptied)] {
            assert_eq!(memory.before(EventKind::PlaceOrder).as_deref(), Some(&cart(&["a"])), "for a page loaded again");
            for set_empty in [true, false] {
                let mut here = memory.clone();
                if set_empty {
                    here.changed(Some(cart(&[])));
                }
                here.changed(Some(cart(&["a"])));
                let before = here.before(EventKind::AddToCart);
                assert!(!before.as_deref().is_some_and(holds_something), "{before:?}");
            }
        }
    }

    #[test]
    fn a_cart_that_changes_on_this_page_is_measured_against_this_pages_own() {
        let mut before = CartMemory::default();
        before.changed(Some(cart(&["a"])));
        let mut here = next(&before);
        // Empty until the shopper's cart has been loaded.
        for skus in [&[][..], &["b"], &["b", "c"]] {
            here.changed(Some(cart(skus)));
        }
        assert_eq!(here.before(EventKind::AddToCart).as_deref(), Some(&cart(&["b"])));
    }

    #[test]
    fn an_empty_cart_until_the_shoppers_is_there_does_not_hide_what_the_page_before_knew() {
        let mut before = CartMemory::default();
        before.changed(Some(cart(&["a", "b"])));
        let mut here = next(&before);
        here.changed(Some(cart(&[])));
        here.changed(Some(cart(&["a", "b", "c"])));
        assert_eq!(here.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a", "b"])));
        let mut here = next(&before);
        here.taken(EventKind::OpenCart);
        here.changed(Some(cart(&["a", "b", "c"])));
        assert_eq!(here.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a", "b"])));
        assert!(here.to_text().unwrap().starts_with('{'), "nor is it gone");
    }

    #[test]
    fn prices_that_come_after_the_lines_are_no_change() {
        let priced = |skus: &[&str]| {
            let mut cart = cart(skus);
            cart.set_at("prices.subtotalExcludingTax", 5);
            cart
        };
        let mut memory = CartMemory::default();
        for cart in [cart(&[]), cart(&["a"]), priced(&["a"])] {
            memory.changed(Some(cart));
        }
        assert_eq!(memory.before(EventKind::AddToCart), None);
        let mut here = next(&memory);
        for cart in [cart(&["a", "b"]), priced(&["a", "b"])] {
            here.changed(Some(cart));
        }
        assert_eq!(here.before(EventKind::AddToCart).as_deref(), Some(&priced(&["a"])));
    }

    #[test]
    fn a_cart_that_is_taken_away_and_set_again_has_not_changed() {
        let mut before = CartMemory::default();
        before.changed(Some(cart(&["a"])));
        let mut here = next(&before);
        for again in [Some(cart(&["a", "b"])), None, Some(cart(&["a", "b"])), Some(Value::from("no cart"))] {
            here.changed(again);
        }
        assert_eq!(here.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a"])));
    }

    #[test]
    fn what_cannot_be_read_is_not_remembered() {
        for text in ["no json", "[]", "7", "[7]", "[null]"] {
            let mut memory = CartMemory::default();
            memory.restore(text);
            assert_eq!(
                (memory.before(EventKind::PlaceOrder), memory.before(EventKind::AddToCart)),
                (None, None),
                "{text}"
            );
        }
    }

    #[test]
    fn a_page_that_is_heard_of_late_knew_a_newer_cart_than_the_one_before_it() {
        let mut late = CartMemory::default();
        late.changed(Some(cart(&["a", "b"])));
        let mut here = CartMemory::default();
        here.restore(&cart(&["a"]).to_json());
        here.follow(late.clone());
        assert_eq!(here.before(EventKind::PlaceOrder).as_deref(), Some(&cart(&["a", "b"])));
        here.changed(Some(cart(&["c"])));
        here.follow(late);
        assert_eq!(here.before(EventKind::PlaceOrder).as_deref(), Some(&cart(&["c"])), "what this page saw is newer");
    }
}
