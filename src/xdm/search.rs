//! Searches.

use alloc::vec::Vec;

use super::Source;
use super::form::text_of;
use super::row::{How, Row, row};
use crate::value::Value;

/// `search-request-sent`
pub(super) const REQUEST: &[Row] = &[
    row("searchRequest.value", "", How::One),
    row("searchRequest.id", "searchInputContext.units[].searchRequestId", How::Copied),
    row("siteSearch.query", "searchInputContext.units[].phrase", How::Query),
    row("siteSearch.sort", "searchInputContext.units[].sort", How::Sorts),
    row("siteSearch.filter", "searchInputContext.units[].filter", How::Filters),
];

/// `search-response-received`
pub(super) const RESPONSE: &[Row] = &[
    row("searchResponse.value", "", How::One),
    row("searchResponse.id", "searchResultsContext.units[].searchRequestId", How::Copied),
    row("siteSearch.suggestions", "searchResultsContext.units[].suggestions", How::Suggestions),
    row("siteSearch.numberOfResults", "searchResultsContext.units[].products", How::FoundCount),
    row("productListItems", "searchResultsContext.units[].products", How::FoundProducts),
];

/// The unit of `context` that the event names; an event that names none means the unit without a name.
pub(super) fn unit<'a>(source: &Source, context: &'a Value) -> Option<&'a Value> {
    let units = context.get("units")?.as_list()?;
    units.iter().find(|unit| match (source.search_unit_id, unit.get("searchUnitId")) {
        (Some(wanted), Some(Value::Text(id))) => id == wanted,
        (None, None | Some(Value::Null)) => unit.as_map().is_some(),
        _ => false,
    })
}

pub(super) fn query<'a>(source: &Source<'a>, from: &str) -> Option<&'a Value> {
    // Who names no unit, as our own `publish`, means the search there is; who names one, no other.
    let first = || source.search_unit_id.is_none().then(|| source.find("searchInputContext.units.0.phrase"));
    source.find(from).or_else(|| first()?)
}

pub(super) fn sorts(given: &[Value]) -> Value {
    let sort = |sort: &Value| {
        Value::from([
            ("attribute", Value::from(sort.get("attribute").cloned())),
            ("order", sort.get("direction").cloned().into()),
        ])
    };
    Value::List(given.iter().map(sort).collect())
}

pub(super) fn filters(given: &[Value]) -> Value {
    let filter = |filter: &Value| {
        let attribute = filter.get("attribute").filter(|name| !name.is_empty())?;
        // What filters nothing is none, as in Adobe's collector.
        ["eq", "in", "range"].into_iter().find_map(|way| {
            let by = filter.get(way)?;
            let is_range = by.as_map().is_some();
            let values: Vec<&Value> = match by {
                Value::List(values) => values.iter().collect(),
                _ if is_range => ["from", "to"].into_iter().filter_map(|end| by.get(end)).collect(),
                _ => Vec::from([by]),
            };
            let texts = values.into_iter().filter(|value| !value.is_empty()).filter_map(text_of).map(Value::from);
            let value = Value::List(texts.collect());
            (!value.is_empty()).then(|| {
                Value::from([("attribute", attribute.clone()), ("value", value), ("isRange", Value::from(is_range))])
            })
        })
    };
    Value::List(given.iter().filter_map(filter).collect())
}

pub(super) fn products(found: &[Value]) -> Value {
    let item = |product: &Value| {
        Value::from([
            ("SKU", Value::from(product.get("sku").cloned())),
            ("name", product.get("name").cloned().into()),
            ("productImageUrl", product.get("imageUrl").cloned().into()),
        ])
    };
    Value::List(found.iter().filter(|product| product.as_map().is_some()).map(item).collect())
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn filtered(given: &str) -> alloc::string::String {
        filters(Value::parse(given).unwrap().as_list().unwrap()).to_json()
    }

    #[test]
    fn a_filter_that_filters_nothing_is_left_out() {
        let given = r#"[{"attribute":"none"},{"attribute":"empty","eq":"","in":[]},{"attribute":"range","range":{}},
            {"attribute":"nulls","eq":null,"in":[null],"range":{"from":null}},{"attribute":"","eq":"a"},{"eq":"a"}]"#;
        assert_eq!(filtered(given), "[]");
    }

    #[test]
    fn what_is_empty_does_not_hide_what_filters() {
        let given = r#"[{"attribute":"one","eq":"a","in":[]},{"attribute":"many","eq":"","in":["a","b"],"range":{"to":9}},
            {"attribute":"price","in":[],"range":{"from":0,"to":2}},{"attribute":"open","in":[null],"range":{"from":1}}]"#;
        let wanted = [
            r#"{"attribute":"one","value":["a"],"isRange":false}"#,
            r#"{"attribute":"many","value":["a","b"],"isRange":false}"#,
            r#"{"attribute":"price","value":["0","2"],"isRange":true}"#,
            r#"{"attribute":"open","value":["1"],"isRange":true}"#,
        ];
        assert_eq!(filtered(given), alloc::format!("[{}]", wanted.join(",")));
    }
}
