//! Completion in real shells: bash always, and fish and zsh if the machine has them.

use std::process::Command;

use durable_tests::{Shared, eventually, skip, unique};

use crate::{program, run};

/// The folder of the program, and its scripts, in the environment of a shell.
fn shell(name: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(name);
    let program = program(&[]);
    let path = std::path::Path::new(program.get_program());
    let folder = path.parent().expect("it is in a folder");
    let all = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&all));
    command.args(arguments).current_dir(std::env::temp_dir());
    command.env("PATH", std::env::join_paths(all).expect("a path"));
    command.env("TEMPORAL_ADDRESS", Shared::get().address());
    let output = match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        output => output.expect("the shell runs"),
    };
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Lines of a command, each with a word that must be among the completions of its last word.
fn cases(id: &str, schedule: &str) -> Vec<(String, String)> {
    let prefix = &id[..id.len() - 1];
    let schedule_prefix = &schedule[..schedule.len() - 1];
    [
        ("sta".to_owned(), "start"),
        ("start Par".to_owned(), "ParcelWorkflow"),
        ("start StockWorkflow --queue cli-n".to_owned(), "cli-north"),
        ("serve --queue cli-s".to_owned(), "cli-served"),
        ("list --status run".to_owned(), "running"),
        ("signal order-7 del".to_owned(), "deliver"),
        ("query order-7 heav".to_owned(), "heavier_than"),
        ("update order-7 ren".to_owned(), "rename"),
        ("pause order-7 --activity-type we".to_owned(), "weigh"),
        ("tal".to_owned(), "tally"),
        (format!("describe {prefix}"), id),
        (format!("schedule describe {schedule_prefix}"), schedule),
    ]
    .map(|(line, word)| (line, word.to_owned()))
    .into()
}

/// Completes lines in bash, as a press of the tab key does.
fn in_bash(line: &str) -> Option<String> {
    let script = r#"
        source <(cli-program completions bash)
        COMP_WORDS=(cli-program $1)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMP_TYPE=9
        function=$(complete -p cli-program | sed 's/.*-F \([^ ]*\).*/\1/')
        $function cli-program "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    shell("bash", &["-c", script, "bash", line])
}

fn in_fish(line: &str) -> Option<String> {
    let script = "cli-program completions fish | source; complete -C \"cli-program $argv[1]\"";
    shell("fish", &["--no-config", "-c", script, line])
}

/// Lists the completions in an interactive zsh on a pseudo-terminal, which shows the word somewhere among
/// its control sequences.
fn in_zsh(line: &str, word: &str) -> Option<String> {
    let script = r#"
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell 'autoload -Uz compinit; compinit -u -D; source <(cli-program completions zsh)'
        zpty -w shell 'PS1=; print rea''dy'
        zpty -r -m shell answer '*ready*'
        zpty -w -n shell "cli-program $1"$'\004'
        zpty -r -m shell answer "*$2*"
        print -r -- "$answer"
        zpty -d shell
    "#;
    // Without the word it would wait forever. On a busy machine, completions that ask the server may come too late
    // once.
    let attempts = r#"for attempt in 1 2 3 4; do timeout 15 zsh -f -c "$@" && exit; done; exit 1"#;
    shell("sh", &["-c", attempts, "sh", script, "zsh", line, word])
}

fn has(shell: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(shell).is_file())
}

#[test]
fn names_and_ids_complete_in_every_shell() {
    let (id, schedule) = (unique("completed") + "-x", unique("daily") + "-x");
    run(&["start", "LonelyWorkflow", "--id", &id]).text();
    run(&["schedule", "create", &schedule, "LonelyWorkflow", "--manual"]).text();
    let listed = eventually("the ids in lists", || async {
        let workflows = run(&["list", "--id-prefix", &id, "--count"]).text();
        let schedules = run(&["schedule", "list"]).text();
        (workflows == "1\n" && schedules.contains(&schedule)).then_some(())
    });
    Shared::get().runtime().block_on(listed);
    for shell in ["fish", "zsh"].into_iter().filter(|shell| !has(shell)) {
        skip(&format!("completion in {shell}"), &format!("install `{shell}`"));
    }
    for (line, word) in cases(&id, &schedule) {
        let bash = in_bash(&line).expect("every test machine has bash");
        assert!(bash.lines().any(|it| it.trim() == word), "bash {line}: {bash}");
        if let Some(fish) = in_fish(&line) {
            let found = fish.lines().any(|it| it.split('\t').next() == Some(&*word));
            assert!(found, "fish {line}: {fish}");
        }
        if has("zsh") {
            let zsh = in_zsh(&line, &word).expect("the shell runs");
            assert!(zsh.contains(&word), "zsh {line}: {zsh}");
        }
    }
    run(&["terminate", &id]).text();
    run(&["schedule", "delete", &schedule]).text();
}
