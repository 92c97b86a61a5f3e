//! What Adobe's XDM allows in an experience event, as a text that [`super::gate`] reads.
//!
//! `name=kind`, `!` behind a name that has to be there (these stand first); `{…}` an object that is closed but for
//! tenant names (which begin with `_`), `[…]` a list, `(a|b)` one of these texts, `@X` a shape
//! of [`shape`], `*=` every other name. Kinds of one letter are listed in [`super::form::scalar`];
//! `*` is anything at all.
//!
//! The field groups are those of the connector manual ("Schema the merchant must have") and what
//! the Web SDK's automatic context fills; the last line names other standard groups, which only
//! the merchant's own schema can check. What storefront events fill stands before the rest: a field is found by
//! reading up to it.

use crate::text::cut;

/// An experience event.
pub(super) const EVENT: &str = "{\
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
inboundProcessing=* optInOut=* privacy=* consents=* dataSource=* target=* votes=* assurance=* formInteraction=*}";

/// A shape that several fields share: a measure, an address, a point of interest.
pub(super) fn shape(name: &str) -> &'static str {
    match name {
        "m" => "{value!=n id=s}",
        "a" => {
            "{primary=* label=* street1=* street2=* street3=* street4=* region=* postOfficeBox=* country=* state=* \
             status=* statusReason=* lastVerifiedDate=*}"
        }
        "p" => {
            "{POIID=s poiID=s name=s category=s type=s distanceToPOICenter=n locatingType=s \
             beaconInteractionDetails={proximityUUID=s beaconMajor=n beaconMinor=n \
             proximity=(immediate|near|far|unknown)} \
             geoInteractionDetails={distanceToCenter=n deviceGeoAccuracy=n geoShape={*=*}} metadata={*=*}}"
        }
        _ => "*",
    }
}

/// The fields of an object's text, in order.
pub(super) fn fields(object: &'static str) -> Fields {
    Fields(object.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or_default())
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
        let mut depth = 0usize;
        let end = rest.bytes().position(|byte| {
            match byte {
                b'{' | b'[' => depth = depth.saturating_add(1),
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            byte == b' ' && depth == 0
        });
        let (kind, rest) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, ""));
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
        let mut item = fields("{SKU!=s list=[{a=(x|y) b!=n}] last=@m}");
        let read: Vec<_> = item.by_ref().map(|f| (f.name, f.required, f.kind)).collect();
        assert_eq!(read, [("SKU", true, "s"), ("list", false, "[{a=(x|y) b!=n}]"), ("last", false, "@m")]);
    }

    /// A typing mistake in the text would silently refuse a field.
    #[test]
    fn every_kind_in_the_text_is_one_that_the_gate_knows() {
        fn walk(kind: &'static str) {
            match kind.as_bytes()[0] {
                b'{' => {
                    let required: Vec<_> = fields(kind).map(|field| field.required).collect();
                    assert!(required.is_sorted_by(|before, after| before >= after), "required first: {kind}");
                    fields(kind).for_each(|field| {
                        assert!(!field.name.is_empty());
                        walk(field.kind);
                    });
                }
                b'[' => walk(kind.strip_prefix('[').unwrap().strip_suffix(']').unwrap()),
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
