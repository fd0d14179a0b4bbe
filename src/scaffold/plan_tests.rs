//! Tests of [`super`].

use super::*;
use crate::scaffold::answers::{Defaults, Draft};
use crate::scaffold::specimen;

/// Hostile texts that a person may type.
const HOSTILE: [&str; 12] = [
    "O'Brien \"Ada\"",
    "{= year =} {% if x %} {## y ##} ${{ z }}",
    "# *bold* [x](y) | `code` _i_",
    "a: b # c",
    "- x",
    "!!python/object",
    "'''\"\"\"",
    "\\n \\u0041 \\",
    "<script>alert(1)</script> &amp; ]]>",
    "👩‍💻 日本 عمر é",
    "%YAML {} [] , & *a",
    "\"; import os #",
];

fn answers(template: &Template, words: &[String]) -> Answers {
    let mut draft = Draft::new(template);
    draft.give_words(words);
    draft
        .finish(&Defaults {
            name: None,
            author: "Your Name".into(),
            email: "you@example.com".into(),
            year: "2026".into(),
        })
        .unwrap()
}

fn made(words: &[&str]) -> Plan {
    let template = specimen::template();
    let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    plan(&template, &answers(&template, &words)).unwrap()
}

fn text(plan: &Plan, path: &str) -> String {
    let file = plan.files.iter().find(|file| file.path == path).unwrap();
    String::from_utf8(file.bytes.to_vec()).unwrap()
}

fn paths(plan: &Plan) -> Vec<&str> {
    plan.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn files_are_laid_over_chosen_and_renamed() {
    let plan = made(&[]);
    assert_eq!(
        paths(&plan),
        [
            ".github/workflows/ci.yml",
            "LICENSE",
            "README.md",
            "config.yml",
            "loans_api/__init__.py",
            "loans_api/text.py",
            "pyproject.toml",
            "run.sh",
            "shared.txt"
        ]
    );
    assert_eq!(text(&plan, "shared.txt"), "loans: loans_api\n");
    assert_eq!(
        text(&plan, "loans_api/text.py"),
        "x = f\"{ {'a': 1}['a'] }\"  # {= not rendered =}\n"
    );
    assert_eq!(
        text(&plan, ".github/workflows/ci.yml"),
        "name: loans\nrun: ${{ github.ref }}\n"
    );
    let executable: Vec<&str> = plan
        .files
        .iter()
        .filter(|file| file.executable)
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(executable, ["run.sh"]);

    let plan = made(&["ci=gitlab", "theme=parcels"]);
    assert!(paths(&plan).contains(&".gitlab-ci.yml") && !paths(&plan).contains(&".github/workflows/ci.yml"));
    assert_eq!(text(&plan, ".gitlab-ci.yml"), "a: b\r\n");
    assert_eq!(
        text(&plan, "parcels_api/__init__.py"),
        "AUTHOR = \"Your Name\"\nROLE = \"courier\"\n"
    );
    assert_eq!(text(&plan, "shared.txt"), "shared");
}

#[test]
fn same_answers_same_bytes() {
    assert_eq!(made(&["author=Ada"]).files, made(&["author=Ada"]).files);
    assert_ne!(made(&["author=Ada"]).files, made(&["author=Eve"]).files);
}

#[test]
fn hostile_texts_stay_data() {
    let long = "x{= y".repeat(200);
    for author in HOSTILE.into_iter().chain([long.as_str()]) {
        let plan = made(&[&format!("author={author}")]);
        let config: BTreeMap<String, String> = serde_yaml::from_str(&text(&plan, "config.yml")).unwrap();
        assert_eq!(config["author"], author);
        assert_eq!(config["variant"], plan.variant);
        assert_eq!(config["answers"], plan.digest);
        let line = text(&plan, "pyproject.toml").lines().nth(1).unwrap().to_owned();
        let toml: String = serde_json::from_str(line.strip_prefix("author = ").unwrap()).unwrap();
        assert_eq!(toml, author);
        assert_eq!(text(&plan, "LICENSE"), format!("Copyright 2026 {author}\n"));
        let python = text(&plan, "loans_api/__init__.py");
        assert!(ruff_python_parser::parse_module(&python).is_ok(), "{python}");
    }
}

#[test]
fn embedded_templates_render_with_hostile_answers() {
    for kind in crate::scaffold::embedded_kinds() {
        let template = Template::embedded(&kind).unwrap();
        for (theme, ci) in template
            .themes
            .keys()
            .flat_map(|theme| [(theme, "github"), (theme, "gitlab")])
        {
            for author in HOSTILE {
                let words = [format!("theme={theme}"), format!("ci={ci}"), format!("author={author}")];
                let plan = plan(&template, &answers(&template, &words)).unwrap();
                for file in &plan.files {
                    let Ok(text) = std::str::from_utf8(&file.bytes) else {
                        continue;
                    };
                    if file.path.ends_with(".py") {
                        assert!(ruff_python_parser::parse_module(text).is_ok(), "{}:\n{text}", file.path);
                    } else if file.path.ends_with(".yml") || file.path.ends_with(".yaml") {
                        assert!(
                            serde_yaml::from_str::<serde_yaml::Value>(text).is_ok(),
                            "{}:\n{text}",
                            file.path
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn next_steps_know_the_folder_and_files_do_not() {
    let template = specimen::template();
    let answers = answers(&template, &[]);
    assert_eq!(
        next_steps(&template, &answers, "'my loans'").unwrap(),
        "cd 'my loans'\nmake setup\n"
    );
    let mut tree = specimen::tree();
    tree.insert("files/x.tmpl".into(), b"{= directory =}".as_slice().into());
    let template = Template::load("demo", tree).unwrap();
    assert!(matches!(plan(&template, &answers), Err(Error::Render { path, .. }) if path == "x.tmpl"));
}

#[test]
fn unsafe_paths_are_refused() {
    for bad in [
        "../x",
        "/x",
        "a//b",
        "a/./b",
        "a\\b",
        "c:x",
        "aux.py",
        "a/NUL",
        "x.",
        "x ",
        ".git/config",
        "a/.GIT/x",
        "GIT~1/x",
        "é",
        "a\nb",
    ] {
        assert!(!unsafe_paths([bad]).is_empty(), "{bad:?}");
    }
    for bad in [
        ["README", "readme"],
        ["a/b", "A/c"],
        ["a", "a/b"],
        ["a/b", "a"],
        ["a", "a"],
    ] {
        assert!(!unsafe_paths(bad).is_empty(), "{bad:?}");
    }
    assert!(unsafe_paths([".github/x.yml", ".gitignore", "a/b", "a/c", "a_b-c.tmpl2"]).is_empty());
    for path in [
        "files/../x",
        "files/readme.md",
        "files/README.md",
        "themes/loans/files/shared.txt",
    ] {
        let mut tree = specimen::tree();
        tree.insert(path.into(), b"x".as_slice().into());
        let template = Template::load("demo", tree).unwrap();
        let error = plan(&template, &answers(&template, &[]));
        assert!(matches!(error, Err(Error::Template { .. })), "{path}");
    }
}

#[test]
fn broken_conditions_and_bytes_name_their_file() {
    for (path, content) in [
        (
            "template.yaml",
            "kind: demo\nversion: 1\nsummary: x\ndefault_theme: loans\npython: ['3.13']\nfiles: [{path: '*', when: 'nope'}]\n",
        ),
        ("files/x.tmpl", "{= nope =}"),
        ("files/x.tmpl", "{% if %}"),
    ] {
        let mut tree = specimen::tree();
        tree.insert(path.into(), content.as_bytes().to_vec().into());
        let template = Template::load("demo", tree).unwrap();
        assert!(
            matches!(plan(&template, &answers(&template, &[])), Err(Error::Render { .. })),
            "{content}"
        );
    }
    let mut tree = specimen::tree();
    tree.insert("files/x.tmpl".into(), b"\xff".as_slice().into());
    let template = Template::load("demo", tree).unwrap();
    assert!(matches!(
        plan(&template, &answers(&template, &[])),
        Err(Error::Render { .. })
    ));
}
