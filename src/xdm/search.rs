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
        let (eq, list, range) = (filter.get("eq"), filter.get("in"), filter.get("range"));
        let (mut values, mut is_range): (Vec<&Value>, bool) = (Vec::new(), false);
        if let Some(one) = eq.filter(|eq| !eq.is_empty()) {
            values.push(one);
        } else if let Some(list) = list.and_then(Value::as_list) {
            values.extend(list);
        } else if let Some(range) = range.filter(|range| range.as_map().is_some()) {
            is_range = true;
            values.extend(["from", "to"].into_iter().filter_map(|end| range.get(end)));
        }
        // What filters nothing is none, as in Adobe's collector.
        let filters = is_range || !values.is_empty();
        let texts = values.into_iter().filter_map(text_of).map(Value::from).collect();
        filters.then(|| {
            Value::from([
                ("attribute", Value::from(filter.get("attribute").cloned())),
                ("value", Value::List(texts)),
                ("isRange", Value::from(is_range)),
            ])
        })
    };
    let named = given.iter().filter(|given| given.get("attribute").is_some_and(|name| !name.is_empty()));
    Value::List(named.filter_map(filter).collect())
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

    #[test]
    fn a_filter_that_filters_nothing_is_left_out() {
        let given = Value::parse(
            r#"[{"attribute":"none"},{"attribute":"empty","eq":"","in":[]},{"attribute":"one","eq":"a"},
                {"attribute":"many","in":["a","b"]},{"attribute":"open","range":{"from":1}}]"#,
        )
        .unwrap();
        let attributes: Vec<_> = filters(given.as_list().unwrap())
            .as_list()
            .unwrap()
            .iter()
            .map(|filter| filter.get("attribute").and_then(Value::as_text).unwrap().to_owned())
            .collect();
        assert_eq!(attributes, ["one", "many", "open"]);
    }
}
