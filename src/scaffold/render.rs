//! Rendering: the delimiters and filters of `docs/templates.md`, strict, without auto-escape, without a loader.
//!
//! A text that a person typed is a [`Typed`] value: printing it without one of the filters is an error, so that no
//! template can let it break a file. Its content is data and never rendered again.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, ObjectRepr, Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, escape_formatter};

use super::error::Error;

/// A text that a person typed.
#[derive(Debug)]
struct Typed(String);

impl Object for Typed {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Makes a value of a text that a person typed.
pub fn typed(text: &str) -> Value {
    Value::from_object(Typed(text.to_owned()))
}

/// Renders the files of a template.
pub struct Renderer {
    environment: Environment<'static>,
}

impl Renderer {
    /// The environment of `docs/templates.md`.
    pub fn new() -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_syntax(
            SyntaxConfig::builder()
                .block_delimiters("{%", "%}")
                .variable_delimiters("{=", "=}")
                .comment_delimiters("{##", "##}")
                .trim_blocks(true)
                .lstrip_blocks(true)
                .keep_trailing_newline(true)
                .build()?,
        );
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_formatter(|output, state, value| {
            if value.downcast_object_ref::<Typed>().is_some() {
                return Err(minijinja::Error::new(
                    ErrorKind::InvalidOperation,
                    "a text that a person typed must pass a filter: yaml, toml, markdown, python or text",
                ));
            }
            escape_formatter(output, state, value)
        });
        environment.add_filter("yaml", |value: Value| quote(&value, Language::Yaml));
        environment.add_filter("toml", |value: Value| quote(&value, Language::Toml));
        environment.add_filter("python", |value: Value| quote(&value, Language::Python));
        environment.add_filter("markdown", |value: Value| markdown(&value.to_string()));
        environment.add_filter("text", |value: Value| value.to_string());
        Ok(Self { environment })
    }

    /// Renders one file.
    pub fn render(&self, path: &str, source: &str, context: &Value) -> Result<String, Error> {
        self.environment
            .render_named_str(path, source, context.clone())
            .map_err(|source| failed(path, source))
    }

    /// Evaluates a condition.
    pub fn holds(&self, path: &str, expression: &str, context: &Value) -> Result<bool, Error> {
        self.environment
            .compile_expression(expression)
            .and_then(|expression| expression.eval(context.clone()))
            .and_then(|value| match value.is_undefined() {
                true => Err(ErrorKind::UndefinedError.into()),
                false => Ok(value.is_true()),
            })
            .map_err(|source| failed(path, source))
    }
}

/// Names the file that could not be rendered.
fn failed(path: &str, source: minijinja::Error) -> Error {
    Error::Render {
        path: path.to_owned(),
        source: Box::new(source),
    }
}

/// What a value is quoted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Yaml,
    Toml,
    Python,
}

/// Writes a value as a literal of a language.
fn quote(value: &Value, language: Language) -> Result<String, minijinja::Error> {
    let words = match language {
        Language::Python => ["True", "False"],
        Language::Yaml | Language::Toml => ["true", "false"],
    };
    if value.downcast_object_ref::<Typed>().is_some() {
        return Ok(string(&value.to_string(), language));
    }
    match value.kind() {
        ValueKind::String => Ok(string(&value.to_string(), language)),
        ValueKind::Number => Ok(value.to_string()),
        ValueKind::Bool => Ok(words[usize::from(!value.is_true())].to_owned()),
        ValueKind::None if language == Language::Yaml => Ok("null".to_owned()),
        ValueKind::None if language == Language::Python => Ok("None".to_owned()),
        ValueKind::Seq => {
            let items: Vec<String> = value
                .try_iter()?
                .map(|item| quote(&item, language))
                .collect::<Result<_, _>>()?;
            Ok(format!("[{}]", items.join(", ")))
        }
        ValueKind::Map => {
            let between = if language == Language::Toml { " = " } else { ": " };
            let mut items = Vec::new();
            for key in value.try_iter()? {
                let item = quote(&value.get_item(&key)?, language)?;
                items.push(format!("{}{between}{item}", string(&key.to_string(), language)));
            }
            Ok(format!("{{{}}}", items.join(", ")))
        }
        kind => Err(minijinja::Error::new(
            ErrorKind::InvalidOperation,
            format!("{kind} cannot be written as {language:?}"),
        )),
    }
}

/// A double-quoted string: the escapes of JSON are also those of YAML, TOML and Python.
fn string(text: &str, language: Language) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        let code = u32::from(character);
        let _ = match character {
            '"' | '\\' => write!(quoted, "\\{character}"),
            '\n' => write!(quoted, "\\n"),
            '\r' => write!(quoted, "\\r"),
            '\t' => write!(quoted, "\\t"),
            _ if super::names::forbidden(character) || character == '\u{7f}' => write!(quoted, "\\u{code:04x}"),
            // beyond the printable planes of YAML 1.2
            '\u{fffe}' | '\u{ffff}' if language == Language::Yaml => write!(quoted, "\\u{code:04x}"),
            _ => write!(quoted, "{character}"),
        };
    }
    quoted.push('"');
    quoted
}

/// Escapes what Markdown would read, so that the text shows as it is inside a line of prose or a table.
fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let list = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let marker = match text.len() - list.len() {
        0 if text.starts_with(['-', '+', '=']) => Some(0),
        digits if digits > 0 && list.starts_with(['.', ')']) => Some(digits),
        _ => None,
    };
    for (at, character) in text.char_indices() {
        if marker == Some(at) || "\\`*_{}[]<>&#|~!$@".contains(character) {
            escaped.push('\\');
        }
        escaped.push(if matches!(character, '\n' | '\r') {
            ' '
        } else {
            character
        });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    fn render(source: &str) -> Result<String, String> {
        let context = context! {
            author => typed("Ada \"{= year =}\" \\ {% x %} # <b>: 'x'"),
            ci => "github", words => vec!["a", "b"], yes => true, map => context! { k => 1 },
        };
        let rendered = Renderer::new().unwrap().render("file", source, &context);
        rendered.map_err(|error| format!("{:?}", std::error::Error::source(&error).map(ToString::to_string)))
    }

    #[test]
    fn delimiters_leave_other_languages_alone() {
        let source = "${{ github.ref }} {{ x }} {'a': 1} {#if} {# x #} f'{a!r}'\n\n";
        assert_eq!(render(source).unwrap(), source);
        assert_eq!(render("a {## gone ##}b").unwrap(), "a b");
        assert_eq!(
            render("a\n  {% if ci == 'github' %}\n  b\n  {% endif %}\nc\n").unwrap(),
            "a\n  b\nc\n"
        );
    }

    #[test]
    fn what_is_undefined_or_elsewhere_is_an_error() {
        assert!(render("{= nope =}").is_err());
        assert!(render("{= ci.nope =}").is_err());
        assert!(render("{% if nope %}{% endif %}").is_err());
        assert!(render("{% include '/etc/passwd' %}").is_err());
        assert!(render("{= ci | nofilter =}").is_err());
    }

    #[test]
    fn typed_text_needs_a_filter_and_is_rendered_once() {
        assert!(render("{= author =}").unwrap_err().contains("must pass a filter"));
        assert!(render("{% if true %}{= author =}{% endif %}").is_err());
        let yaml: String = serde_yaml::from_str(&render("{= author | yaml =}").unwrap()).unwrap();
        assert_eq!(yaml, "Ada \"{= year =}\" \\ {% x %} # <b>: 'x'");
        let json: String = serde_json::from_str(&render("{= author | toml =}").unwrap()).unwrap();
        assert_eq!(json, yaml);
        let joined: String = serde_yaml::from_str(&render("{= (author ~ ' API') | python =}").unwrap()).unwrap();
        assert_eq!(joined, format!("{yaml} API"));
        assert_eq!(render("{= author | text =}").unwrap(), yaml);
    }

    #[test]
    fn values_become_literals() {
        assert_eq!(
            render("{= words | toml =}{= yes | python =}{= yes | yaml =}").unwrap(),
            "[\"a\", \"b\"]Truetrue"
        );
        assert_eq!(
            render("{= map | yaml =}{= map | toml =}").unwrap(),
            "{\"k\": 1}{\"k\" = 1}"
        );
        assert_eq!(render("{= none | python =}{= none | yaml =}").unwrap(), "Nonenull");
        assert!(render("{= none | toml =}").is_err());
    }

    #[test]
    fn markdown_shows_the_text_itself() {
        assert_eq!(markdown("Ada Lovelace"), "Ada Lovelace");
        assert_eq!(markdown("a_b *c* [d](e) <i>"), "a\\_b \\*c\\* \\[d\\](e) \\<i\\>");
        assert_eq!(markdown("1. x"), "1\\. x");
        assert_eq!(markdown("- x-y"), "\\- x-y");
        assert_eq!(markdown("12 x."), "12 x.");
    }
}
