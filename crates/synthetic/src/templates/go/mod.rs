//! Go.

use streamguard_dataset::Language;

use crate::template::{Case, Dialect, FLOW, Flow, Macros};

mod crypto;
mod database;
mod execution;
mod files;
mod hosts;
mod limits;
mod web;

/// Go: net/http, gin, echo, NATS and plain functions.
pub(super) const DIALECT: Dialect = Dialect {
    language: Language::Go,
    case: Case::Camel,
    tabs: true,
    words: &[
        ("rows", "rows cursor records"),
        ("line", "line entry row record"),
        ("hasher", "hasher digest sum"),
    ],
    hosts: hosts::ALL,
    flows: FLOWS,
    flaws: &[crypto::FLAWS, database::FLAWS, execution::FLAWS, files::FLAWS, limits::FLAWS, web::FLAWS],
    macros: MACROS,
    prelude: PRELUDE,
};

/// Zero values of results, for functions that return an error beside them.
const STRINGS: Macros = &[("Z", "nil")];
/// See [`STRINGS`].
const TEXT: Macros = &[("Z", r#""""#)];
/// See [`STRINGS`].
const BOOL: Macros = &[("Z", "false")];
/// See [`STRINGS`].
const NUMBER: Macros = &[("Z", "0")];
/// For input in bytes.
const BYTES: Macros = &[("Z", "nil"), ("empty", "len(~v~) == 0"), ("given", "len(~v~) > 0")];

const FLOWS: &[Flow] = &[
    Flow {
        body: r#"
            ~source~
            ~note~
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            if ~empty~ {
                ~fail~
            }
            ~note~
            ~core~
            ~after~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            if ~empty~ {
                slog.Info("no ~v~ given for ~noun~ ~act~")
                ~fail~
            }

            ~check~
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        source: "get",
        reply: "value",
        body: r#"
            var ~out~ []~R~
            for _, ~v~ := range ~many~ {
                ~check~
                ~core~
                ~out~ = append(~out~, ~r~)
            }
            ~after~
            ~reply~
        "#,
        macros: &[("result", "~out~"), ("from", "a received list")],
    },
    Flow {
        body: r#"
            ~started~ := time.Now()
            defer func() {
                slog.Info("~noun~ ~act~", "took", time.Since(~started~))
            }()

            ~source~
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            switch ~opt~ := ~other~; ~opt~ {
            case "summary":
                slog.Info("~noun~ ~act~ in short form")
            case "full":
            default:
                ~fail~
            }
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            ~check~
            ~note~

            ~core~
            ~after~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            mu.Lock()
            defer mu.Unlock()
            ~source~
            ~check~
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
];

const MACROS: Macros = &[
    ("result", "~r~"),
    ("empty", r#"~v~ == """#),
    // Statements that have nothing to do with any flaw, so that no construct tells the side.
    ("note", ""),
    ("note", r#"slog.Info("~noun~ ~act~ requested")"#),
    (
        "note",
        r#"
        ~tmp~ := sha256.Sum256([]byte("~table~:~act~"))
        slog.Debug("~act~ trace", "id", hex.EncodeToString(~tmp~[:8]))
    "#,
    ),
    (
        "note",
        r#"
        ~tmp~ := html.EscapeString("~Entity~ <~act~>")
        slog.Debug("page title", "text", ~tmp~)
    "#,
    ),
    (
        "note",
        r#"
        ~tmp~ := filepath.Clean("~dir~/~table~")
        slog.Debug("~nouns~ folder", "path", ~tmp~)
    "#,
    ),
    (
        "note",
        r#"
        if ~tmp2~, ok := os.LookupEnv("MAX_ROWS"); ok {
            slog.Debug("~noun~ limit", "rows", ~tmp2~)
        }
    "#,
    ),
    (
        "note",
        r#"
        if !slices.Contains(config.Modules, "~table~") {
            ~fail~
        }
    "#,
    ),
    (
        "note",
        r#"
        if !strings.HasPrefix(config.BaseURL, "https://") {
            slog.Warn("~act~ without TLS")
        }
    "#,
    ),
    (
        "note",
        r#"
        if mathrand.Intn(100) == 0 {
            metrics.Increment("~table~.sampled")
        }
    "#,
    ),
    (
        "note",
        r#"
        ~tmp~ := url.QueryEscape("~noun~ ~act~")
        slog.Debug("help page", "topic", ~tmp~)
    "#,
    ),
    ("check", ""),
    ("check", r#"slog.Debug("~noun~ ~act~", "length", len(~v~))"#),
    (
        "check",
        r#"
        if len(~v~) > ~max~ {
            ~fail~
        }
    "#,
    ),
    ("after", ""),
    ("after", r#"slog.Info("~noun~ ~act~ done")"#),
    ("after", r#"metrics.Increment("~table~.~act~")"#),
    ("after", r#"audit.Record("~act~", "~table~")"#),
];

const PRELUDE: Macros = &[
    ("aes.", r#"import "crypto/aes""#),
    ("cipher.", r#"import "crypto/cipher""#),
    ("des.", r#"import "crypto/des""#),
    ("hmac.", r#"import "crypto/hmac""#),
    ("md5.", r#"import "crypto/md5""#),
    ("rand.", r#"import "crypto/rand""#),
    ("sha1.", r#"import "crypto/sha1""#),
    ("sha256.", r#"import "crypto/sha256""#),
    ("subtle.", r#"import "crypto/subtle""#),
    ("tls.", r#"import "crypto/tls""#),
    ("sql.", r#"import "database/sql""#),
    ("base64.", r#"import "encoding/base64""#),
    ("hex.", r#"import "encoding/hex""#),
    ("json.", r#"import "encoding/json""#),
    ("errors.", r#"import "errors""#),
    ("fmt.", r#"import "fmt""#),
    ("html.", r#"import "html""#),
    ("template.", r#"import "html/template""#),
    ("io.", r#"import "io""#),
    ("slog.", r#"import "log/slog""#),
    ("log.", r#"import "log""#),
    ("math.", r#"import "math""#),
    ("big.", r#"import "math/big""#),
    ("mathrand.", r#"import mathrand "math/rand""#),
    ("net.", r#"import "net""#),
    ("http.", r#"import "net/http""#),
    ("smtp.", r#"import "net/smtp""#),
    ("url.", r#"import "net/url""#),
    ("os.", r#"import "os""#),
    ("exec.", r#"import "os/exec""#),
    ("filepath.", r#"import "path/filepath""#),
    ("regexp.", r#"import "regexp""#),
    ("slices.", r#"import "slices""#),
    ("strconv.", r#"import "strconv""#),
    ("strings.", r#"import "strings""#),
    ("bytes.", r#"import "bytes""#),
    ("zip.", r#"import "archive/zip""#),
    ("gzip.", r#"import "compress/gzip""#),
    ("texttemplate.", r#"import texttemplate "text/template""#),
    ("time.", r#"import "time""#),
    ("gin.", r#"import "github.com/gin-gonic/gin""#),
    ("ldap.", r#"import "github.com/go-ldap/ldap/v3""#),
    ("jwt.", r#"import "github.com/golang-jwt/jwt/v5""#),
    ("sqlx.", r#"import "github.com/jmoiron/sqlx""#),
    ("echo.", r#"import "github.com/labstack/echo/v4""#),
    ("nats.", r#"import "github.com/nats-io/nats.go""#),
    ("otto.", r#"import "github.com/robertkrimen/otto""#),
    ("expr.", r#"import "github.com/expr-lang/expr""#),
    ("lua.", r#"import lua "github.com/yuin/gopher-lua""#),
    ("bcrypt.", r#"import "golang.org/x/crypto/bcrypt""#),
    ("pbkdf2.", r#"import "golang.org/x/crypto/pbkdf2""#),
    ("gorm.", r#"import "gorm.io/gorm""#),
    ("audit.", r#"import "example.com/portal/internal/audit""#),
    ("config.", r#"import "example.com/portal/internal/config""#),
    ("metrics.", r#"import "example.com/portal/internal/metrics""#),
    ("store.", r#"import "example.com/portal/internal/store""#),
];
