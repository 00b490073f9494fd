//! The long form of the chaos: `cargo bench -p durable-tests --bench chaos --profile dev -- --minutes 10
//! --workflows 300`.

#[cfg(unix)]
mod chaos;

/// Returns the number after an option of the command line.
#[cfg(unix)]
fn option(name: &str, default: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    match (arguments.next(), arguments.next()) {
        (Some(_), Some(value)) => {
            value.parse().unwrap_or_else(|_| panic!("{name} `{value}` is not a number"))
        }
        (Some(_), None) => panic!("{name} needs a number"),
        _ => default,
    }
}

#[cfg(not(unix))]
fn main() {
    println!("the chaos needs signals of Unix");
}

#[cfg(unix)]
#[tokio::main]
async fn main() {
    let minutes = option("--minutes", 10);
    let plan = chaos::Plan {
        workflows: usize::try_from(option("--workflows", 300)).expect("it is a count"),
        duration: std::time::Duration::from_secs(option("--seconds", minutes * 60)),
        workers: usize::try_from(option("--workers", 3)).expect("it is a count"),
        seed: option("--seed", u64::from(std::process::id())),
    };
    println!("{plan:?}");
    println!("{}", chaos::run(plan).await);
}
