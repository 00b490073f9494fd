//! Errors that point at the user's tokens, collected so that one compile shows all of them.
//!
//! It knows nothing of workflows; what a message says is decided where the mistake is found.

use proc_macro2::TokenStream;

/// An error that covers the given tokens.
macro_rules! err {
    ($tokens:expr, $($message:tt)+) => {
        ::syn::Error::new_spanned(&$tokens, ::std::format!($($message)+))
    };
}
pub(crate) use err;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    /// The value, or `None` once the error is kept.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// A `compile_error!` for each mistake, or nothing.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.as_ref().map(syn::Error::to_compile_error).unwrap_or_default()
    }
}

/// The known name that a typing mistake was most likely meant to be.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |known: &str| strsim::jaro_winkler(name, known);
    // Below this, the suggestion is a guess that only distracts.
    let close = known.into_iter().filter(|known| near(known) > 0.8);
    close.max_by(|a, b| near(a).total_cmp(&near(b)))
}

/// Names as a message lists them: `` `a`, `b` and `c` ``.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_finds_its_name_and_a_foreign_word_none() {
        let known = ["queue", "name", "retry"];
        assert_eq!(nearest("quue", known), Some("queue"));
        assert_eq!(nearest("retries", known), Some("retry"));
        assert_eq!(nearest("zzz", known), None);
    }

    #[test]
    fn names_are_listed_like_in_a_sentence() {
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
