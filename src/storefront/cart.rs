//! What the shopping cart held before: Adobe's own examples publish cart changes without saying what
//! changed, and themes empty the cart before the order is published (defects, rows 11 and 12).

use alloc::rc::Rc;
use alloc::string::String;

use super::EventKind;
use crate::value::Value;

/// The carts of this visit that later events may need; mostly one and the same.
#[derive(Clone, Debug, Default)]
pub(super) struct CartMemory {
    /// The cart as it stands on the data layer.
    current: Option<Rc<Value>>,
    /// The cart as it was at the last cart event; before the first one, as it was before its last change.
    baseline: Option<Rc<Value>>,
    /// The last cart that held something.
    filled: Option<Rc<Value>>,
}

impl CartMemory {
    /// The data layer has another cart, or none any more.
    pub(super) fn changed(&mut self, cart: Option<&Value>) {
        let before = self.current.take();
        if self.baseline.is_none() && before.is_some() && before.as_deref() != cart {
            self.baseline = before;
        }
        self.current = cart.cloned().map(Rc::new);
        if cart.is_some_and(holds_something) {
            self.filled.clone_from(&self.current);
        }
    }

    /// The earlier cart that an event of this kind may fall back to.
    pub(super) fn before(&self, kind: EventKind) -> Option<Rc<Value>> {
        match kind {
            EventKind::PlaceOrder => self.filled.clone(),
            _ => self.baseline.clone(),
        }
    }

    /// An event of this kind has been taken.
    pub(super) fn taken(&mut self, kind: EventKind) {
        match kind {
            EventKind::AddToCart
            | EventKind::RemoveFromCart
            | EventKind::OpenCart
            | EventKind::ShoppingCartView
            | EventKind::InitiateCheckout
                if self.current.is_some() =>
            {
                self.baseline.clone_from(&self.current);
            }
            EventKind::PlaceOrder => self.baseline = None,
            _ => {}
        }
    }

    /// The memory as text for the next page of this visit; `None` when there is nothing to remember.
    pub(super) fn to_text(&self) -> Option<String> {
        self.filled.as_ref().map(|cart| cart.to_json())
    }

    /// Takes over what the last page of this visit remembered. What this page has seen wins.
    pub(super) fn restore(&mut self, text: &str) {
        let Ok(cart) = Value::parse(text).map(Rc::new) else { return };
        self.filled.get_or_insert_with(|| cart.clone());
        self.baseline.get_or_insert(cart);
    }

    /// The page before this one had `earlier`. What this page has seen itself is newer.
    pub(super) fn follow(&mut self, earlier: Self) {
        if self.current.is_none()
            && let Some(cart) = earlier.filled
        {
            self.filled = Some(cart.clone());
            self.baseline = Some(cart);
        }
    }
}

fn holds_something(cart: &Value) -> bool {
    cart.get("items").and_then(Value::as_list).is_some_and(|items| !items.is_empty())
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
        memory.changed(Some(&cart(&["a"])));
        memory.changed(Some(&cart(&["a", "b"])));
        assert_eq!(memory.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a"])));
    }

    #[test]
    fn later_changes_are_measured_against_the_last_cart_event() {
        let mut memory = CartMemory::default();
        memory.changed(Some(&cart(&["a"])));
        memory.taken(EventKind::AddToCart);
        memory.changed(Some(&cart(&["a", "b"])));
        memory.changed(Some(&cart(&["a", "b", "c"])));
        assert_eq!(memory.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a"])));
    }

    #[test]
    fn an_order_falls_back_to_the_last_cart_that_held_something() {
        let mut memory = CartMemory::default();
        memory.changed(Some(&cart(&["a"])));
        memory.changed(Some(&cart(&[])));
        memory.changed(None);
        assert_eq!(memory.before(EventKind::PlaceOrder).as_deref(), Some(&cart(&["a"])));
    }

    #[test]
    fn the_next_page_knows_the_cart_of_this_one() {
        let mut memory = CartMemory::default();
        memory.changed(Some(&cart(&["a"])));
        let mut next = CartMemory::default();
        next.restore(&memory.to_text().unwrap());
        assert_eq!(next.before(EventKind::PlaceOrder).as_deref(), Some(&cart(&["a"])));
        next.changed(Some(&cart(&["a", "b"])));
        assert_eq!(next.before(EventKind::AddToCart).as_deref(), Some(&cart(&["a"])));
        next.restore("no json");
    }

    #[test]
    fn a_page_that_is_heard_of_late_knew_a_newer_cart_than_the_one_before_it() {
        let mut late = CartMemory::default();
        late.changed(Some(&cart(&["a", "b"])));
        let mut here = CartMemory::default();
        here.restore(&cart(&["a"]).to_json());
        here.follow(late.clone());
        assert_eq!(here.before(EventKind::PlaceOrder).as_deref(), Some(&cart(&["a", "b"])));
        here.changed(Some(&cart(&["c"])));
        here.follow(late);
        assert_eq!(here.before(EventKind::PlaceOrder).as_deref(), Some(&cart(&["c"])), "what this page saw is newer");
    }
}
