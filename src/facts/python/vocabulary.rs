//! The names under which declared packages appear outside of imports, and what is known about packages that nothing imports.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::facts::requirements::{RequirementsFacts, modules_of, normalise};
use crate::source::{File, Snapshot};

/// Files beside the code are read up to this size, and so much of them altogether.
const FILE_BYTES: usize = 512 << 10;
const ALL_BYTES: usize = 8 << 20;
/// A longer string is a text, not a name.
const STRING_BYTES: usize = 300;

/// The modules, and with them the commands, of every declared package.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    names: HashSet<String>,
    by_distribution: HashMap<String, Vec<String>>,
    /// With which bytes names start, so that most words are passed over at once.
    starts: HashSet<u8>,
}

impl Vocabulary {
    /// Gathers the names.
    pub(super) fn new(requirements: &RequirementsFacts) -> Self {
        let mut vocabulary = Self::default();
        for entry in requirements.entries.iter().filter(|entry| entry.direct) {
            if vocabulary.by_distribution.contains_key(&entry.name) {
                continue;
            }
            let mut names = vec![entry.name.clone()];
            modules_of(&entry.name, |name| names.push(name.to_owned()));
            vocabulary
                .starts
                .extend(names.iter().filter_map(|name| name.bytes().next()));
            vocabulary.names.extend(names.iter().cloned());
            vocabulary.by_distribution.insert(entry.name.clone(), names);
        }
        vocabulary
    }

    /// The names of one package, normalised.
    pub(super) fn names_of(&self, distribution: &str) -> impl Iterator<Item = &str> {
        let names = self.by_distribution.get(distribution);
        names.into_iter().flatten().map(String::as_str)
    }

    /// The names that a string of the code names: `"rest_framework"`, `"postgresql+psycopg://…"`.
    pub(super) fn in_string(&self, text: &str, found: &mut BTreeSet<String>) {
        if !text.is_empty() && text.len() <= STRING_BYTES && !text.contains(char::is_whitespace) {
            self.in_line(text, found);
        }
    }

    /// The names in a line, as whole words or as the first part of a dotted one.
    fn in_line(&self, line: &str, found: &mut BTreeSet<String>) {
        let part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        for word in line.split(|c: char| !part_of_word(c)) {
            let start = word.bytes().next().unwrap_or_default().to_ascii_lowercase();
            if word.len() < 2 || word.len() > 80 || !self.starts.contains(&start) {
                continue;
            }
            let first = word.split('.').next().unwrap_or(word);
            for name in [normalise(word), normalise(first)] {
                if self.names.contains(&name) {
                    found.insert(name);
                }
            }
        }
    }

    /// The names in files beside the code: commands of images, compose files, pipelines, scripts and settings.
    pub(super) fn in_files(&self, snapshot: &Snapshot, requirements: &RequirementsFacts, found: &mut BTreeSet<String>) {
        if self.names.is_empty() {
            return;
        }
        let listed: HashSet<&str> = requirements.files.iter().map(|file| file.path.as_str()).collect();
        let entries = requirements.entries.iter();
        let requirement_lines: HashSet<(&str, usize)> =
            entries.map(|entry| (entry.file.as_str(), entry.loc.line)).collect();
        let mut left = ALL_BYTES;
        for file in snapshot.sources().filter(|file| is_read(file)) {
            let list = listed.contains(file.path.as_str());
            // of what lists requirements only the settings of tools beside them are of interest
            if list && file.name() != "pyproject.toml" {
                continue;
            }
            let Some(text) = file.text().filter(|text| text.content.len() <= FILE_BYTES.min(left)) else {
                continue;
            };
            left -= text.content.len();
            for (index, line) in text.content.lines().enumerate() {
                let lists = list && requirement_lines.contains(&(file.path.as_str(), index + 1));
                if !lists && !is_noise(line) {
                    self.in_line(line, found);
                }
            }
        }
    }
}

fn is_read(file: &File) -> bool {
    let name = file.name();
    let lower = name.to_ascii_lowercase();
    let (stem, extension) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    if matches!(
        lower.as_str(),
        "poetry.lock" | "uv.lock" | "pipfile.lock" | "package.json" | "package-lock.json"
    ) {
        return false;
    }
    let by_name = [
        "dockerfile",
        "containerfile",
        "procfile",
        "makefile",
        "justfile",
        ".env",
        "entrypoint",
    ];
    by_name.iter().any(|known| lower.starts_with(known))
        || stem.ends_with("dockerfile")
        || matches!(
            extension,
            "yml"
                | "yaml"
                | "toml"
                | "cfg"
                | "ini"
                | "conf"
                | "env"
                | "sh"
                | "bash"
                | "ps1"
                | "bat"
                | "service"
                | "ipynb"
                | "json"
                | "example"
                | "spec"
                | "dockerfile"
        )
}

/// Comments, installations, images and bare keys name a package without using it.
fn is_noise(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || line.starts_with(['#', ';'])
        || (line.ends_with(':') && !line.contains(' '))
        || [
            "pip install",
            "pip3 install",
            "uv add",
            "poetry add",
            "apt-get install",
            "apk add",
            "image:",
        ]
        .iter()
        .any(|word| line.contains(word))
}

/// Whether a package is for developing only: tests, linters, types, documentation.
pub(super) fn is_tool(distribution: &str) -> bool {
    const TOOLS: [&str; 52] = [
        "autoflake",
        "autopep8",
        "bandit",
        "black",
        "build",
        "bump2version",
        "codecov",
        "commitizen",
        "coverage",
        "coveralls",
        "deptry",
        "docformatter",
        "flake8",
        "freezegun",
        "furo",
        "import-linter",
        "interrogate",
        "ipdb",
        "isort",
        "mkdocs",
        "mypy",
        "myst-parser",
        "nose",
        "nox",
        "numpydoc",
        "pdbpp",
        "pip-audit",
        "pip-tools",
        "pipdeptree",
        "pre-commit",
        "prospector",
        "pudb",
        "pycodestyle",
        "pydata-sphinx-theme",
        "pydocstyle",
        "pyflakes",
        "pylint",
        "pyright",
        "pytest",
        "pyupgrade",
        "radon",
        "recommonmark",
        "responses",
        "respx",
        "ruff",
        "safety",
        "sphinx",
        "tox",
        "twine",
        "vulture",
        "yapf",
        "zensical",
    ];
    const STARTS: [&str; 7] = [
        "pytest-",
        "flake8-",
        "pylint-",
        "types-",
        "sphinx-",
        "mkdocs-",
        "sphinxcontrib-",
    ];
    TOOLS.binary_search(&distribution).is_ok()
        || STARTS.iter().any(|start| distribution.starts_with(start))
        || distribution.ends_with("-stubs")
        || distribution.starts_with("sphinxext-")
}

/// The packages that use another one without the application importing it; any may when the list is empty. `None` when
/// nothing is known to.
pub(super) fn needed_by(distribution: &str) -> Option<&'static [&'static str]> {
    const WEB: &[&str] = &[
        "fastapi",
        "starlette",
        "litestar",
        "flask",
        "django",
        "quart",
        "sanic",
        "falcon",
        "bottle",
        "aiohttp",
        "dash",
        "pyramid",
        "connexion",
        "mcp",
    ];
    const DATABASE: &[&str] = &[
        "sqlalchemy",
        "sqlmodel",
        "flask-sqlalchemy",
        "alembic",
        "django",
        "databases",
        "peewee",
        "tortoise-orm",
        "dj-database-url",
        "pandas",
        "gino",
        "ormar",
        "langchain",
        "langgraph-checkpoint-postgres",
    ];
    Some(match distribution {
        "setuptools" | "wheel" | "pip" | "tzdata" | "certifi" | "pip-system-certs" => &[],
        "uvicorn" | "gunicorn" | "hypercorn" | "daphne" | "waitress" | "uwsgi" | "granian" | "mangum" => WEB,
        "python-multipart" => &["fastapi", "starlette", "litestar", "mcp"],
        "email-validator" => &[
            "pydantic",
            "fastapi",
            "wtforms",
            "flask-wtf",
            "django-ninja",
            "pydantic-settings",
        ],
        "jinja2" => &[
            "fastapi",
            "starlette",
            "flask",
            "django",
            "sphinx",
            "litestar",
            "ansible",
            "torch",
            "pandas",
        ],
        "httpx" => &["fastapi", "starlette", "litestar"],
        "itsdangerous" => &["flask", "starlette", "fastapi"],
        "werkzeug" | "markupsafe" | "blinker" => &["flask"],
        "click" => &["flask", "typer", "uvicorn"],
        "psycopg"
        | "psycopg-binary"
        | "psycopg2"
        | "psycopg2-binary"
        | "psycopg-pool"
        | "asyncpg"
        | "pg8000"
        | "mysqlclient"
        | "pymysql"
        | "mysql-connector-python"
        | "aiomysql"
        | "asyncmy"
        | "aiosqlite"
        | "oracledb"
        | "cx-oracle"
        | "pyodbc"
        | "pymssql"
        | "greenlet"
        | "sqlalchemy-cockroachdb"
        | "snowflake-sqlalchemy"
        | "duckdb-engine"
        | "aioodbc" => DATABASE,
        "cryptography" | "rsa" | "ecdsa" | "pyasn1" => {
            &["python-jose", "pyjwt", "pymysql", "authlib", "google-auth", "paramiko"]
        }
        "bcrypt" | "argon2-cffi" => &["passlib", "pwdlib", "django"],
        "openpyxl" | "xlrd" | "xlsxwriter" | "odfpy" | "pyarrow" | "fastparquet" | "tabulate" | "numexpr"
        | "bottleneck" | "s3fs" | "gcsfs" | "adlfs" | "fsspec" | "pyxlsb" | "tables" => &["pandas", "polars", "dask"],
        "lxml" | "html5lib" => &["beautifulsoup4", "bs4", "pandas", "scrapy", "zeep"],
        "eventlet" | "gevent" | "gevent-websocket" | "simple-websocket" => {
            &["gunicorn", "celery", "flask-socketio", "python-socketio"]
        }
        "redis" | "hiredis" => &[
            "celery",
            "django-redis",
            "channels-redis",
            "rq",
            "django-rq",
            "flask-session",
            "redis",
            "dramatiq",
            "arq",
        ],
        "uvloop" | "httptools" | "websockets" | "watchfiles" | "wsproto" => &["uvicorn", "hypercorn", "sanic"],
        "accelerate" | "sentencepiece" | "safetensors" | "tokenizers" | "tiktoken" | "bitsandbytes" | "einops"
        | "timm" | "peft" => &[
            "transformers",
            "diffusers",
            "torch",
            "langchain-openai",
            "langchain",
            "llama-index",
        ],
        "python-dotenv" => &["flask", "pydantic-settings", "uvicorn", "django-environ"],
        "pillow" => &[
            "django",
            "reportlab",
            "torchvision",
            "matplotlib",
            "streamlit",
            "qrcode",
            "diffusers",
        ],
        "matplotlib" => &["seaborn", "pandas"],
        "scipy" | "threadpoolctl" | "joblib" => &["scikit-learn"],
        "tensorboard" => &["torch", "tensorflow", "pytorch-lightning"],
        "kaleido" => &["plotly"],
        "protobuf" => &["grpcio", "grpcio-tools"],
        "pydantic" => &["fastapi"],
        "ipykernel" | "notebook" | "jupyter" | "jupyterlab" | "ipywidgets" => {
            &["jupyter", "jupyterlab", "notebook", "ipykernel", "nbformat"]
        }
        "constructs" | "aws-cdk-lib" => &["aws-cdk-lib", "constructs"],
        "h2" => &["httpx", "hypercorn"],
        "pysocks" => &["requests", "httpx"],
        "scikit-learn" | "xgboost" | "lightgbm" | "catboost" => {
            &["pickle", "joblib", "cloudpickle", "dill", "skops", "mlflow"]
        }
        "pymupdf"
        | "pypdf"
        | "pdfminer-six"
        | "unstructured"
        | "docx2txt"
        | "faiss-cpu"
        | "faiss-gpu"
        | "chromadb"
        | "wikipedia"
        | "arxiv"
        | "duckduckgo-search"
        | "sentence-transformers" => &["langchain", "langchain-community", "llama-index"],
        "unidecode" => &["python-slugify", "unicode-slugify"],
        "pyjwt" => &["flask-jwt-extended", "djangorestframework-simplejwt"],
        "boto3" => &["mlflow", "django-storages", "dvc"],
        "django-stubs-ext" => &["django-stubs"],
        "prometheus-client" => &[
            "prometheus-fastapi-instrumentator",
            "starlette-exporter",
            "django-prometheus",
        ],
        _ => return None,
    })
}
