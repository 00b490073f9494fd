//! An order, its progress, and its result.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An order as it stands in `orders.json`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_field_names, reason = "the file calls them so")]
pub struct Order {
    /// The id, which the workflow's id has too.
    pub order_id: String,
    pub customer: String,
    /// The price; above 500 a person must approve.
    pub amount: f64,
    /// The card that is charged.
    pub card: String,
}

impl Order {
    /// Above this amount a person must approve.
    pub const APPROVAL_LIMIT: f64 = 500.0;

    pub fn needs_approval(&self) -> bool {
        self.amount > Self::APPROVAL_LIMIT
    }
}

/// The result of a shipped order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The bank's number of the payment.
    pub transaction: String,
    /// The carrier's number of the parcel.
    pub tracking: String,
}

/// The progress of an order; the answer to the workflow's query.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
pub enum Status {
    #[default]
    Received,
    WaitingForApproval,
    Charging,
    Shipping,
    Shipped,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Received => "received",
            Self::WaitingForApproval => "waiting for approval",
            Self::Charging => "charging",
            Self::Shipping => "shipping",
            Self::Shipped => "shipped",
        })
    }
}
