//! What Adobe's XDM allows in an experience event, as a text that [`super::conform`] reads.
//!
//! `name=kind`, `!` behind a name that has to be there (these stand first); `{…}` an object that is closed but for
//! tenant names (which begin with `_`), `[…]` a list, `(a|b)` one of these texts, `@X` a shape
//! of [`shape`], `*=` every other name. Kinds of one letter are listed in [`super::form::scalar`];
//! `*` is anything at all.
//!
//! The field groups are those of the connector manual ("Schema the merchant must have") and what
//! the Web SDK's automatic context fills; the last line names other standard groups, which only
//! the merchant's own schema can check. What storefront events fill stands before the rest: a field is found by
//! reading up to it. So that an object or a list on the way there is stepped over and not read, the compiler writes its
//! length behind its bracket ([`measured`]).

use crate::text::cut;

/// The text with lengths.
macro_rules! measured {
    ($text:expr) => {
        const {
            const TEXT: &str = $text;
            const MEASURED: [u8; TEXT.len() + DIGITS * brackets(TEXT.as_bytes())] = measured(TEXT.as_bytes());
            match core::str::from_utf8(&MEASURED) {
                Ok(text) => text,
                Err(_) => "",
            }
        }
    };
}

/// An experience event.
pub(super) const EVENT: &str = measured!(
    "{\
_id=r timestamp=d eventType=s producedBy=s personID=s \
identityMap={*=[{id=s authenticatedState=(ambiguous|authenticated|loggedOut) primary=b}]} \
channel={_id!=r typeAtSource=s mode=(push|pull|bidirectional) _type=u mediaType=s mediaAction=s contentTypes=[u] \
metricTypes=[u] locationTypes=[u] referringSource=s} \
siteSearch={filter=[{attribute=s value=[s] isRange=b}] sort=[{attribute=s order=(ASC|DESC|RELEVANCE)}] query=s \
suggestions=[s] numberOfResults=i} searchRequest=@m searchResponse=@m \
userAccount={accountSwitch=i cookieConsentAccepted=b cookieConsentViewed=i forgotPassword=i forgotUsername=i login=i \
loginBiometric=b loginFailure=i loginLocation=s loginKeychain=b loginMultiFactor=b loginStatus=s loginThirdParty=i \
loginThirdPartySite=s loginType=s logout=i resetPassword=i sessionTimeout=i updateProfile=i createProfile=i} \
personalEmail={primary=b address=e label=s type=s status=s statusReason=s} \
web={webPageDetails={siteSection=s name=s viewName=s URL=s server=s isErrorPage=b isHomePage=b isPreRendered=b \
pageViews=@m} webInteraction={type=(download|exit|other) URL=s name=s region=s linkClicks=@m} \
webReferrer={URL=s type=(internal|external|search_engine|typed_bookmarked|email|social|usenet|hard_drive|nojs|\
conversational_ai|unknown)}} \
productListItems=[{SKU!=s _id=r product=u name=s productImageUrl=s productAddMethod=s currencyCode=c quantity=i \
priceTotal=n selectedOptions=[{attribute!=s value!=t}] discountAmount=n refundAmount=n \
productCategories=[{categoryID=s categoryName=s categoryPath=s}] \
returnItem={returnStatus=s returnReason=s returnItemCondition=s returnResolution=s returnQuantityRequested=i \
returnQuantityAuthorized=i returnQuanitityAuthorized=i returnQuantityReceived=i returnQuantityApproved=i} \
unitOfMeasureCode=s}] \
commerce={order={purchaseID=s purchaseOrderNumber=s \
payments=[{transactionID=s paymentAmount=n paymentType=s currencyCode=c *=*}] \
refunds=[{transactionID=s refundAmount=n currencyCode=c *=*}] returns={returnID=* returnStatus=* purchaseID=*} \
currencyCode=c taxAmount=n discountAmount=n priceTotal=n orderType=(checkout|instant_purchase) \
lastUpdatedDate=d createdDate=d cancelDate=d refundTotal=n} promotionID=s \
cartAbandons=@m checkouts=@m productListAdds=@m productListOpens=@m productListRemovals=@m productListReopens=@m \
productListViews=@m productViews=@m purchases=@m saveForLaters=@m inStorePurchase=@m instantPurchase=@m \
requisitionListOpens=@m requisitionListDeletes=@m requisitionListAdds=@m requisitionListRemovals=@m \
cart={cartID=s cartSource=s} \
shipping={shippingMethod=s shippingAmount=n currencyCode=c shippingDestination=(home|store) shipDate=d address=@a \
trackingNumber=n trackingURL=s} billing={address=@a} requisitionList={ID=s name=s description=s} \
commerceScope={environmentID=s websiteCode=s storeCode=s storeViewCode=s}} \
environment={type=(browser|application|iot|external|widget) \
browserDetails={name=s vendor=s version=s acceptLanguage=s cookiesEnabled=b javaScriptEnabled=b javaScriptVersion=s \
javaEnabled=b javaVersion=s quicktimeVersion=s thirdPartyCookiesEnabled=b viewportHeight=i viewportWidth=i \
userAgent=s userAgentClientHints={brands=[{brand=s version=s}] mobile=b architecture=s bitness=s model=s platform=s \
platformVersion=s wow64=b}} operatingSystem=s operatingSystemVersion=s operatingSystemVendor=s colorDepth=p \
viewportHeight=p viewportWidth=p duration=p viewedScreen=s previousScreen=s \
connectionType=(dialup|isdn|bisdn|dsl|cable|wireless_wifi|mobile|mobile_edge|mobile_gprs|mobile_2g|mobile_3g|\
mobile_lte|t1|t3|oc3|lan|modem) \
proxyType=(anonymous|consumer-privacy|corporate|edu|public|cloud|cloud-security|dns|vpn|transparent) carrier=s \
domain=s ISP=s dc:language=l ipV4=4 ipV6=6} \
device={typeID=s typeIDService=u type=s manufacturer=s model=s modelNumber=s screenHeight=i screenWidth=i \
colorDepth=i screenOrientation=(portrait|landscape) isBackgroundPushEnabled=b isLocationEnabled=b \
locationPermission=(SYSTEM_LOCATION_DISABLED|NOT_ALLOWED|ALWAYS_ALLOWED|FOREGROUND_ALLOWED|UNPROMPTED) isPushOptIn=b} \
placeContext={localTime=d IPLocalTime=d ianaTimezone=s localTimezoneOffset=i IPLocalTimezoneOffset=i \
geo={_id=r description=s latitude=a longitude=o elevation=n countryCode=C stateProvince=s city=s postalCode=s dmaID=i \
msaID=i} POIinteraction={POIDetail=@p poiDetail=@p poiEntries=@m poiExits=@m} activePOIs=[@p]} \
implementationDetails={name=u version=s environment=(browser|app|server|iot)} \
person={name={firstName=s lastName=s middleName=s courtesyTitle=s suffix=s fullName=s} birthDate=D birthDayAndMonth=k \
birthYear=y gender=(male|female|not_specified|non_specific) \
maritalStatus=(married|single|divorced|widowed|not_specified) nationality=C type=s taxId=s accountID=s accountType=s} \
marketing=* advertising=* application=* media=* mediaCollection=* mediaReporting=* directMarketing=* \
listOperations=* endUserIDs=* consentStrings=* eventMergeId=* eventMergeInfo=* segmentMembership=* experience=* \
eventSource=* eventTransaction=* receivedTimestamp=* campaign=* leadOperation=* pushNotificationTracking=* \
inboundProcessing=* optInOut=* privacy=* consents=* dataSource=* target=* votes=* assurance=* formInteraction=*}"
);

/// A shape that several fields share: a measure, an address, a point of interest.
pub(super) fn shape(name: &str) -> &'static str {
    match name {
        "m" => measured!("{value!=n id=s}"),
        "a" => measured!(
            "{primary=* label=* street1=* street2=* street3=* street4=* region=* postOfficeBox=* country=* state=* \
             status=* statusReason=* lastVerifiedDate=*}"
        ),
        "p" => measured!(
            "{POIID=s poiID=s name=s category=s type=s distanceToPOICenter=n locatingType=s \
             beaconInteractionDetails={proximityUUID=s beaconMajor=n beaconMinor=n \
             proximity=(immediate|near|far|unknown)} \
             geoInteractionDetails={distanceToCenter=n deviceGeoAccuracy=n geoShape={*=*}} metadata={*=*}}"
        ),
        _ => "*",
    }
}

/// How many digits a length has.
const DIGITS: usize = 2;
/// What a digit counts to, and the first of them: `0` to `o` in ASCII's order.
const BASE: usize = 64;
const ZERO: u8 = b'0';

/// How many objects and lists are in `text`.
const fn brackets(mut text: &[u8]) -> usize {
    let mut count = 0usize;
    while let [byte, rest @ ..] = text {
        count = count.saturating_add(is_open(*byte) as usize);
        text = rest;
    }
    count
}

/// `text` with two digits behind each `{` and `[`: how many bytes follow them, up to and with the one that closes. No
/// part of the text is too long for two; the whole may be, and nobody steps over that.
#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "the compiler runs it, and refuses")]
const fn measured<const LENGTH: usize>(text: &[u8]) -> [u8; LENGTH] {
    let mut out = [0; LENGTH];
    // Where the digits of what is open stand.
    let mut open = [0; 8];
    let mut depth = 0;
    let (mut from, mut to) = (0, 0);
    while from < text.len() {
        out[to] = text[from];
        to += 1;
        if is_open(text[from]) {
            open[depth] = to;
            depth += 1;
            to += DIGITS;
        } else if matches!(text[from], b'}' | b']') {
            depth -= 1;
            let at = open[depth];
            let length = to - at - DIGITS;
            out[at] = ZERO + (length / BASE % BASE) as u8;
            out[at + 1] = ZERO + (length % BASE) as u8;
        }
        from += 1;
    }
    out
}

const fn is_open(byte: u8) -> bool {
    matches!(byte, b'{' | b'[')
}

/// What is in an object's or a list's text; nothing if it is none.
pub(super) fn inside(kind: &'static str, open: u8) -> Option<&'static str> {
    let inner = kind.get(DIGITS.saturating_add(1)..kind.len().checked_sub(1)?)?;
    kind.as_bytes().starts_with(&[open]).then_some(inner)
}

/// The fields of an object's text, in order.
pub(super) fn fields(object: &'static str) -> Fields {
    Fields(inside(object, b'{').unwrap_or_default())
}

pub(super) struct Fields(&'static str);

/// One field: its name, whether it has to be there, its kind.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) kind: &'static str,
}

impl Iterator for Fields {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        let (name, rest) = cut(self.0, b"=")?;
        let end = match *rest.as_bytes() {
            [b'{' | b'[', high, low, ..] => {
                let digit = |byte: u8| usize::from(byte.saturating_sub(ZERO));
                digit(high).saturating_mul(BASE).saturating_add(digit(low)).saturating_add(DIGITS).saturating_add(1)
            }
            _ => rest.bytes().position(|byte| byte == b' ').unwrap_or(rest.len()),
        };
        let (kind, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.0 = rest.get(1..).unwrap_or_default();
        let plain = name.strip_suffix('!');
        Some(Field { name: plain.unwrap_or(name), required: plain.is_some(), kind })
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn the_text_reads_as_fields() {
        let mut item = fields(measured!("{SKU!=s list=[{a=(x|y) b!=n}] last=@m}"));
        let read: Vec<_> = item.by_ref().map(|f| (f.name, f.required, f.kind)).collect();
        assert_eq!(read, [("SKU", true, "s"), ("list", false, "[0A{0=a=(x|y) b!=n}]"), ("last", false, "@m")]);
    }

    /// A typing mistake in the text would silently refuse a field.
    #[test]
    fn every_kind_in_the_text_is_one_that_is_known() {
        fn walk(kind: &'static str) {
            match kind.as_bytes()[0] {
                b'{' => {
                    assert!(kind.ends_with('}'), "{kind}");
                    let required: Vec<_> = fields(kind).map(|field| field.required).collect();
                    assert!(required.is_sorted_by(|before, after| before >= after), "required first: {kind}");
                    fields(kind).for_each(|field| {
                        assert!(!field.name.is_empty());
                        walk(field.kind);
                    });
                }
                b'[' => {
                    assert!(kind.ends_with(']'), "{kind}");
                    walk(inside(kind, b'[').unwrap());
                }
                b'(' => assert!(kind.ends_with(')'), "{kind}"),
                b'@' => assert!(["@m", "@a", "@p"].contains(&kind), "{kind}"),
                letter => assert!(kind.len() == 1 && b"*strudDinpyaobceCl46k".contains(&letter), "{kind}"),
            }
        }
        for kind in [EVENT, shape("m"), shape("a"), shape("p")] {
            walk(kind);
        }
        assert!(fields(EVENT).count() > 40);
    }
}
