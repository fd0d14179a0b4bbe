//! Names of distributions, and the modules that they bring.

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

/// The distributions that bring a module, when their name is not the module's own; also those that bring it along.
pub fn distributions_of(module: &str) -> &'static [&'static str] {
    match module {
        "PIL" => &["pillow"],
        "bs4" => &["beautifulsoup4", "bs4"],
        "cv2" => &["opencv-python", "opencv-python-headless", "opencv-contrib-python"],
        "dateutil" => &["python-dateutil", "pandas"],
        "docx" => &["python-docx"],
        "dotenv" => &["python-dotenv", "pydantic-settings", "uvicorn"],
        "git" => &["gitpython"],
        "google" => &[
            "google-cloud-storage",
            "google-api-python-client",
            "protobuf",
            "google-auth",
        ],
        "jose" => &["python-jose"],
        "jwt" => &["pyjwt"],
        "multipart" => &["python-multipart"],
        "magic" => &["python-magic"],
        "MySQLdb" => &["mysqlclient"],
        "psycopg2" => &["psycopg2", "psycopg2-binary"],
        "psycopg" => &["psycopg", "psycopg-binary"],
        "serial" => &["pyserial"],
        "sklearn" => &["scikit-learn"],
        "skimage" => &["scikit-image"],
        "slugify" => &["python-slugify"],
        "telegram" => &["python-telegram-bot"],
        "yaml" => &["pyyaml", "uvicorn"],
        "attr" | "attrs" => &["attrs"],
        "Crypto" => &["pycryptodome"],
        "OpenSSL" => &["pyopenssl"],
        "pkg_resources" | "setuptools" => &["setuptools"],
        "pydantic" | "pydantic_core" => &["pydantic", "fastapi", "pydantic-settings", "sqlmodel"],
        "starlette" | "anyio" => &["starlette", "fastapi", "httpx", "anyio"],
        "sqlalchemy" => &["sqlalchemy", "sqlmodel", "alembic", "flask-sqlalchemy"],
        "werkzeug" | "jinja2" | "markupsafe" | "click" => &["flask", "werkzeug", "jinja2", "click", "typer", "uvicorn"],
        "numpy" => &["numpy", "pandas", "scikit-learn", "scipy", "matplotlib"],
        "scipy" | "joblib" => &["scipy", "joblib", "scikit-learn"],
        "botocore" => &["botocore", "boto3"],
        "typing_extensions" => &["typing-extensions", "pydantic", "fastapi", "sqlalchemy"],
        "_pytest" | "pluggy" => &["pytest"],
        "email_validator" => &["email-validator", "pydantic"],
        "pythonjsonlogger" => &["python-json-logger"],
        "prometheus_client" => &["prometheus-client", "prometheus-fastapi-instrumentator"],
        "testing" => &["testing-postgresql"],
        "faker" => &["faker", "factory-boy"],
        "factory" => &["factory-boy"],
        "redis" => &["redis", "celery"],
        "rest_framework" => &["djangorestframework"],
        "corsheaders" => &["django-cors-headers"],
        "environ" => &["django-environ", "environ-config"],
        "decouple" => &["python-decouple"],
        "ruamel" => &["ruamel-yaml"],
        "socketio" => &["python-socketio"],
        "engineio" => &["python-engineio"],
        "nacl" => &["pynacl"],
        "zmq" => &["pyzmq"],
        "grpc" => &["grpcio"],
        "fitz" => &["pymupdf"],
        "lightgbm" => &["lightgbm"],
        _ => &[],
    }
}
