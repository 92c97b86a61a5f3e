//! What changed between two carts.

use alloc::vec::Vec;

use crate::value::Value;

/// The lines of which `these` has more than `those`, with the difference as their quantity.
///
/// Lines are the same when SKU and chosen options are; a line without a quantity counts as one.
/// The discount of a line is kept only when the whole line is new: of a part nobody knows its share.
pub(crate) fn more(these: &[Value], those: &[Value]) -> Vec<Value> {
    let mut out = Vec::new();
    for (at, line) in these.iter().enumerate() {
        if line.as_map().is_none() || these.iter().take(at).any(|earlier| same(earlier, line)) {
            continue;
        }
        let before = count(those, line);
        let change = count(these, line) - before;
        if change <= 0.0 {
            continue;
        }
        let mut line = line.clone();
        line.set_at("quantity", Value::from_f64(change));
        if before > 0.0 {
            line.remove_at("discountAmount");
        }
        out.push(line);
    }
    out
}

/// Whether either has more of any line than the other.
pub(crate) fn differs(these: &[Value], those: &[Value]) -> bool {
    let mut lines = these.iter().chain(those).filter(|line| line.as_map().is_some());
    lines.any(|line| count(these, line) != count(those, line))
}

fn count(lines: &[Value], wanted: &Value) -> f64 {
    let alike = lines.iter().filter(|line| same(line, wanted));
    alike
        .map(|line| line.get("quantity").and_then(Value::js_number).unwrap_or(1.0))
        .fold(0.0, |sum, quantity| sum + quantity)
}

fn same(one: &Value, other: &Value) -> bool {
    one.at("product.sku") == other.at("product.sku") && options(one) == options(other)
}

fn options(line: &Value) -> Option<&Value> {
    line.get("configurableOptions").filter(|options| !options.is_empty())
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn lines(json: &str) -> Vec<Value> {
        Value::parse(json).unwrap().as_list().unwrap().to_vec()
    }

    #[test]
    fn lines_are_told_apart_by_sku_and_options() {
        let before = lines(
            r#"[{"product":{"sku":"a"},"quantity":2,"discountAmount":4,"configurableOptions":[]},{"product":{"sku":"gone"},"quantity":1},
                {"product":{"sku":"b"},"quantity":1,"configurableOptions":[{"valueLabel":"red"}]}]"#,
        );
        let now = lines(
            r#"[{"product":{"sku":"a"},"quantity":"5","discountAmount":4},{"product":{"sku":"b"},"quantity":1,"configurableOptions":[{"valueLabel":"blue"}]},
                {"product":{"sku":"b"},"quantity":1,"configurableOptions":[{"valueLabel":"red"}]},{"product":{"sku":"new"},"discountAmount":3}]"#,
        );
        let added: Vec<_> = more(&now, &before).iter().map(Value::to_json).collect();
        assert_eq!(
            added,
            [
                r#"{"product":{"sku":"a"},"quantity":3}"#,
                r#"{"product":{"sku":"b"},"quantity":1,"configurableOptions":[{"valueLabel":"blue"}]}"#,
                r#"{"product":{"sku":"new"},"discountAmount":3,"quantity":1}"#,
            ]
        );
        let removed: Vec<_> = more(&before, &now).iter().map(Value::to_json).collect();
        assert_eq!(removed, [r#"{"product":{"sku":"gone"},"quantity":1}"#]);
    }

    #[test]
    fn two_lines_of_one_product_count_together() {
        let before = lines(r#"[{"product":{"sku":"a"},"quantity":3}]"#);
        let now = lines(r#"[{"product":{"sku":"a"},"quantity":2},{"product":{"sku":"a"},"quantity":2}]"#);
        assert_eq!(more(&now, &before).len(), 1);
        assert_eq!(more(&now, &before)[0].at("quantity").and_then(Value::as_i64), Some(1));
        assert!(more(&before, &now).is_empty());
    }
}
