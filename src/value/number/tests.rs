use super::*;
use proptest::prelude::*;

#[test]
fn reads_as_the_standard_library_does_for_what_shops_write() {
    for text in ["0", "5", "19.99", "5.005", "33.333333", "1000000", "0.30000000000000004", "1e3", "-4.5", "1E-7"] {
        let wanted: f64 = text.parse().unwrap();
        let got = parse_f64(text).unwrap();
        assert!((got - wanted).abs() <= wanted.abs() * 1e-15, "{text}: {got} instead of {wanted}");
    }
}

#[test]
fn reads_texts_as_javascript_number_does() {
    assert_eq!(parse_f64(" 5.00 "), Some(5.0));
    assert_eq!(parse_f64("+5"), Some(5.0));
    assert_eq!(parse_f64(".5"), Some(0.5));
    assert_eq!(parse_f64("5."), Some(5.0));
    for text in ["", " ", ".", "-", "5 6", "5,0", "+-5", "NaN", "five", "1e", "e5"] {
        assert_eq!(parse_f64(text), None, "{text:?}");
    }
}

#[test]
fn knows_whole_numbers() {
    assert_eq!(Number::from_json("5.0").unwrap().as_i64(), Some(5));
    assert_eq!(Number::from_json("1.5").unwrap().as_i64(), None);
    assert_eq!(Number::from_json("9007199254740993").unwrap().as_i64(), Some(9_007_199_254_740_993));
    assert_eq!(Number::from_json("1e30").unwrap().as_i64(), None);
}

#[test]
fn refuses_what_is_no_json_number() {
    for text in ["", "-", "01", "1.", ".5", "+1", "1e", "0x1", "1 ", "NaN", "Infinity"] {
        assert!(Number::from_json(text).is_none(), "{text:?}");
    }
}

#[test]
fn prints_money_without_binary_noise() {
    let print = |value: f64| Number::from_f64(value).unwrap().as_str().to_owned();
    assert_eq!(print(39.68 - 19.99), "19.69");
    assert_eq!(print(-41.426667), "-41.426667");
    assert_eq!(print(0.0), "0");
    assert_eq!(print(-0.0), "0");
    assert_eq!(print(3_000_000.0), "3000000");
    assert!((print(1e300).parse::<f64>().unwrap() / 1e300 - 1.0).abs() < 1e-14);
    assert!(Number::from_f64(f64::NAN).is_none());
    assert!(Number::from_f64(f64::INFINITY).is_none());
}

proptest! {
    #[test]
    fn decimal_texts_of_up_to_15_digits_are_exact(mantissa in 0u64..1_000_000_000_000_000, scale in 0u32..15) {
        let text = format!("{mantissa}e-{scale}");
        prop_assert_eq!(parse_f64(&text), text.parse::<f64>().ok());
    }

    #[test]
    fn an_amount_that_javascript_prints_is_read_as_it_was(cents in 0u64..1_000_000_000, factor in 0.001f64..10.0) {
        let amount = cents as f64 / 100.0 * factor;
        // As short as can be, as JavaScript prints it: up to 17 digits.
        prop_assert_eq!(parse_f64(&format!("{amount}")), Some(amount));
    }

    #[test]
    fn whole_numbers_come_back(value: i64) {
        prop_assert_eq!(Number::from_i64(value).as_i64(), Some(value));
    }

    #[test]
    fn printed_numbers_are_json_and_close(value in -1e17f64..1e17) {
        let number = Number::from_f64(value).unwrap();
        prop_assert!(Number::from_json(number.as_str()).is_some());
        prop_assert!((number.as_f64() - value).abs() <= 1e-9f64.max(value.abs() * 1e-12));
    }

    #[test]
    fn no_text_panics(text in ".*") {
        let _ = (parse_f64(&text), Number::from_json(&text));
    }
}
