//! The tests of this example. In your own crate they are in `tests/`, and import the workflows from
//! its library.

mod approval;
mod import;
mod reimbursement;
mod retrying;
mod saga;
mod shipping;

/// A file for each of the modules above, and for what concerns none of them.
mod tests {
    mod approval;
    mod by_hand;
    mod import;
    mod reimbursement;
    mod replay;
    mod retrying;
    mod saga;
}
