//! Lists the functions of Rust files with the parser `syn`.

use std::io::BufRead;

use proc_macro2::Span;
use serde_json::{Value, json};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, ItemFn, ItemImpl, ItemMod, ItemTrait, TraitItemFn, Type, Visibility};

struct FunctionList<'a> {
    lines: Vec<&'a str>,
    scope: Vec<String>,
    found: Vec<Value>,
}

impl FunctionList<'_> {
    /// Adds a function. Its attributes belong to it, but not the comments among them.
    fn add(&mut self, name: &str, attributes: &[Attribute], starts: &[Span], block: &Block) {
        let is_comment = |attribute: &&Attribute| {
            let start = attribute.span().start();
            let line = self.lines.get(start.line - 1).copied().unwrap_or_default();
            !line.chars().nth(start.column).is_some_and(|first| first == '#')
        };
        let attributes = attributes.iter().filter(|attribute| !is_comment(attribute));
        let first = attributes.map(Spanned::span).chain(starts.iter().copied()).map(|span| span.start().line);
        let lines = json!([[first.min(), block.span().end().line]]);
        let name = [&self.scope[..], &[name.to_owned()]].concat().join("::");
        self.found.push(json!({"name": name, "lines": lines}));
    }

    fn within(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.scope.push(name);
        visit(self);
        self.scope.pop();
    }
}

/// Returns the first token of a function: its visibility, or a keyword before `fn`.
fn starts(visibility: Option<&Visibility>, signature: &syn::Signature) -> Vec<Span> {
    let mut starts = vec![signature.span()];
    match visibility {
        Some(Visibility::Inherited) | None => {}
        Some(visibility) => starts.push(visibility.span()),
    }
    starts
}

/// Returns the text of a type without its generic arguments.
fn type_name(lines: &[&str], of: &Type) -> String {
    let (start, end) = (of.span().start(), of.span().end());
    let text: String = (start.line..=end.line)
        .map(|line| {
            let text: Vec<char> = lines[line - 1].chars().collect();
            let first = if line == start.line { start.column } else { 0 };
            let last = if line == end.line { end.column } else { text.len() };
            text[first..last].iter().collect::<String>()
        })
        .collect();
    match text.split('<').next() {
        Some(plain) if !plain.trim().is_empty() => plain.trim().to_owned(),
        _ => text,
    }
}

impl<'ast> Visit<'ast> for FunctionList<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let name = item.sig.ident.to_string();
        self.add(&name, &item.attrs, &starts(Some(&item.vis), &item.sig), &item.block);
        self.within(name, |list| visit::visit_item_fn(list, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        let name = item.sig.ident.to_string();
        let mut first = starts(Some(&item.vis), &item.sig);
        first.extend(item.defaultness.map(|word| word.span));
        self.add(&name, &item.attrs, &first, &item.block);
        self.within(name, |list| visit::visit_impl_item_fn(list, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        let name = item.sig.ident.to_string();
        if let Some(block) = &item.default {
            self.add(&name, &item.attrs, &starts(None, &item.sig), block);
        }
        self.within(name, |list| visit::visit_trait_item_fn(list, item));
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let name = type_name(&self.lines, &item.self_ty);
        self.within(name, |list| visit::visit_item_impl(list, item));
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.within(item.ident.to_string(), |list| visit::visit_item_trait(list, item));
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.within(item.ident.to_string(), |list| visit::visit_item_mod(list, item));
    }
}

fn main() {
    for path in std::io::stdin().lock().lines().map_while(Result::ok) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let found = syn::parse_file(&text).ok().map(|file| {
            let mut list = FunctionList { lines: text.lines().collect(), scope: Vec::new(), found: Vec::new() };
            list.visit_file(&file);
            list.found
        });
        println!("{}", json!(found));
    }
}
