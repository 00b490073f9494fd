//! A bank account that lives for as long as the customer wants it. Its state goes from run to run by
//! itself, and no order to it is lost.

use durable::prelude::*;
use durable::workflow::entity::{self, Entity, EntityEnd, EntityOptions, Inbox};

/// An order to the account. Orders are carried out one after the other, as they came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Order {
    Deposit(u64),
    Transfer { to: String, amount: u64 },
    Close,
}

/// The answer to an order: the balance after it, or the reason for a refusal.
pub type Answer = Result<u64, String>;

/// Tells the other bank, and returns its receipt.
#[activity(queue = "entity", start_to_close_timeout = "10s")]
pub async fn transfer(to: String, amount: u64) -> Result<String, ActivityError> {
    if to == "nobody" {
        return Err(ApplicationFailure::non_retryable("there is no such account").into());
    }
    Ok(format!("{amount} to {to}"))
}

/// The account. Its state is the input of each run; who opens one says only whose it is.
///
/// It lives for longer than a workflow may by default, and its failure would be final.
#[workflow(queue = "entity", id = "account-{owner}")]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    owner: String,
    balance: u64,
    closed: bool,
    runs: u32,
    inbox: Inbox<Order, Answer>,
}

impl Entity for Account {
    type Command = Order;
    type Reply = Answer;

    fn inbox(&self) -> &Inbox<Order, Answer> {
        &self.inbox
    }

    fn carry(&self, inbox: Inbox<Order, Answer>) -> Self {
        Self { inbox, ..self.clone() }
    }

    fn has_ended(&self) -> bool {
        self.closed
    }
}

/// The final state of an account.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    pub balance: u64,
    pub runs: u32,
    pub abandoned: bool,
}

#[workflow_methods]
impl Account {
    #[init]
    fn new(account: Account) -> Self {
        Self { runs: account.runs + 1, ..account }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Closing> {
        // Left to itself, the server would let a run go on for some thousands of events.
        let options = EntityOptions::default()
            .continue_after(10)
            .idle_timeout(Duration::from_secs(10 * 365 * 86_400));
        let end =
            entity::run(ctx, options, async |ctx, order| Ok(Self::carry_out(ctx, order).await));
        let abandoned = end.await? == EntityEnd::Idle;
        Ok(ctx.state(|account| Closing { balance: account.balance, runs: account.runs, abandoned }))
    }

    /// Pays in, and does not wait.
    #[signal]
    fn deposit(&mut self, amount: u64) {
        self.inbox.push(Order::Deposit(amount));
    }

    /// Pays somebody else, and returns the balance after it.
    #[update]
    async fn transfer(
        ctx: &mut WorkflowContext<Self>,
        to: String,
        amount: u64,
    ) -> Result<u64, ActivityError> {
        Ok(entity::ask(ctx, Order::Transfer { to, amount }).await?.map_err(refusal)?)
    }

    /// An order that makes no sense is refused before it is in the history.
    #[update_validator(transfer)]
    fn check_transfer(&self, _to: &str, amount: &u64) -> Result<(), String> {
        if *amount == 0 { Err("nothing is to be transferred".to_owned()) } else { Ok(()) }
    }

    /// Closes the account, and returns what is left on it.
    #[update]
    async fn close(ctx: &mut WorkflowContext<Self>) -> Result<u64, ActivityError> {
        Ok(entity::ask(ctx, Order::Close).await?.map_err(refusal)?)
    }

    /// The balance; orders that wait are not in it.
    #[query]
    fn balance(&self) -> u64 {
        self.balance
    }
}

impl Account {
    /// The account of somebody, with nothing on it.
    pub fn of(owner: &str) -> Self {
        Self { owner: owner.to_owned(), ..Self::default() }
    }

    /// A refusal is an answer, and no failure: that would end the account.
    async fn carry_out(ctx: &WorkflowContext<Self>, order: Order) -> Answer {
        if ctx.state(|account| account.closed) {
            return Err("the account is closed".to_owned());
        }
        match order {
            Order::Deposit(amount) => ctx.state_mut(|account| account.balance += amount),
            Order::Transfer { to, amount } => {
                // Nobody else changes the balance while the transfer is under way.
                let left = ctx.state(|account| account.balance.checked_sub(amount));
                let left = left.ok_or_else(|| format!("there is no {amount} on the account"))?;
                let sent = transfer::execute(ctx, to, amount).await;
                sent.map_err(|error| match error.cause() {
                    Some(cause) => cause.failure().message.clone(),
                    None => error.to_string(),
                })?;
                ctx.state_mut(|account| account.balance = left);
            }
            Order::Close => ctx.state_mut(|account| account.closed = true),
        }
        Ok(ctx.state(|account| account.balance))
    }
}

fn refusal(reason: String) -> ApplicationFailure {
    ApplicationFailure::non_retryable(reason)
}
