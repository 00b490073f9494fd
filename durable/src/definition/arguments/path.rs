//! The path of a value within the value of an input: `items[0].price`.

use std::fmt::Write as _;
use std::rc::Rc;

use super::text::Text;

/// A path, from its end to its beginning.
pub(super) enum Path {
    Root,
    /// The item of a list.
    Item(Rc<Path>, usize),
    /// A field or variant, whose name the program declares.
    Field(Rc<Path>, String),
    /// The entry of a map. Its key is a value from outside.
    Key(Rc<Path>, String),
}

impl Path {
    /// Returns the path. Without values, a key is `*`.
    pub(super) fn text(&self) -> Text {
        let (mut hidden, mut full) = (String::new(), String::new());
        let mut steps = Vec::new();
        let mut path = self;
        loop {
            steps.push(path);
            path = match path {
                Self::Root => break,
                Self::Item(outer, _) | Self::Field(outer, _) | Self::Key(outer, _) => outer,
            };
        }
        for step in steps.into_iter().rev() {
            match step {
                Self::Root => {}
                Self::Item(_, index) => {
                    for text in [&mut hidden, &mut full] {
                        let _ = write!(text, "[{index}]");
                    }
                }
                Self::Field(_, name) => {
                    push(&mut hidden, name);
                    push(&mut full, name);
                }
                Self::Key(_, key) => {
                    push(&mut hidden, "*");
                    push(&mut full, key);
                }
            }
        }
        Text::new(hidden, full)
    }
}

fn push(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}
