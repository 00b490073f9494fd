//! The tests of this example. In a crate of your own they stand in `tests/`, and import the
//! workflows from its library.

mod approval;
mod import;
mod reimbursement;
mod retrying;
mod saga;
mod shipping;

/// A file for each of the modules above, and for what is not about one of them.
mod tests {
    mod approval;
    mod by_hand;
    mod import;
    mod reimbursement;
    mod replay;
    mod retrying;
    mod saga;
}
