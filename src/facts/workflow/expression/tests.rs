//! Tests of the expression parser.

use super::*;

#[test]
fn sound_expressions_are_read() {
    for text in [
        "github.event_name == 'push' && !cancelled()",
        "contains(github.event.commits.*.message, 'it''s')",
        "steps.build.outputs['image'] || 'none'",
        "fromJSON('[1]')[0] >= -1.5e3",
        "github.event.labels[0].name",
        "(true || false) && 0xff != NaN",
        "format('}}{0}', matrix.a-b)",
    ] {
        assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
    }
}

#[test]
fn broken_expressions_tell_where() {
    for (text, offset) in [
        ("", 0),
        ("github.", 7),
        ("a b", 2),
        ("contains(a", 10),
        ("a == \"b\"", 5),
        ("'open", 0),
        ("a && ", 5),
        ("a + b", 2),
        ("(a", 2),
        ("x[1", 3),
        ("01", 0),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.offset, offset, "{text}: {}", error.message);
    }
}

#[test]
fn quotes_hide_the_closing_braces() {
    assert_eq!(body_length(" format('}}', x) }} rest"), Some(17));
    assert_eq!(body_length(" a '}}"), None);
    assert_eq!(single(" ${{ a }}\n"), Some(" a "));
    assert_eq!(single("${{ a }}${{ b }}"), None);
    assert_eq!(single("x ${{ a }}"), None);
}

#[test]
fn long_chains_are_flat_and_depth_is_capped() {
    let chain = format!("a{}", ".b".repeat(5_000));
    assert!(matches!(parse(&chain), Ok(Expression::Access { path, .. }) if path.len() == 5_000));
    let start = std::time::Instant::now();
    for hostile in [
        "(".repeat(1 << 20),
        "!".repeat(1 << 20),
        "a[".repeat(1 << 19),
        "f(".repeat(1 << 19),
        "a==".repeat(1 << 18),
        "a||".repeat(1 << 18),
        "'".repeat((1 << 20) + 1),
        format!("'{}'", "é".repeat(1 << 19)),
    ] {
        let _ = parse(&hostile);
    }
    assert!(parse(&"(".repeat(100)).is_err());
    assert!(start.elapsed().as_secs() < 10);
}
