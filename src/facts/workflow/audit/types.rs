//! The types of expressions: what a context, a literal or a function gives, as far as the workflow tells.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::source::yaml::{Node, Value};

/// The type of a value.
#[derive(Debug, Clone)]
pub(super) enum Type {
    /// Anything: only the run tells.
    Any,
    Null,
    Number,
    Boolean,
    Text,
    /// A list of this.
    List(Rc<Type>),
    Object(Rc<Object>),
}

/// The properties of an object, their names in small letters, for the service does not tell their cases apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Object {
    pub(super) known: BTreeMap<String, Type>,
    /// The type of all other properties; `None` when there are no others.
    pub(super) rest: Option<Type>,
}

impl Type {
    /// An object with these properties and no others.
    pub(super) fn object<N: Into<String>>(known: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(Rc::new(Object {
            known: known.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            rest: None,
        }))
    }

    /// An object whose properties are all of this type, whatever their names.
    pub(super) fn map(rest: Self) -> Self {
        Self::Object(Rc::new(Object {
            known: BTreeMap::new(),
            rest: Some(rest),
        }))
    }

    pub(super) fn list(items: Self) -> Self {
        Self::List(Rc::new(items))
    }

    /// The type of what is written in JSON.
    pub(super) fn of_json(value: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Number(_) => Self::Number,
            Json::String(_) => Self::Text,
            Json::Array(items) => Self::list(Self::common(items.iter().map(Self::of_json))),
            Json::Object(fields) => Self::object(
                fields
                    .iter()
                    .map(|(name, value)| (name.to_lowercase(), Self::of_json(value))),
            ),
        }
    }

    /// The type of what is written in a workflow; `computed` tells that of a scalar with an expression. The tree's depth is
    /// capped where it is read.
    pub(super) fn of_yaml(node: &Node, computed: &mut dyn FnMut(&str) -> Self) -> Self {
        match &node.value {
            Value::Scalar { text, .. } if text.contains("${{") => computed(text),
            Value::Scalar { .. } if node.is_null() => Self::Null,
            Value::Scalar { .. } if node.is_true() || node.is_false() => Self::Boolean,
            Value::Scalar { text, plain: true } if text.parse::<f64>().is_ok() => Self::Number,
            Value::Scalar { .. } => Self::Text,
            Value::List(items) => {
                let items: Vec<Self> = items.iter().map(|item| Self::of_yaml(item, computed)).collect();
                Self::list(Self::common(items.into_iter()))
            }
            Value::Map(entries) => {
                let fields: Vec<(String, Self)> = entries
                    .iter()
                    .filter_map(|(key, value)| Some((key.text()?.to_lowercase(), Self::of_yaml(value, computed))))
                    .collect();
                Self::object(fields)
            }
        }
    }

    /// What all of these are; anything when there are none.
    pub(super) fn common(mut types: impl Iterator<Item = Self>) -> Self {
        let Some(mut common) = types.next() else {
            return Self::Any;
        };
        types.for_each(|other| common.absorb(other));
        common
    }

    /// What all of these are when they are plain, else anything. Takes no time for large objects, as [`Self::common`] does.
    pub(super) fn alike<'a>(mut types: impl Iterator<Item = &'a Self>) -> Self {
        let Some(first) = types.next() else {
            return Self::Any;
        };
        let plain = !matches!(first, Self::List(_) | Self::Object(_));
        if plain && types.all(|other| std::mem::discriminant(other) == std::mem::discriminant(first)) {
            first.clone()
        } else {
            Self::Any
        }
    }

    /// Becomes what is either this or the other. An object gets the properties of both.
    pub(super) fn absorb(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Null, Self::Null)
            | (Self::Number, Self::Number)
            | (Self::Boolean, Self::Boolean)
            | (Self::Text, Self::Text) => {}
            (Self::List(items), Self::List(others)) => Rc::make_mut(items).absorb(unshared(others)),
            (Self::Object(object), Self::Object(other)) => Rc::make_mut(object).absorb(unshared(other)),
            _ => *self = Self::Any,
        }
    }

    /// Whether it can become part of a text.
    pub(super) fn has_text(&self) -> bool {
        matches!(self, Self::Any | Self::Number | Self::Boolean | Self::Text)
    }

    /// Whether a value of this can be compared with one of the other.
    pub(super) fn compares_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any | Self::Null, _) | (_, Self::Any | Self::Null) | (Self::Object(_), Self::Object(_)) => true,
            (Self::List(items), Self::List(others)) => items.compares_with(others),
            (Self::List(_) | Self::Object(_), _) | (_, Self::List(_) | Self::Object(_)) => false,
            _ => true,
        }
    }

    /// In words.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Null => "nothing",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Text => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl Object {
    fn absorb(&mut self, other: Self) {
        for (name, value) in other.known {
            match self.known.entry(name) {
                std::collections::btree_map::Entry::Occupied(mut known) => known.get_mut().absorb(value),
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(value);
                }
            }
        }
        match (&mut self.rest, other.rest) {
            (Some(rest), Some(other)) => rest.absorb(other),
            (rest @ None, other) => *rest = other,
            (Some(_), None) => {}
        }
    }
}

fn unshared<T: Clone>(shared: Rc<T>) -> T {
    Rc::try_unwrap(shared).unwrap_or_else(|shared| (*shared).clone())
}
