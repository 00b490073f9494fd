//! The file of a contract.

use std::str::FromStr;

use serde_json::Value;

use super::model::{Contract, FORMAT};

/// The error of a text that is not a contract.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidContract {
    /// The text is not the JSON of a contract.
    #[error("not a contract; write one with `schema --output json`")]
    Json(#[source] serde_json::Error),
    /// A later version of this crate has written the contract.
    #[error(
        "the contract has format {found}, and this program reads formats up to {FORMAT}; update `durable`"
    )]
    Format {
        /// The version of the format.
        found: u32,
    },
}

impl FromStr for Contract {
    type Err = InvalidContract;

    fn from_str(text: &str) -> Result<Self, InvalidContract> {
        /// The part of the file that all versions have.
        #[derive(serde::Deserialize)]
        struct Versioned {
            format: u32,
        }
        let Versioned { format } = serde_json::from_str(text).map_err(InvalidContract::Json)?;
        if format > FORMAT {
            return Err(InvalidContract::Format { found: format });
        }
        serde_json::from_str(text).map_err(InvalidContract::Json)
    }
}

impl Contract {
    /// Returns the contract as JSON, for a file. Its keys are sorted, and it ends with a line break.
    #[must_use]
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.to_value())
    }

    /// Returns the contract as a JSON value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|_| unreachable!("all keys are texts"))
    }

    /// Returns the JSON Schema of the format.
    #[must_use]
    pub fn json_schema() -> Value {
        schemars::schema_for!(Self).to_value()
    }
}
