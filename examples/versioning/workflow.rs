//! One workflow in the four forms that a change with a patch has, each on a queue of its own.
//!
//! A program has one form at a time. They stand here side by side so that a test can replay what one
//! did with the code of the next.

use durable::prelude::*;

/// Writes an invoice.
#[activity(queue = "versioning-work", start_to_close_timeout = "10s")]
pub async fn write_invoice(customer: String) -> String {
    format!("invoice of {customer}")
}

/// Checks the address; this came later.
#[activity(queue = "versioning-work", start_to_close_timeout = "10s")]
pub async fn check_address(invoice: String) -> String {
    format!("{invoice}, checked")
}

/// Sends an invoice.
#[activity(queue = "versioning-work", start_to_close_timeout = "10s")]
pub async fn send_invoice(invoice: String) -> String {
    format!("{invoice}, sent")
}

/// The first form.
#[workflow(queue = "versioning-1", name = "Invoice", id = "invoice-{}")]
#[derive(Default)]
pub struct Invoice1 {
    approved: bool,
}

#[workflow_methods]
impl Invoice1 {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, customer: String) -> WorkflowResult<String> {
        let invoice = write_invoice::execute(ctx, customer).await?;
        ctx.wait_condition(|state| state.approved).await?;
        Ok(send_invoice::execute(ctx, invoice).await?)
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }
}

/// Patched: invoices that are under way go on as they began, new ones have their address checked.
#[workflow(queue = "versioning-2", name = "Invoice", id = "invoice-{}")]
#[derive(Default)]
pub struct Invoice2 {
    approved: bool,
}

#[workflow_methods]
impl Invoice2 {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, customer: String) -> WorkflowResult<String> {
        let mut invoice = write_invoice::execute(ctx, customer).await?;
        if ctx.patched("check-address") {
            invoice = check_address::execute(ctx, invoice).await?;
        }
        ctx.wait_condition(|state| state.approved).await?;
        Ok(send_invoice::execute(ctx, invoice).await?)
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }
}

/// The patch is deprecated: no invoice of the first form is under way any more.
#[workflow(queue = "versioning-3", name = "Invoice", id = "invoice-{}")]
#[derive(Default)]
pub struct Invoice3 {
    approved: bool,
}

#[workflow_methods]
impl Invoice3 {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, customer: String) -> WorkflowResult<String> {
        let mut invoice = write_invoice::execute(ctx, customer).await?;
        ctx.deprecate_patch("check-address");
        invoice = check_address::execute(ctx, invoice).await?;
        ctx.wait_condition(|state| state.approved).await?;
        Ok(send_invoice::execute(ctx, invoice).await?)
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }
}

/// The patch is gone: no invoice of the second form is under way any more.
#[workflow(queue = "versioning-4", name = "Invoice", id = "invoice-{}")]
#[derive(Default)]
pub struct Invoice4 {
    approved: bool,
}

#[workflow_methods]
impl Invoice4 {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, customer: String) -> WorkflowResult<String> {
        let invoice = write_invoice::execute(ctx, customer).await?;
        let invoice = check_address::execute(ctx, invoice).await?;
        ctx.wait_condition(|state| state.approved).await?;
        Ok(send_invoice::execute(ctx, invoice).await?)
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }
}
