//! The prose of checks, `why` and `fix`: paragraphs, lists, fenced code and `code` in backticks, and no more of Markdown.
//!
//! A fix names things of the repository, so the text is not trusted to be Markdown: it is taken apart here, everything
//! hidden in it is shown, and a renderer writes the pieces in its own, escaped, way.

use serde::Serialize;

use crate::text;

/// A piece of prose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "content", rename_all = "kebab-case")]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// The items of a list.
    List(Vec<Vec<Span>>),
    /// Lines of code.
    Code(Vec<String>),
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The text, everything hidden shown.
    pub text: String,
    /// It is code.
    pub code: bool,
}

/// Takes prose apart.
pub fn blocks(prose: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    let mut fence: Option<Vec<String>> = None;
    let mut item = false;
    for line in text::visible_lines(prose.trim()) {
        if line.trim_start().starts_with("```") {
            finish(&mut blocks, &mut lines, &mut item);
            fence = match fence {
                Some(code) => {
                    blocks.push(Block::Code(code));
                    None
                }
                None => Some(Vec::new()),
            };
        } else if let Some(code) = &mut fence {
            code.push(line);
        } else if line.trim().is_empty() {
            finish(&mut blocks, &mut lines, &mut item);
        } else if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
            finish(&mut blocks, &mut lines, &mut item);
            item = true;
            lines.push(rest.trim().to_owned());
        } else {
            lines.push(line.trim().to_owned());
        }
    }
    finish(&mut blocks, &mut lines, &mut item);
    blocks.extend(fence.map(Block::Code));
    blocks
}

fn finish(blocks: &mut Vec<Block>, lines: &mut Vec<String>, item: &mut bool) {
    if lines.is_empty() {
        return;
    }
    let line = spans(&std::mem::take(lines).join(" "));
    match (std::mem::take(item), blocks.last_mut()) {
        (true, Some(Block::List(items))) => items.push(line),
        (true, _) => blocks.push(Block::List(vec![line])),
        (false, _) => blocks.push(Block::Paragraph(line)),
    }
}

/// Takes a line apart: what stands in backticks is code, unless one of them is alone.
pub fn spans(line: &str) -> Vec<Span> {
    let line = text::visible(line);
    let span = |text: &str, code| Span {
        text: text.to_owned(),
        code,
    };
    if line.matches('`').count() % 2 == 1 {
        return vec![span(&line, false)];
    }
    line.split('`')
        .enumerate()
        .map(|(index, part)| span(part, index % 2 == 1))
        .filter(|span| !span.text.is_empty())
        .collect()
}

/// The lines of a message, each taken apart.
pub fn lines(message: &str) -> Vec<Vec<Span>> {
    text::visible_lines(message).iter().map(|line| spans(line)).collect()
}

/// Prose as Markdown, in which `escape` has escaped all text.
pub fn markdown(prose: &str, escape: fn(&str) -> String) -> String {
    let blocks = blocks(prose).into_iter().map(|block| match block {
        Block::Paragraph(spans) => markdown_line(&spans, escape),
        Block::List(items) => {
            let items = items.iter().map(|item| format!("- {}", markdown_line(item, escape)));
            items.collect::<Vec<_>>().join("\n")
        }
        Block::Code(lines) => fenced(&lines),
    });
    blocks.collect::<Vec<_>>().join("\n\n")
}

/// A line as Markdown.
pub fn markdown_line(spans: &[Span], escape: fn(&str) -> String) -> String {
    spans
        .iter()
        .map(|span| match span.code {
            // A span holds no backtick, so one on each side is enough; code that is all spaces is no code in Markdown.
            true if !span.text.trim().is_empty() => format!("`{}`", span.text),
            _ => escape(&span.text),
        })
        .collect()
}

/// Lines as fenced code, with a fence longer than any in them.
pub fn fenced(lines: &[String]) -> String {
    let longest = lines
        .iter()
        .flat_map(|line| line.split(|character| character != '`').map(str::len))
        .max()
        .unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    let lines: Vec<String> = lines
        .iter()
        .map(|line| text::visible(&line.replace('\t', "    ")))
        .collect();
    format!("{fence}text\n{}\n{fence}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Span {
        Span {
            text: text.to_owned(),
            code: false,
        }
    }

    fn code(text: &str) -> Span {
        Span {
            text: text.to_owned(),
            code: true,
        }
    }

    #[test]
    fn prose_is_taken_apart() {
        assert_eq!(
            blocks("one\ntwo `x`:\n\n- a\n  b\n- c\n```sh\nrun  it\n```\nend"),
            [
                Block::Paragraph(vec![text("one two "), code("x"), text(":")]),
                Block::List(vec![vec![text("a b")], vec![text("c")]]),
                Block::Code(vec!["run  it".to_owned()]),
                Block::Paragraph(vec![text("end")]),
            ]
        );
        assert_eq!(blocks(" \n"), []);
        assert_eq!(blocks("```\nopen"), [Block::Code(vec!["open".to_owned()])]);
    }

    #[test]
    fn a_lone_backtick_is_no_code() {
        assert_eq!(spans("a ` b"), [text("a ` b")]);
        assert_eq!(spans("`a\u{202e}`"), [code("a\\u{202e}")]);
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced(&["````".to_owned()]), "`````text\n````\n`````");
    }
}
