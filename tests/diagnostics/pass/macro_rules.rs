//! Annotated items out of a `macro_rules!`, to which the caller gives parts of them.

use durable::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    key: String,
    amount: u32,
}

/// Everything that a macro can be given: names, types, literals, expressions, and whole methods.
macro_rules! workflow {
    (
        $name:ident, $queue:literal, $id:literal, $input:ident: $ty:ty => $output:ty,
        $limit:expr, { $($method:item)* }
    ) => {
        #[workflow(queue = $queue, id = $id)]
        #[derive(Debug, Default)]
        struct $name {
            amount: u32,
        }

        #[workflow_methods]
        impl $name {
            #[run]
            async fn run(ctx: &mut WorkflowContext<Self>, $input: $ty) -> WorkflowResult<$output> {
                let amount: u32 = charge::execute(ctx, $input.key.clone(), $input.amount).await?;
                Ok(ctx.state(|state| state.amount) + amount + $limit)
            }

            $($method)*
        }
    };
}

macro_rules! handlers {
    ($name:ident { $($methods:tt)* }) => {
        #[workflow(queue = "macro-rules")]
        #[derive(Debug, Default)]
        struct $name {
            amount: u32,
        }

        #[workflow_methods]
        impl $name {
            #[run]
            async fn run(_ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<u32> {
                Ok(order.amount)
            }

            $($methods)*
        }
    };
}

macro_rules! activity {
    ($name:ident($($input:ident: $ty:ty),*) -> $output:ty $body:block) => {
        #[activity(queue = "macro-rules", start_to_close_timeout = "1m")]
        async fn $name(ctx: ActivityContext, $($input: $ty),*) -> $output {
            drop(ctx);
            $body
        }
    };
}

activity!(charge(key: String, amount: u32) -> Result<u32, ActivityError> {
    Ok(amount + u32::from(key.is_empty()))
});
activity!(refund(amount: u32) -> u32 {
    assert!(amount > 0, "there is nothing to refund");
    amount
});

workflow!(Given, "macro-rules", "given-{key}", order: Order => u32, 1, {});

handlers!(Handled {
    #[signal]
    fn raise(&mut self, by: u32) {
        self.amount += by;
    }

    #[signal]
    async fn lower(ctx: &mut WorkflowContext<Self>, by: u32) {
        ctx.state_mut(|state| state.amount -= by);
    }

    #[query]
    fn amount(&self) -> u32 {
        self.amount
    }

    #[update]
    fn set(&mut self, ctx: &mut SyncWorkflowContext<Self>, amount: u32) -> Result<u32, String> {
        let _ = ctx.now();
        Ok(std::mem::replace(&mut self.amount, amount))
    }

    #[update_validator(set)]
    fn check(&self, amount: &u32) -> Result<(), String> {
        if *amount == self.amount { Err("nothing changes".to_owned()) } else { Ok(()) }
    }

    #[update]
    async fn wait(ctx: &mut WorkflowContext<Self>, input: u32, state: u32) -> u32 {
        ctx.state(|own| own.amount) + input + state
    }
});

/// One method of the caller's among those of the macro.
macro_rules! with_query {
    ($name:ident, $query:ident($($input:ident: $ty:ty),*) -> $output:ty $body:block) => {
        #[workflow(queue = "macro-rules")]
        #[derive(Debug, Default)]
        struct $name;

        #[workflow_methods]
        impl $name {
            #[init]
            fn new(_: &WorkflowContextView, _order: Order) -> Self {
                Self
            }

            #[run]
            async fn run(_ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
                Ok(())
            }

            #[query]
            fn $query(&self, $($input: $ty),*) -> $output $body

            #[update]
            fn twice(&mut self, amount: u32) -> $output {
                let _ = amount;
                self.$query($(<$ty>::default()),*)
            }
        }
    };
}

with_query!(Queried, half(of: u32) -> Option<u32> { of.checked_div(2) });

#[test]
fn what_macros_make_is_registered() {
    assert_eq!(
        super::written(super::activity("macro-rules", "refund").parameters),
        ["amount: u32"]
    );
    assert_eq!(super::workflow("macro-rules", "Given").output, "u32");
    let handled = super::workflow("macro-rules", "Handled");
    assert_eq!((handled.signals.len(), handled.queries.len(), handled.updates.len()), (2, 1, 2));
    assert_eq!(super::workflow("macro-rules", "Queried").queries[0].output, "Option<u32>");
}

/// Calls what is generated; it is compiled only.
#[expect(dead_code, reason = "there is no server here")]
async fn callers(client: &Client, order: Order) -> durable::Result<()> {
    let _: u32 = Given::execute(client, order.clone()).await?;
    let handled = Handled::start(client, order.clone()).await?;
    handled.raise(1).await?;
    handled.lower(1).await?;
    let _: u32 = handled.amount().await?;
    let _: u32 = handled.set(1).await?;
    let _: u32 = handled.wait(1, 2).await?;
    let _: Option<u32> = Queried::start(client, order).await?.half(4).await?;
    Ok(())
}
