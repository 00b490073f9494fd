//! `#[activity]`.

use expect_test::expect_file;

use super::expand_activity;

#[test]
fn an_activity_with_everything() {
    let expansion = expand_activity(
        r#"queue = "orders", start_to_close_timeout = "30s", retry(maximum_attempts = 3)"#,
        r"
        /// Ships an order.
        pub async fn ship(
            ctx: ActivityContext,
            db: State<Database>,
            order_id: String,
            items: Vec<Item>,
        ) -> Result<Shipment, ActivityError> {
            db.ship(ctx, order_id, items).await
        }
        ",
    );
    expect_file!["snapshots/activity.txt"].assert_eq(&expansion);
}

#[test]
fn a_mistake_leaves_the_type_that_callers_name() {
    let expansion = expand_activity("", "fn ship(order_id: &str) -> u32 { 1 }");
    expect_file!["snapshots/activity_fallback.txt"].assert_eq(&expansion);
}
