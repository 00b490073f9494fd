//! A `State` under another name, which a macro cannot know.

use durable::prelude::*;

struct Database {
    count: u32,
}

type Db = State<Database>;

#[activity(queue = "payments")]
async fn charge(db: Db, amount: u32) -> Result<u32, ActivityError> {
    Ok(amount + db.count)
}

fn main() {}
