//! Tests of the mask for texts that are about to be shown.

use std::borrow::Cow;

use super::super::forms::FORMS;
use super::{RANDOM, masked, private_key};

#[test]
fn tokens_of_every_form_are_masked_wherever_they_stand() {
    for form in FORMS {
        let specimen = form.specimen();
        for before in ["run --with=", "notes-", "'", "https://host.io/"] {
            let shown = format!("{before}{}******** now", form.begins());
            assert_eq!(masked(&format!("{before}{specimen} now"), None), shown);
        }
    }
}

#[test]
fn a_token_that_was_cut_is_masked_and_a_word_is_not() {
    let token = ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_");
    for end in ["", "…", "\nnext"] {
        assert_eq!(
            masked(&format!("x {}{end}", &token[..20]), None),
            format!("x ghp_********{end}")
        );
    }
    for text in [
        "npm_lifecycle",
        "hf_datasets",
        "pip install sk-learn",
        "ghp_",
        "",
        "größer als …",
        "SG.",
        "eyJ",
    ] {
        assert!(matches!(masked(text, None), Cow::Borrowed(_)), "{text}");
    }
}

#[test]
fn addresses_and_private_keys_are_masked_and_lines_stay() {
    let text = "curl https://ada:hunter2go@api.acme.io/x && psql postgresql://loans:loans@db/loans";
    let shown = "curl https://ada:********@api.acme.io/x && psql postgresql://loans:loans@db/loans";
    assert_eq!(masked(text, None), shown);
    let key = private_key();
    let shown = masked(&key, None);
    assert_eq!(shown.lines().count(), key.lines().count());
    assert!(!shown.contains("MIIE") && shown.contains("-----END RSA"), "{shown}");
    let begins = &key[..60];
    assert!(!masked(begins, None).contains("MIIE"), "{begins}");
    let code = format!("MARK = '-----BEGIN {}-----'\nif MARK in text:\n", "PRIVATE KEY");
    assert_eq!(masked(&code, Some("app/scan.py")), code);
}

#[test]
fn a_file_masks_the_values_that_it_writes() {
    for (path, text, shown) in [
        (
            "app/a.py",
            format!("API_TOKEN = \"{RANDOM}\"\nx = 1"),
            "API_TOKEN = \"********\"\nx = 1",
        ),
        (
            "app/a.py",
            format!("ask(password=\"{RANDOM}\", token='{RANDOM}')"),
            "ask(password=\"********\", token='********')",
        ),
        (
            "k8s/api.yaml",
            "- name: DB_PASSWORD\n  value: hunter2go\n- name: PORT\n  value: hunter2go".to_owned(),
            "- name: DB_PASSWORD\n  value: ********\n- name: PORT\n  value: hunter2go",
        ),
        (
            "ci.yml",
            "credentials:\n  username: ada\n  password: 'hunter2go'\npermissions:\n  id-token: write".to_owned(),
            "credentials:\n  username: ada\n  password: '********'\npermissions:\n  id-token: write",
        ),
        (
            "compose.yaml",
            "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it}\nREDIS_PASSWORD: loans".to_owned(),
            "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it}\nREDIS_PASSWORD: loans",
        ),
        (
            ".env",
            "A=1\nDB_PASSWORD=hunter2go # mine\n".to_owned(),
            "A=1\nDB_PASSWORD=******** # mine\n",
        ),
        (
            "Dockerfile",
            "ENV DB_PASSWORD=x1 PORT=80\n".to_owned(),
            "ENV DB_PASSWORD=******** PORT=80\n",
        ),
        (
            "Dockerfile",
            "ENV DB_PASSWORD a b\nEXPOSE 80".to_owned(),
            "ENV DB_PASSWORD ********\nEXPOSE 80",
        ),
        (
            "Dockerfile",
            "ARG API_TOKEN='a b' \\\n  Y=2".to_owned(),
            "ARG API_TOKEN=******** \\\n  Y=2",
        ),
        ("Dockerfile", "ENV API_TOKEN=$TOKEN".to_owned(), "ENV API_TOKEN=$TOKEN"),
        ("Dockerfile", "ENV API_TOKEN".to_owned(), "ENV API_TOKEN"),
        ("Dockerfile", "ENV =\nENV".to_owned(), "ENV =\nENV"),
    ] {
        assert_eq!(masked(&text, Some(path)), shown, "{path}");
    }
}

#[test]
fn masking_twice_changes_nothing() {
    let text = format!("{}\nhttps://ada:hunter2go@api.acme.io\n", private_key());
    let once = masked(&text, Some(".env")).into_owned();
    assert_eq!(masked(&once, Some(".env")), once);
}
