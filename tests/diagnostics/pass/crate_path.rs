//! The runtime under another path.

/// As a crate does that offers `durable` to its users.
mod platform {
    pub(super) mod workflows {
        pub(crate) use ::durable::*;
    }
}

/// There is nothing else of this name here, so everything must go by the path.
mod durable {}

use platform::workflows::prelude::*;

#[activity(queue = "crate-path", crate = crate::pass::crate_path::platform::workflows)]
async fn shout(text: String) -> Result<String, ActivityError> {
    Ok(text.to_uppercase())
}

#[workflow(queue = "crate-path", crate = super::crate_path::platform::workflows)]
#[derive(Default)]
struct Shouting;

#[workflow_methods(crate = platform::workflows)]
impl Shouting {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(shout::execute(ctx, text).await?)
    }

    #[query]
    fn loud(&self) -> bool {
        true
    }
}

#[test]
fn it_is_registered() {
    assert_eq!(super::workflow("crate-path", "Shouting").queries[0].name, "loud");
    assert_eq!(super::activity("crate-path", "shout").output, "String");
}
