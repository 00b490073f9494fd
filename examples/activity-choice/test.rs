//! The example as a user runs it, and that each item goes its own way only.

mod workflow;

use durable::Result;
use durable::testing::TestEnv;

use workflow::{Item, SendItems, courier, freight, post};

#[test]
fn each_item_is_sent_in_its_way() {
    let text = crate::printed("activity-choice");
    for line in [
        "posted `Sense and Sensibility`\n",
        "put 80 kg on a lorry\n",
        "gave 12 stems to a courier\n",
    ] {
        assert!(text.contains(line), "no line {line:?} in\n{text}");
    }
}

#[durable::test]
async fn an_activity_that_is_not_chosen_is_not_called(env: TestEnv) -> Result<()> {
    let lorries = env.mock::<freight>().with(async |kilograms| Ok(format!("{kilograms} kg")));
    let posted = env.mock::<post>().returns(String::new());
    let couriers = env.mock::<courier>().returns(String::new());

    let items = vec![Item::Furniture { kilograms: 3 }, Item::Furniture { kilograms: 4 }];
    let sent = SendItems::execute(env.client(), items).await?;

    assert_eq!(sent, ["3 kg", "4 kg"]);
    assert_eq!((lorries.count(), posted.count(), couriers.count()), (2, 0, 0));
    Ok(())
}
