//! Foreign YAML as a tree with places, bounded before and while it is read.
//!
//! The tree is built from the parser's events, so that an alias is never copied: what it stands for is counted, and a
//! file that would grow beyond the limits is refused. No other module knows the YAML parser.

use std::collections::HashSet;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// Why a YAML file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// What is wrong.
    pub message: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
}

/// A node with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// 1-based line of its first character.
    pub line: usize,
    /// 1-based column of its first character.
    pub column: usize,
}

/// The kinds of nodes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, number, boolean or null, as written; `plain` when it was not quoted.
    Scalar {
        /// The text.
        text: String,
        /// Whether it was written without quotes, so that `true` is a boolean.
        plain: bool,
    },
    /// A list.
    List(Vec<Rc<Node>>),
    /// A mapping in the order of the file; merge keys (`<<`) are resolved.
    Map(Vec<(Rc<Node>, Rc<Node>)>),
}

const FILE_BYTES: usize = 1 << 20;
const DEPTH: usize = 60;
const NODES: usize = 100_000;
const EXPANDED: usize = 300_000;

/// A document with what its tree no longer shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The tree.
    pub root: Rc<Node>,
    /// The merge keys (`<<`) that were resolved, each as it was written. Not every reader of YAML resolves them.
    pub merge_keys: Vec<Rc<Node>>,
}

/// Reads the tree of the first document of a file. An empty file is an empty mapping.
///
/// # Errors
///
/// When the file is no YAML, or larger, deeper or more aliased than a person would write.
pub fn parse(text: &str) -> Result<Rc<Node>, YamlError> {
    read(text).map(|document| document.root)
}

/// Reads the first document of a file as [`parse`] does.
///
/// # Errors
///
/// Those of [`parse`].
pub fn read(text: &str) -> Result<Document, YamlError> {
    if text.len() > FILE_BYTES {
        return Err(YamlError {
            message: format!("larger than {FILE_BYTES} bytes"),
            line: 1,
            column: 1,
        });
    }
    check_brackets(text)?;
    Builder::default().build(text)
}

/// The parser recurses on flow collections; a line of thousands of brackets is refused before it sees them.
fn check_brackets(text: &str) -> Result<(), YamlError> {
    let mut run = 0_usize;
    for (number, line) in text.lines().enumerate() {
        for character in line.chars() {
            match character {
                '[' | '{' => run += 1,
                ']' | '}' => run = run.saturating_sub(1),
                _ => {}
            }
            if run > 2_000 {
                return Err(YamlError {
                    message: "nested too deeply".to_owned(),
                    line: number + 1,
                    column: 1,
                });
            }
        }
    }
    Ok(())
}

enum Open {
    List {
        node: Node,
        items: Vec<Rc<Node>>,
        anchor: usize,
        weight: usize,
    },
    Map {
        node: Node,
        items: Vec<(Rc<Node>, Rc<Node>)>,
        key: Option<Rc<Node>>,
        anchor: usize,
        weight: usize,
    },
}

#[derive(Default)]
struct Builder {
    stack: Vec<Open>,
    anchors: std::collections::HashMap<usize, (Rc<Node>, usize)>,
    nodes: usize,
    root: Option<Rc<Node>>,
    merge_keys: Vec<Rc<Node>>,
}

impl Builder {
    fn build(mut self, text: &str) -> Result<Document, YamlError> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| YamlError {
                message: error.info().to_owned(),
                line: error.marker().line(),
                column: error.marker().col() + 1,
            })?;
            if matches!(event, Event::DocumentEnd) {
                break;
            }
            self.event(event, span)?;
        }
        let empty = || {
            Rc::new(Node {
                value: Value::Map(Vec::new()),
                line: 1,
                column: 1,
            })
        };
        Ok(Document {
            root: self.root.unwrap_or_else(empty),
            merge_keys: self.merge_keys,
        })
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let (line, column) = (span.start.line().max(1), span.start.col() + 1);
        let refuse = |message: &str| {
            Err(YamlError {
                message: message.to_owned(),
                line,
                column,
            })
        };
        self.nodes += 1;
        if self.nodes > NODES {
            return refuse("more nodes than a person would write");
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let weight = 1 + text.len() / 64;
                let node = Node {
                    value: Value::Scalar {
                        text: text.into_owned(),
                        plain,
                    },
                    line,
                    column,
                };
                self.close(Rc::new(node), anchor, weight, line, column)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some((node, weight)) => self.close(node, 0, weight, line, column),
                None => refuse("an alias of something that contains it"),
            },
            Event::SequenceStart(anchor, _) if self.stack.len() < DEPTH => {
                let node = Node {
                    value: Value::List(Vec::new()),
                    line,
                    column,
                };
                self.stack.push(Open::List {
                    node,
                    items: Vec::new(),
                    anchor,
                    weight: 1,
                });
                Ok(())
            }
            Event::MappingStart(anchor, _) if self.stack.len() < DEPTH => {
                let node = Node {
                    value: Value::Map(Vec::new()),
                    line,
                    column,
                };
                self.stack.push(Open::Map {
                    node,
                    items: Vec::new(),
                    key: None,
                    anchor,
                    weight: 1,
                });
                Ok(())
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => refuse("nested too deeply"),
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(Open::List {
                    mut node,
                    items,
                    anchor,
                    weight,
                }) => {
                    node.value = Value::List(items);
                    self.close(Rc::new(node), anchor, weight, line, column)
                }
                Some(Open::Map {
                    mut node,
                    items,
                    anchor,
                    weight,
                    ..
                }) => {
                    node.value = Value::Map(merged(items, &mut self.merge_keys));
                    self.close(Rc::new(node), anchor, weight, line, column)
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Hands a finished node to what holds it, and counts what it stands for.
    fn close(
        &mut self,
        node: Rc<Node>,
        anchor: usize,
        weight: usize,
        line: usize,
        column: usize,
    ) -> Result<(), YamlError> {
        if weight > EXPANDED {
            return Err(YamlError {
                message: "aliases make it too large".to_owned(),
                line,
                column,
            });
        }
        if anchor != 0 {
            self.anchors.insert(anchor, (Rc::clone(&node), weight));
        }
        match self.stack.last_mut() {
            Some(Open::List {
                items, weight: total, ..
            }) => {
                *total += weight;
                items.push(node);
            }
            Some(Open::Map {
                items,
                key,
                weight: total,
                ..
            }) => {
                *total += weight;
                match key.take() {
                    None => *key = Some(node),
                    Some(key) => items.push((key, node)),
                }
            }
            None if self.root.is_none() => self.root = Some(node),
            None => {}
        }
        Ok(())
    }
}

/// Resolves merge keys: what the mapping itself says wins. Adds the keys to `resolved`.
fn merged(items: Vec<(Rc<Node>, Rc<Node>)>, resolved: &mut Vec<Rc<Node>>) -> Vec<(Rc<Node>, Rc<Node>)> {
    if !items.iter().any(|(key, _)| key.text() == Some("<<")) {
        return items;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = items.into_iter().partition(|(key, _)| key.text() == Some("<<"));
    resolved.extend(merges.iter().map(|(key, _)| Rc::clone(key)));
    // By name: many merges of one large mapping must not compare every pair of keys.
    let mut known: HashSet<String> = own
        .iter()
        .filter_map(|(key, _)| key.text().map(str::to_owned))
        .collect();
    for (_, value) in merges {
        let sources = match &value.value {
            Value::List(list) => list.clone(),
            Value::Map(_) | Value::Scalar { .. } => vec![value],
        };
        for source in sources {
            for (key, value) in source.entries() {
                if key.text().is_none_or(|text| known.insert(text.to_owned())) {
                    own.push((Rc::clone(key), Rc::clone(value)));
                }
            }
        }
    }
    own
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Whether it is null or nothing.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Whether it is the boolean true.
    pub fn is_true(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "true" | "True" | "TRUE"))
    }

    /// Whether it is the boolean false.
    pub fn is_false(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "false" | "False" | "FALSE"))
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Rc<Node>] {
        match &self.value {
            Value::List(items) => items,
            Value::Scalar { .. } | Value::Map(_) => &[],
        }
    }

    /// The pairs of a mapping; none for anything else.
    pub fn entries(&self) -> &[(Rc<Node>, Rc<Node>)] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Scalar { .. } | Value::List(_) => &[],
        }
    }

    /// The value of a mapping's key.
    pub fn get(&self, key: &str) -> Option<&Rc<Node>> {
        self.entries()
            .iter()
            .find(|(name, _)| name.text() == Some(key))
            .map(|(_, value)| value)
    }

    /// A scalar as one item, a list as its scalars.
    pub fn texts(&self) -> Vec<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => vec![text],
            Value::List(items) => items.iter().filter_map(|item| item.text()).collect(),
            Value::Scalar { .. } | Value::Map(_) => Vec::new(),
        }
    }
}
