//! The source of the project's dependency on durable.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// The source of the project's dependency on durable. The registry is none: it knows another crate under this
/// name.
pub(crate) enum Source {
    /// The absolute path of a clone.
    Path(String),
    /// The URL of a repository.
    Git(String),
}

impl Source {
    /// Returns the source in a clone: the given one, or the one that this command was built in.
    pub(crate) fn path(folder: Option<PathBuf>) -> Result<Self, Error> {
        let built_in = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = folder.unwrap_or_else(built_in);
        // Somebody may name the crate itself.
        let clone = [folder.clone(), folder.join("..")]
            .into_iter()
            .find(|clone| clone.join("durable/Cargo.toml").is_file())
            .and_then(|clone| clone.canonicalize().ok());
        let clone = clone.ok_or(Error::NoClone(folder))?;
        let clone = clone.into_os_string().into_string();
        let clone = clone.map_err(|_| Error::Source {
            option: "--path",
            problem: "the path isn't Unicode; name the clone by another one",
        })?;
        Ok(Self::Path(checked("--path", clone)?))
    }

    /// Returns the source in a repository.
    pub(crate) fn git(url: String) -> Result<Self, Error> {
        if !(url.contains("://") || url.contains('@')) {
            return Err(Error::Source {
                option: "--git",
                problem: "expected the URL of a repository, such as `https://example.com/durable.git`",
            });
        }
        Ok(Self::Git(checked("--git", url)?))
    }

    /// Returns the dependency's keys that name the source.
    pub(crate) fn keys(&self) -> String {
        match self {
            Self::Path(clone) => format!("path = \"{clone}/durable\""),
            Self::Git(url) => format!("git = \"{url}\""),
        }
    }

    /// Returns the lines of the Dockerfile that fetch the source into the stage of the build.
    pub(crate) fn copy(&self) -> String {
        let Self::Path(clone) = self else { return String::new() };
        format!(
            "# The clone of durable that Cargo.toml names, from the build context `durable`.\n\
             COPY --from=durable Cargo.toml {clone}/\n\
             COPY --from=durable durable {clone}/durable\n\
             COPY --from=durable durable-macros {clone}/durable-macros\n"
        )
    }

    /// Returns the arguments of `docker build` that the lines of [`Source::copy`] need.
    pub(crate) fn build_context(&self) -> String {
        match self {
            Self::Path(clone) => format!("--build-context durable={clone} "),
            Self::Git(_) => String::new(),
        }
    }
}

/// Refuses characters that mean something else in Cargo.toml, a Dockerfile or a shell.
fn checked(option: &'static str, text: String) -> Result<String, Error> {
    let special = |c: char| c.is_control() || c.is_whitespace() || "\"'\\$`".contains(c);
    if text.contains(special) {
        let problem = "white space, quotes, `\\`, `$` and control characters aren't supported; use another path";
        return Err(Error::Source { option, problem });
    }
    Ok(text)
}
