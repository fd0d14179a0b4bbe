//! Tests of tokens that are known by their form, and of what only looks like one.

use super::super::forms::{FORMS, Proof};
use super::super::tokens;
use super::{RANDOM, kinds, private_key};

#[test]
fn every_form_is_found_and_nothing_that_goes_on_or_is_short_of_it() {
    for form in FORMS {
        let specimen = form.specimen();
        assert!(specimen.len() >= tokens::SHORTEST, "{}", form.kind);
        let text = format!("first = 1\nx = \"{specimen}\"\n");
        let all: Vec<_> = tokens::find(&text).collect();
        assert_eq!(all.len(), 1, "{specimen}");
        assert_eq!(all[0].form.kind, form.kind);
        assert_eq!(&text[all[0].start..all[0].start + specimen.len()], specimen);
        assert_eq!(&text[all[0].start..all[0].value.start], form.begins());
        let number = |text: &str| tokens::find(text).count();
        assert_eq!(number(&format!("task-{specimen}")), 0, "{specimen}");
        assert_eq!(number(&specimen[..specimen.len() - 1]), 0, "{specimen}");
    }
}

#[test]
fn families_are_told_apart_by_their_beginnings() {
    let part = |length: usize| {
        let random = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6";
        random.chars().cycle().take(length).collect::<String>()
    };
    for (kind, begins, rest) in [
        ("AWS access key", "AKIA", "Q3EGUZN5TJ7KWPVX".to_owned()),
        ("GitHub token", "ghp_", part(36)),
        ("GitHub token", "github_pat_", format!("{}_{}", part(22), part(59))),
        ("GitLab token", "glpat-", part(20)),
        (
            "Slack token",
            "xoxb-",
            format!("971356789012-9713567890123-{}", part(24)),
        ),
        (
            "Slack webhook",
            "https://hooks.slack.com/services/T",
            format!("02AB9/B03CD7/{}", part(24)),
        ),
        ("Stripe key", "sk_live_", part(24)),
        ("Google API key", "AIza", part(35)),
        ("OpenAI key", "sk-", format!("{}T3BlbkFJ{}", part(20), part(20))),
        ("OpenAI key", "sk-proj-", part(60)),
        ("Anthropic key", "sk-ant-", format!("api03-{}", part(90))),
        ("Hugging Face token", "hf_", part(34)),
        ("npm token", "npm_", part(36)),
        ("SendGrid key", "SG.", format!("{}.{}", part(22), part(43))),
        ("Telegram token", "718293645", format!(":AA{}", part(33))),
        ("Azure storage key", "AccountKey=", format!("{}==", part(86))),
    ] {
        let text = format!("first = 1\nx = \"{begins}{rest}\"\n");
        assert_eq!(kinds("app/main.py", &text), [(kind.to_owned(), 2)]);
    }
}

#[test]
fn documented_examples_and_dummies_are_no_tokens() {
    for text in [
        // The provider's own examples.
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
        "token: ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
        "key: AIzaAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        // Named, not held.
        "install: sk-learn-contrib hf_xet-1.1.3-cp37-abi3-manylinux_2_17_x86_64.whl\n",
    ] {
        assert_eq!(kinds("settings.yaml", text), [], "{text}");
    }
    // A key for tests takes no money.
    let stripe = format!("stripe.key = \"{}{}\"\n", "sk_test_", &RANDOM.replace('_', ""));
    assert_eq!(kinds("app/pay.py", &stripe), []);
    let emulator = [
        "AccountKey=",
        "Eby8vdM02xNO",
        "cqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
        "K1SZFPTOtr",
        "KBHBeksoGM",
        "w==",
    ];
    assert_eq!(kinds("app/store.py", &format!("x = '{}'\n", emulator.concat())), []);
    // The specimen of the home page of JSON web tokens.
    let specimen = [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ",
        "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    ];
    assert_eq!(kinds("app/auth.py", &format!("TOKEN = '{}'\n", specimen.join("."))), []);
}

#[test]
fn in_an_example_a_token_must_prove_that_nobody_made_it_up() {
    let made_up = FORMS
        .iter()
        .filter(|form| form.proof != Proof::Shape && form.proof != Proof::NotOfAnEmulator);
    for form in made_up {
        let text = format!("x = '{}'\n", form.specimen());
        assert_eq!(kinds("tests/test_tokens.py", &text), [], "{}", form.kind);
    }
    let genuine = ["ghp", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"].join("_");
    assert_eq!(kinds("tests/test_tokens.py", &genuine).len(), 1);
    assert_eq!(kinds("docs/setup.md", &genuine).len(), 1);
    assert_eq!(kinds("docs/setup.md", &private_key()), []);
}

#[test]
fn the_key_of_a_web_page_is_public() {
    let key = ["AI", "zaSy", "B7q2X9k4R6z3M5w8D1t6G2y7F4p9C3a5E"].concat();
    let page = format!("firebase.initializeApp({{authDomain: 'x', apiKey: '{key}'}})\n");
    assert_eq!(kinds("web/config.js", &page), []);
    assert_eq!(kinds("app/maps.py", &format!("key = '{key}'\n")).len(), 1);
}

#[test]
fn hashes_and_pictures_are_no_tokens() {
    let hex = "3f9a1c7e5b2d8046".repeat(4);
    let picture: String = "iVBORw0KGgoAAAANSUhEUgAA/9j+4AAQSkZJRgABsk7hf2AKIA".repeat(200);
    for (path, text) in [
        ("uv.lock", format!("{{ hash = \"sha256:{hex}\", token = \"{hex}\" }}\n")),
        (
            "package-lock.json",
            format!("\"integrity\": \"sha512-{}==\",\n", &picture[..86]),
        ),
        (
            "yarn.lock",
            format!("resolved \"https://host.io/a.tgz#{}\"\n", &hex[..40]),
        ),
        ("requirements.txt", format!("httpx==0.28.1 --hash=sha256:{hex}\n")),
        ("app/a.py", format!("COMMIT = \"{}\"\nDIGEST = \"{hex}\"\n", &hex[..40])),
        (
            "app/a.py",
            "RUN_ID = \"3f9a1c7e-5b2d-4046-8f9a-1c7e5b2d8046\"\n".to_owned(),
        ),
        ("eda.ipynb", format!("     \"image/png\": \"{picture}\"\n")),
    ] {
        assert_eq!(kinds(path, &text), [], "{path}");
    }
}
