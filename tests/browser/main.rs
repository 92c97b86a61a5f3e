//! The boundary: what only a browser shows. How the page's objects cross, how the data layer is listened to, what
//! cookies, storage, timers and requests do. The collector of this very module runs in the page of the test runner,
//! and `page.js` is the theme around it.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use storefront_collector::settings;
use storefront_collector::value::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/browser/page.js")]
extern "C" {
    /// Runs the case of this name on a clean page; gives back what was otherwise than it should be, a line each.
    #[wasm_bindgen(js_name = "run")]
    async fn run_case(name: &str) -> JsValue;

    /// `validate` of the package, settings and answer as JSON text.
    #[wasm_bindgen(js_name = "validated")]
    async fn validated_by_the_package(settings: &str) -> JsValue;
}

macro_rules! cases {
    ($($name:ident)+) => {$(
        #[wasm_bindgen_test]
        async fn $name() {
            let wrong = run_case(stringify!($name)).await.as_string().expect("page.js answers with text");
            assert!(wrong.is_empty(), "{wrong}");
        }
    )+};
}

cases! {
    what_cannot_be_read_costs_its_context_and_nothing_else
    values_cross_as_json_has_them
    the_pages_objects_are_left_as_they_are
    a_plain_array_is_listened_to_and_given_back
    a_library_that_takes_the_array_over_pushes_nothing_twice
    something_else_under_the_data_layers_name_is_left_alone
    the_page_is_described_as_the_browser_describes_it
    the_edges_cookies_are_set_and_no_probe_is_left
    a_cookie_set_in_the_same_task_counts
    an_event_is_in_storage_before_publish_returns
    a_storage_that_refuses_stops_nothing
    an_opt_out_takes_everything_out_of_storage
    requests_are_what_needs_no_permission
    an_opt_out_aborts_what_is_in_the_air
    a_refused_request_is_sent_again_when_its_time_has_come
    after_stop_nothing_happens_and_start_begins_anew
    a_page_that_is_left_sends_what_waits
    start_gives_the_running_collector_back
    settings_that_cannot_work_reject_with_an_error
    what_the_page_is_given_is_its_own
    a_listener_that_throws_hurts_nobody
}

/// The package judges settings as the core does that is compiled for this machine's tests.
#[wasm_bindgen_test]
async fn validate_is_the_cores() {
    let lists = [
        "{}",
        "null",
        r#"{"organizationId":7,"datastreamId":"x","unknown":true}"#,
        r#"{"organizationId":"0123456789ABCDEF01234567@AdobeOrg","datastreamId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}"#,
    ];
    for text in lists {
        let by_the_package = validated_by_the_package(text).await.as_string().unwrap();
        let own = settings::validate(&Value::parse(text).unwrap()).to_value();
        assert_eq!(Value::parse(&by_the_package).unwrap(), own, "{text}");
    }
}
