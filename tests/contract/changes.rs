//! Types before and after a change, each called `Value`.

/// Declares the types of changes.
macro_rules! changes {
    ($($(#[$docs:meta])* $change:ident { $($old:item)* } => { $($new:item)* })*) => {
        $(
            $(#[$docs])*
            pub(crate) mod $change {
                pub(crate) mod old {
                    #[allow(unused_imports)]
                    use {durable::schemars::JsonSchema, serde::{Deserialize, Serialize}};
                    $($old)*
                }
                pub(crate) mod new {
                    #[allow(unused_imports)]
                    use {durable::schemars::JsonSchema, serde::{Deserialize, Serialize}};
                    $($new)*
                }
            }
        )*
    };
}

/// A type with the derives of all.
macro_rules! value {
    ($(#[$attribute:meta])* $kind:ident $name:ident { $($body:tt)* }) => {
        #[allow(dead_code)]
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        $(#[$attribute])*
        pub(crate) $kind $name { $($body)* }
    };
}

changes! {
    required_field_added {
        value!(struct Value { id: String });
    } => {
        value!(struct Value { id: String, grams: u32 });
    }
    defaulted_field_added {
        value!(struct Value { id: String });
    } => {
        value!(struct Value { id: String, #[serde(default)] grams: u32 });
    }
    optional_field_added {
        value!(struct Value { id: String });
    } => {
        value!(struct Value { id: String, note: Option<String> });
    }
    optional_field_added_to_strict {
        value!(#[serde(deny_unknown_fields)] struct Value { id: String });
    } => {
        value!(#[serde(deny_unknown_fields)] struct Value { id: String, note: Option<String> });
    }
    field_removed {
        value!(struct Value { id: String, grams: u32 });
    } => {
        value!(struct Value { id: String });
    }
    optional_field_removed {
        value!(struct Value { id: String, note: Option<String> });
    } => {
        value!(struct Value { id: String });
    }
    field_removed_from_strict {
        value!(#[serde(deny_unknown_fields)] struct Value { id: String, grams: u32 });
    } => {
        value!(#[serde(deny_unknown_fields)] struct Value { id: String });
    }
    field_renamed {
        value!(struct Value { id: String, customer_name: String });
    } => {
        value!(struct Value { id: String, client_name: String });
    }
    field_renamed_with_alias {
        value!(struct Value { id: String, customer_name: String });
    } => {
        value!(struct Value {
            id: String,
            #[serde(rename = "customer_name")]
            client_name: String,
        });
    }
    field_read_under_two_names {
        value!(struct Value { id: String, #[serde(default)] customer_name: String });
    } => {
        value!(struct Value {
            id: String,
            #[serde(default, alias = "customer_name")]
            #[schemars(extend("x-aliases" = ["customer_name"]))]
            client_name: String,
        });
    }
    optional_to_required {
        value!(struct Value { note: Option<String> });
    } => {
        value!(struct Value { note: String });
    }
    required_to_optional {
        value!(struct Value { note: String });
    } => {
        value!(struct Value { note: Option<String> });
    }
    default_removed {
        value!(struct Value { #[serde(default, skip_serializing_if = "String::is_empty")] note: String });
    } => {
        value!(struct Value { note: String });
    }
    number_to_text {
        value!(struct Value { amount: u32 });
    } => {
        value!(struct Value { amount: String });
    }
    integer_widened {
        value!(struct Value { amount: u32 });
    } => {
        value!(struct Value { amount: u64 });
    }
    integer_narrowed {
        value!(struct Value { amount: i64 });
    } => {
        value!(struct Value { amount: u8 });
    }
    integer_to_float {
        value!(struct Value { amount: u32 });
    } => {
        value!(struct Value { amount: f64 });
    }
    one_to_many {
        value!(struct Value { item: String });
    } => {
        value!(struct Value { item: Vec<String> });
    }
    nested_field_added {
        value!(struct Value { items: Vec<Item> });
        value!(struct Item { name: String });
    } => {
        value!(struct Value { items: Vec<Item> });
        value!(struct Item { name: String, price: f64 });
    }
    recursive {
        value!(struct Value { name: String, children: Vec<Value> });
    } => {
        value!(struct Value { name: String, children: Vec<Value>, color: String });
    }
    variant_added {
        value!(enum Value { Open, Closed });
    } => {
        value!(enum Value { Open, Closed, Paused });
    }
    variant_removed {
        value!(enum Value { Open, Closed, Paused });
    } => {
        value!(enum Value { Open, Closed });
    }
    variant_with_data_added {
        value!(enum Value { Cash, Card { number: String } });
    } => {
        value!(enum Value { Cash, Card { number: String }, Invoice { days: u32 } });
    }
    field_of_variant_added {
        value!(enum Value { Cash, Card { number: String } });
    } => {
        value!(enum Value { Cash, Card { number: String, code: String } });
    }
    tagged_variant_removed {
        value!(#[serde(tag = "kind")] enum Value { Cash { amount: u32 }, Card { number: String } });
    } => {
        value!(#[serde(tag = "kind")] enum Value { Cash { amount: u32 } });
    }
    tagging_changed {
        value!(enum Value { Card { number: String }, Cash { amount: u32 } });
    } => {
        value!(#[serde(tag = "kind")] enum Value { Card { number: String }, Cash { amount: u32 } });
    }
    map_value_changed {
        value!(struct Value { counts: std::collections::BTreeMap<String, u32> });
    } => {
        value!(struct Value { counts: std::collections::BTreeMap<String, String> });
    }
    flattened_field_added {
        value!(struct Value { id: String, #[serde(flatten)] rest: Rest });
        value!(struct Rest { street: String });
    } => {
        value!(struct Value { id: String, #[serde(flatten)] rest: Rest });
        value!(struct Rest { street: String, city: String });
    }
    type_renamed {
        value!(struct Value { inner: First });
        value!(struct First { id: String });
    } => {
        value!(struct Value { inner: Second });
        value!(struct Second { id: String });
    }
    docs_changed {
        value!(struct Value { id: String });
    } => {
        value!(
            /// It has a comment.
            struct Value {
                /// And here.
                id: String,
            }
        );
    }
    tuple_grown {
        value!(struct Value { point: (u32, u32) });
    } => {
        value!(struct Value { point: (u32, u32, u32) });
    }
}
