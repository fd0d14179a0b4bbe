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
        "PIL" => &["torchvision", "matplotlib", "streamlit"],
        "alembic" => &["flask-migrate"],
        "anyio" => &["fastapi", "starlette", "httpx"],
        "bcrypt" => &["flask-bcrypt"],
        "botocore" => &["boto3"],
        "certifi" => &["requests", "httpx"],
        "click" => &["flask", "typer", "uvicorn"],
        "dateutil" => &["pandas"],
        "django" => &["djangorestframework", "wagtail"],
        "django_filters" | "modelcluster" | "taggit" | "treebeard" | "willow" => &["wagtail"],
        "dotenv" => &["pydantic-settings"],
        "faker" => &["factory-boy"],
        "flask" => &[
            "flask-login",
            "flask-migrate",
            "flask-restful",
            "flask-restx",
            "flask-sqlalchemy",
            "flask-wtf",
        ],
        "huggingface_hub" => &["transformers", "datasets", "diffusers"],
        "itsdangerous" => &["flask"],
        "jwt" => &["flask-jwt-extended", "djangorestframework-simplejwt"],
        "keras" => &["tensorflow"],
        "kombu" => &["celery"],
        "langchain_core" => &[
            "langchain",
            "langchain-anthropic",
            "langchain-community",
            "langchain-openai",
            "langgraph",
        ],
        "langchain_text_splitters" => &["langchain"],
        "matplotlib" => &["seaborn"],
        "numpy" => &[
            "matplotlib",
            "opencv-python",
            "opencv-python-headless",
            "pandas",
            "scikit-learn",
            "scipy",
            "seaborn",
            "statsmodels",
            "tensorflow",
            "torchvision",
            "transformers",
            "xgboost",
        ],
        "nltk" => &["newspaper3k", "textblob"],
        "omegaconf" => &["hydra-core"],
        "openai" => &["langchain-openai"],
        "pandas" => &["seaborn", "statsmodels"],
        "pluggy" => &["pytest"],
        "pydantic" | "pydantic_core" => &[
            "fastapi",
            "pydantic-settings",
            "sqlmodel",
            "openai",
            "anthropic",
            "langchain",
        ],
        "redis" => &["celery", "rq", "arq"],
        "requests" => &["requests-oauthlib", "twilio"],
        "scipy" | "joblib" => &["scikit-learn"],
        "sqlalchemy" => &["sqlmodel", "alembic", "flask-sqlalchemy"],
        "starlette" => &["fastapi"],
        "torch" => &[
            "torchvision",
            "torchaudio",
            "sentence-transformers",
            "pytorch-lightning",
            "accelerate",
        ],
        "tqdm" => &["transformers", "datasets", "nltk"],
        "transformers" => &["sentence-transformers"],
        "typing_extensions" => &["pydantic", "fastapi", "sqlalchemy"],
        "urllib3" => &["requests", "boto3", "selenium"],
        "werkzeug" | "jinja2" | "markupsafe" => &["flask"],
        "wtforms" => &["flask-wtf"],
        _ => &[],
    }
}
