//! Names of distributions.

/// A distribution's name as packaging compares it: lower case, runs of `-`, `_` and `.` as one `-`.
pub fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.trim().chars() {
        if matches!(character, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.extend(character.to_lowercase());
        }
    }
    normal
}

/// The distributions that bring a module along because they cannot do without it.
pub fn brought_along(module: &str) -> &'static [&'static str] {
    match module {
        "dateutil" => &["pandas"],
        "dotenv" => &["pydantic-settings"],
        "pydantic" | "pydantic_core" => &["fastapi", "pydantic-settings", "sqlmodel"],
        "starlette" => &["fastapi"],
        "anyio" => &["fastapi", "starlette", "httpx"],
        "sqlalchemy" => &["sqlmodel", "alembic", "flask-sqlalchemy"],
        "werkzeug" | "jinja2" | "markupsafe" => &["flask"],
        "click" => &["flask", "typer", "uvicorn"],
        "numpy" => &["pandas", "scikit-learn", "scipy", "matplotlib"],
        "scipy" | "joblib" => &["scikit-learn"],
        "botocore" => &["boto3"],
        "typing_extensions" => &["pydantic", "fastapi", "sqlalchemy"],
        "pluggy" => &["pytest"],
        "redis" => &["celery"],
        "faker" => &["factory-boy"],
        _ => &[],
    }
}
