//! The messages of the replay lint about bodies, without rustc's part.

use quote::ToTokens;

use crate::diagnostics::Errors;
use crate::lint;

/// The messages about a method, and at which macros it warns.
fn said_of(method: &str) -> (Vec<String>, usize) {
    let mut block = syn::parse_str(&format!("impl Order {{ {method} }}")).unwrap();
    let mut errors = Errors::default();
    let repeats = lint::check(&mut block, &mut errors);
    let left = block.to_token_stream().to_string();
    // What the lint's own messages say is not among the items of the block.
    assert!(!left.contains("allow_nondeterministic"), "{left}");
    let errors: syn::File = syn::parse2(errors.into_tokens()).unwrap();
    let messages = errors.items.iter().map(|item| match item {
        syn::Item::Macro(item) => item.mac.parse_body::<syn::LitStr>().unwrap().value(),
        _ => panic!("only errors"),
    });
    (messages.collect(), repeats.len())
}

/// The first words of each message about the body of a `#[run]`.
fn refused(body: &str) -> Vec<String> {
    let run = "#[run] async fn run(ctx: &mut WorkflowContext<Self>, input: HashMap<u8, u8>)";
    let (messages, _) = said_of(&format!("{run} {{ {body} }}"));
    let named = messages.iter().map(|message| message.split('`').nth(1).unwrap_or_default());
    named.map(str::to_owned).collect()
}

#[test]
fn calls_are_found_wherever_they_stand() {
    for body in [
        "SystemTime::now();",
        "let now = SystemTime::now().duration_since(began)?;",
        "if x { || async move { SystemTime::now() } }",
        "let now = time.unwrap_or_else(SystemTime::now);",
        "<SystemTime>::now()",
        "use std::time::SystemTime as Clock; Clock::now();",
        "format!(\"{:?}\", SystemTime::now());",
        "vec![SystemTime::now(); 3];",
        "durable::workflow::select! { x = f(SystemTime::now()) => {} }",
        "match SystemTime::now() { _ => {} }",
        "select! { x = y => f(..Instant::now()) }",
        "static BEGAN: LazyLock<SystemTime> = LazyLock::new(SystemTime::now);",
    ] {
        let found = refused(body);
        assert_eq!(found.len(), 1, "{body}: {found:?}");
    }
    assert_eq!(
        refused("stream::iter(calls).buffer_unordered(3).count().await"),
        ["buffer_unordered"]
    );
    assert_eq!(refused("use tokio::time::sleep; sleep(x).await;"), ["sleep"]);
    assert_eq!(refused("tokio::select! { _ = tokio::time::sleep(x) => {} }").len(), 2);
}

#[test]
fn activities_are_known_by_their_calls() {
    let execute = "charge::execute(ctx, 1).await?;";
    for (body, found) in [
        ("charge(1).await;", 1),
        (
            "{ use crate::bank; bank::charge::start(ctx, 1); bank::charge(1); crate::bank::charge(1) }",
            2,
        ),
        ("join!(charge(1), charge::execute_local(ctx, 2));", 1),
        ("select! { x = charge(1) => {} }", 1),
        ("let call = |x| charge(x);", 1),
        // These are others of the same name.
        ("let charge = |x| x; charge(1);", 0),
        ("{ fn charge(x: u8) {} charge(1); }", 0),
        ("cards::charge(1); self.charge(1); ctx.charge(1);", 0),
        // A type, which may have functions of these names.
        ("Order::start(&client); let x = Order(1);", 0),
        ("charge::execute(ctx, charge::start(ctx, 1));", 0),
    ] {
        let refused = refused(&format!("{execute} {body}"));
        assert_eq!(refused.len(), found, "{body}: {refused:?}");
    }
    assert_eq!(refused("charge(1).await;"), [""; 0], "nothing says that it is an activity");
    let (messages, _) = said_of(
        "#[run] async fn run(ctx: &mut WorkflowContext<Self>) { charge::execute(ctx, 1).await } \
         #[signal] fn paid(&mut self) { charge(1); }",
    );
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("make this method an `async fn`"), "{messages:?}");
}

#[test]
fn what_belongs_to_the_user_is_left_alone() {
    for body in [
        "self.sleep(x); ctx.now(); Clock::now(); store::fs::read(x); charge::execute(ctx, x);",
        "use crate::fs; fs::read(x);",
        "struct Instant; Instant::now();",
        "let sleep = 1; sleep; let at: Instant = ctx.now(); \"SystemTime::now()\";",
        "fn other() { SystemTime::now(); } #[activity] async fn f() { std::fs::read(x); }",
        "durable::workflow::join!(a, b); join_all(c).await; select! { a = b => {} }",
        "static NAMES: LazyLock<Vec<String>> = LazyLock::new(names);",
        "tracing::info!(order.fs = 1, \"std::fs::read\");",
        "select! { x = y => if print != x.rand::<u8>() { self.fs::<u8>() } }",
    ] {
        assert_eq!(refused(body), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn iteration_over_a_hash_table_is_refused_where_its_order_can_matter() {
    for body in [
        "for x in &input {}",
        "for x in input {}",
        "for (place, x) in input.values().enumerate() {}",
        "let m = HashMap::new(); m.keys().next();",
        "let m: &mut std::collections::HashSet<u8> = f(); m.drain();",
        "let m = x.collect::<HashSet<_>>(); let v: Vec<_> = m.iter().collect();",
        "let sum: f64 = input.values().sum();",
        "let v: Result<Vec<_>, E> = input.into_values().map(check).collect();",
        "let m = input.clone(); for x in &m {}",
        "let f = |m: HashMap<u8, u8>| m.into_values().collect::<Vec<_>>();",
        "let first: BTreeSet<_> = input.keys().take(1).collect();",
        "let input: Vec<_> = input.into_iter().collect();",
        "f(format!(\"{:?}\", input.keys()));",
    ] {
        let found = refused(body);
        assert_eq!(found.len(), 1, "{body}: {found:?}");
    }
}

#[test]
fn a_hash_table_may_be_looked_into_and_put_in_order() {
    for body in [
        "input.get(&1); input.contains_key(&1); input.len(); input.insert(1, 2);",
        "let input: BTreeMap<_, _> = input.into_iter().collect(); for x in &input {}",
        "let mut keys: Vec<_> = input.keys().collect(); keys.sort(); for x in keys {}",
        "for x in input.keys().sorted() {}",
        "let sum: u32 = input.values().sum(); input.values().copied().sum::<i64>();",
        "input.values().any(|x| x > 1); input.iter().filter(f).count();",
        "let o = Order { prices: input.into_iter().collect() }; f(input.values().sum());",
        "let prices: Prices = input.into_iter().collect();",
        "let m: BTreeMap<u8, u8> = f(); for x in &m {}",
        "let m: HashMap<u8, u8, Fixed> = f(); for x in &m {}",
        "use indexmap::IndexMap as HashMap; let m: HashMap<u8, u8> = f(); for x in &m {}",
        "let input = f(); for x in &input {}",
    ] {
        assert_eq!(refused(body), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn statics_that_change_are_refused() {
    for body in [
        "static N: AtomicU32 = AtomicU32::new(0);",
        "static M: LazyLock<Mutex<u8>> = LazyLock::new(f);",
        "static mut N: u8 = 0;",
        "thread_local! { static N: Cell<u8> = Cell::new(0); }",
    ] {
        assert_eq!(refused(body).len(), 1, "{body}");
    }
}

#[test]
fn time_that_passes_is_told_by_the_workflow() {
    assert_eq!(refused("let began = ctx.now(); began.elapsed();"), ["began.elapsed"]);
    assert_eq!(refused("ctx.now().elapsed();"), ["ctx.now().elapsed"]);
    assert_eq!(refused("stopwatch.elapsed();"), Vec::<String>::new());
}

#[test]
fn what_prints_is_warned_of_but_for_the_first_run() {
    let (errors, warnings) = said_of("fn f() { println!(\"a\"); let x = dbg!(y); std::print!(); }");
    assert_eq!((errors.len(), warnings), (0, 3));
    let (_, warnings) = said_of("fn f() { if x && !ctx.is_replaying() { println!(\"a\"); } }");
    assert_eq!(warnings, 0);
    let (_, warnings) = said_of("fn f() { #[allow_nondeterministic(\"ok\")] println!(\"a\"); }");
    assert_eq!(warnings, 0);
}

#[test]
fn a_warning_stands_at_the_beginning_of_its_method() {
    let expansion = super::expand_workflow_methods(
        "crate = my::durable",
        "impl Order {
            #[run]
            async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
                println!(\"a\");
                Ok(())
            }
        }",
    );
    let marker = "const _: () = my::durable::__private::PRINTS_ON_EVERY_REPLAY;";
    let (_, after) = expansion.split_once(marker).expect("there is a marker");
    assert!(after.trim_start().starts_with("println!"), "{expansion}");
}

#[test]
fn statements_and_methods_can_be_allowed() {
    let allow = "#[allow_nondeterministic(\"measured only\")]";
    for method in [
        format!("{allow} async fn f() {{ SystemTime::now(); for x in HashMap::new() {{}} }}"),
        format!("async fn f() {{ {allow} let now = SystemTime::now(); }}"),
        format!("async fn f() {{ {allow} f(|| {{ SystemTime::now() }}); }}"),
        format!("async fn f() {{ {allow} x = SystemTime::now(); }}"),
        format!("async fn f() {{ {allow} SystemTime::now() }}"),
        format!("async fn f() {{ {allow} static N: AtomicU8 = AtomicU8::new(0); }}"),
        format!("async fn f() {{ {allow} tokio::select! {{ a = tokio::fs::read(x) => {{}} }} }}"),
    ] {
        assert_eq!(said_of(&method), (vec![], 0), "{method}");
    }
}

#[test]
fn what_allows_wrongly_is_told_the_form() {
    for (method, expected) in [
        ("#[allow_nondeterministic] fn f() { SystemTime::now(); }", "say why"),
        ("#[allow_nondeterministic(\" \")] fn f() { SystemTime::now(); }", "say why"),
        ("#[allow_nondeterministic = \"why\"] fn f() { SystemTime::now(); }", "say why"),
        ("#[allow_nondeterministic(\"why\")] fn f() { ctx.now(); }", "nothing that breaks"),
        ("fn f(#[allow_nondeterministic(\"why\")] x: u8) {}", "stands on a statement"),
        ("fn f() { f(#[allow_nondeterministic(\"why\")] x); }", "stands on a statement"),
        ("fn f() { match x { #[allow_nondeterministic(\"why\")] _ => {} } }", "stands on"),
        ("#[allow_nondeterministic(\"why\")] const X: u8 = 1;", "stands on a statement"),
    ] {
        let (messages, _) = said_of(method);
        assert_eq!(messages.len(), 1, "{method}: {messages:?}");
        assert!(messages[0].contains(expected), "{method}: {messages:?}");
    }
}

#[test]
fn a_method_without_a_context_is_told_where_there_is_one() {
    let (query, _) = said_of("#[query] fn f(&self) -> u8 { SystemTime::now() }");
    assert!(query[0].contains("this method has no context to ask"), "{query:?}");
    let (signal, _) = said_of("#[signal] fn f(&mut self) { std::fs::write(x, y); }");
    assert!(signal[0].contains("make this method an `async fn`"), "{signal:?}");
}
