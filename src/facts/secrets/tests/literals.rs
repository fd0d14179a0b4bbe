//! Tests of values beside names that say that they are secret.

use super::{RANDOM, found, kinds};

#[test]
fn values_are_found_however_they_are_written() {
    for (path, text) in [
        ("app/a.py", format!("SECRET_KEY = \"{RANDOM}\"\n")),
        ("app/a.py", format!("client = Client(host, password=\"{RANDOM}\")\n")),
        ("app/a.py", format!("key = os.getenv(\"SECRET_KEY\", \"{RANDOM}\")\n")),
        ("app/a.py", format!("secret: Final[str] = '{RANDOM}'\n")),
        ("app/a.py", format!("def ask(url: str, token: str = b'{RANDOM}'):\n")),
        ("app/a.py", format!("config = {{'x': 1, 'apiKey': '{RANDOM}'}}\n")),
        ("app/a.py", format!("app.config[\"JWT_SECRET\"] = '{RANDOM}'\n")),
        ("main.go", format!("apiToken := \"{RANDOM}\"\n")),
        ("settings.toml", format!("jwt_secret = \"{RANDOM}\"\n")),
        ("appsettings.json", format!("{{ \"clientSecret\": \"{RANDOM}\" }}\n")),
        ("compose.yaml", format!("JWT_SECRET: {RANDOM}  # the new one\n")),
        ("compose.yaml", format!("- JWT_SECRET={RANDOM}\n")),
        ("deploy.sh", format!("export API_TOKEN={RANDOM}\n")),
        ("eda.ipynb", format!("    \"api_key = \\\"{RANDOM}\\\"\\n\",\n")),
        (
            "eda.ipynb",
            format!("    \"ask({{\\\"api_key\\\": '{RANDOM}'}})\\n\",\n"),
        ),
        ("prod.env", format!("export API_TOKEN={RANDOM} # the new one\n")),
        (".env", "JWT_SECRET=s3cr3t-jwt-signing\n".to_owned()),
    ] {
        let found = found(&[(path, &text)]);
        assert_eq!(found.len(), 1, "{path}: {text}");
        let before = found[0].excerpt.strip_suffix("********").expect("masked");
        let name = before.trim_end_matches(['=', ':', ' ', '"', '\'', '\\', 'b', ']', ',']);
        assert!(text.contains(before) && !name.is_empty(), "{found:?}");
        assert!(
            !before.contains(RANDOM.split_at(3).0) && !before.contains("s3cr3t"),
            "{found:?}"
        );
        assert_eq!(found[0].loc.column, text.find(before).expect("shown as written") + 1);
    }
}

#[test]
fn names_and_references_are_no_values() {
    for line in [
        "token_model = \"gpt-4o-mini-2024-07-18\"",
        "password_hash = \"9f8A7b6C5d4E3f2A1b0C9d8E\"",
        "SECRET_NAME = \"projects/9713/api9Key8x7\"",
        "secret = \"arn:aws:secretsmanager:eu-west-1:9713:secret:db-9f8A7b\"",
        "token = \"getTokenFromVault2025Version1\"",
        "if token == \"9f8A7b6C5d4E3f2A1b0C9d8E\":",
        "api_key = \"{{ vault.api_key_9f8A7b6C }}\"",
        "call(api_key, \"9f8A7b6C5d4E3f2A1b0C9d8E\")",
        "# secret = \"9f8A7b6C5d4E3f2A1b0C9d8E\"",
        "csrf_token = \"{% csrf_9f8A7b6C5d4E %}\"",
        "token = \"2026-01-01T10:00:00Z\"",
        "jwt_secret: str = Field(min_length=32)",
        "token_url = '/auth/token/v1/long/path'",
        "SECRET_KEY = os.environ['SECRET_KEY']",
        "PASSWORD_HINT = 'at least 12 characters'",
        "password = \"unclosed",
    ] {
        assert_eq!(kinds("app/a.py", &format!("{line}\n")), [], "{line}");
    }
}

#[test]
fn examples_and_local_development_are_no_secrets() {
    for (path, text) in [
        (".env.example", format!("JWT_SECRET={RANDOM}\n")),
        (
            ".env",
            "JWT_SECRET=change-me-please\nDATABASE_URL=postgresql://loans:loans@localhost/loans\n".to_owned(),
        ),
        (
            "compose.yaml",
            "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it}\nURL: postgresql://loans:s3cretpw@db:5432/x\n".to_owned(),
        ),
        (
            "compose.yaml",
            "POSTGRES_PASSWORD: loans\nREDIS_PASSWORD: local-dev-only-1\n".to_owned(),
        ),
        (
            "tests/test_auth.py",
            format!("password = 'correct-horse-battery-9'\nSECRET_KEY = \"{RANDOM}\"\n"),
        ),
        ("README.md", format!("export JWT_SECRET={RANDOM}\n")),
        (
            "k8s/secret.yaml",
            format!("apiVersion: v1\nkind: Secret\ndata:\n  token: {RANDOM}\n"),
        ),
    ] {
        assert_eq!(kinds(path, &text), [], "{path}");
    }
}
