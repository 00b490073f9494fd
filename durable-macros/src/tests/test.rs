//! `#[durable::test]`.

use expect_test::expect_file;

use super::expand_test;

#[test]
fn a_test_with_everything() {
    let expansion = expand_test(
        r#"crash, time_skipping = "never", setup = ledger::with_ledger, crate = platform"#,
        r#"
        /// An order waits.
        #[should_panic = "no ledger"]
        pub(crate) async fn r#await(mut env: TestEnv) -> durable::Result<()> {
            #![allow(unused_mut)]
            env.wait().await
        }
        "#,
    );
    expect_file!["snapshots/test.txt"].assert_eq(&expansion);
}

#[test]
fn a_mistake_leaves_the_function() {
    let expansion = expand_test(
        r#"time_skipping = "nevr""#,
        r#"
        #[tokio::test]
        #[should_panic = "no ledger"]
        fn an_order_waits(env: TestEnv, ledger: Ledger) {
            drop((env, ledger));
        }
        "#,
    );
    expect_file!["snapshots/test_fallback.txt"].assert_eq(&expansion);
}
