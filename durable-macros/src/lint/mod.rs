//! Calls that break replay, found in the bodies of a workflow's methods.
//!
//! A macro sees what is written and not what it means: paths, the types and imports that stand in
//! the same body, and the tokens of other macros. What it cannot see is told in docs/determinism.md.

mod activities;
mod allow;
mod block;
mod scope;
mod statics;
mod table;
mod tokens;
mod unordered;

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{
    Arm, Attribute, Block, Expr, ExprCall, ExprClosure, ExprForLoop, ExprIf, ExprMethodCall,
    ExprPath, ExprWhile, FnArg, ImplItemFn, Item, Local, Macro, Pat, PatIdent, Path, Stmt, Type,
    UnOp,
};

pub(crate) use self::block::check;
use self::scope::{Binding, Scopes};
use self::table::{Form, Place};
use self::unordered::Fate;
use crate::diagnostics::err;
use crate::parse::types;

/// The lint at a place in a method, with all that is known there.
struct Lint {
    place: Place,
    scopes: Scopes,
    /// The use of the chain of calls that is visited next.
    fate: Fate,
    /// The activities that are known by their calls, and those that are called here.
    activities: activities::Known,
    called: activities::Known,
    /// The paths of functions that are called.
    functions: activities::Known,
    /// True if the code runs for the first time, and not in a replay.
    live: bool,
    /// The number of things that each attribute around a place has allowed, the innermost last.
    allowed: Vec<usize>,
    errors: Vec<syn::Error>,
    repeats: Vec<Span>,
}

impl Lint {
    fn of(method: &ImplItemFn, activities: &activities::Known) -> Self {
        let marked = |names: &[&str]| {
            let is =
                |attribute: &Attribute| names.iter().any(|name| attribute.path().is_ident(name));
            method.attrs.iter().any(is)
        };
        let place = if marked(&["init", "query", "update_validator"]) {
            Place::View
        } else if marked(&["signal", "update"]) && method.sig.asyncness.is_none() {
            Place::Plain
        } else {
            Place::Async
        };
        Self {
            place,
            scopes: Scopes::default(),
            fate: Fate::default(),
            activities: activities.clone(),
            called: activities::Known::new(),
            functions: activities::Known::new(),
            live: false,
            allowed: Vec::new(),
            errors: Vec::new(),
            repeats: Vec::new(),
        }
    }

    fn method(&mut self, mut method: ImplItemFn) {
        let attributes = allow::take_of_method(&mut method);
        self.scopes.enter();
        self.visit_signature(&method.sig);
        for argument in &method.sig.inputs {
            if let FnArg::Typed(typed) = argument
                && let Some(name) = unordered::name(&typed.pat)
            {
                let binding = unordered::binding(Some(&typed.ty), None, &self.scopes);
                self.scopes.bind(name, binding);
            }
        }
        self.allowing(&attributes, |lint| lint.visit_block(&method.block));
        self.scopes.leave();
    }

    /// Looks at what attributes of this kind stand on.
    fn allowing(&mut self, attributes: &[Attribute], look: impl FnOnce(&mut Self)) {
        let Some(attribute) = attributes.first() else { return look(self) };
        let mistakes: Vec<_> = attributes.iter().filter_map(allow::mistake).collect();
        self.allowed.push(0);
        look(self);
        let allowed = self.allowed.pop();
        if allowed == Some(0) && mistakes.is_empty() {
            self.errors.push(allow::needless(attribute));
        }
        self.errors.extend(mistakes);
    }

    /// Counts what is allowed; tells whether it is.
    fn is_allowed(&mut self) -> bool {
        let innermost = self.allowed.last_mut();
        innermost.map(|count| *count += 1).is_some()
    }

    fn refuse(&mut self, form: &Form, tokens: &impl ToTokens) {
        self.refuse_as(form, tokens, &types::text(tokens));
    }

    /// Refuses what is to be called otherwise than the tokens that are pointed at.
    fn refuse_as(&mut self, form: &Form, tokens: &impl ToTokens, written: &str) {
        if !self.is_allowed() {
            let message = form.message(written, self.place);
            self.errors.push(err!(tokens, "{message}"));
        }
    }

    /// Looks at the path of a macro.
    fn macro_path(&mut self, path: &Path) {
        let resolved = self.scopes.resolve(path);
        if let Some(form) = table::macro_(&resolved) {
            self.refuse_as(form, path, &format!("{}!", types::text(path)));
        } else if table::prints(&resolved)
            && !self.live
            && !self.is_allowed()
            && let Some(last) = path.segments.last()
        {
            self.repeats.push(last.ident.span());
        }
    }

    /// Looks at the path of a call, or of a function that is handed on.
    fn path(&mut self, path: &ExprPath) {
        let resolved = match &path.qself {
            None => self.scopes.resolve(&path.path),
            // `<SystemTime>::now`
            Some(own) if own.as_token.is_none() => match &*own.ty {
                Type::Path(ty) => {
                    let rest = path.path.segments.iter().map(|segment| segment.ident.to_string());
                    self.scopes.resolve(&ty.path).into_iter().chain(rest).collect()
                }
                _ => return,
            },
            Some(_) => return,
        };
        self.call(&resolved);
        if let Some(form) = table::call(&resolved) {
            self.refuse(form, &without_arguments(path));
        }
    }

    /// Notes the activity that is called by a path.
    fn call(&mut self, resolved: &[String]) {
        self.called.extend(activities::called(resolved).map(<[String]>::to_vec));
    }

    /// Notes a path that is called as a function. Returns true if it is an activity.
    fn is_activity(&mut self, path: Vec<String>) -> bool {
        let is_activity = self.activities.contains(&path);
        self.functions.insert(path);
        is_activity
    }

    fn within(&mut self, look: impl FnOnce(&mut Self)) {
        self.scopes.enter();
        look(self);
        self.scopes.leave();
    }

    /// A chain of method calls, of which the receivers are looked at together.
    fn chain(&mut self, last: &ExprMethodCall) {
        let fate = std::mem::take(&mut self.fate);
        let mut calls = vec![last];
        while let Some(Expr::MethodCall(call)) = calls.last().map(|call| &*call.receiver) {
            calls.push(call);
        }
        calls.reverse();
        if let Some(first) = calls.first() {
            self.visit_expr(&first.receiver);
        }
        for (place, call) in calls.iter().enumerate() {
            let ExprMethodCall { receiver, method, .. } = call;
            let here = || quote!(#receiver.#method);
            if unordered::iterates(call, &self.scopes)
                && !unordered::is_settled(&calls[place + 1..], &fate)
            {
                self.refuse(&table::UNORDERED, &here());
            }
            if let Some(form) = table::method(&method.to_string()) {
                self.refuse(form, method);
            }
            let elapsed = method == "elapsed" && call.args.is_empty();
            if elapsed && unordered::is_time(receiver, &self.scopes) {
                self.refuse(&table::ELAPSED, &here());
            }
            call.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
            call.args.iter().for_each(|argument| self.visit_expr(argument));
        }
    }
}

impl<'a> Visit<'a> for Lint {
    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        // Those that stand where they may have been taken off.
        if allow::is(attribute) {
            self.errors.push(allow::misplaced(attribute));
        }
    }

    fn visit_block(&mut self, block: &'a Block) {
        self.within(|lint| {
            for statement in &block.stmts {
                if let Stmt::Item(item) = statement {
                    lint.scopes.declare(item);
                }
            }
            for (place, statement) in block.stmts.iter().enumerate() {
                if let Stmt::Local(Local { init: Some(init), .. }) = statement
                    && matches!(&*init.expr, Expr::MethodCall(_))
                    && let Stmt::Local(local) = statement
                {
                    lint.fate = Fate::of(local, block.stmts.get(place + 1));
                }
                let mut statement = statement.clone();
                let attributes = allow::take_of_statement(&mut statement);
                lint.allowing(&attributes, |lint| lint.visit_stmt(&statement));
            }
        });
    }

    fn visit_local(&mut self, local: &'a Local) {
        local.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
        // The value knows nothing yet of the names that it is given to.
        if let Some(init) = &local.init {
            visit::visit_local_init(self, init);
        }
        self.visit_pat(&local.pat);
        if let Some(name) = unordered::name(&local.pat) {
            let ty = match &local.pat {
                Pat::Type(typed) => Some(&*typed.ty),
                _ => None,
            };
            let value = local.init.as_ref().map(|init| &*init.expr);
            let binding = unordered::binding(ty, value, &self.scopes);
            self.scopes.bind(name, binding);
        }
    }

    fn visit_item(&mut self, item: &'a Item) {
        match item {
            Item::Static(item) => {
                if statics::can_change(item) {
                    let written = format!("static {}", item.ident);
                    self.refuse_as(&table::STATIC, &item.ident, &written);
                }
                visit::visit_item_static(self, item);
            }
            Item::Const(item) => visit::visit_item_const(self, item),
            Item::Macro(item) => self.visit_macro(&item.mac),
            // Other items are other code, which may be an activity.
            _ => {}
        }
    }

    fn visit_expr_path(&mut self, path: &'a ExprPath) {
        self.path(path);
        visit::visit_expr_path(self, path);
    }

    fn visit_expr_call(&mut self, call: &'a ExprCall) {
        if let Expr::Path(path) = &*call.func {
            activities::refuse(self, path);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        self.chain(call);
    }

    fn visit_expr_for_loop(&mut self, for_loop: &'a ExprForLoop) {
        if unordered::is_table(&for_loop.expr, &self.scopes) {
            self.refuse(&table::UNORDERED, &for_loop.expr);
        }
        for_loop.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
        self.visit_expr(&for_loop.expr);
        self.within(|lint| {
            lint.visit_pat(&for_loop.pat);
            lint.visit_block(&for_loop.body);
        });
    }

    fn visit_expr_closure(&mut self, closure: &'a ExprClosure) {
        self.within(|lint| {
            for parameter in &closure.inputs {
                lint.visit_pat(parameter);
                if let Pat::Type(typed) = parameter
                    && let Some(name) = unordered::name(parameter)
                {
                    let binding = unordered::binding(Some(&typed.ty), None, &lint.scopes);
                    lint.scopes.bind(name, binding);
                }
            }
            closure.attrs.iter().for_each(|attribute| lint.visit_attribute(attribute));
            lint.visit_expr(&closure.body);
        });
    }

    fn visit_arm(&mut self, arm: &'a Arm) {
        self.within(|lint| visit::visit_arm(lint, arm));
    }

    fn visit_expr_if(&mut self, branch: &'a ExprIf) {
        self.within(|lint| {
            branch.attrs.iter().for_each(|attribute| lint.visit_attribute(attribute));
            lint.visit_expr(&branch.cond);
            let outside = lint.live;
            lint.live |= is_live(&branch.cond);
            lint.visit_block(&branch.then_branch);
            lint.live = outside;
        });
        if let Some((_, otherwise)) = &branch.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, expr: &'a ExprWhile) {
        self.within(|lint| visit::visit_expr_while(lint, expr));
    }

    fn visit_pat_ident(&mut self, pat: &'a PatIdent) {
        self.scopes.bind(pat.ident.to_string(), Binding::Other);
        visit::visit_pat_ident(self, pat);
    }

    fn visit_macro(&mut self, macro_: &'a Macro) {
        self.macro_path(&macro_.path);
        tokens::visit(self, macro_);
    }
}

/// Returns true if a condition holds only outside of a replay.
fn is_live(condition: &Expr) -> bool {
    match condition {
        Expr::Unary(unary) => {
            matches!((&unary.op, &*unary.expr), (UnOp::Not(_), Expr::MethodCall(call))
                if call.method.to_string().starts_with("is_replaying"))
        }
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            is_live(&binary.left) || is_live(&binary.right)
        }
        Expr::Paren(paren) => is_live(&paren.expr),
        _ => false,
    }
}

/// The path without its generic arguments, which a message need not repeat.
fn without_arguments(path: &ExprPath) -> ExprPath {
    let mut path = path.clone();
    path.attrs.clear();
    for segment in &mut path.path.segments {
        segment.arguments = syn::PathArguments::None;
    }
    path
}
