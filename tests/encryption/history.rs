//! The contents of the server, as anybody who can read it sees them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::process::Command;

/// A server whose database is a file.
pub(crate) struct Stored<'a> {
    pub(crate) cli: &'a Path,
    pub(crate) address: &'a str,
    pub(crate) database: PathBuf,
}

impl Stored<'_> {
    /// Returns everything that can be read of these workflows: the texts of their histories, as the official
    /// command prints them, with every Base64 text decoded.
    pub(crate) async fn histories(&self, ids: &[String]) -> String {
        let mut texts = String::new();
        for id in ids {
            let shown = Command::new(self.cli)
                .args(["workflow", "show", "-o", "json", "--address", self.address, "-w", id])
                .output()
                .await
                .expect("the command runs");
            assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
            let history: Value = serde_json::from_slice(&shown.stdout).expect("it is JSON");
            collect(&history, &mut texts);
        }
        texts
    }

    /// Returns the bytes of the database, with its write-ahead log.
    pub(crate) fn database(&self) -> Vec<u8> {
        let folder = self.database.parent().expect("it is in a folder");
        let mut bytes = Vec::new();
        for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
            bytes.extend(fs::read(entry.path()).expect("the file can be read"));
        }
        bytes
    }
}

/// Adds all texts, also those within Base64.
fn collect(value: &Value, texts: &mut String) {
    match value {
        Value::String(text) => {
            texts.push_str(text);
            texts.push('\n');
            if let Ok(decoded) = STANDARD.decode(text) {
                texts.push_str(&String::from_utf8_lossy(&decoded));
                texts.push('\n');
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(values) => {
            for (name, value) in values {
                texts.push_str(name);
                texts.push('\n');
                collect(value, texts);
            }
        }
        _ => {}
    }
}

/// Returns which of the sentinels are in a text.
pub(crate) fn found<'a>(bytes: &[u8], prefix: &str, kinds: &[&'a str]) -> HashSet<&'a str> {
    let is_in = |kind: &&&str| {
        let sentinel = super::flows::sentinel(prefix, kind);
        let sentinel = sentinel.as_bytes();
        bytes.windows(sentinel.len()).any(|window| window == sentinel)
    };
    kinds.iter().filter(is_in).copied().collect()
}
