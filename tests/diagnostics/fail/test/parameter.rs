//! A test that takes something else than its environment.

#[durable::test]
async fn an_order_waits(number: u32) -> durable::Result<()> {
    drop(number);
    Ok(())
}

fn main() {}
