//! The macro by which generated code submits types and texts for the contract. It expands to nothing without
//! the feature `schema`.

#[cfg(feature = "schema")]
pub mod types {
    //! The items that the macro names.

    pub use crate::definition::schema::{
        Describe, DescribedError, DescribedTexts, DescribedTypes, Schemas, TypeProbe,
    };

    use std::any::TypeId;

    use crate::error::Classified;

    /// The traits by which the macro decides.
    pub mod by_type {
        pub use super::{KnownErrorType as _, OtherErrorType as _};
        pub use crate::definition::schema::{HasSchema as _, NoSchema as _, SuccessProbe as _};
    }

    /// An error type that derives [`ApplicationError`](macro@crate::ApplicationError).
    pub trait KnownErrorType {
        /// Returns the type.
        fn error_type(&self) -> Option<TypeId>;
    }

    impl<E: Classified + 'static> KnownErrorType for TypeProbe<E> {
        fn error_type(&self) -> Option<TypeId> {
            Some(TypeId::of::<E>())
        }
    }

    /// Every other type.
    pub trait OtherErrorType {
        /// Returns `None`.
        fn error_type(&self) -> Option<TypeId> {
            None
        }
    }

    impl<T: ?Sized> OtherErrorType for &TypeProbe<T> {}
}

#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! __contract {
    (texts $target:ty, $description:expr, $id_template:expr) => {
        $crate::__private::inventory::submit! {
            $crate::__private::contract_types::DescribedTexts::of::<$target>(
                $description,
                $id_template,
            )
        }
    };
    (error $target:ty, $description:expr, [$($kind:expr),*]) => {
        $crate::__private::inventory::submit! {
            $crate::__private::contract_types::DescribedError::of::<$target>(
                <$target as $crate::__private::Classified>::NAME,
                $description,
                &[$($kind),*],
                || {
                    use $crate::__private::contract_types::by_type::*;
                    (&$crate::__private::contract_types::TypeProbe::<$target>::NEW).schema()
                },
            )
        }
    };
    (types $target:ty {
        $($(#[$condition:meta])* $kind:ident $name:literal [$($input:ty),*] $output:ty;)*
    }) => {
        impl $crate::__private::contract_types::Describe for $target {
            #[allow(clippy::needless_borrow, unused_imports)]
            fn describe(schemas: &mut $crate::__private::contract_types::Schemas) {
                use $crate::__private::contract_types::{TypeProbe, by_type::*};
                $(
                    $(#[$condition])*
                    schemas.add(
                        ::core::stringify!($kind),
                        $name,
                        ::std::vec![$((&TypeProbe::<$input>::NEW).schema()),*],
                        (
                            (&TypeProbe::<$output>::SUCCESS).schema(),
                            (&TypeProbe::<$output>::ERROR).error_type(),
                        ),
                    );
                )*
            }
        }

        $crate::__private::inventory::submit! {
            $crate::__private::contract_types::DescribedTypes::of::<$target>()
        }
    };
}

#[cfg(not(feature = "schema"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __contract {
    ($($dropped:tt)*) => {};
}

pub use crate::__contract as contract;
