//! Pages.

use super::row::{How, Row, row};

/// `page-view`
pub(super) const VIEW: &[Row] = &[
    row("web.webPageDetails.pageViews.value", "", How::One),
    row("web.webPageDetails.siteSection", "pageContext.pageType", How::Copied),
    row("web.webPageDetails.name", "pageContext.pageName", How::Copied),
    row("web.webPageDetails.URL", "", How::PageUrl),
    row("web.webReferrer.URL", "", How::Referrer),
];
