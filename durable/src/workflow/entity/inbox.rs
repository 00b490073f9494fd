//! The inbox of an entity: the commands that are not handled yet.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The waiting commands of an [entity](super), in the order of their arrival.
///
/// It is a part of the workflow's state and serializes as the list of the commands, so it is carried from
/// run to run. `R` is the type of the reply to a command that was sent with [`ask`](super::ask).
pub struct Inbox<C, R = ()> {
    // Interior mutability: changing the state through the context would wake all conditions.
    inner: RefCell<Inner<C, R>>,
}

struct Inner<C, R> {
    waiting: VecDeque<Waiting<C>>,
    /// The number of commands that were sent with `ask` in this run, which is also the next ticket.
    next_ticket: u64,
    replies: BTreeMap<u64, R>,
}

/// A command, with the ticket for its reply if one is expected.
pub(super) struct Waiting<C> {
    pub(super) command: C,
    pub(super) ticket: Option<u64>,
}

impl<C, R> Inbox<C, R> {
    /// Adds a command without a reply, as signals do.
    pub fn push(&mut self, command: C) {
        self.inner.get_mut().waiting.push_back(Waiting { command, ticket: None });
    }

    /// Returns the number of waiting commands, without the one that is being handled.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.borrow().waiting.len()
    }

    /// Returns `true` if no command waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a command and returns the ticket for its reply.
    pub(super) fn push_with_ticket(&self, command: C) -> u64 {
        let mut inner = self.inner.borrow_mut();
        let ticket = inner.next_ticket;
        inner.next_ticket += 1;
        inner.waiting.push_back(Waiting { command, ticket: Some(ticket) });
        ticket
    }

    pub(super) fn pop(&self) -> Option<Waiting<C>> {
        self.inner.borrow_mut().waiting.pop_front()
    }

    pub(super) fn answer(&self, ticket: u64, reply: R) {
        self.inner.borrow_mut().replies.insert(ticket, reply);
    }

    pub(super) fn has_reply(&self, ticket: u64) -> bool {
        self.inner.borrow().replies.contains_key(&ticket)
    }

    pub(super) fn take_reply(&self, ticket: u64) -> Option<R> {
        self.inner.borrow_mut().replies.remove(&ticket)
    }

    /// Takes all commands for the next run.
    pub(super) fn take(&self) -> Self {
        self.inner.borrow_mut().waiting.drain(..).map(|waiting| waiting.command).collect()
    }
}

impl<C, R> Default for Inbox<C, R> {
    fn default() -> Self {
        let inner = Inner { waiting: VecDeque::new(), next_ticket: 0, replies: BTreeMap::new() };
        Self { inner: RefCell::new(inner) }
    }
}

impl<C, R> FromIterator<C> for Inbox<C, R> {
    fn from_iter<I: IntoIterator<Item = C>>(commands: I) -> Self {
        let mut inbox = Self::default();
        commands.into_iter().for_each(|command| inbox.push(command));
        inbox
    }
}

/// Clones the commands without their tickets. Replies go to the original.
impl<C: Clone, R> Clone for Inbox<C, R> {
    fn clone(&self) -> Self {
        self.inner.borrow().waiting.iter().map(|waiting| waiting.command.clone()).collect()
    }
}

impl<C: fmt::Debug, R> fmt::Debug for Inbox<C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner.borrow();
        f.debug_list().entries(inner.waiting.iter().map(|waiting| &waiting.command)).finish()
    }
}

impl<C: Serialize, R> Serialize for Inbox<C, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.inner.borrow().waiting.iter().map(|waiting| &waiting.command))
    }
}

impl<'de, C: Deserialize<'de>, R> Deserialize<'de> for Inbox<C, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Inbox;

    #[test]
    fn serializes_as_list() {
        let mut inbox: Inbox<u8, &str> = Inbox::default();
        inbox.push(1);
        let ticket = inbox.push_with_ticket(2);
        assert_eq!(serde_json::to_string(&inbox).unwrap(), "[1,2]");
        let back: Inbox<u8, &str> = serde_json::from_str("[1,2]").unwrap();
        assert_eq!(format!("{back:?}"), "[1, 2]");
        assert_eq!(back.pop().map(|first| (first.command, first.ticket)), Some((1, None)));
        assert_eq!(
            back.pop().map(|second| second.ticket),
            Some(None),
            "tickets are not serialized"
        );
        inbox.answer(ticket, "yes");
        assert_eq!((inbox.has_reply(ticket), inbox.take_reply(ticket)), (true, Some("yes")));
    }

    #[test]
    fn takes_all_commands() {
        let inbox: Inbox<u8> = (0..3).collect();
        assert_eq!(format!("{:?}", inbox.take()), "[0, 1, 2]");
        assert!(inbox.is_empty());
    }
}
