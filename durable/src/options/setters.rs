//! The one form of a builder's setter.

/// Writes a setter for each listed field, with the field's own documentation. A text is taken in
/// every form; a number is not, because a literal would then have to say its type.
macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident: $type:ident,)*) => {
        $(setters! { @one $(#[$doc])* $field: $type })*
    };
    (@one $(#[$doc:meta])* $field:ident: String) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(mut self, $field: impl Into<String>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@one $(#[$doc:meta])* $field:ident: $type:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
}

pub(super) use setters;
