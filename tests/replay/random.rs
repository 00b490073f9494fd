//! Random changes of recorded histories: each is replayed or refused, and the process goes on.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use arbtest::arbitrary::{self, Unstructured};
use arbtest::arbtest;
use durable::testing::{ReplayError, Replayer};
use serde_json::{Value, json};

fn recorded() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/histories"));
    let files = fs::read_dir(folder).expect("they are recorded").flatten();
    let mut files: Vec<_> = files.map(|entry| entry.path()).filter(|it| it.is_file()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).expect("it is readable")).collect()
}

/// Changes some bytes.
fn damage(u: &mut Unstructured<'_>, bytes: &mut Vec<u8>) -> arbitrary::Result<()> {
    const PIECES: [&str; 10] =
        ["{", "}", "[", "]", "\"", ",", "null", "{\"events\":", "\"eventId\":\"1\",", "\u{0}"];
    for _ in 0..u.int_in_range(1..=3)? {
        let at = u.int_in_range(0..=bytes.len().saturating_sub(1))?;
        match u.int_in_range(0..=3)? {
            0 => bytes.truncate(at),
            1 => bytes[at] = u.arbitrary()?,
            2 => {
                let end = (at + u.int_in_range(1..=200)?).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let repeated = if u.ratio(1, 8)? { 20_000 } else { 1 };
                let piece = u.choose(&PIECES)?.repeat(repeated);
                bytes.splice(at..at, piece.into_bytes());
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    Ok(())
}

/// Changes one value somewhere in the JSON.
fn edit(u: &mut Unstructured<'_>, json: &mut Value) -> arbitrary::Result<()> {
    let inside = u.ratio(9, 10)?;
    match json {
        Value::Array(values) if inside && !values.is_empty() => {
            let at = u.int_in_range(0..=values.len() - 1)?;
            match u.int_in_range(0..=9)? {
                0 => drop(values.remove(at)),
                1 => values.insert(at, values[at].clone()),
                2 => values.swap(0, at),
                _ => edit(u, &mut values[at])?,
            }
        }
        Value::Object(fields) if inside && !fields.is_empty() => {
            let at = u.int_in_range(0..=fields.len() - 1)?;
            let name = fields.keys().nth(at).cloned().unwrap_or_default();
            if u.ratio(1, 8)? {
                fields.remove(&name);
            } else if let Some(value) = fields.get_mut(&name) {
                edit(u, value)?;
            }
        }
        other => {
            let values = [
                Value::Null,
                json!(-1),
                json!(1.5),
                json!("9223372036854775808"),
                json!("EVENT_TYPE_TIMER_FIRED"),
                json!([[]]),
                json!({ "payloads": [{ "metadata": { "encoding": "!" }, "data": "====" }] }),
            ];
            *other = u.choose(&values)?.clone();
        }
    }
    Ok(())
}

#[test]
fn replays_or_refuses_every_changed_history() {
    let recorded = recorded();
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("changed.json");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    arbtest(|u| {
        let mut bytes = u.choose(&recorded)?.clone();
        if u.arbitrary()? {
            damage(u, &mut bytes)?;
        } else {
            let mut json = serde_json::from_slice(&bytes).expect("it is recorded");
            edit(u, &mut json)?;
            bytes = json.to_string().into_bytes();
        }
        fs::write(&path, bytes).expect("it is ours");
        let replayer = Replayer::new().file(&path).timeout(Duration::from_secs(2));
        match runtime.block_on(replayer.run()) {
            Ok(_) => {}
            Err(error) => match error.downcast_ref() {
                Some(ReplayError { problems, .. }) => assert!(!problems.is_empty()),
                None => panic!("{error:?}"),
            },
        }
        Ok(())
    })
    .budget_ms(3_000)
    .run();
}
