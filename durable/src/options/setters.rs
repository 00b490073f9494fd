//! The one form of a builder's setter.

/// Writes a setter for each listed field, with the field's own documentation.
macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident: $type:ty,)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $field(mut self, $field: impl Into<$type>) -> Self {
                self.$field = Some($field.into());
                self
            }
        )*
    };
}

pub(super) use setters;
