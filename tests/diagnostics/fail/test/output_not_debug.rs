//! A test whose error cannot be printed.

use durable::testing::TestEnv;

struct LedgerError;

#[durable::test]
async fn an_order_waits(env: TestEnv) -> Result<(), LedgerError> {
    drop(env);
    Ok(())
}

fn main() {}
