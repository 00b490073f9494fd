//! The activities: ordinary functions that may do I/O. A failed attempt is retried.

use durable::prelude::*;

/// Sends a mail.
#[activity(queue = "my-project", start_to_close_timeout = "30s", retry(maximum_attempts = 5))]
pub async fn send_mail(address: String, text: String) -> Result<(), ActivityError> {
    // Call a mail service here.
    println!("to {address}: {text}");
    Ok(())
}
