//! The declaration of keys. `sections!` turns one list into a struct of typed keys, which is read from the
//! values and fills the settings of the room that the keys belong to, and into the entries from which
//! everything else follows: the check of a file, the names of variables, the schema, the documentation.

use std::collections::BTreeMap;

use super::entry::{Entry, Fallback};
use super::types::{KeyType, Typed};
use super::value::{Found, KeyPath, ValueSource, Values};

/// Declares the keys of sections.
///
/// The doc comment of a key is its meaning. `=> field` names the field of the room's settings that it fills
/// and that has its default. `without` describes a key that isn't set and has no default.
macro_rules! sections {
    ($(
        struct $section:ident $(($label:literal $(, $shorthand:literal)?))? of $owner:ty = $built_in:expr => {
            $($(#[doc = $meaning:literal])+
            $key:ident: $member:ty $(=> $field:ident)? $(, without $without:literal)?;)+
        }
    )+) => {$(
        #[allow(dead_code, reason = "a refused key is declared, and never read")]
        pub(super) struct $section {
            $($(#[doc = $meaning])+ pub(super) $key: $member,)+
        }

        impl $crate::config::section::Keys for $section {
            type Owner = $owner;
            $(
                const LABEL: &'static str = $label;
                $(const SHORTHAND: Option<&'static str> = Some($shorthand);)?
            )?

            fn built_in() -> Self::Owner {
                $built_in
            }

            fn read(values: &Values, path: &[String]) -> Self {
                Self { $($key: Member::read(values, path, stringify!($key)),)+ }
            }

            fn entries(owner: &Self::Owner, inherited: bool) -> Vec<Entry> {
                let mut entries = Vec::new();
                let _ = owner;
                $(
                    let declared = Declared {
                        name: stringify!($key),
                        meaning: concat!($($meaning),+).trim_ascii(),
                        without: [$($without,)? "none"][0],
                        inherited,
                    };
                    let [default, ..] = [
                        $(Into::into(owner.$field.to_owned()),)?
                        None::<<$member as Member>::Default>,
                    ];
                    <$member as Member>::declare(declared, default, &mut entries);
                )+
                entries
            }

            fn fill(&self, owner: &mut Self::Owner) -> bool {
                let _ = &owner;
                [$($(
                    match Member::filled(&self.$key, Into::into(owner.$field.to_owned())) {
                        Some(value) => {
                            owner.$field = Into::into(value);
                            true
                        }
                        None => false,
                    },
                )?)+ false].contains(&true)
            }
        }
    )+};
}
pub(super) use sections;

/// The keys of a section.
pub(super) trait Keys: Sized {
    /// The settings that the keys fill.
    type Owner;
    /// A word for the names that the user chooses, if the section is one of those.
    const LABEL: &'static str = "NAME";
    /// The key that a single value in place of the section of such a name is for.
    const SHORTHAND: Option<&'static str> = None;

    /// Returns the settings without any configuration.
    fn built_in() -> Self::Owner;

    fn read(values: &Values, path: &[String]) -> Self;

    /// Returns the entries, with the defaults of `owner`. Keys whose default is `inherited` are as for all
    /// others.
    fn entries(owner: &Self::Owner, inherited: bool) -> Vec<Entry>;

    /// Fills the settings with the keys that are set, and returns whether any is.
    fn fill(&self, owner: &mut Self::Owner) -> bool;
}

/// The declaration of a member of a section.
#[derive(Clone, Copy)]
pub(super) struct Declared {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) without: &'static str,
    pub(super) inherited: bool,
}

/// A member of a section: a key, or a section of its own.
pub(super) trait Member: Sized {
    /// The settings that it fills.
    type Default;

    fn read(values: &Values, section: &[String], name: &'static str) -> Self;

    fn declare(declared: Declared, default: Option<Self::Default>, entries: &mut Vec<Entry>);

    /// Returns the settings that it fills over the current ones, or `None` if it isn't set.
    fn filled(&self, _current: Option<Self::Default>) -> Option<Self::Default> {
        None
    }
}

/// A key, with the path and the source of its value.
pub(super) struct Key<K: KeyType> {
    path: KeyPath,
    found: Option<(K::Value, ValueSource)>,
}

/// The place of a key, whatever its type.
pub(super) trait Located {
    fn path(&self) -> &[String];

    /// Returns the source of the value, if the key is set.
    fn source(&self) -> Option<&ValueSource>;

    /// Returns the name of the key in its section.
    fn name(&self) -> String {
        self.path().last().cloned().unwrap_or_default()
    }
}

impl<K: KeyType> Key<K> {
    fn at(values: &Values, path: KeyPath) -> Self {
        let found = values.get(&path);
        let found =
            found.and_then(|found| Some((K::Value::typed(&found.value)?, found.source.clone())));
        Self { path, found }
    }

    /// Returns the value, if the key is set.
    pub(super) fn get(&self) -> Option<&K::Value> {
        self.found.as_ref().map(|(value, _)| value)
    }

    /// Returns whether the key is set.
    pub(super) fn is_set(&self) -> bool {
        self.found.is_some()
    }

    /// Adds a value of this key to a layer.
    pub(super) fn put(&self, value: &K::Value, source: ValueSource, layer: &mut Values) {
        layer.insert(self.path.clone(), Found { value: value.untyped(), kind: K::KIND, source });
    }
}

impl<K: KeyType> Located for Key<K> {
    fn path(&self) -> &[String] {
        &self.path
    }

    fn source(&self) -> Option<&ValueSource> {
        self.found.as_ref().map(|(_, source)| source)
    }
}

impl<K: KeyType> Member for Key<K> {
    type Default = K::Value;

    fn read(values: &Values, section: &[String], name: &'static str) -> Self {
        Self::at(values, below(section, name))
    }

    fn declare(declared: Declared, default: Option<K::Value>, entries: &mut Vec<Entry>) {
        let Declared { name, meaning, without, inherited } = declared;
        let shown = default.and_then(|value| value.untyped().shown(K::KIND));
        let default = match shown {
            _ if inherited => Fallback::Unset("as for all"),
            Some(value) => Fallback::Value(value),
            None => Fallback::Unset(without),
        };
        entries.push(Entry::Key { name, kind: K::KIND, default, meaning });
    }

    fn filled(&self, _: Option<K::Value>) -> Option<K::Value> {
        self.get().cloned()
    }
}

/// Another name of the key that is declared before it.
pub(super) struct Alias<K: KeyType>(pub(super) Key<K>);

impl<K: KeyType> Member for Alias<K> {
    type Default = K::Value;

    fn read(values: &Values, section: &[String], name: &'static str) -> Self {
        Self(Key::read(values, section, name))
    }

    fn declare(declared: Declared, _: Option<K::Value>, entries: &mut Vec<Entry>) {
        let Declared { name, meaning, without, .. } = declared;
        entries.push(Entry::Alias { name, kind: K::KIND, without, meaning });
    }
}

/// Names that the user chooses, each with a value.
pub(super) struct Map<K: KeyType> {
    path: KeyPath,
    keys: BTreeMap<String, Key<K>>,
}

impl<K: KeyType> Map<K> {
    pub(super) fn path(&self) -> &[String] {
        &self.path
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Key<K>)> {
        self.keys.iter()
    }

    /// Returns the values by their names.
    pub(super) fn values(&self) -> impl Iterator<Item = (String, K::Value)> {
        let set = |(name, key): (&String, &Key<K>)| Some((name.clone(), key.get()?.clone()));
        self.keys.iter().filter_map(set)
    }

    /// Returns the key of a name, which isn't set.
    pub(super) fn key(&self, name: &str) -> Key<K> {
        Key { path: below(&self.path, name), found: None }
    }
}

impl<K: KeyType> Member for Map<K> {
    type Default = ();

    fn read(values: &Values, section: &[String], name: &'static str) -> Self {
        let path = below(section, name);
        let names = values.names(&path).into_iter();
        let keys = names.map(|name| (name.clone(), Key::at(values, below(&path, &name))));
        Self { keys: keys.collect(), path }
    }

    fn declare(declared: Declared, _: Option<()>, entries: &mut Vec<Entry>) {
        let Declared { name, meaning, .. } = declared;
        entries.push(Entry::Values { name, of: "NAME", kind: K::KIND, meaning });
    }
}

/// A section of its own.
pub(super) struct Section<S> {
    path: KeyPath,
    pub(super) keys: S,
}

impl<S> Section<S> {
    pub(super) fn path(&self) -> &[String] {
        &self.path
    }
}

impl<S: Keys> Member for Section<S> {
    type Default = S::Owner;

    fn read(values: &Values, section: &[String], name: &'static str) -> Self {
        let path = below(section, name);
        Self { keys: S::read(values, &path), path }
    }

    fn declare(declared: Declared, default: Option<S::Owner>, entries: &mut Vec<Entry>) {
        let Declared { name, meaning, inherited, .. } = declared;
        let of = S::entries(&default.unwrap_or_else(S::built_in), inherited);
        entries.push(Entry::Section { name, meaning, entries: of });
    }

    fn filled(&self, current: Option<S::Owner>) -> Option<S::Owner> {
        filled(&self.keys, current)
    }
}

/// Keys that several sections have, among the keys of the section.
pub(super) struct Part<S>(pub(super) S);

impl<S: Keys> Member for Part<S> {
    type Default = S::Owner;

    fn read(values: &Values, section: &[String], _: &'static str) -> Self {
        Self(S::read(values, section))
    }

    fn declare(declared: Declared, default: Option<S::Owner>, entries: &mut Vec<Entry>) {
        let default = default.unwrap_or_else(S::built_in);
        entries.extend(S::entries(&default, declared.inherited));
    }

    fn filled(&self, current: Option<S::Owner>) -> Option<S::Owner> {
        filled(&self.0, current)
    }
}

/// The same for one of many: what isn't set is as for all others.
pub(super) struct ForOne<S>(pub(super) S);

impl<S: Keys> Member for ForOne<S> {
    type Default = S::Owner;

    fn read(values: &Values, section: &[String], _: &'static str) -> Self {
        Self(S::read(values, section))
    }

    fn declare(_: Declared, _: Option<S::Owner>, entries: &mut Vec<Entry>) {
        entries.extend(S::entries(&S::built_in(), true));
    }
}

/// Names that the user chooses, each with a section of its own.
pub(super) struct Named<S> {
    path: KeyPath,
    sections: BTreeMap<String, Chosen<S>>,
}

/// The section of a chosen name, with the source of its first value.
pub(super) struct Chosen<S> {
    pub(super) keys: S,
    pub(super) source: ValueSource,
}

impl<S> Named<S> {
    pub(super) fn path(&self) -> &[String] {
        &self.path
    }

    pub(super) fn get(&self, name: &str) -> Option<&S> {
        self.sections.get(name).map(|chosen| &chosen.keys)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Chosen<S>)> {
        self.sections.iter()
    }
}

impl<S: Keys> Member for Named<S> {
    type Default = ();

    fn read(values: &Values, section: &[String], name: &'static str) -> Self {
        let path = below(section, name);
        let chosen = |name: String| {
            let path = below(&path, &name);
            let source = values.source_below(&path).unwrap_or(ValueSource::BuiltIn);
            (name, Chosen { keys: S::read(values, &path), source })
        };
        let sections = values.names(&path).into_iter().map(chosen).collect();
        Self { path, sections }
    }

    fn declare(declared: Declared, _: Option<()>, entries: &mut Vec<Entry>) {
        let Declared { name, meaning, .. } = declared;
        let of = S::entries(&S::built_in(), false);
        let shorthand = S::SHORTHAND;
        entries.push(Entry::Named { name, of: S::LABEL, shorthand, meaning, entries: of });
    }
}

/// A key of the system that this crate succeeds that has no effect here. Its meaning is the reason.
pub(super) struct Refused;

impl Member for Refused {
    type Default = ();

    fn read(_: &Values, _: &[String], _: &'static str) -> Self {
        Self
    }

    fn declare(declared: Declared, _: Option<()>, entries: &mut Vec<Entry>) {
        entries.push(Entry::Refused { name: declared.name, reason: declared.meaning });
    }
}

fn filled<S: Keys>(keys: &S, current: Option<S::Owner>) -> Option<S::Owner> {
    let mut owner = current.unwrap_or_else(S::built_in);
    keys.fill(&mut owner).then_some(owner)
}

fn below(section: &[String], name: &str) -> KeyPath {
    section.iter().map(String::as_str).chain([name]).map(str::to_owned).collect()
}
