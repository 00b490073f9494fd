//! The names that a package can have.

use std::path::Path;

use crate::error::Error;

/// The packages that the project or its tests use; a package can't depend on one of its own name.
const DEPENDENCIES: [&str; 2] = ["durable", "serde"];
/// The crates that every Rust program knows.
const BUILT_IN: [&str; 5] = ["alloc", "core", "proc_macro", "std", "test"];
/// The folders that Cargo keeps beside the binary.
const FOLDERS: [&str; 4] = ["build", "deps", "examples", "incremental"];
/// The longest name, so that those of its files and its objects in Kubernetes are allowed.
const LONGEST: usize = 63;

/// Returns the name of the package in a folder.
pub(crate) fn of_folder(folder: &Path) -> Result<String, Error> {
    let name = folder.file_name().ok_or_else(|| Error::NoName(folder.to_path_buf()))?;
    let name = name.to_string_lossy().into_owned();
    match problem(&name) {
        None => Ok(name),
        Some(problem) => Err(Error::Name { fix: fix(&name), problem, name }),
    }
}

/// Returns the name of the package's library, as Rust code writes it.
pub(crate) fn of_library(name: &str) -> String {
    name.replace('-', "_")
}

fn problem(name: &str) -> Option<String> {
    let invalid = |c: &char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(*c));
    if let Some(character) = name.chars().find(invalid) {
        return Some(format!("the character {character:?} isn't allowed"));
    }
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some("it doesn't begin with a letter".to_owned());
    }
    // Names of objects in Kubernetes end so too.
    if name.ends_with(['-', '_']) {
        return Some("it ends with a hyphen or an underscore".to_owned());
    }
    if name.len() > LONGEST {
        return Some(format!("it has more than {LONGEST} characters"));
    }
    let library = of_library(name);
    // The keyword of the edition 2024 is unknown to syn 2.
    if syn::parse_str::<syn::Ident>(&library).is_err() || library == "gen" {
        return Some("it's a keyword of Rust".to_owned());
    }
    let taken = |names: &[&str]| names.contains(&library.as_str());
    if taken(&BUILT_IN) {
        return Some("it's a crate of Rust itself".to_owned());
    }
    if taken(&DEPENDENCIES) {
        return Some("the project depends on a crate of this name".to_owned());
    }
    taken(&FOLDERS).then(|| "Cargo has a folder of this name beside the binary".to_owned())
}

/// Returns a suggestion: the name without the characters that aren't allowed, if that is valid.
fn fix(name: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        // `MyOrders` has two words.
        if character.is_ascii_uppercase() && before.is_ascii_lowercase() {
            words.push(String::new());
        }
        if character.is_ascii_alphanumeric() {
            words.last_mut().expect("it has one").push(character.to_ascii_lowercase());
        } else {
            words.push(String::new());
        }
        before = character;
    }
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let rules = "use lower-case letters, digits, `-` and `_`, and begin with a letter";
    [words.join("-"), format!("{}-app", words.join("-")), format!("app-{}", words.join("-"))]
        .into_iter()
        .find(|fixed| problem(fixed).is_none())
        .map_or_else(|| rules.to_owned(), |fixed| format!("{rules}, such as `{fixed}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_names_of_packages() {
        for name in ["orders", "my-orders", "my_orders2", "a", "o-r", "orders-2"] {
            assert_eq!(of_folder(Path::new(name)).ok().as_deref(), Some(name));
        }
        assert_eq!(of_folder(Path::new("/tmp/somewhere/orders/")).ok().as_deref(), Some("orders"));
    }

    #[test]
    fn refuses_other_names_with_a_suggestion() {
        for (name, problem, suggestion) in [
            ("My Orders", "'M' isn't allowed", "`my-orders`"),
            ("MyOrders", "'M' isn't allowed", "`my-orders`"),
            ("orders.rs", "'.' isn't allowed", "`orders-rs`"),
            ("bücher", "'ü' isn't allowed", "`b-cher`"),
            ("2orders", "doesn't begin with a letter", "`app-2orders`"),
            ("-orders", "doesn't begin with a letter", "`orders`"),
            ("orders-", "ends with a hyphen", "`orders`"),
            ("async", "keyword", "`async-app`"),
            ("self", "keyword", "`self-app`"),
            ("gen", "keyword", "`gen-app`"),
            ("test", "crate of Rust itself", "`test-app`"),
            ("proc-macro", "crate of Rust itself", "`proc-macro-app`"),
            ("serde", "depends on a crate of this name", "`serde-app`"),
            ("durable", "depends on a crate of this name", "`durable-app`"),
            ("deps", "folder of this name", "`deps-app`"),
        ] {
            let error = of_folder(Path::new(name)).expect_err(name).to_string();
            assert!(error.contains(problem), "{name}: {error}");
            assert!(error.contains(suggestion), "{name}: {error}");
        }
        let error = of_folder(Path::new(&"x".repeat(64))).expect_err("it is too long").to_string();
        assert!(error.contains("more than 63 characters"), "{error}");
        assert!(of_folder(Path::new("..")).is_err());
        assert!(of_folder(Path::new("/")).is_err());
    }
}
