//! Reads tokens into syntax trees and values; whether they fit together is not decided here.

pub(crate) mod arguments;
pub(crate) mod blocks;
pub(crate) mod duration;
pub(crate) mod form;
pub(crate) mod items;
pub(crate) mod keys;
mod levels;
pub(crate) mod lints;
pub(crate) mod methods;
pub(crate) mod module;
pub(crate) mod signature;
pub(crate) mod template;
pub(crate) mod types;
pub(crate) mod unannotated;
pub(crate) mod unread;
pub(crate) mod values;
