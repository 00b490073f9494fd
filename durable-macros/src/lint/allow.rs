//! `#[allow_nondeterministic("reason")]`: what one may write where the lint is wrong, or where one
//! knows better.

use syn::visit_mut::VisitMut;
use syn::{Attribute, Expr, ImplItemFn, ItemImpl, LitStr, Stmt};

use crate::diagnostics::err;

const NAME: &str = "allow_nondeterministic";

const FORM: &str = "write `#[allow_nondeterministic(\"why a replay does the same\")]`";

/// Returns true for this attribute.
pub(super) fn is(attribute: &Attribute) -> bool {
    attribute.path().is_ident(NAME)
}

/// Finds the mistakes in the attribute itself.
pub(super) fn mistake(attribute: &Attribute) -> Option<syn::Error> {
    let reason = attribute.parse_args::<LitStr>();
    if reason.is_ok_and(|reason| !reason.value().trim().is_empty()) {
        return None;
    }
    Some(err!(attribute, "say why this may stay, for those who read it later; {FORM}"))
}

/// It stands where the lint does not look for it.
pub(super) fn misplaced(attribute: &Attribute) -> syn::Error {
    err!(
        attribute,
        "`#[allow_nondeterministic(..)]` stands on a statement or on a whole method; {FORM} there"
    )
}

/// It allows what is not there.
pub(super) fn needless(attribute: &Attribute) -> syn::Error {
    err!(
        attribute,
        "nothing that breaks replay is found here; remove `#[allow_nondeterministic(..)]`"
    )
}

/// Takes the attributes off a method.
pub(super) fn take_of_method(method: &mut ImplItemFn) -> Vec<Attribute> {
    method.attrs.extract_if(.., |attribute| is(attribute)).collect()
}

/// Takes the attributes off a statement.
pub(super) fn take_of_statement(statement: &mut Stmt) -> Vec<Attribute> {
    let mut first = First::default();
    match statement {
        Stmt::Expr(expr, _) => first.visit_expr_mut(leftmost(expr)),
        statement => first.visit_stmt_mut(statement),
    }
    first.taken
}

/// The expression that has a statement's attributes in a syntax tree: in `#[a] x = y;` it is `x`.
fn leftmost(expr: &mut Expr) -> &mut Expr {
    match expr {
        Expr::Assign(assign) => leftmost(&mut assign.left),
        Expr::Binary(binary) => leftmost(&mut binary.left),
        Expr::Cast(cast) => leftmost(&mut cast.expr),
        expr => expr,
    }
}

/// Takes from the first attributes that it meets, which are those of the outermost node.
#[derive(Default)]
struct First {
    seen: bool,
    taken: Vec<Attribute>,
}

impl VisitMut for First {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        if !self.seen {
            self.seen = true;
            self.taken = attributes.extract_if(.., |attribute| is(attribute)).collect();
        }
    }
}

/// Takes the attribute off wherever it stands, because rustc does not know it.
pub(super) fn strip(block: &mut ItemImpl) {
    struct All;
    impl VisitMut for All {
        fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
            attributes.retain(|attribute| !is(attribute));
        }
    }
    All.visit_item_impl_mut(block);
}
