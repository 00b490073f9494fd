//! The table at the end.

use std::collections::BTreeMap;

use crate::model::Receipt;

/// The outcome of an order.
pub enum Outcome {
    Shipped(Receipt),
    Failed(String),
    Twice(String),
    Unreadable(String),
}

impl Outcome {
    fn name(&self) -> &'static str {
        match self {
            Self::Shipped(_) => "shipped",
            Self::Failed(_) => "failed",
            Self::Twice(_) => "already there",
            Self::Unreadable(_) => "unreadable",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Shipped(receipt) => format!("{}, {}", receipt.transaction, receipt.tracking),
            Self::Failed(reason) | Self::Twice(reason) | Self::Unreadable(reason) => reason.clone(),
        }
    }
}

/// A line of the table.
pub struct Row {
    index: usize,
    order_id: String,
    outcome: Outcome,
}

impl Row {
    pub fn new(index: usize, order_id: &str, outcome: Outcome) -> Self {
        Self { index, order_id: order_id.to_owned(), outcome }
    }
}

/// Prints the table in the order of the file, and the sums.
pub fn print(mut rows: Vec<Row>) {
    rows.sort_by_key(|row| row.index);
    println!("\n{:>3}  {:<8}{:<15}detail", "#", "order", "outcome");
    let mut sums = BTreeMap::new();
    for Row { index, order_id, outcome } in &rows {
        let name = outcome.name();
        println!("{index:>3}  {order_id:<8}{name:<15}{}", outcome.detail());
        *sums.entry(name).or_insert(0) += 1;
    }
    let sums = sums.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>();
    println!("\n{}", sums.join(", "));
}
