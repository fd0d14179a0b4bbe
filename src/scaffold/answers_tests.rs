//! Tests of [`super`].

use super::*;
use crate::scaffold::specimen;

fn defaults() -> Defaults {
    Defaults {
        name: None,
        author: DEFAULT_AUTHOR.into(),
        email: DEFAULT_EMAIL.into(),
        year: "2026".into(),
    }
}

fn problems(draft: &Draft) -> String {
    match draft.check() {
        Err(error) => format!("{error} | {}", error.hint()),
        Ok(()) => String::new(),
    }
}

#[test]
fn stronger_layers_win_and_defaults_fill_the_rest() {
    let template = specimen::template();
    let mut draft = Draft::new(&template);
    draft.give([("author", "Flag")]);
    draft.give_words(&["author=Set".into(), "python=3.12".into()]);
    draft.give_file("a.yaml", "author: File\npython: 3.13\nci: gitlab\nyear: 2001\n");
    let open: Vec<String> = draft.open().into_iter().map(|question| question.key).collect();
    assert_eq!(open, ["name", "theme", "licence"]);
    let answers = draft.finish(&defaults()).unwrap();
    let expected = [
        ("author", "Flag"),
        ("ci", "gitlab"),
        ("email", DEFAULT_EMAIL),
        ("licence", "MIT"),
        ("name", "loans"),
        ("python", "3.12"),
        ("theme", "loans"),
        ("year", "2001"),
    ];
    let values: Vec<(&str, &str)> = answers
        .values()
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(values, expected);
}

#[test]
fn the_name_follows_the_theme() {
    let template = specimen::template();
    let mut draft = Draft::new(&template);
    draft.give([("theme", "parcels")]);
    assert_eq!(draft.finish(&defaults()).unwrap().get("name"), "parcels");
}

#[test]
fn scalars_are_taken_as_written() {
    let template = specimen::template();
    let mut draft = Draft::new(&template);
    draft.give_file("a.yaml", "python: 3.10\nauthor: no\nname: x1\n");
    assert_eq!(problems(&draft), "");
    assert_eq!(draft.get("python"), Some("3.10"));
    assert_eq!(draft.get("author"), Some("no"));
}

#[test]
fn unknown_questions_and_answers_name_the_nearest() {
    let template = specimen::template();
    for (words, part) in [
        (vec!["auhtor=x"], "Did you mean `author`?"),
        (vec!["theme=laons"], "Did you mean `loans`?"),
        (vec!["python=2.7"], "Choose one of 3.13, 3.12, 3.10"),
        (vec!["ci=git-lab"], "Did you mean `gitlab`?"),
        (vec!["year=26"], "not a year"),
        (vec!["novalue"], "has no `=`"),
        (vec!["year=2026", "year=2027"], "answered twice"),
        (vec!["directory=x"], "there is no question `directory`"),
    ] {
        let mut draft = Draft::new(&template);
        draft.give_words(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        assert!(problems(&draft).contains(part), "{part}: {}", problems(&draft));
    }
}

#[test]
fn broken_files_are_problems() {
    let template = specimen::template();
    for text in [
        "[a]",
        "author: [x]",
        "author: {a: b}",
        "a: b: c",
        "author: x\nauthor: y",
        "x",
    ] {
        let mut draft = Draft::new(&template);
        draft.give_file("a.yaml", text);
        assert_ne!(problems(&draft), "", "{text}");
    }
    let mut draft = Draft::new(&template);
    draft.give_file("a.yaml", "");
    assert_eq!(problems(&draft), "");
}

#[test]
fn messages_carry_no_control_characters() {
    let template = specimen::template();
    let mut draft = Draft::new(&template);
    draft.give([("author", "\u{1b}[31mred\u{202e}")]);
    assert!(!problems(&draft).chars().any(names::forbidden));
}

#[test]
fn digest_and_variant_depend_on_every_answer_and_the_version() {
    let mut template = specimen::template();
    let with = |template: &Template, word: &str| {
        let mut draft = Draft::new(template);
        draft.give_words(&[word.to_owned()]);
        let answers = draft.finish(&defaults()).unwrap();
        (answers.digest(), answers.variant(template))
    };
    let base = with(&template, "year=2026");
    assert_eq!(base, with(&template, "author=Your Name"));
    for word in [
        "name=x1",
        "author=A",
        "email=a@b",
        "theme=parcels",
        "python=3.12",
        "ci=gitlab",
        "year=2025",
        "licence=ISC",
    ] {
        assert_ne!(base, with(&template, word), "{word}");
    }
    // computed apart from this code: sha256sum over the canonical JSON
    let canonical = r#"{"author":"Your Name","ci":"github","email":"you@example.com","licence":"MIT","name":"loans","python":"3.13","theme":"loans","year":"2026"}"#;
    assert_eq!(base.0, format!("sha256:{}", hexadecimal(canonical.as_bytes())));
    assert_eq!(base.1.len(), 12);
    template.version = 2;
    let later = with(&template, "year=2026");
    assert_eq!(later.0, base.0);
    assert_ne!(later.1, base.1);
}
