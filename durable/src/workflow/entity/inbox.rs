//! The inbox of an entity: the commands that are not handled yet.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::definition::current_update::Asked;

/// The number of answered commands that are remembered, in this run and the next ones.
const REMEMBERED: usize = 100;

/// The waiting commands of an [entity](super), in the order of their arrival.
///
/// It is a part of the workflow's state and is carried from run to run. It serializes as the list of the commands, and
/// as `{"commands": [..], "answered": [..]}` once updates were answered. `R` is the type of the reply to a command
/// that was sent with [`ask`](super::ask).
pub struct Inbox<C, R = ()> {
    // Interior mutability: changing the state through the context would wake all conditions.
    inner: RefCell<Inner<C, R>>,
}

struct Inner<C, R> {
    waiting: VecDeque<Waiting<C>>,
    /// The number of commands that were sent with `ask` in this run, which is also the next ticket.
    next_ticket: u64,
    replies: BTreeMap<u64, R>,
    /// The last replies to updates, the newest at the end.
    answered: VecDeque<Answered<R>>,
}

/// A command, with the ticket for its reply if one is expected.
pub(super) struct Waiting<C> {
    pub(super) command: C,
    pub(super) ticket: Option<Ticket>,
}

/// The place of a reply.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticket {
    number: u64,
    /// `None` for a signal.
    asked: Option<Asked>,
}

/// The reply to a command of an update.
///
/// The server knows the updates of a run. Server 1.32.0 repeats the call of an update when a workflow task fails,
/// which may already have passed on the update, so the update may come to the next run once more.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Answered<R> {
    #[serde(flatten)]
    asked: Asked,
    reply: R,
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
    pub(super) fn push_with_ticket(&self, command: C, asked: Option<Asked>) -> Ticket {
        let mut inner = self.inner.borrow_mut();
        let ticket = Ticket { number: inner.next_ticket, asked };
        inner.next_ticket += 1;
        inner.waiting.push_back(Waiting { command, ticket: Some(ticket.clone()) });
        ticket
    }

    pub(super) fn pop(&self) -> Option<Waiting<C>> {
        self.inner.borrow_mut().waiting.pop_front()
    }

    pub(super) fn has_reply(&self, ticket: &Ticket) -> bool {
        self.inner.borrow().replies.contains_key(&ticket.number)
    }

    pub(super) fn take_reply(&self, ticket: &Ticket) -> Option<R> {
        self.inner.borrow_mut().replies.remove(&ticket.number)
    }

    /// Takes all commands for the next run, and what was answered.
    pub(super) fn take(&self) -> Self {
        let mut inner = self.inner.borrow_mut();
        let commands = inner.waiting.drain(..).map(|waiting| waiting.command).collect();
        Self::new(commands, std::mem::take(&mut inner.answered))
    }

    fn new(commands: Vec<C>, answered: VecDeque<Answered<R>>) -> Self {
        let waiting = commands.into_iter().map(|command| Waiting { command, ticket: None });
        let (waiting, replies) = (waiting.collect(), BTreeMap::new());
        Self { inner: RefCell::new(Inner { waiting, next_ticket: 0, replies, answered }) }
    }
}

impl<C, R: Clone> Inbox<C, R> {
    pub(super) fn answer(&self, ticket: Ticket, reply: R) {
        let mut inner = self.inner.borrow_mut();
        if let Some(asked) = ticket.asked {
            inner.answered.push_back(Answered { asked, reply: reply.clone() });
            if inner.answered.len() > REMEMBERED {
                inner.answered.pop_front();
            }
        }
        inner.replies.insert(ticket.number, reply);
    }

    /// Returns the reply to a command that an earlier run has answered.
    pub(super) fn answered(&self, asked: &Asked) -> Option<R> {
        let inner = self.inner.borrow();
        inner
            .answered
            .iter()
            .find(|answered| answered.asked == *asked)
            .map(|found| found.reply.clone())
    }
}

impl<C, R> Default for Inbox<C, R> {
    fn default() -> Self {
        Self::new(Vec::new(), VecDeque::new())
    }
}

impl<C, R> FromIterator<C> for Inbox<C, R> {
    fn from_iter<I: IntoIterator<Item = C>>(commands: I) -> Self {
        Self::new(commands.into_iter().collect(), VecDeque::new())
    }
}

/// Clones the commands without their tickets. Replies go to the original.
impl<C: Clone, R: Clone> Clone for Inbox<C, R> {
    fn clone(&self) -> Self {
        let inner = self.inner.borrow();
        let commands = inner.waiting.iter().map(|waiting| waiting.command.clone());
        Self::new(commands.collect(), inner.answered.clone())
    }
}

impl<C: fmt::Debug, R> fmt::Debug for Inbox<C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner.borrow();
        f.debug_list().entries(inner.waiting.iter().map(|waiting| &waiting.command)).finish()
    }
}

impl<C: Serialize, R: Serialize> Serialize for Inbox<C, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inner = self.inner.borrow();
        let commands = inner.waiting.iter().map(|waiting| &waiting.command);
        if inner.answered.is_empty() {
            return serializer.collect_seq(commands);
        }
        let mut inbox = serializer.serialize_struct("Inbox", 2)?;
        inbox.serialize_field("commands", &commands.collect::<Vec<_>>())?;
        inbox.serialize_field("answered", &inner.answered)?;
        inbox.end()
    }
}

impl<'de, C: Deserialize<'de>, R: Deserialize<'de>> Deserialize<'de> for Inbox<C, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms(PhantomData))
    }
}

/// Reads both forms of an inbox.
struct Forms<C, R>(PhantomData<(C, R)>);

impl<'de, C: Deserialize<'de>, R: Deserialize<'de>> Visitor<'de> for Forms<C, R> {
    type Value = Inbox<C, R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of commands")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, commands: A) -> Result<Self::Value, A::Error> {
        let commands = Vec::deserialize(SeqAccessDeserializer::new(commands))?;
        Ok(Inbox::new(commands, VecDeque::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, inbox: A) -> Result<Self::Value, A::Error> {
        #[derive(Deserialize)]
        struct Carried<C, R> {
            commands: Vec<C>,
            answered: VecDeque<Answered<R>>,
        }
        let Carried { commands, answered } =
            Carried::deserialize(MapAccessDeserializer::new(inbox))?;
        Ok(Inbox::new(commands, answered))
    }
}

#[cfg(test)]
mod tests {
    use super::{Inbox, REMEMBERED};
    use crate::definition::current_update::Asked;

    fn asked(update: &str, command: u32) -> Asked {
        Asked { update: update.to_owned(), command }
    }

    #[test]
    fn serializes_as_list() {
        let mut inbox: Inbox<u8, String> = Inbox::default();
        inbox.push(1);
        let ticket = inbox.push_with_ticket(2, None);
        assert_eq!(serde_json::to_string(&inbox).unwrap(), "[1,2]");
        let back: Inbox<u8, String> = serde_json::from_str("[1,2]").unwrap();
        assert_eq!(format!("{back:?}"), "[1, 2]");
        assert_eq!(back.pop().map(|first| (first.command, first.ticket)), Some((1, None)));
        assert_eq!(
            back.pop().map(|second| second.ticket),
            Some(None),
            "tickets are not serialized"
        );
        inbox.answer(ticket.clone(), "yes".to_owned());
        assert_eq!(inbox.take_reply(&ticket), Some("yes".to_owned()));
        assert!(!inbox.has_reply(&ticket), "it was taken");
        assert_eq!(serde_json::to_string(&inbox).unwrap(), "[1,2]", "signals are not remembered");
    }

    #[test]
    fn remembers_the_last_replies_to_updates() {
        let mut inbox: Inbox<u8, u32> = Inbox::default();
        inbox.push(1);
        for (number, update) in (0..).zip(0..=REMEMBERED) {
            for command in 0..2 {
                let ticket = inbox.push_with_ticket(2, Some(asked(&update.to_string(), command)));
                inbox.answer(ticket, 10 * number + command);
                inbox.pop();
            }
        }
        let text = serde_json::to_string(&inbox.take()).unwrap();
        let last = r#"{"update":"100","command":1,"reply":1001}]}"#;
        assert!(text.starts_with(r#"{"commands":[2],"#) && text.ends_with(last), "{text}");
        let next: Inbox<u8, u32> = serde_json::from_str(&text).unwrap();
        let reply = |update, command| next.answered(&asked(update, command));
        assert_eq!(
            (reply("100", 0), reply("100", 1), reply("51", 0)),
            (Some(1000), Some(1001), Some(510))
        );
        assert_eq!((reply("50", 1), reply("100", 2)), (None, None));
    }

    #[test]
    fn takes_all_commands() {
        let inbox: Inbox<u8> = (0..3).collect();
        assert_eq!(format!("{:?}", inbox.take()), "[0, 1, 2]");
        assert!(inbox.is_empty());
    }
}
