//! Reads `orders.json`, entry by entry: one that is not an order must not keep the others back.

use serde_json::Value;

use crate::model::Order;

/// One entry of the file.
pub struct Entry {
    /// Its place in the file, counted from 1.
    pub index: usize,
    /// Its id, or a question mark.
    pub order_id: String,
    /// The order, or why it is none.
    pub order: Result<Order, String>,
}

/// The entries of the file, good and bad.
///
/// # Panics
/// When the file is no JSON list; it is compiled in.
pub fn read(text: &str) -> Vec<Entry> {
    let values: Vec<Value> = serde_json::from_str(text).expect("orders.json is a list");
    let entry = |(index, value): (usize, Value)| Entry {
        index: index + 1,
        order_id: value["order_id"].as_str().unwrap_or("?").to_owned(),
        order: serde_path_to_error::deserialize(value).map_err(|error| error.to_string()),
    };
    values.into_iter().enumerate().map(entry).collect()
}
