//! Activities that send emails, with the service injected, and their unit tests.

use durable::prelude::*;
use tracing::info;

/// Sends emails. Tests have another implementation.
pub trait EmailService: Send + Sync {
    fn send(&self, to: &str, text: &str) -> std::io::Result<String>;
    fn is_sent(&self, email_id: &str) -> bool;
}

/// A plain `fn` may block: it runs on a thread of its own.
#[activity(queue = "email", start_to_close_timeout = "30s")]
pub fn send_welcome_email(
    emails: State<dyn EmailService>,
    user_id: u64,
    email: String,
) -> Result<String, ActivityError> {
    info!(user_id, "sending the welcome email");
    let result = emails.send(&email, "Welcome!")?;
    Ok(format!("email sent: {result}"))
}

#[activity(
    queue = "email",
    start_to_close_timeout = "30s",
    retry(maximum_attempts = 10, initial_interval = "5s")
)]
pub fn send_order_confirmation(
    emails: State<dyn EmailService>,
    order_id: u64,
    email: String,
) -> Result<String, ActivityError> {
    let result = emails.send(&email, &format!("We have your order {order_id}."))?;
    Ok(format!("confirmation sent: {result}"))
}

#[activity(queue = "email", start_to_close_timeout = "30s")]
pub fn send_shipping_notification(
    emails: State<dyn EmailService>,
    order_id: u64,
    email: String,
    tracking_number: String,
) -> Result<String, ActivityError> {
    let text = format!("Your order {order_id} is on its way: {tracking_number}.");
    Ok(format!("notification sent: {}", emails.send(&email, &text)?))
}

/// Safe to retry: an email that is sent already isn't sent again.
#[activity(queue = "email", start_to_close_timeout = "30s")]
pub fn send_email(
    emails: State<dyn EmailService>,
    email_id: String,
    recipient: String,
) -> Result<String, ActivityError> {
    if emails.is_sent(&email_id) {
        return Ok("already sent".to_owned());
    }
    emails.send(&recipient, &email_id)?;
    Ok("sent".to_owned())
}

pub mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Keeps what it is given.
    #[derive(Default)]
    pub struct Outbox(Mutex<Vec<(String, String)>>);

    impl Outbox {
        /// Returns the receivers and texts.
        pub fn sent(&self) -> Vec<(String, String)> {
            self.0.lock().expect("nobody panics with it").clone()
        }
    }

    impl EmailService for Outbox {
        fn send(&self, to: &str, text: &str) -> std::io::Result<String> {
            let mut sent = self.0.lock().expect("nobody panics with it");
            sent.push((to.to_owned(), text.to_owned()));
            Ok(format!("email-{}", sent.len()))
        }

        fn is_sent(&self, email_id: &str) -> bool {
            self.sent().iter().any(|(_, text)| text == email_id)
        }
    }

    #[test]
    fn a_welcome_email_is_sent() -> Result<(), ActivityError> {
        let outbox = Arc::new(Outbox::default());

        let result = send_welcome_email(State(outbox.clone()), 1, "ada@example.com".to_owned())?;

        assert_eq!(result, "email sent: email-1");
        assert_eq!(outbox.sent(), [("ada@example.com".to_owned(), "Welcome!".to_owned())]);
        Ok(())
    }

    #[test]
    fn an_email_is_sent_once() -> Result<(), ActivityError> {
        let outbox = Arc::new(Outbox::default());
        let send = || send_email(State(outbox.clone()), "invoice-7".to_owned(), "ada".to_owned());
        assert_eq!([send()?, send()?], ["sent", "already sent"]);
        assert_eq!(outbox.sent().len(), 1);
        Ok(())
    }
}
