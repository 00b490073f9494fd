//! An input with the name of what a worker gives.

use durable::prelude::*;

mod own {
    use durable::prelude::*;

    #[derive(Debug, Serialize, Deserialize)]
    pub struct State<T>(pub T);
}

#[activity(queue = "payments")]
async fn charge(state: own::State<u32>) -> Result<u32, ActivityError> {
    Ok(state.0)
}

fn main() {}
