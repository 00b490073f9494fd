//! `Debug` for types that hold values of the user.

/// Implements `Debug` with the given fields, and hides all others: inputs, outputs, closures and secrets.
///
/// A field is one of the type, or has a value of its own. The generic parameters and arguments are in
/// brackets: `debug!([W: Workflow, R] StartCall[W, R]: name, id)`.
macro_rules! debug {
    (
        [$($parameters:tt)*] $name:ident [$($arguments:tt)*]:
        $($field:ident $(= $value:expr)?),*
    ) => {
        impl<$($parameters)*> std::fmt::Debug for $name<$($arguments)*> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut fields = f.debug_struct(stringify!($name));
                $(fields.field(
                    stringify!($field),
                    crate::definition::debug!(@value self, $field $(, $value)?),
                );)*
                fields.finish_non_exhaustive()
            }
        }
    };
    (@value $this:expr, $field:ident) => { &$this.$field };
    (@value $this:expr, $field:ident, $value:expr) => { &$value };
}

pub(crate) use debug;
