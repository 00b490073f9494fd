//! A method is no test.

use durable::testing::TestEnv;

struct Orders;

impl Orders {
    #[durable::test]
    async fn wait(&self, env: TestEnv) -> durable::Result<()> {
        drop(env);
        Ok(())
    }
}

fn main() {}
