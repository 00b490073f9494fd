//! `#[derive(ApplicationError)]`.

use expect_test::expect_file;

use super::pretty;
use crate::generate;

#[test]
fn an_error_with_everything() {
    let item = r#"
        #[failure(benign, non_retryable)]
        pub enum PaymentError {
            Declined { limit: f64 },
            #[failure(type_name = "BankBusy", next_retry_delay = "30s")]
            Busy(String),
            #[failure(retryable)]
            Unreachable,
        }
    "#;
    let expansion = pretty(generate::expand_application_error(item.parse().unwrap()));
    expect_file!["snapshots/application_error.txt"].assert_eq(&expansion);
}
