//! `history --save` and `replay`.

use std::fs;

use durable_tests::unique;

use crate::{run, run_alone};

#[test]
fn a_history_is_saved_and_replayed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("stock.json").display().to_string();
    let id = unique("replayed");
    run(&["execute", "StockWorkflow", "--queue", "cli-north", "--id", &id]).text();
    assert_eq!(run(&["history", &id, "--save", &file]).text(), format!("written to {file}\n"));

    let replayed = run_alone(&["replay", &file, "--output", "json"]).json();
    assert_eq!(replayed.as_array().map(Vec::len), Some(1), "{replayed}");
    assert!(replayed[0]["workflow"].as_str().is_some_and(|text| text.contains(&id)), "{replayed}");
    let folder_text = folder.path().display().to_string();
    assert!(run_alone(&["replay", &folder_text]).text().starts_with("histories that replay: 1\n"));
    assert!(run(&["replay", "--workflow", &id]).text().contains(&id));

    let declared = fs::read_to_string(&file).expect("it was written");
    let declared_file = folder.path().join("declared.txt").display().to_string();
    fs::write(&declared_file, declared.replace("StockWorkflow", "InvoiceWorkflow"))
        .expect("it is written");
    let refused = run_alone(&["replay", &declared_file]).refused(1);
    assert!(
        refused.contains("that type is only declared in this program, without code"),
        "{refused}"
    );

    let other =
        fs::read_to_string(&file).expect("it was written").replace("StockWorkflow", "EchoWorkflow");
    fs::write(&file, other).expect("it is written");
    let refused = run_alone(&["replay", &file]).refused(1);
    assert!(refused.contains("EchoWorkflow"), "{refused}");
    assert!(
        run_alone(&["replay", "/nowhere/at-all.json"]).refused(1).contains("/nowhere/at-all.json")
    );
    assert!(run_alone(&["replay"]).refused(2).contains("<PATH>"));
}
