//! A row of the mapping: which XDM field, from where, how.

use alloc::string::String;

use super::{Job, account, cart, checkout, form, lines, page, product, requisition_list, search};
use crate::storefront::EventKind;
use crate::text::split;
use crate::value::{Map, Value};

/// One row of a mapping table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The XDM field, as a dotted path.
    pub to: &'static str,
    /// Where the value comes from: `context.field`, alternatives separated by `|`, empty where it
    /// is no context. `units[]` is the search unit that the event names.
    pub from: &'static str,
    /// How it is turned.
    pub how: How,
}

/// How a row turns what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Always 1, whatever the custom context says.
    One,
    /// The debug context's event ID, whatever the custom context says.
    Id,
    /// As it stands: the first source that is there.
    Copied,
    /// The first source that is neither absent nor 0, else 0.
    Amount,
    /// As [`How::Amount`], and nothing when the context itself is absent.
    Total,
    /// The fields of a context, where the custom context has no other.
    Channel,
    /// The address of the page.
    PageUrl,
    /// The address of the page before.
    Referrer,
    /// The product of a product page as the one item.
    Product,
    /// The lines of the cart as items.
    CartLines,
    /// The lines that changed, else the change since the last known cart, by what was added.
    AddedLines,
    /// The lines that changed, else the change since the last known cart, by what was removed.
    RemovedLines,
    /// The lines of the cart, else those of the last known cart.
    OrderedLines,
    /// The products of a requisition list.
    ListLines,
    /// The products of a requisition list or order page, else the changed lines of the cart.
    AddedListLines,
    /// The order's payments, else one of its total.
    Payments,
    /// `instant_purchase` if the order says so, else `checkout`.
    OrderType,
    /// The search phrase of the unit; of the first unit where the event names none.
    Query,
    /// The unit's filters with attribute, values and whether they are a range.
    Filters,
    /// The unit's sort fields and directions.
    Sorts,
    /// The texts of the unit's suggestions.
    Suggestions,
    /// The products found, whatever items the custom context has.
    FoundProducts,
    /// How many products were found on this page of results.
    FoundCount,
}

impl How {
    /// Whether the row wins against the custom context (items merge with it instead).
    pub(super) fn is_ours(self) -> bool {
        matches!(
            self,
            Self::One
                | Self::Id
                | Self::Channel
                | Self::Product
                | Self::CartLines
                | Self::AddedLines
                | Self::RemovedLines
                | Self::OrderedLines
                | Self::ListLines
                | Self::AddedListLines
                | Self::FoundProducts
        )
    }

    /// The value for the row, `None` to leave the field as it is.
    pub(super) fn make(self, from: &'static str, job: &mut Job) -> Option<Value> {
        let source = job.source;
        Some(match self {
            Self::One => Value::from(1),
            Self::Id => Value::from(source.find(from).and_then(form::text_of).filter(|id| !id.is_empty())?),
            Self::Copied => source.find(from)?.clone(),
            Self::Amount => amount(source, from),
            Self::Total => {
                source.context(split(from, b".").next()?)?;
                amount(source, from)
            }
            // One that says which it is has nothing of the shop's.
            Self::Channel if job.xdm.at("channel._id").is_some_and(|id| !id.is_empty()) => return None,
            Self::Channel => {
                let mut channel = source.find(from)?.as_map()?.clone();
                job.refuse("channel");
                for (name, given) in job.xdm.at("channel").and_then(Value::as_map).into_iter().flat_map(Map::iter) {
                    if !given.is_null() {
                        channel.set(String::from(name), given.clone());
                    }
                }
                Value::Map(channel)
            }
            Self::PageUrl => Value::from(source.page_url),
            Self::Referrer => Value::from(source.referrer),
            Self::Product => product::item(job)?,
            Self::CartLines => lines::cart(job, source.list(from)),
            Self::AddedLines => lines::changed(job, true),
            Self::RemovedLines => lines::changed(job, false),
            Self::OrderedLines => lines::ordered(job, from),
            Self::ListLines => lines::list(job, source.list(from)),
            Self::AddedListLines => lines::added_to_list(job),
            Self::Payments => checkout::payments(source)?,
            Self::OrderType => checkout::order_type(source, from)?,
            Self::Query => search::query(source, from)?.clone(),
            Self::Filters => search::filters(source.list(from)),
            Self::Sorts => search::sorts(source.list(from)),
            Self::Suggestions => {
                Value::List(source.list(from).iter().filter_map(|found| found.get("suggestion").cloned()).collect())
            }
            Self::FoundProducts => search::products(source.list(from)),
            Self::FoundCount => Value::from(source.find(from)?.as_list()?.len() as i64),
        })
    }

    /// What it does, in words for the documentation.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::One => "always 1",
            Self::Id => "as text; without one each event gets a UUID",
            Self::Copied => "as it stands; the first that is there",
            Self::Amount => "the first that is neither absent nor 0, else 0",
            Self::Total => "the same, and nothing without the context",
            Self::Channel => "each field as it stands",
            Self::PageUrl => "the page's address",
            Self::Referrer => "the previous page's address",
            Self::Product => {
                "SKU, name, productImageUrl; priceTotal = special price, else regular price; currencyCode, else the store view's; discountAmount = regular − special price"
            }
            Self::CartLines => {
                "per line SKU, name, quantity, productImageUrl; priceTotal = price × quantity in cents; currencyCode, else the store view's; discountAmount, else regular − special price of one unit; selectedOptions"
            }
            Self::AddedLines => {
                "as lines of the cart; without changedProductsContext the lines that are new or more since the last known cart, quantity = the change"
            }
            Self::RemovedLines => {
                "as lines of the cart; without changedProductsContext the lines that are gone or fewer since the last known cart, quantity = the change"
            }
            Self::OrderedLines => "as lines of the cart; with no lines those of the last known cart",
            Self::ListLines => {
                "per product SKU, name, quantity, selectedOptions; priceTotal = regular price × quantity in cents; currencyCode, else the store view's"
            }
            Self::AddedListLines => {
                "as products of a requisition list; with neither list nor order page the changed lines of the cart"
            }
            Self::Payments => {
                "per payment paymentAmount, paymentType, transactionID (else the order's), currencyCode of the store view; with no payments one of the grand total"
            }
            Self::OrderType => "instant_purchase, else checkout",
            Self::Query => "of the unit named by searchUnitId; of the first when none is named",
            Self::Filters => {
                "per filter attribute, isRange, value: the one of eq, the list of in, the ends that a range has"
            }
            Self::Sorts => "per sort field attribute and order (the direction)",
            Self::Suggestions => "the text of each suggestion",
            Self::FoundProducts => "per product SKU, name, productImageUrl",
            Self::FoundCount => "how many there are",
        }
    }
}

fn amount(source: &super::Source, from: &str) -> Value {
    let found = split(from, b"|").find_map(|path| form::truthy(source.find(path)));
    found.cloned().unwrap_or_else(|| Value::from(0))
}

/// The rows by which events of `kind` are mapped, in order.
pub fn rows(kind: EventKind) -> impl Iterator<Item = &'static Row> {
    use EventKind as E;
    let scope: &[Row] = if kind == E::Custom { &[] } else { SCOPE };
    let [first, second]: [&[Row]; 2] = match kind {
        E::PageView => [page::VIEW, &[]],
        E::ProductPageView => [product::VIEW, &[]],
        E::OpenCart => [cart::OPEN, cart::CHANGE],
        E::AddToCart => [cart::ADD, cart::CHANGE],
        E::RemoveFromCart => [cart::REMOVE, &[]],
        E::ShoppingCartView => [cart::VIEW, cart::WHOLE],
        E::InitiateCheckout => [checkout::START, cart::WHOLE],
        E::PlaceOrder => [checkout::ORDER, account::EMAIL],
        E::SignIn => [account::SIGN_IN, account::WHO],
        E::SignOut => [account::SIGN_OUT, &[]],
        E::CreateAccount => [account::CREATE, account::WHO],
        E::EditAccount => [account::EDIT, account::WHO],
        E::SearchRequestSent => [search::REQUEST, &[]],
        E::SearchResponseReceived => [search::RESPONSE, &[]],
        E::CreateRequisitionList => [requisition_list::CREATE, requisition_list::LIST],
        E::AddToRequisitionList => [requisition_list::ADD, requisition_list::LIST],
        E::RemoveFromRequisitionList => [requisition_list::REMOVE, requisition_list::LIST],
        E::DeleteRequisitionList => [requisition_list::DELETE, requisition_list::LIST],
        E::Custom => [&[], &[]],
    };
    [ALWAYS, scope, first, second].into_iter().flatten()
}

/// A row, short to write.
pub(super) const fn row(to: &'static str, from: &'static str, how: How) -> Row {
    Row { to, from, how }
}

/// Every event.
const ALWAYS: &[Row] = &[row("_id", "debugContext.eventId", How::Id), row("channel", "channelContext", How::Channel)];

/// Every event but custom ones.
const SCOPE: &[Row] = &[
    row("commerce.commerceScope.environmentID", "storefrontInstanceContext.environmentId", How::Copied),
    row("commerce.commerceScope.websiteCode", "storefrontInstanceContext.websiteCode", How::Copied),
    row("commerce.commerceScope.storeCode", "storefrontInstanceContext.storeCode", How::Copied),
    row("commerce.commerceScope.storeViewCode", "storefrontInstanceContext.storeViewCode", How::Copied),
];
