//! Requirements in `setup.py` and `setup.cfg`. The script is read as a syntax tree and never run: what it computes stays
//! unknown.

use std::collections::HashMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ExprStringLiteral, Stmt};
use ruff_text_size::Ranged;

use super::entry;
use super::model::{Entry, Group, PythonRequirement, RequirementsFacts, RequirementsFile, Trouble};
use super::pyproject::group_of;
use crate::facts::location::{Lines, Location};
use crate::facts::python::{last_name, on_a_large_stack, parse_text};
use crate::source::{File, Text};

const MANY: usize = 2_000;

/// What one file says: requirements with their section and group, and the Python that is asked for.
#[derive(Default)]
struct Said {
    /// Whether it speaks of dependencies at all.
    speaks: bool,
    requirements: Vec<(String, Group, Option<String>, Location)>,
    python: Option<(String, Location)>,
}

/// Reads the call of `setup`.
pub(super) fn read_script(file: &File, facts: &mut RequirementsFacts) {
    let Some(text) = file.text() else { return };
    let lines = Lines::new(&text.content);
    let said = on_a_large_stack(|| {
        let parsed = parse_text(&text.content)?;
        let mut script = Script {
            lists: HashMap::new(),
            said: Said::default(),
            at: &|offset| lines.locate(&file.path, offset),
        };
        for statement in &parsed.syntax().body {
            script.visit_stmt(statement);
        }
        Some(script.said)
    });
    keep(file, &text, said.flatten().unwrap_or_default(), facts);
}

/// Reads `[options]` and `[options.extras_require]`.
pub(super) fn read_settings(file: &File, facts: &mut RequirementsFacts) {
    let Some(text) = file.text() else { return };
    let mut said = Said::default();
    let (mut section, mut key) = (String::new(), String::new());
    for (index, line) in text.content.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let mut value = trimmed;
        if !line.starts_with(char::is_whitespace) {
            if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.clone_into(&mut section);
                key.clear();
                continue;
            }
            let Some((name, rest)) = trimmed.split_once('=') else {
                continue;
            };
            name.trim().clone_into(&mut key);
            value = rest.trim();
        }
        let loc = Location::new(&file.path, index + 1, line.find(value).unwrap_or_default() + 1);
        let (group, extra) = match (section.as_str(), key.as_str()) {
            ("options", "install_requires") => (Group::Runtime, None),
            ("options", "tests_require") => (Group::Dev, Some("tests_require")),
            ("options", "python_requires") => {
                said.python = Some((value.to_owned(), loc));
                continue;
            }
            ("options.extras_require", extra) => (group_of(extra), Some(extra)),
            _ => continue,
        };
        said.speaks = true;
        // `file: requirements.txt` names a list that is read as what it is
        if !value.is_empty() && !value.starts_with("file:") && said.requirements.len() < MANY {
            let section = extra.map(str::to_owned);
            said.requirements.push((value.to_owned(), group, section, loc));
        }
    }
    keep(file, &text, said, facts);
}

fn keep(file: &File, text: &Text<'_>, said: Said, facts: &mut RequirementsFacts) {
    if let Some((specifier, loc)) = said.python {
        facts.python.push(PythonRequirement { specifier, loc });
    }
    if !said.speaks {
        return;
    }
    let start = facts.entries.len();
    for (requirement, group, section, loc) in said.requirements {
        match entry::read(&requirement) {
            Ok(found) => facts.entries.push(Entry {
                file: file.path.clone(),
                section,
                group,
                direct: true,
                loc,
                ..found
            }),
            Err(message) => facts.errors.push(Trouble {
                message,
                text: requirement.chars().take(120).collect(),
                loc,
            }),
        }
    }
    facts.files.push(RequirementsFile {
        path: file.path.clone(),
        kind: "setuptools",
        group: Group::Runtime,
        encoding: text.encoding,
        lossy: text.lossy,
        compiled: false,
        entries: facts.entries.len() - start,
        loc: Location::start(&file.path),
    });
}

struct Script<'a> {
    /// Lists that have a name, such as `REQUIRED = ["flask"]`.
    lists: HashMap<String, Vec<&'a ExprStringLiteral>>,
    said: Said,
    at: &'a dyn Fn(usize) -> Location,
}

impl<'a> Script<'a> {
    fn add(&mut self, value: &'a Expr, group: Group, section: Option<&str>) {
        self.said.speaks = true;
        let texts = match value {
            Expr::Name(name) => self.lists.get(name.id.as_str()).cloned().unwrap_or_default(),
            other => literals(other),
        };
        for text in texts {
            if self.said.requirements.len() < MANY {
                let loc = (self.at)(usize::from(text.range().start()));
                let requirement = text.value.to_str().to_owned();
                self.said
                    .requirements
                    .push((requirement, group, section.map(str::to_owned), loc));
            }
        }
    }

    fn setup(&mut self, call: &'a ExprCall) {
        for keyword in &call.arguments.keywords {
            match keyword.arg.as_ref().map(|name| name.as_str()) {
                Some("install_requires") => self.add(&keyword.value, Group::Runtime, None),
                Some("tests_require") => self.add(&keyword.value, Group::Dev, Some("tests_require")),
                Some("extras_require") => {
                    let entries = keyword.value.as_dict_expr().map(|dict| dict.items.as_slice());
                    for item in entries.unwrap_or_default() {
                        if let Some(Expr::StringLiteral(name)) = &item.key {
                            let name = name.value.to_str();
                            self.add(&item.value, group_of(name), Some(name));
                        }
                    }
                }
                Some("python_requires") => {
                    if let Expr::StringLiteral(text) = &keyword.value {
                        let loc = (self.at)(usize::from(text.range().start()));
                        self.said.python = Some((text.value.to_str().to_owned(), loc));
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'a> Visitor<'a> for Script<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Assign(assignment) = statement
            && let [Expr::Name(name)] = assignment.targets.as_slice()
        {
            self.lists.insert(name.id.to_string(), literals(&assignment.value));
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && last_name(&call.func) == "setup"
        {
            self.setup(call);
        }
        walk_expr(self, expression);
    }
}

/// The texts of a list or tuple.
fn literals(value: &Expr) -> Vec<&ExprStringLiteral> {
    let items = match value {
        Expr::List(list) => list.elts.as_slice(),
        Expr::Tuple(tuple) => tuple.elts.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(Expr::as_string_literal_expr).collect()
}
