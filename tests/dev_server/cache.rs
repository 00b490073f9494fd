//! A cache that others could have changed: it's neither used nor filled, and the message says what to do.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use crate::machine::{Machine, executable};

/// A command that answers as the pinned version does.
const FOREIGN: &str = "#!/bin/sh\necho temporal version 1.9.1\n";
/// A user that doesn't run these tests.
const OTHER_USER: u32 = 54_321;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn refuses_what_others_could_have_changed() {
    const WRITABLE: &str = "other users can write to it (mode ";
    type Spoil = fn(&Path);
    let cases: [(&str, &str, Spoil, &str); 9] = [
        ("group-writable root", "cache", |path| set_mode(path, 0o770), WRITABLE),
        ("world-writable root", "cache", |path| set_mode(path, 0o777), WRITABLE),
        ("sticky root", "cache", |path| set_mode(path, 0o1777), WRITABLE),
        ("directory between", "cache/temporal-cli", |path| set_mode(path, 0o702), WRITABLE),
        ("directory", "cache/temporal-cli/1.9.1", |path| set_mode(path, 0o720), WRITABLE),
        ("command", "cache/temporal-cli/1.9.1/temporal", |path| set_mode(path, 0o775), WRITABLE),
        ("lock", "cache/temporal-cli/1.9.1/.lock", |path| set_mode(path, 0o666), WRITABLE),
        (
            "linked lock",
            "cache/temporal-cli/1.9.1/.lock",
            |path| {
                fs::remove_file(path).expect("it is ours");
                symlink("../../../victim", path).expect("it is writable");
            },
            "not a regular file; delete it",
        ),
        (
            "linked command",
            "cache/temporal-cli/1.9.1/temporal",
            |path| {
                let moved = path.with_extension("moved");
                fs::rename(path, &moved).expect("it is ours");
                symlink(moved, path).expect("it is writable");
            },
            "not a regular file; delete it",
        ),
    ];
    for (name, spoiled, spoil, problem) in cases {
        let machine = Machine::bare();
        executable(&machine.cached(), FOREIGN);
        let lock = machine.cached().with_file_name(".lock");
        fs::write(lock, "").expect("it is writable");
        let victim = machine.dir.path().join("victim");
        fs::write(&victim, "precious").expect("it is writable");
        let spoiled = machine.dir.path().join(spoiled);
        spoil(&spoiled);

        let text = machine.refusal();
        let expected = format!("`{}` is not safe to use: {problem}", spoiled.display());
        assert!(text.contains(&expected), "{name}: {text}");
        assert_eq!(fs::read_to_string(victim).expect("it is there"), "precious", "{name}");
    }
}

#[test]
fn refuses_what_belongs_to_another_user() {
    let parts = ["cache", "cache/temporal-cli/1.9.1", "cache/temporal-cli/1.9.1/temporal"];
    for part in parts {
        let machine = Machine::bare();
        executable(&machine.cached(), FOREIGN);
        let part = machine.dir.path().join(part);
        if chown(&part, Some(OTHER_USER), None).is_err() {
            // Only the administrator can give files away; the unit test covers the rule.
            return;
        }
        let text = machine.refusal();
        let expected =
            format!("`{}` is not safe to use: it belongs to user {OTHER_USER}", part.display());
        assert!(text.contains(&expected), "{text}");
    }
}

#[test]
fn refuses_an_altered_command() {
    let machine = Machine::bare();
    executable(&machine.cached(), FOREIGN);
    let text = machine.refusal();
    let place = format!("the cache of this library (`{}`): ", machine.cached().display());
    assert!(text.contains(&place), "{text}");
    assert!(text.contains("was damaged or replaced; delete it"), "{text}");
    assert!(text.contains("expected SHA-256 "), "{text}");
}

#[test]
fn uses_a_cache_again_once_its_mode_is_corrected() {
    let machine = Machine::bare();
    machine.fill_cache();
    assert_eq!(machine.source(), "Cache");
    set_mode(machine.cache(), 0o775);
    assert!(machine.refusal().contains("`chmod go-w`"));
    set_mode(machine.cache(), 0o755);
    assert_eq!(machine.source(), "Cache");
}

#[test]
fn follows_a_link_to_the_cache_directory_of_this_user() {
    let machine = Machine::bare();
    machine.fill_cache();
    let moved = machine.dir.path().join("elsewhere");
    fs::rename(machine.cache(), &moved).expect("it is ours");
    symlink(&moved, machine.cache()).expect("it is writable");
    assert_eq!(machine.source(), "Cache");
}

#[test]
fn creates_the_cache_for_this_user_only() {
    let machine = Machine::bare();
    machine.refusal();
    for dir in machine.cached().ancestors().skip(1).take(3) {
        let mode = fs::metadata(dir).expect("it was created").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", dir.display());
    }
}
