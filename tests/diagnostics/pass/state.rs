//! Dependencies of activities, in every form.

use durable::definition::ActivityDependency;
use durable::prelude::*;

struct Database {
    count: u16,
}

trait Mailer: Send + Sync {
    fn send(&self, to: &str) -> usize;
}

struct NoMailer;

impl Mailer for NoMailer {
    fn send(&self, to: &str) -> usize {
        to.len()
    }
}

#[activity(queue = "state")]
async fn several(
    db: State<Database>,
    ctx: ActivityContext,
    State(mailer): State<dyn Mailer>,
    to: String,
) -> Result<usize, ActivityError> {
    drop(ctx);
    Ok(mailer.send(&to) + usize::from(db.count))
}

#[activity(queue = "state")]
fn blocking(db: durable::State<Database>, more: u32) -> u32 {
    u32::from(db.count) + more
}

#[test]
fn dependencies_are_listed_and_are_no_inputs() {
    let several = super::activity("state", "several");
    let types: Vec<_> = several.dependencies.iter().map(ActivityDependency::type_name).collect();
    assert_eq!(types.len(), 2);
    assert!(types[0].ends_with("state::Database"), "{types:?}");
    assert!(types[1].starts_with("dyn "), "{types:?}");
    assert_eq!(super::written(several.parameters), ["to: String"]);
}

#[test]
fn a_unit_test_calls_the_function() {
    assert_eq!(blocking(State::new(Database { count: 1 }), 2), 3);
    let mailer: State<dyn Mailer> = State(std::sync::Arc::new(NoMailer));
    assert_eq!(mailer.send("ada"), 3);
}
