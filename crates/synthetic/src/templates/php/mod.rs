//! PHP.

use streamguard_dataset::Language;

use crate::template::{Case, Dialect, FLOW, Flow, Macros};

mod crypto;
mod database;
mod documents;
mod execution;
mod files;
mod hosts;
mod web;

/// PHP functions and methods: plain scripts, Laravel, Symfony, PSR-7 and services.
pub(super) const DIALECT: Dialect = Dialect {
    language: Language::Php,
    case: Case::Camel,
    tabs: false,
    words: &[("exc", "e exception error failure"), ("stmt", "stmt prepared selection")],
    hosts: hosts::ALL,
    flows: FLOWS,
    flaws: &[crypto::FLAWS, database::FLAWS, documents::FLAWS, execution::FLAWS, files::FLAWS, web::FLAWS],
    macros: MACROS,
    prelude: PRELUDE,
};

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
            if (~(empty($~v~)~|$~v~ === ''~|!$~v~~)) {
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
            ~check~
            try {
                ~core~
                ~after~
                ~reply~
            } catch (\~E~ $~exc~) {
                error_log('~noun~ ~act~ failed: ' . $~exc~->getCode());
                ~broken~
            }
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            if ($~v~ !== '') {
                ~note~
                ~core~
                ~reply~
            } else {
                error_log('no ~v~ given for ~noun~ ~act~');
                ~fail~
            }
        "#,
        ..FLOW
    },
    Flow {
        source: "get",
        reply: "value",
        body: r#"
            $~out~ = [];
            foreach (~many~ as $~v~) {
                ~check~
                ~core~
                $~out~[] = $~r~;
            }
            ~after~
            ~reply~
        "#,
        macros: &[("result", "$~out~"), ("from", "a received list")],
    },
    Flow {
        body: r#"
            $~started~ = microtime(true);
            try {
                ~source~
                ~note~
                ~core~
                ~reply~
            } finally {
                error_log(sprintf('~noun~ ~act~ took %.3f s', microtime(true) - $~started~));
            }
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            for ($attempt = 1; $attempt <= ~few~; $attempt++) {
                try {
                    ~core~
                    ~reply~
                    ~leave~
                } catch (\~E~ $~exc~) {
                    error_log("~act~ attempt $attempt failed");
                }
            }
            ~broken~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            $~opt~ = ~other~;
            switch ($~opt~) {
                case 'summary':
                    error_log('~noun~ ~act~ in short form');
                    break;
                case 'full':
                    break;
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
];

const MACROS: Macros = &[
    ("result", "$~r~"),
    ("leave", ""),
    // Statements that have nothing to do with any flaw, so that no construct tells the side.
    ("note", ""),
    ("note", "error_log('~noun~ ~act~ requested');"),
    (
        "note",
        r#"
        $~tmp~ = hash('sha256', '~table~:~act~');
        error_log("~act~ trace $~tmp~");
    "#,
    ),
    (
        "note",
        r#"
        $~tmp~ = bin2hex(random_bytes(8));
        error_log("~act~ $~tmp~ started");
    "#,
    ),
    (
        "note",
        r#"
        $~tmp2~ = (int) (getenv('MAX_ROWS') ?: ~limit~);
        error_log("at most $~tmp2~ ~nouns~");
    "#,
    ),
    (
        "note",
        r#"
        $~tmp~ = htmlspecialchars('~Entity~ <~act~>', ENT_QUOTES);
        error_log("page title $~tmp~");
    "#,
    ),
    (
        "note",
        r#"
        $~tmp~ = realpath('~dir~');
        error_log("~nouns~ live in $~tmp~");
    "#,
    ),
    (
        "note",
        r#"
        if (!in_array('~table~', Config::modules(), true)) {
            ~fail~
        }
    "#,
    ),
    (
        "note",
        r#"
        if (parse_url(Config::baseUrl(), PHP_URL_SCHEME) !== 'https') {
            error_log('~act~ without TLS');
        }
    "#,
    ),
    (
        "note",
        r#"
        if (mt_rand(1, 100) === 1) {
            Metrics::increment('~table~.sampled');
        }
    "#,
    ),
    (
        "note",
        r#"
        $~tmp~ = rawurlencode('~noun~ ~act~');
        error_log("help page $~tmp~");
    "#,
    ),
    ("check", ""),
    ("check", "error_log('~v~ has length ' . strlen($~v~));"),
    (
        "check",
        r#"
        if (strlen($~v~) > ~max~) {
            ~fail~
        }
    "#,
    ),
    ("check", "$~v~ = trim($~v~);"),
    ("after", ""),
    ("after", "error_log('~noun~ ~act~ done');"),
    ("after", "Metrics::increment('~table~.~act~');"),
    ("after", "Audit::record('~act~', '~table~');"),
];

const PRELUDE: Macros = &[
    ("Audit::", "use App\\Support\\Audit;"),
    ("Config::", "use App\\Support\\Config;"),
    ("Metrics::", "use App\\Support\\Metrics;"),
    ("Store::", "use App\\Support\\Store;"),
    ("Client(", "use GuzzleHttp\\Client;"),
    ("JsonResponse", "use Illuminate\\Http\\JsonResponse;"),
    ("Request ", "use Illuminate\\Http\\Request;"),
    ("Cache::", "use Illuminate\\Support\\Facades\\Cache;"),
    ("Crypt::", "use Illuminate\\Support\\Facades\\Crypt;"),
    ("DB::", "use Illuminate\\Support\\Facades\\DB;"),
    ("Http::", "use Illuminate\\Support\\Facades\\Http;"),
    ("PDO", "use PDO;"),
    ("ResponseInterface", "use Psr\\Http\\Message\\ResponseInterface;"),
    ("ServerRequestInterface", "use Psr\\Http\\Message\\ServerRequestInterface;"),
    ("ExpressionLanguage", "use Symfony\\Component\\ExpressionLanguage\\ExpressionLanguage;"),
    ("Process(", "use Symfony\\Component\\Process\\Process;"),
    ("ArrayLoader", "use Twig\\Loader\\ArrayLoader;"),
    ("Environment(", "use Twig\\Environment;"),
];
