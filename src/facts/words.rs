//! The words of a command line.

/// Words as a shell splits them; quotes are removed. What stands behind `escape` is meant literally, except in single quotes,
/// and a line break behind it is nothing.
pub(super) fn words(text: &str, escape: Option<char>) -> Vec<String> {
    let (mut words, mut word, mut quote, mut inside) = (Vec::new(), String::new(), None, false);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '"' | '\'') => (quote, inside) = (Some(character), true),
            (Some(open), close) if open == close => quote = None,
            (None | Some('"'), escaping) if Some(escaping) == escape => {
                word.extend(characters.next().filter(|next| *next != '\n'));
            }
            (None, space) if space.is_whitespace() => {
                if inside || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                    inside = false;
                }
            }
            (_, other) => word.push(other),
        }
    }
    if inside || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn quotes_and_escapes() {
        let escaped = |text| words(text, Some('\\'));
        assert_eq!(escaped("a  'b c' \"d 'e\" f''g ''"), ["a", "b c", "d 'e", "fg", ""]);
        assert_eq!(escaped("a\\ b \"c\\\"d\" 'e\\f' g\\\nh"), ["a b", "c\"d", "e\\f", "gh"]);
        assert_eq!(
            words("venv\\Scripts\\python -m pytest", None)[0],
            "venv\\Scripts\\python"
        );
        assert_eq!(escaped("'open"), ["open"]);
        assert_eq!(escaped(" "), [""; 0]);
    }
}
