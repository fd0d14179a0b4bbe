//! The modules that a distribution brings, where its name does not tell.

use super::names::normalise;

/// Namespaces that many distributions share: `google-cloud-storage` and `protobuf` both bring `google`.
const NAMESPACES: [&str; 15] = [
    "airflow",
    "aws-cdk",
    "azure",
    "backports",
    "dagster",
    "databricks",
    "google",
    "jaraco",
    "llama-index",
    "opentelemetry",
    "oslo",
    "ruamel",
    "snowflake",
    "sphinxcontrib",
    "zope",
];

/// Tells each top-level module that a distribution brings, normalised as names of distributions are. A distribution that
/// nobody knows may bring a module of its own name, and of its name without `python-`, `py` and the like.
pub(in crate::facts) fn modules_of(distribution: &str, mut tell: impl FnMut(&str)) {
    if let Ok(index) = MODULES.binary_search_by_key(&distribution, |(name, _)| *name) {
        for module in MODULES.get(index).into_iter().flat_map(|(_, modules)| *modules) {
            tell(&normalise(module));
        }
        return;
    }
    tell(distribution);
    let plain = distribution
        .strip_prefix("python-")
        .or_else(|| distribution.strip_suffix("-python"));
    let plain = plain
        .or_else(|| distribution.strip_suffix("-py"))
        .or_else(|| distribution.strip_prefix("py"));
    if let Some(plain) = plain.filter(|plain| plain.len() > 1) {
        tell(plain.trim_start_matches('-'));
    }
    if let Some(namespace) = namespace_of(distribution) {
        tell(namespace);
    }
}

/// The top-level modules that a distribution brings besides one of its own name, as they are imported; empty where the name
/// tells. What other tools learn from an environment in which it is installed.
pub fn known_modules(distribution: &str) -> Vec<&'static str> {
    let name = normalise(distribution);
    if let Ok(index) = MODULES.binary_search_by_key(&name.as_str(), |(known, _)| *known) {
        return MODULES
            .get(index)
            .map(|(_, modules)| modules.to_vec())
            .unwrap_or_default();
    }
    namespace_of(&name).into_iter().collect()
}

fn namespace_of(distribution: &str) -> Option<&'static str> {
    let shared = |name: &&str| {
        distribution
            .strip_prefix(*name)
            .is_some_and(|rest| rest.starts_with('-'))
    };
    NAMESPACES.into_iter().find(shared)
}

/// Distributions by name, with their modules as they are written.
const MODULES: [(&str, &[&str]); 222] = [
    ("ansible-core", &["ansible"]),
    ("antlr4-python3-runtime", &["antlr4"]),
    ("apache-airflow", &["airflow"]),
    ("arango-python", &["arango"]),
    ("argon2-cffi", &["argon2"]),
    ("asyncpg-stubs", &["asyncpg"]),
    ("atlassian-python-api", &["atlassian"]),
    ("attrs", &["attr", "attrs"]),
    ("auth0-python", &["auth0"]),
    ("aws-cdk-lib", &["aws_cdk"]),
    ("azure-functions", &["azure"]),
    ("azure-identity", &["azure"]),
    ("azure-storage-blob", &["azure"]),
    ("backports-zoneinfo", &["backports"]),
    ("beautifulsoup4", &["bs4"]),
    ("biopython", &["Bio"]),
    ("boto3-stubs", &["boto3"]),
    ("cx-oracle", &["cx_Oracle"]),
    ("cyclonedx-python-lib", &["cyclonedx"]),
    ("cython", &["Cython", "cython"]),
    ("dapr-ext-fastapi", &["dapr"]),
    ("dapr-ext-grpc", &["dapr"]),
    ("dapr-ext-workflow", &["dapr"]),
    ("databricks-sdk", &["databricks"]),
    ("databricks-sql-connector", &["databricks"]),
    ("discord-py", &["discord"]),
    ("django-allauth", &["allauth"]),
    ("django-axes", &["axes"]),
    ("django-bootstrap4", &["bootstrap4"]),
    ("django-bootstrap5", &["bootstrap5"]),
    ("django-ckeditor", &["ckeditor", "ckeditor_uploader"]),
    ("django-compressor", &["compressor"]),
    ("django-constance", &["constance"]),
    ("django-cors-headers", &["corsheaders"]),
    ("django-crispy-forms", &["crispy_forms"]),
    ("django-csp", &["csp"]),
    ("django-debug-toolbar", &["debug_toolbar"]),
    ("django-environ", &["environ"]),
    ("django-filter", &["django_filters"]),
    ("django-guardian", &["guardian"]),
    ("django-import-export", &["import_export"]),
    ("django-jazzmin", &["jazzmin"]),
    ("django-model-utils", &["model_utils"]),
    ("django-mptt", &["mptt"]),
    ("django-ninja", &["ninja"]),
    ("django-oauth-toolkit", &["oauth2_provider"]),
    ("django-phonenumber-field", &["phonenumber_field"]),
    ("django-ratelimit", &["django_ratelimit", "ratelimit"]),
    ("django-rest-auth", &["rest_auth"]),
    ("django-rest-framework", &["rest_framework"]),
    ("django-silk", &["silk"]),
    ("django-simple-history", &["simple_history"]),
    ("django-storages", &["storages"]),
    ("django-taggit", &["taggit"]),
    ("django-tinymce", &["tinymce"]),
    ("django-waffle", &["waffle"]),
    ("django-widget-tweaks", &["widget_tweaks"]),
    ("djangorestframework", &["rest_framework"]),
    ("djangorestframework-simplejwt", &["rest_framework_simplejwt"]),
    ("dnspython", &["dns"]),
    ("docker-py", &["docker"]),
    ("environ-config", &["environ"]),
    ("factory-boy", &["factory"]),
    ("faiss-cpu", &["faiss"]),
    ("faiss-gpu", &["faiss"]),
    ("ffmpeg-python", &["ffmpeg"]),
    ("gdal", &["osgeo"]),
    ("gevent-websocket", &["geventwebsocket"]),
    ("gitpython", &["git"]),
    ("google-api-core", &["google"]),
    ("google-api-python-client", &["googleapiclient", "apiclient"]),
    ("google-auth", &["google"]),
    ("google-cloud-aiplatform", &["google", "vertexai"]),
    ("google-genai", &["google"]),
    ("google-generativeai", &["google"]),
    ("googleapis-common-protos", &["google"]),
    ("graphql-core", &["graphql"]),
    ("grpcio", &["grpc"]),
    ("grpcio-health-checking", &["grpc_health"]),
    ("grpcio-opentracing", &["grpc_opentracing"]),
    ("grpcio-reflection", &["grpc_reflection"]),
    ("grpcio-status", &["grpc_status"]),
    ("grpcio-tools", &["grpc_tools"]),
    ("haystack-ai", &["haystack"]),
    ("hydra-core", &["hydra"]),
    ("imbalanced-learn", &["imblearn"]),
    ("ipython", &["IPython"]),
    ("jaraco-text", &["jaraco"]),
    ("kafka-python", &["kafka"]),
    ("kafka-python-ng", &["kafka"]),
    ("launchdarkly-server-sdk", &["ldclient"]),
    ("levenshtein", &["Levenshtein"]),
    ("line-bot-sdk", &["linebot"]),
    ("linkup-sdk", &["linkup"]),
    ("llama-cpp-python", &["llama_cpp"]),
    ("llama-index-core", &["llama_index"]),
    ("markdown-it-py", &["markdown_it"]),
    ("mecab-python3", &["MeCab"]),
    ("mkdocs-material", &["material"]),
    ("msgpack-python", &["msgpack"]),
    ("mysql-connector", &["mysql"]),
    ("mysql-connector-python", &["mysql"]),
    ("mysqlclient", &["MySQLdb", "_mysql"]),
    ("nvidia-ml-py", &["pynvml"]),
    ("odfpy", &["odf"]),
    ("openai-agents", &["agents"]),
    ("openai-whisper", &["whisper"]),
    ("opencv-contrib-python", &["cv2"]),
    ("opencv-contrib-python-headless", &["cv2"]),
    ("opencv-python", &["cv2"]),
    ("opencv-python-headless", &["cv2"]),
    ("opensearch-py", &["opensearchpy"]),
    ("paho-mqtt", &["paho"]),
    ("pandas-stubs", &["pandas"]),
    ("pdfminer-six", &["pdfminer"]),
    ("pillow", &["PIL"]),
    ("pinecone-client", &["pinecone"]),
    ("plotly", &["plotly", "_plotly_utils"]),
    ("protobuf", &["google"]),
    ("psycopg-binary", &["psycopg_binary", "psycopg"]),
    ("psycopg-c", &["psycopg"]),
    ("psycopg2-binary", &["psycopg2"]),
    ("py-bcrypt", &["bcrypt"]),
    ("py-cord", &["discord"]),
    ("py-cpuinfo", &["cpuinfo"]),
    ("pycairo", &["cairo"]),
    ("pycrypto", &["Crypto"]),
    ("pycryptodome", &["Crypto"]),
    ("pycryptodomex", &["Cryptodome"]),
    ("pygithub", &["github"]),
    ("pygobject", &["gi"]),
    ("pyhamcrest", &["hamcrest"]),
    ("pyicu", &["icu"]),
    ("pyinstaller", &["PyInstaller"]),
    ("pyjwt", &["jwt"]),
    ("pyldap", &["ldap"]),
    ("pymongo", &["pymongo", "bson", "gridfs"]),
    ("pymupdf", &["fitz", "pymupdf"]),
    ("pynacl", &["nacl"]),
    ("pyobjc", &["objc"]),
    ("pyopengl", &["OpenGL"]),
    ("pyopenssl", &["OpenSSL"]),
    ("pypdf2", &["PyPDF2"]),
    ("pyqt5", &["PyQt5"]),
    ("pyqt6", &["PyQt6"]),
    ("pyrebase4", &["pyrebase"]),
    ("pyserial", &["serial"]),
    ("pyside6", &["PySide6", "shiboken6"]),
    ("pysocks", &["socks", "sockshandler"]),
    ("pytelegrambotapi", &["telebot"]),
    ("pytest", &["pytest", "_pytest"]),
    ("python-barcode", &["barcode"]),
    ("python-binance", &["binance"]),
    ("python-box", &["box"]),
    ("python-consul", &["consul"]),
    ("python-crontab", &["crontab"]),
    ("python-daemon", &["daemon"]),
    ("python-dateutil", &["dateutil"]),
    ("python-decouple", &["decouple"]),
    ("python-docx", &["docx"]),
    ("python-dotenv", &["dotenv"]),
    ("python-engineio", &["engineio"]),
    ("python-etcd", &["etcd"]),
    ("python-ffmpeg", &["ffmpeg"]),
    ("python-gitlab", &["gitlab"]),
    ("python-gnupg", &["gnupg"]),
    ("python-jenkins", &["jenkins"]),
    ("python-jose", &["jose"]),
    ("python-json-logger", &["pythonjsonlogger"]),
    ("python-keycloak", &["keycloak"]),
    ("python-keystoneclient", &["keystoneclient"]),
    ("python-ldap", &["ldap"]),
    ("python-levenshtein", &["Levenshtein"]),
    ("python-logstash", &["logstash"]),
    ("python-magic", &["magic"]),
    ("python-magic-bin", &["magic"]),
    ("python-memcached", &["memcache"]),
    ("python-multipart", &["multipart", "python_multipart"]),
    ("python-nmap", &["nmap"]),
    ("python-pam", &["pam"]),
    ("python-pptx", &["pptx"]),
    ("python-slugify", &["slugify"]),
    ("python-snappy", &["snappy"]),
    ("python-socketio", &["socketio"]),
    ("python-statemachine", &["statemachine"]),
    ("python-telegram-bot", &["telegram"]),
    ("python-twitter", &["twitter"]),
    ("python-ulid", &["ulid"]),
    ("python-vlc", &["vlc"]),
    ("python-xlib", &["Xlib"]),
    ("pywavelets", &["pywt"]),
    (
        "pywin32",
        &[
            "win32api",
            "win32con",
            "win32gui",
            "win32com",
            "pythoncom",
            "pywintypes",
            "win32service",
            "win32serviceutil",
            "win32event",
        ],
    ),
    ("pyyaml", &["yaml", "_yaml"]),
    ("pyzmq", &["zmq"]),
    ("readability-lxml", &["readability"]),
    ("redis-py-cluster", &["rediscluster"]),
    ("requirements-parser", &["requirements"]),
    ("robotframework", &["robot"]),
    ("rpi-gpio", &["RPi"]),
    ("ruamel-yaml", &["ruamel"]),
    ("scikit-image", &["skimage"]),
    ("scikit-learn", &["sklearn"]),
    ("scikit-optimize", &["skopt"]),
    ("scikit-surprise", &["surprise"]),
    ("setuptools", &["setuptools", "pkg_resources"]),
    ("slack-sdk", &["slack_sdk", "slack"]),
    ("slackclient", &["slack"]),
    ("snowflake-connector-python", &["snowflake"]),
    ("snowflake-sqlalchemy", &["snowflake"]),
    ("speechrecognition", &["speech_recognition"]),
    ("strawberry-graphql", &["strawberry"]),
    ("tavily-python", &["tavily"]),
    ("tensorflow-cpu", &["tensorflow"]),
    ("tensorflow-gpu", &["tensorflow"]),
    ("types-requests", &["requests"]),
    ("umap-learn", &["umap"]),
    ("vadersentiment", &["vaderSentiment"]),
    ("weaviate-client", &["weaviate"]),
    ("websocket-client", &["websocket"]),
    ("wxpython", &["wx"]),
    ("zeroc-ice", &["Ice"]),
    ("zope-interface", &["zope"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(distribution: &str) -> Vec<String> {
        let mut found = Vec::new();
        modules_of(distribution, |module| found.push(module.to_owned()));
        found
    }

    #[test]
    fn the_table_is_sorted_and_says_nothing_that_a_name_tells() {
        assert!(MODULES.is_sorted_by(|(left, _), (right, _)| left < right));
        for (name, modules) in MODULES {
            assert_ne!(modules, [name.replace('-', "_").as_str()], "{name}");
        }
    }

    #[test]
    fn modules_of_known_unknown_and_shared_names() {
        assert_eq!(modules("pillow"), ["pil"]);
        assert_eq!(modules("psycopg2-binary"), ["psycopg2"]);
        assert_eq!(modules("flask-sqlalchemy"), ["flask-sqlalchemy"]);
        assert_eq!(modules("google-cloud-storage"), ["google-cloud-storage", "google"]);
        assert_eq!(modules("python-fancy"), ["python-fancy", "fancy"]);
        assert_eq!(modules("py"), ["py"]);
    }
}
