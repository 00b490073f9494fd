//! Pieces that several generated things are made of.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Ident, LitStr, Type};

use crate::model::{Argument, Context, Input, Output, OutputKind, Setting, Value};
use crate::parse::types::Spanned as _;
use crate::runtime_path::Private;

/// A trait of the runtime that has the types of a definition.
#[derive(Clone, Copy)]
pub(super) enum Definition {
    /// The trait of this name.
    Of(&'static str),
    /// The trait of this name for the handler of this number.
    Handler(&'static str, usize),
}

impl Definition {
    /// Returns the last segment of the trait's path.
    pub(super) fn at(self, private: &Private) -> TokenStream {
        let span = private.span();
        match self {
            Self::Of(name) => Ident::new(name, span).into_token_stream(),
            Self::Handler(name, number) => {
                let (name, number) = (Ident::new(name, span), self::number(private, number));
                quote_spanned!(span=> #name<#number>)
            }
        }
    }
}

/// A number as a type: a digit, or a tuple of them. Rustc would check each mention of a constant as a
/// function of its own.
pub(super) fn number(private: &Private, number: usize) -> TokenStream {
    let digits = number.to_string();
    let digits = digits.chars().map(|digit| {
        let digit = Ident::new(&format!("D{digit}"), private.span());
        quote_spanned!(private.span()=> #private::#digit)
    });
    if number < 10 { digits.collect() } else { quote_spanned!(private.span()=> (#(#digits),*)) }
}

impl From<&'static str> for Definition {
    fn from(name: &'static str) -> Self {
        Self::Of(name)
    }
}

/// The span of what nobody but this crate names.
pub(super) fn span() -> Span {
    Span::mixed_site()
}

/// A name that generated functions give a parameter of their own. It is hygienic, so the user may
/// have an input of the same name.
pub(super) fn own(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same, standing where rustc shall point.
pub(super) fn own_at(name: &str, place: Span) -> Ident {
    Ident::new(name, place.resolved_at(Span::mixed_site()))
}

/// `()`, `T` or `Inputs<(T, U)>`: each input travels as a payload of its own.
///
/// The constant asks whether the types can travel. Rustc says once, at the type, that one cannot, and
/// then takes the whole for an error, about which it says no more.
pub(super) fn input_type(private: &Private, inputs: &[Input]) -> TokenStream {
    let types = types(inputs);
    let (ty, span) = match types.as_slice() {
        [] => return quote!(()),
        [only] => (quote!(#only), only.span()),
        several => (quote!(#private::Inputs<(#(#several),*)>), private.span()),
    };
    let are_payloads = types.iter().map(|ty| {
        let private = private.at(ty.span());
        quote_spanned!(ty.span()=> <#ty as #private::PayloadType>::IS_PAYLOAD)
    });
    let private = private.at(span);
    let are_all = if types.len() == 1 {
        quote_spanned!(span=> #(#are_payloads)*)
    } else {
        // Clippy would take `&&` between inputs of the same type for a mistake of the user.
        quote_spanned!(span=> #private::all(&[#(#are_payloads),*]))
    };
    quote_spanned!(span=> <#ty as #private::Sent<{ #are_all }>>::Type)
}

/// The types of the inputs.
pub(super) fn types(inputs: &[Input]) -> Vec<&Type> {
    inputs.iter().map(|input| &input.ty).collect()
}

/// The expression, and the pattern, that goes with [`input_type`].
pub(super) fn input_value(private: &Private, names: &[Ident]) -> TokenStream {
    match names.len() {
        0 => quote!(()),
        1 => quote!(#(#names)*),
        _ => quote!(#private::Inputs((#(#names),*))),
    }
}

/// The names of the inputs, as the user's parameters.
pub(super) fn names(inputs: &[Input]) -> Vec<Ident> {
    inputs.iter().map(|input| input.name.clone()).collect()
}

/// Names of local variables for the inputs, which are nobody's else.
pub(super) fn locals(inputs: &[Input]) -> Vec<Ident> {
    (0..inputs.len()).map(|place| own(&format!("input{place}"))).collect()
}

/// `order_id: String, amount: f64`, each with the user's span.
pub(super) fn parameters(inputs: &[Input]) -> Vec<TokenStream> {
    inputs.iter().map(|Input { name, ty, .. }| quote!(#name: #ty)).collect()
}

/// The descriptions of the inputs.
pub(super) fn parameter_list<'a>(
    private: &Private,
    inputs: impl IntoIterator<Item = &'a Input>,
) -> TokenStream {
    let parameters = inputs.into_iter().map(|input| {
        let (name, text) = (unraw(&input.name), &input.text);
        quote!(#private::parameter(#name, #text))
    });
    quote!(&[#(#parameters),*])
}

/// `type Input = ..;`, all of it at the user's type, so that what rustc says of the type and what it
/// says of the item is one message.
pub(super) fn input_item(private: &Private, inputs: &[Input]) -> TokenStream {
    let ty = input_type(private, inputs);
    let span = input_place(inputs, private.span());
    quote_spanned!(span=> type Input = #ty;)
}

/// The input type of a definition, in the impls of other traits. It stands at the type if there is one,
/// so that what rustc says of the type is one message there.
pub(super) fn input_of(
    private: &Private,
    inputs: &[Input],
    place: Span,
    definition: impl Into<Definition>,
) -> TokenStream {
    let span = input_place(inputs, place);
    let private = private.at(span);
    let definition = definition.into().at(&private);
    quote_spanned!(span=> <Self as #private::#definition>::Input)
}

/// The output type, like [`input_of`].
pub(super) fn output_of(
    private: &Private,
    output: &Output,
    place: Span,
    definition: impl Into<Definition>,
) -> TokenStream {
    let span = match output.kind {
        OutputKind::Nothing => place,
        OutputKind::Any(_) | OutputKind::Result(_) => output.span(),
    };
    let private = private.at(span);
    let definition = definition.into().at(&private);
    quote_spanned!(span=> <Self as #private::#definition>::Output)
}

/// `type Output = ..;`, like [`input_item`].
pub(super) fn output_item(private: &Private, output: &Output) -> TokenStream {
    let ty = output_type(private, output);
    quote_spanned!(output.span()=> type Output = #ty;)
}

/// The span of items that mention several of the user's types: the name of the function, or the type
/// if it is the only one. Rustc then reports a mistake in that type once.
pub(super) fn place(ident: &Ident, inputs: &[Input], output: &Output) -> Span {
    match (inputs, &output.kind) {
        ([input], OutputKind::Nothing) => input.ty.span(),
        ([], OutputKind::Any(_) | OutputKind::Result(_)) => output.span(),
        _ => ident.span(),
    }
}

/// The span of items that mention the inputs alone: the type of the input if there is one.
pub(super) fn input_place(inputs: &[Input], place: Span) -> Span {
    match inputs {
        [only] => only.ty.span(),
        _ => place,
    }
}

/// The head of an impl; there, too, rustc reports what it finds wrong with types within.
pub(super) fn impl_head(
    private: &Private,
    name: impl Into<Definition>,
    of: &TokenStream,
    at: Span,
) -> TokenStream {
    let private = private.at(at);
    let name = name.into().at(&private);
    quote_spanned!(at=> impl #private::#name for #of)
}

/// The type of the success. Whether the type is a `Result` is found out by a constant that only a
/// `Result` has, and which asks at the same time whether the success can travel; see [`input_type`].
pub(super) fn output_type(private: &Private, output: &Output) -> TokenStream {
    let (OutputKind::Any(ty) | OutputKind::Result(ty)) = &output.kind else { return quote!(()) };
    let private = private.at(ty.span());
    let of = if let OutputKind::Result(_) = &output.kind {
        quote_spanned!(ty.span()=> <#ty as #private::ResultType>)
    } else {
        quote_spanned!(ty.span()=> <#private::Shape<#ty>>)
    };
    quote_spanned! {ty.span()=>
        <#ty as #private::Returned<{ #private::output(&#of::SUCCESS) }>>::Success
    }
}

/// The output text: the success as the user wrote it, in the impl of a type that has the trait
/// of the definition.
pub(super) fn output_text(
    private: &Private,
    output: &Output,
    definition: impl Into<Definition>,
) -> TokenStream {
    let text = &output.text;
    let Some(Argument { ty, text: argument }) = &output.argument else {
        return quote!(#text);
    };
    let span = output.span();
    let success = output_of(private, output, span, definition);
    let here = private.at(span);
    let is_same = quote_spanned!(span=> <#here::Pair<#ty, #success>>::IS_SAME);
    quote!(#private::output_text(#is_same, #argument, #text))
}

/// The value of a call as a `Result`. What rustc says of the type points at it.
pub(super) fn into_result(private: &Private, output: &Output, call: &TokenStream) -> TokenStream {
    match &output.kind {
        OutputKind::Nothing => quote!(::core::result::Result::Ok(#call)),
        OutputKind::Any(ty) => {
            let private = private.at(ty.span());
            // Of the expansion, so that no lint of the user's speaks of it.
            let span = ty.span().resolved_at(Span::call_site());
            quote_spanned!(span=> #private::Shape(#call).into_std())
        }
        OutputKind::Result(ty) => {
            let private = private.at(ty.span());
            let convert = quote_spanned!(ty.span()=> <#ty as #private::ResultType>::into_std);
            quote_spanned!(ty.span()=> #convert(#call))
        }
    }
}

/// The value of a call as a `Result`, handed to the runtime's function that converts its error. What
/// rustc says of the error points at the return type.
pub(super) fn result(
    private: &Private,
    output: &Output,
    call: &TokenStream,
    convert: &str,
) -> TokenStream {
    let result = into_result(private, output, call);
    let (OutputKind::Any(ty) | OutputKind::Result(ty)) = &output.kind else { return result };
    let (private, convert) = (private.at(ty.span()), Ident::new(convert, ty.span()));
    quote_spanned!(ty.span()=> #private::#convert(#result))
}

/// A name without `r#`.
pub(super) fn unraw(ident: &Ident) -> String {
    use syn::ext::IdentExt as _;
    ident.unraw().to_string()
}

/// The options of an annotation, as calls of their setters.
pub(super) fn options(private: &Private, ty: &str, settings: &[Setting]) -> TokenStream {
    let ty = format_ident!("{ty}");
    let setters = settings.iter().map(|setting| {
        let (key, value) = (&setting.key, value(private, &setting.value));
        let key = Ident::new(&key.to_string(), Span::call_site());
        quote!(.#key(#value))
    });
    quote!(#private::#ty::default() #(#setters)*)
}

fn value(private: &Private, value: &Value) -> TokenStream {
    match value {
        Value::Duration(value) => duration(*value),
        Value::Count(count) => quote!(#count),
        Value::Coefficient(coefficient) => quote!(#coefficient),
        Value::Text(text) | Value::Name(text) => text_value(text),
        Value::Texts(texts) => {
            let texts = texts.iter().map(text_value);
            quote!([#(#texts),*])
        }
        Value::Priority(key) => quote!(#private::priority(#key)),
        Value::Retry(settings) => options(private, "RetryOptions", settings),
        // None of them becomes an option.
        Value::Template(_)
        | Value::Flag
        | Value::TimeSkipping(_)
        | Value::Function(_)
        | Value::Runtime(_) => TokenStream::new(),
    }
}

/// A duration.
pub(super) fn duration(duration: std::time::Duration) -> TokenStream {
    let (seconds, nanoseconds) = (duration.as_secs(), duration.subsec_nanos());
    quote!(::core::time::Duration::new(#seconds, #nanoseconds))
}

fn text_value(text: &LitStr) -> TokenStream {
    let text = text.value();
    quote!(#text)
}

/// The place of the annotation.
pub(super) fn source(private: &Private) -> TokenStream {
    quote!(#private::source(::core::file!(), ::core::line!(), ::core::column!()))
}

/// The context argument of a call: `variable` is an expression of the context, or of a reference to it
/// where `is_reference`. A type of another name must be `expected`.
pub(super) fn context(
    private: &Private,
    context: &Context,
    variable: &Ident,
    is_reference: bool,
    expected: &TokenStream,
) -> Option<TokenStream> {
    let (ty, take, borrowed) = match context {
        Context::None => return None,
        Context::Shared(ty) => (ty, "shared", quote!(&#variable)),
        Context::Mutable(ty) => (ty, "exclusive", quote!(&mut #variable)),
    };
    let borrowed = if is_reference { quote!(#variable) } else { borrowed };
    let Some(ty) = ty else { return Some(quote!(#borrowed,)) };
    let (private, take) = (private.at(ty.span()), Ident::new(take, ty.span()));
    let take = quote_spanned!(ty.span()=> <#ty as #private::ContextType<#expected>>::#take);
    Some(quote!(#take(#borrowed),))
}

/// A local variable for each thing that the worker gives an activity, with its value.
pub(super) fn injected(
    private: &Private,
    injected: &[Type],
    context: &Ident,
    dependencies: &Ident,
) -> Vec<(Ident, TokenStream)> {
    let variables = injected.iter().enumerate().map(|(place, ty)| {
        let private = private.at(ty.span());
        let take = quote_spanned!(ty.span()=> <#ty as #private::FromWorker>::from_worker);
        let value = quote!(#take(&#context, #dependencies.as_ref())?);
        (own(&format!("given{place}")), value)
    });
    variables.collect()
}
