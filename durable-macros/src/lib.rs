//! placeholder
use proc_macro::TokenStream;
#[proc_macro_attribute] pub fn workflow(_: TokenStream, item: TokenStream) -> TokenStream { item }
#[proc_macro_attribute] pub fn workflow_methods(_: TokenStream, item: TokenStream) -> TokenStream { item }
#[proc_macro_attribute] pub fn activity(_: TokenStream, item: TokenStream) -> TokenStream { item }
