//! The builder of a command line, and its run.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgMatches, Args, Command, CommandFactory as _, FromArgMatches};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::arguments::Arguments;
use super::commands;
use super::completion;
use super::context::{Context, Customize, Global};
use super::examples;
use super::exit::{BoxError, Outcome, Problem};
use super::format::Format;
use super::negative;
use super::program::{Prepare, Program};
use crate::client::ClientBuilder;
use crate::worker::Workers;

type Run = Box<dyn FnOnce(&ArgMatches, Context) -> BoxFuture<'static, Outcome> + Send>;

/// A command line for a program, with settings beyond its annotations.
///
/// ```no_run
/// use durable::cli::{Cli, Context, clap};
/// use durable::prelude::*;
///
/// struct Mailer;
///
/// /// Sends a mail to try the mailer out.
/// #[derive(clap::Args)]
/// struct TryMail {
///     /// Who gets it
///     to: String,
/// }
///
/// async fn try_mail(arguments: TryMail, context: Context) -> durable::Result<()> {
///     let client = context.client().await?;
///     println!("a mail to {} by {}", arguments.to, client.address());
///     Ok(())
/// }
///
/// fn main() -> std::process::ExitCode {
///     Cli::new()
///         .version(env!("CARGO_PKG_VERSION"))
///         .workers(|workers| workers.state(Mailer))
///         .command("try-mail", try_mail)
///         .main()
/// }
/// ```
#[must_use = "a program runs only when `main` is called"]
pub struct Cli {
    name: Option<String>,
    version: Option<String>,
    about: Option<String>,
    customize: Customize,
    prepare: Prepare,
    own: Vec<Own>,
}

/// A command of the program's own.
struct Own {
    command: Command,
    run: Run,
}

impl Default for Cli {
    fn default() -> Self {
        Self::new()
    }
}

impl Cli {
    /// Creates a program with the built-in commands.
    pub fn new() -> Self {
        Self {
            name: None,
            version: None,
            about: None,
            customize: Arc::new(|builder| builder),
            prepare: Box::new(|workers| workers),
            own: Vec::new(),
        }
    }

    /// Sets the name of the program. The default is the name of the executable.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the version that `--version` prints, such as `env!("CARGO_PKG_VERSION")`.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Sets the description that `--help` prints.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = Some(about.into());
        self
    }

    /// Changes the builder of the client, for settings that no configuration has: a data converter,
    /// interceptors.
    ///
    /// The closure gets a configured builder. The options of the command line take precedence over its
    /// settings.
    pub fn client(
        mut self,
        customize: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.customize = Arc::new(customize);
        self
    }

    /// Changes the workers of `serve`, `dev` and `check`: values that activities take as `State<T>`,
    /// interceptors, a version.
    ///
    /// The closure is called within the program's Tokio runtime, at most once, before a server is asked.
    /// Other commands don't call it.
    pub fn workers(mut self, prepare: impl FnOnce(Workers) -> Workers + Send + 'static) -> Self {
        self.prepare = Box::new(prepare);
        self
    }

    /// Adds a command, or replaces a built-in one of the same name.
    ///
    /// The doc comment of the arguments' type is the command's help. An error ends the program with exit
    /// code 1, and a [`durable::Error`](crate::Error) with its own exit code.
    pub fn command<A, F, R, E>(mut self, name: impl Into<String>, run: R) -> Self
    where
        A: Args,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxError>,
        R: FnOnce(A, Context) -> F + Send + 'static,
    {
        let command = A::augment_args(Command::new(name.into()));
        let run: Run = Box::new(move |matches, context| {
            // clap has parsed them by the same command, so they are there.
            match A::from_arg_matches(matches) {
                Ok(arguments) => run(arguments, context)
                    .map(|ended| ended.map_err(|error| Problem::of(error.into())))
                    .boxed(),
                Err(error) => std::future::ready(Err(Problem::misuse(error))).boxed(),
            }
        });
        self.own.push(Own { command, run });
        self
    }

    /// Returns the program's commands as clap knows them, with their help, to write man pages or a reference.
    ///
    /// ```
    /// use durable::cli::Cli;
    ///
    /// let command = Cli::new().name("orders").clap_command();
    /// assert!(command.find_subcommand("serve").is_some());
    /// ```
    #[must_use]
    pub fn clap_command(&self) -> Command {
        let mut command = self.command_of(None);
        command.build();
        command
    }

    /// Runs the program with the arguments of the process.
    #[must_use]
    pub fn main(self) -> ExitCode {
        self.run(std::env::args_os())
    }

    /// Runs the program with these arguments, the first of which is its path.
    ///
    /// # Panics
    /// Panics if the operating system refuses the threads of a runtime.
    #[must_use]
    pub fn run(self, arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitCode {
        let mut arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        let is_own =
            |argument: &OsString| self.own.iter().any(|own| own.command.get_name() == argument);
        // A command of the program's own gets its arguments as they were given.
        if !arguments.iter().any(is_own) {
            arguments = arguments.into_iter().map(negative::shielded).collect();
        }
        let command = self.command_of(arguments.first());
        if let Some(code) = completion::answered(&command, &arguments, &self.customize) {
            return code;
        }
        let matches = match command.clone().try_get_matches_from(&arguments) {
            Ok(matches) => matches,
            Err(error) => return parsed_badly(&error, wants_json(&arguments)),
        };
        let within = matches.subcommand().map_or(&matches, |(_, within)| within);
        let format = Global::from_arg_matches(within).map(|global| global.format());
        let format = format.unwrap_or_default();
        match crate::worker::block_on(self.dispatch(command, &matches, arguments)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => problem.report(format),
        }
    }

    async fn dispatch(
        mut self,
        command: Command,
        matches: &ArgMatches,
        arguments: Vec<OsString>,
    ) -> Outcome {
        if let Some((name, within)) = matches.subcommand()
            && let Some(place) = self.own.iter().position(|own| own.command.get_name() == name)
        {
            let global = Global::from_arg_matches(within).map_err(Problem::misuse)?;
            let context = Context::new(global, self.customize);
            return (self.own.swap_remove(place).run)(within, context).await;
        }
        let Arguments { global, command: chosen } =
            Arguments::from_arg_matches(matches).map_err(Problem::misuse)?;
        let context = Context::new(global, self.customize);
        commands::run(chosen, Program { context, prepare: self.prepare, command, arguments }).await
    }

    fn command_of(&self, path: Option<&OsString>) -> Command {
        let executable = path.and_then(|path| Path::new(path).file_stem());
        let executable = executable.map(|name| name.to_string_lossy().into_owned());
        let name = self.name.clone().or(executable).unwrap_or_else(|| "durable".to_owned());
        let command = examples::added(negative::allowed(Arguments::command()), &name);
        let mut command = command.name(name.clone()).bin_name(name);
        if let Some(version) = &self.version {
            command = command.version(version.clone());
        }
        if let Some(about) = &self.about {
            command = command.about(about.clone());
        }
        for own in &self.own {
            let name = own.command.get_name();
            if command.find_subcommand(name).is_some() {
                command = command.mut_subcommand(name, |_| own.command.clone());
            } else {
                command = command.subcommand(own.command.clone());
            }
        }
        command
    }
}

/// Returns whether the arguments, which can't be parsed, ask for JSON.
fn wants_json(arguments: &[OsString]) -> bool {
    let is =
        |argument: &OsString, text: &str| argument.to_string_lossy().eq_ignore_ascii_case(text);
    arguments.iter().any(|argument| is(argument, "--output=json"))
        || arguments.windows(2).any(|pair| is(&pair[0], "--output") && is(&pair[1], "json"))
}

/// Prints a mistake in the arguments. Help and version come this way too.
fn parsed_badly(error: &clap::Error, as_json: bool) -> ExitCode {
    let code = error.exit_code();
    if as_json && error.use_stderr() {
        let text = error.render().to_string();
        let message = text.trim().trim_start_matches("error: ").to_owned();
        return Problem::misuse(message).report(Format::Json);
    }
    // Without an output, the exit code is all there is.
    let _ = error.print();
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}

impl fmt::Debug for Cli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cli").field("name", &self.name).finish_non_exhaustive()
    }
}
