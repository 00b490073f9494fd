//! A test that takes nothing.

#[durable::test]
async fn an_order_waits() -> durable::Result<()> {
    Ok(())
}

fn main() {}
