//! Reading an object of a request key by key, so that no key is overlooked.

use serde_json::{Map, Value};

use super::problem::Problem;

/// An object whose keys are read one by one.
pub(super) struct Reader {
    fields: Map<String, Value>,
    place: &'static str,
}

impl Reader {
    pub(super) fn new(value: &Value, place: &'static str) -> Result<Self, Problem> {
        match value {
            Value::Object(fields) => Ok(Self {
                fields: fields.clone(),
                place,
            }),
            Value::Null => Ok(Self {
                fields: Map::new(),
                place,
            }),
            _ => Err(Problem::invalid(format!("{place} is no object"))),
        }
    }

    pub(super) fn take(&mut self, name: &str) -> Value {
        self.fields.remove(name).unwrap_or_default()
    }

    fn wrong(&self, name: &str) -> Problem {
        Problem::invalid(format!("{}{name} has a wrong type", self.place))
    }

    pub(super) fn text(&mut self, name: &str) -> Result<String, Problem> {
        match self.take(name) {
            Value::Null => Ok(String::new()),
            Value::String(text) if !text.contains('\0') => Ok(text),
            _ => Err(self.wrong(name)),
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Problem> {
        match self.take(name) {
            Value::Null => Ok(false),
            Value::Bool(flag) => Ok(flag),
            _ => Err(self.wrong(name)),
        }
    }

    /// A number; what is negative means no wish.
    pub(super) fn number(&mut self, name: &str) -> Result<u64, Problem> {
        match self.take(name) {
            Value::Null => Ok(0),
            Value::Number(number) => Ok(number.as_u64().unwrap_or(0)),
            _ => Err(self.wrong(name)),
        }
    }

    pub(super) fn words(&mut self, name: &str) -> Result<Option<Vec<String>>, Problem> {
        match self.take(name) {
            Value::Null => Ok(None),
            Value::String(word) => Ok(Some(vec![word])),
            Value::Array(words) => words
                .iter()
                .map(|word| word.as_str().filter(|word| !word.contains('\0')).map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .map(|words| Some(words).filter(|words| !words.is_empty()))
                .ok_or_else(|| self.wrong(name)),
            _ => Err(self.wrong(name)),
        }
    }

    pub(super) fn list(&mut self, name: &str) -> Result<Vec<String>, Problem> {
        self.words(name).map(Option::unwrap_or_default)
    }

    pub(super) fn map(&mut self, name: &str) -> Result<Map<String, Value>, Problem> {
        match self.take(name) {
            Value::Null => Ok(Map::new()),
            Value::Object(fields) => Ok(fields),
            _ => Err(self.wrong(name)),
        }
    }

    /// What is left must mean nothing.
    pub(super) fn finish(self) -> Result<(), Problem> {
        match self.fields.iter().find(|(_, value)| !means_nothing(value)) {
            Some((name, _)) => Err(Problem::refused(format!("{}{name}", self.place))),
            None => Ok(()),
        }
    }
}

/// Is it the value that a client sends when nothing was asked?
pub(super) fn means_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => matches!(number.as_i64(), Some(0 | -1)),
        Value::String(text) => text.is_empty() || text == "default",
        Value::Array(items) => items.iter().all(means_nothing),
        Value::Object(fields) => fields.values().all(means_nothing),
    }
}
