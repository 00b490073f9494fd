//! The checked contents of annotations: all that generation needs, and nothing that could be wrong.

use std::time::Duration;

use proc_macro2::Span;
use syn::{Attribute, ExprPath, Ident, LitStr, Path, Type, Visibility};

use crate::parse::types::Spanned as _;
use crate::runtime_path::Private;

/// A key of an annotation, with its value.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

/// The value of a key.
#[derive(Clone)]
pub(crate) enum Value {
    /// A queue, or a name on the server.
    Name(LitStr),
    Text(LitStr),
    Template(Template),
    Duration(Duration),
    Count(u32),
    Coefficient(f64),
    Texts(Vec<LitStr>),
    Priority(u32),
    Retry(Vec<Setting>),
    /// The key stands alone.
    Flag,
    TimeSkipping(TimeSkipping),
    Function(ExprPath),
    Runtime(Path),
}

/// The choice of moments at which the server of a test skips time.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum TimeSkipping {
    #[default]
    WhenAwaited,
    Always,
    Never,
}

impl TimeSkipping {
    pub(crate) const ALL: [Self; 3] = [Self::WhenAwaited, Self::Always, Self::Never];

    /// Returns the word for it in an annotation.
    pub(crate) fn written(self) -> &'static str {
        match self {
            Self::WhenAwaited => "when-awaited",
            Self::Always => "always",
            Self::Never => "never",
        }
    }

    /// Returns the name of the runtime's variant.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::WhenAwaited => "WhenAwaited",
            Self::Always => "Always",
            Self::Never => "Never",
        }
    }
}

/// The id template of a workflow.
#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) pieces: Vec<Piece>,
    /// The span of the literal, at which rustc reports errors of the fields it names.
    pub(crate) span: Span,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// `{a.b}`, or `{}` for the whole of the only input, which has no members.
    Placeholder(Vec<String>),
}

/// The parts that every annotated item has.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) ident: Ident,
    pub(crate) visibility: Visibility,
    /// The user's own documentation.
    pub(crate) docs: Vec<Attribute>,
    /// The conditions under which the item is there, which hold for what is generated too.
    pub(crate) conditions: Vec<Attribute>,
    /// `#[deprecated]`, of which callers are told.
    pub(crate) deprecated: Vec<Attribute>,
}

/// `#[workflow]` on a struct.
pub(crate) struct Workflow {
    pub(crate) private: Private,
    pub(crate) item: Item,
    pub(crate) name: String,
    pub(crate) queue: String,
    pub(crate) id: Option<Template>,
    pub(crate) settings: Vec<Setting>,
}

/// `#[workflow]` on a trait: what it says of the workflow, and its methods.
pub(crate) struct Declared {
    pub(crate) workflow: Workflow,
    pub(crate) methods: Methods,
}

/// `#[activity]` on a function.
pub(crate) struct Activity {
    pub(crate) private: Private,
    pub(crate) item: Item,
    pub(crate) name: String,
    pub(crate) queue: String,
    pub(crate) settings: Vec<Setting>,
    /// True if the function is imported beside a module of its name, which then stands for the type.
    pub(crate) is_beside_module: bool,
    /// True if it has no body, because it is served elsewhere.
    pub(crate) is_declared: bool,
    pub(crate) is_async: bool,
    /// The types that the function takes before its inputs, in order; the worker gives them.
    pub(crate) injected: Vec<Type>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) output: Output,
}

/// An input of a workflow, activity or handler.
#[derive(Clone)]
pub(crate) struct Input {
    /// The user's name for it, or `arg0`, `arg1`, ..
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    /// The type as the user wrote it.
    pub(crate) text: String,
}

/// The return type of a function.
#[derive(Clone)]
pub(crate) struct Output {
    pub(crate) kind: OutputKind,
    /// The type as the user wrote it.
    pub(crate) text: String,
    /// The first argument of the type, whose text stands for the success if it is that type.
    pub(crate) argument: Option<Argument>,
}

/// An argument of a type.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) ty: Box<Type>,
    pub(crate) text: String,
}

impl Output {
    /// Returns the span of the type.
    pub(crate) fn span(&self) -> Span {
        match &self.kind {
            OutputKind::Nothing => Span::call_site(),
            OutputKind::Any(ty) | OutputKind::Result(ty) => ty.span(),
        }
    }
}

/// The kind of a return type. An `Any` may be a `Result`; the type itself decides that.
#[derive(Clone)]
pub(crate) enum OutputKind {
    Nothing,
    Any(Box<Type>),
    /// It must be one.
    Result(Box<Type>),
}

/// `#[derive(ApplicationError)]` on an enum or struct.
pub(crate) struct ApplicationError {
    pub(crate) private: Private,
    pub(crate) ident: Ident,
    /// The user's own documentation.
    pub(crate) docs: Vec<Attribute>,
    pub(crate) kinds: Vec<ErrorKind>,
}

/// A variant of an error, or the whole of a struct.
pub(crate) struct ErrorKind {
    /// None for a struct.
    pub(crate) variant: Option<Ident>,
    pub(crate) type_name: String,
    pub(crate) non_retryable: bool,
    pub(crate) next_retry_delay: Option<Duration>,
    pub(crate) benign: bool,
}

/// `#[durable::test]` on a function.
pub(crate) struct Test {
    pub(crate) private: Private,
    pub(crate) crash: bool,
    pub(crate) time_skipping: TimeSkipping,
    pub(crate) setup: Option<ExprPath>,
    /// The type of the one parameter.
    pub(crate) parameter: Type,
}

/// The functions that are generated beside the user's methods, for callers.
pub(crate) const GENERATED: [&str; 7] =
    ["start", "execute", "schedule", "handle", "execute_child", "start_child", "external"];

/// `#[workflow_methods]` on an impl block.
pub(crate) struct Methods {
    pub(crate) private: Private,
    /// The struct, as the impl block names it.
    pub(crate) target: Path,
    pub(crate) conditions: Vec<Attribute>,
    /// Those of [`GENERATED`] that the user has written, which is a mistake.
    pub(crate) taken: Vec<&'static str>,
    pub(crate) run: Run,
    pub(crate) init: Option<Init>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) repeats: Vec<Repeat>,
}

/// A macro that prints, and prints again on every replay.
#[derive(Clone)]
pub(crate) struct Repeat {
    /// Which item of the impl block it stands in.
    pub(crate) method: usize,
    pub(crate) span: Span,
}

/// The form in which a method takes its context. The type is kept only if its name differs from the
/// context's, so that rustc checks it.
#[derive(Clone)]
pub(crate) enum Context {
    None,
    Shared(Option<Box<Type>>),
    Mutable(Option<Box<Type>>),
}

/// `#[run]`.
pub(crate) struct Run {
    pub(crate) ident: Ident,
    pub(crate) context: Context,
    pub(crate) inputs: Vec<Input>,
    pub(crate) output: Output,
}

/// `#[init]`.
pub(crate) struct Init {
    pub(crate) ident: Ident,
    pub(crate) context: Context,
    pub(crate) inputs: Vec<Input>,
}

/// The kind of a handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HandlerKind {
    Signal,
    Query,
    Update,
}

impl HandlerKind {
    /// The word for it, in messages and names.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Query => "query",
            Self::Update => "update",
        }
    }
}

/// `#[signal]`, `#[query]` or `#[update]`.
pub(crate) struct Handler {
    /// The number among the workflow's handlers.
    pub(crate) number: usize,
    pub(crate) kind: HandlerKind,
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) conditions: Vec<Attribute>,
    /// `#[deprecated]`, of which callers are told.
    pub(crate) deprecated: Vec<Attribute>,
    pub(crate) is_async: bool,
    pub(crate) context: Context,
    pub(crate) inputs: Vec<Input>,
    pub(crate) output: Output,
    pub(crate) validator: Option<Validator>,
}

/// `#[update_validator]`.
pub(crate) struct Validator {
    pub(crate) ident: Ident,
    pub(crate) context: Context,
    pub(crate) output: Output,
}
