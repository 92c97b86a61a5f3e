use super::*;

#[test]
fn paths_go_through_objects_and_lists() {
    let value = Value::parse(r#"{"a":{"b":[{"c":1}]}}"#).unwrap();
    assert_eq!(value.at("a.b.0.c").and_then(Value::as_i64), Some(1));
    assert_eq!(value.at("a.b.1.c"), None);
    assert_eq!(value.at("a.b.c"), None);
    assert_eq!(value.at(""), Some(&value));
}

#[test]
fn setting_a_path_makes_the_objects_on_the_way() {
    let mut value = Value::parse(r#"{"a":5}"#).unwrap();
    value.set_at("a.b.c", 1);
    value.set_at("a.d", "x");
    assert_eq!(value.to_json(), r#"{"a":{"b":{"c":1},"d":"x"}}"#);
    assert_eq!(value.remove_at("a.b.c"), Some(Value::from(1)));
    assert_eq!(value.remove_at("a.x.y"), None);
    assert_eq!(value.to_json(), r#"{"a":{"b":{},"d":"x"}}"#);
}

#[test]
fn pruning_leaves_nothing_empty() {
    let mut value =
        Value::parse(r#"{"a":null,"b":"","c":[],"d":{"e":[null,{}]},"f":0,"g":false,"h":[1,"",[null]]}"#).unwrap();
    value.prune();
    assert_eq!(value.to_json(), r#"{"f":0,"g":false,"h":[1]}"#);
}
