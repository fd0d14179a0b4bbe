//! Tests of the secrets collector.

use super::*;

fn found(files: &[(&str, &str)]) -> Vec<Secret> {
    collect(&Snapshot::from_files(
        "x",
        files.iter().map(|(path, text)| (*path, *text)),
    ))
    .found
}

#[test]
fn real_secrets_are_found_and_never_shown() {
    // put together here, so that this file itself holds no token
    let github = format!("ghp{}{}", "_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let key = format!(
        "-----BEGIN RSA {}-----\n{}\n",
        "PRIVATE KEY",
        "MIIEpAIBAAKCAQEAt8Zq9vYw3hJf".repeat(4)
    );
    let cases = [
        ("app/main.py", format!("TOKEN = '{github}'\n"), "GitHub token"),
        ("deploy/id_rsa", key, "private key"),
        (
            ".env",
            "JWT_SECRET=s3cr3t-jwt-signing\n".to_owned(),
            "secret in a settings file",
        ),
        (
            "app/db.py",
            "URL = 'postgresql://admin:hunter2go@db.host.io/x'\n".to_owned(),
            "password in a URL",
        ),
        (
            "app/config.py",
            "SECRET_KEY = \"9f8a7b6c5d4e3f2a1b0c9d8e\"\n".to_owned(),
            "secret in code",
        ),
    ];
    for (path, text, kind) in cases {
        let found = found(&[(path, &text)]);
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert_eq!((found[0].kind.as_str(), found[0].loc.line), (kind, 1));
        assert!(
            found[0].excerpt.len() < 60
                && !found[0].excerpt.contains("hunter2go")
                && !found[0].excerpt.contains("jwt-signing")
        );
    }
}

#[test]
fn dummies_are_not() {
    for (path, text) in [
        (".env.example", "JWT_SECRET=9f8a7b6c5d4e3f2a1b0c9d8e\n"),
        (
            ".env",
            "JWT_SECRET=change-me-please\nDATABASE_URL=postgresql://loans:loans@localhost:5432/loans\n",
        ),
        (
            "compose.yaml",
            "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it}\nURL: postgresql://loans:s3cretpw@db:5432/x\n",
        ),
        (
            "app/config.py",
            "jwt_secret: str = Field(min_length=32)\ntoken_url = '/auth/token/v1/long/path'\nSECRET_KEY = os.environ['SECRET_KEY']\n",
        ),
        (
            "tests/test_auth.py",
            "password = 'correct-horse-battery-9'\nSECRET_KEY = \"9f8a7b6c5d4e3f2a1b0c9d8e\"\n",
        ),
        ("app/scan.py", "MARK = '-----BEGIN PRIVATE KEY-----'\n"),
        (
            "app/x.py",
            "task_name = 'sk-learn'\nPASSWORD_HINT = 'at least 12 characters'\n",
        ),
    ] {
        assert_eq!(found(&[(path, text)]), [], "{path}");
    }
}
