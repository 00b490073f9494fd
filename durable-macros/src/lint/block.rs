//! The lint of a whole block of methods.

use syn::visit::Visit;
use syn::{Attribute, ImplItem, ItemImpl};

use super::{Lint, activities, allow};
use crate::diagnostics::Errors;
use crate::model::Repeat;

/// Reports what breaks replay in a block, takes the attributes off that allow it, and returns what is
/// only to be warned of.
pub(crate) fn check(block: &mut ItemImpl, errors: &mut Errors) -> Vec<Repeat> {
    let mut outside = Outside(errors);
    for attribute in &block.attrs {
        outside.visit_attribute(attribute);
    }
    for item in &block.items {
        if !matches!(item, ImplItem::Fn(_)) {
            outside.visit_impl_item(item);
        }
    }
    let repeats = report(methods(block), errors);
    allow::strip(block);
    repeats
}

/// Looks at the methods, and returns each with its place.
fn methods(block: &ItemImpl) -> Vec<(usize, Lint)> {
    let all = |activities: &activities::Known| {
        let look = |(place, item): (usize, &ImplItem)| {
            let ImplItem::Fn(method) = item else { return None };
            let mut lint = Lint::of(method, activities);
            lint.method(method.clone());
            Some((place, lint))
        };
        block.items.iter().enumerate().filter_map(look).collect::<Vec<_>>()
    };
    let looked = all(&activities::Known::new());
    let called: activities::Known =
        looked.iter().flat_map(|(_, lint)| lint.called.iter().cloned()).collect();
    // Only now the activities are known. Hardly any block calls one as a function, too.
    let is_mistaken = looked.iter().any(|(_, lint)| !lint.functions.is_disjoint(&called));
    if is_mistaken { all(&called) } else { looked }
}

/// Reports the mistakes, and returns what is only to be warned of.
fn report(methods: Vec<(usize, Lint)>, errors: &mut Errors) -> Vec<Repeat> {
    let mut repeats = Vec::new();
    for (method, lint) in methods {
        repeats.extend(lint.repeats.into_iter().map(|span| Repeat { method, span }));
        lint.errors.into_iter().for_each(|error| errors.push(error));
    }
    repeats
}

/// Finds attributes where there is nothing to be allowed.
struct Outside<'a>(&'a mut Errors);

impl Visit<'_> for Outside<'_> {
    fn visit_attribute(&mut self, attribute: &Attribute) {
        if allow::is(attribute) {
            self.0.push(allow::misplaced(attribute));
        }
    }
}
