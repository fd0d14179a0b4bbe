//! What builders accept and the parser does not: such lines are blanked, with every offset kept.
//!
//! `ENTRYPOINT []` and `CMD []` take back what the base image starts. A here-document after other words, as in
//! `RUN python3 <<EOF`, is the input of that program and no part of the Dockerfile.

use std::borrow::Cow;

/// The text as the parser can read it.
pub(super) fn readable(content: &str) -> Cow<'_, str> {
    if !content.contains("[]") && !content.contains("[ ") && !content.contains("<<") {
        return Cow::Borrowed(content);
    }
    let mut result = String::with_capacity(content.len());
    // The words that end the here-documents which are open.
    let mut open: Vec<String> = Vec::new();
    for line in content.split_inclusive('\n') {
        if let Some(end) = open.first() {
            if line.trim() == end {
                open.remove(0);
            }
            blank(line, &mut result);
        } else if resets(line) {
            blank(line, &mut result);
        } else {
            open = inputs(line);
            result.push_str(line);
        }
    }
    Cow::Owned(result)
}

fn blank(line: &str, result: &mut String) {
    // As many bytes as before, so that places stay what they are.
    result.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

fn resets(line: &str) -> bool {
    let compact: String = line.split_whitespace().collect();
    compact.eq_ignore_ascii_case("entrypoint[]") || compact.eq_ignore_ascii_case("cmd[]")
}

/// The ends of the here-documents that a `RUN` gives to a program; those that are its own script are left to the parser.
fn inputs(line: &str) -> Vec<String> {
    let mut words = line.split_whitespace();
    if !words.next().is_some_and(|word| word.eq_ignore_ascii_case("run")) {
        return Vec::new();
    }
    let mut rest = words.skip_while(|word| word.starts_with("--")).peekable();
    if rest.peek().is_none_or(|word| word.starts_with("<<")) {
        return Vec::new();
    }
    let ends = rest.filter_map(|word| {
        let name = word
            .strip_prefix("<<")?
            .trim_start_matches('-')
            .trim_matches(['"', '\'']);
        let plain = !name.is_empty()
            && name
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || character == '_');
        plain.then(|| name.to_owned())
    });
    ends.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parser_does_not_know_is_blanked_in_place() {
        let text = "FROM a:1\nRUN --mount=type=cache,target=/x python3 - <<EOF > /é\nprint('é')\nEOF\nENTRYPOINT []\nCMD [\"a\"]\n";
        let result = readable(text);
        assert_eq!(result.len(), text.len());
        assert_eq!(result.lines().count(), text.lines().count());
        assert!(
            result.contains("RUN --mount")
                && result.contains("CMD [\"a\"]")
                && !result.contains("print")
                && !result.contains("ENTRYPOINT")
        );
    }

    #[test]
    fn everything_else_is_left_as_it_is() {
        for text in [
            "FROM a:1\nRUN <<EOF\na | b\nEOF\n",
            "FROM a:1\nRUN test $((1<<2)) && echo '<<'\n",
            "FROM a:1\nCOPY <<EOF /a\nx\nEOF\nRUN [ -f a ]\n",
        ] {
            assert_eq!(readable(text), text);
        }
    }
}
