//! Java.

use streamguard_dataset::Language;

use crate::template::{Case, Dialect, FLOW, Flow, Macros};

mod crypto;
mod database;
mod documents;
mod execution;
mod files;
mod hosts;
mod web;

/// Java methods: servlets, Spring, JAX-RS, Kafka listeners and services.
pub(super) const DIALECT: Dialect = Dialect {
    language: Language::Java,
    case: Case::Camel,
    tabs: false,
    words: &[
        ("exc", "e ex exception failure"),
        ("stmt", "stmt prepared selection lookup"),
        ("rs", "rows rs resultSet cursor"),
    ],
    hosts: hosts::ALL,
    flows: FLOWS,
    flaws: &[crypto::FLAWS, database::FLAWS, documents::FLAWS, execution::FLAWS, files::FLAWS, web::FLAWS],
    macros: MACROS,
    prelude: PRELUDE,
};

/// For flaws that raise an `IOException`.
const IO: Macros = &[("throws_io", " throws IOException")];

/// For flaws that raise nothing that has to be declared.
const UNCHECKED: Macros = &[("throws", ""), ("throws_io", " throws IOException")];

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
            if (~empty~) {
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
            } catch (~E~ ~exc~) {
                log.warn("~noun~ ~act~ failed", ~exc~);
                ~broken~
            }
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            if (~empty~) {
                log.info("no ~v~ given for ~noun~ ~act~");
                ~fail~
            } else {
                ~note~
                ~core~
                ~reply~
            }
        "#,
        ..FLOW
    },
    Flow {
        source: "get",
        reply: "value",
        body: r#"
            List<~R~> ~out~ = new ArrayList<>();
            for (String ~v~ : ~many~) {
                ~check~
                ~core~
                ~out~.add(~r~);
            }
            ~after~
            ~reply~
        "#,
        macros: &[("result", "~out~"), ("from", "a received list"), ("T", "List<~R~>")],
    },
    Flow {
        body: r#"
            long ~started~ = System.nanoTime();
            try {
                ~source~
                ~note~
                ~core~
                ~reply~
            } finally {
                log.info("~noun~ ~act~ took {} ns", System.nanoTime() - ~started~);
            }
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            for (int attempt = 1; attempt <= ~few~; attempt++) {
                try {
                    ~core~
                    ~reply~
                    ~leave~
                } catch (~E~ ~exc~) {
                    log.warn("~act~ attempt {} failed: {}", attempt, ~exc~.getMessage());
                }
            }
            ~broken~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            String ~opt~ = ~other~;
            switch (~opt~) {
                case "summary":
                    log.info("~noun~ ~act~ in short form");
                    break;
                case "full":
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
    ("result", "~r~"),
    ("T", "~R~"),
    ("throws", " throws ~E~"),
    ("throws_io", " throws IOException, ~E~"),
    ("leave", ""),
    ("empty", "~v~ == null || ~v~.isEmpty()"),
    // Statements that have nothing to do with any flaw, so that no construct tells the side.
    ("note", ""),
    ("note", r#"log.info("~noun~ ~act~ requested");"#),
    (
        "note",
        r#"
        String ~tmp~ = UUID.nameUUIDFromBytes("~table~:~act~".getBytes(StandardCharsets.UTF_8)).toString();
        log.debug("~act~ trace {}", ~tmp~);
    "#,
    ),
    (
        "note",
        r#"
        String ~tmp~ = HtmlUtils.htmlEscape("~Entity~ <~act~>");
        log.debug("page title {}", ~tmp~);
    "#,
    ),
    (
        "note",
        r#"
        int ~tmp2~ = Integer.parseInt(System.getenv().getOrDefault("MAX_ROWS", "~limit~"));
        log.debug("at most {} ~nouns~", ~tmp2~);
    "#,
    ),
    (
        "note",
        r#"
        var ~tmp~ = Paths.get("~dir~").toAbsolutePath().normalize();
        log.debug("~nouns~ live in {}", ~tmp~);
    "#,
    ),
    (
        "note",
        r#"
        if (!config.modules().contains("~table~")) {
            ~fail~
        }
    "#,
    ),
    (
        "note",
        r#"
        if (!"https".equals(URI.create(config.baseUrl()).getScheme())) {
            log.warn("~act~ without TLS");
        }
    "#,
    ),
    (
        "note",
        r#"
        if (ThreadLocalRandom.current().nextInt(100) == 0) {
            metrics.increment("~table~.sampled");
        }
    "#,
    ),
    ("check", ""),
    ("check", r#"log.debug("~v~ has length {}", ~v~.length());"#),
    (
        "check",
        r#"
        if (~v~.length() > ~max~) {
            ~fail~
        }
    "#,
    ),
    ("after", ""),
    ("after", r#"log.info("~noun~ ~act~ done");"#),
    ("after", r#"metrics.increment("~table~.~act~");"#),
    ("after", r#"audit.record("~act~", "~table~");"#),
];

const PRELUDE: Macros = &[
    ("BufferedReader", "import java.io.BufferedReader;"),
    ("ByteArrayInputStream", "import java.io.ByteArrayInputStream;"),
    ("File ", "import java.io.File;"),
    ("FileInputStream", "import java.io.FileInputStream;"),
    ("FileWriter", "import java.io.FileWriter;"),
    ("IOException", "import java.io.IOException;"),
    ("InputStream ", "import java.io.InputStream;"),
    ("InputStreamReader", "import java.io.InputStreamReader;"),
    ("ObjectInputFilter", "import java.io.ObjectInputFilter;"),
    ("ObjectInputStream", "import java.io.ObjectInputStream;"),
    ("StringWriter", "import java.io.StringWriter;"),
    ("Writer ", "import java.io.Writer;"),
    ("OutputStreamWriter", "import java.io.OutputStreamWriter;"),
    ("Socket ", "import java.net.Socket;"),
    ("URI", "import java.net.URI;"),
    ("URL(", "import java.net.URL;"),
    ("URLEncoder.", "import java.net.URLEncoder;"),
    ("HttpClient", "import java.net.http.HttpClient;"),
    ("HttpRequest", "import java.net.http.HttpRequest;"),
    ("HttpResponse", "import java.net.http.HttpResponse;"),
    ("StandardCharsets", "import java.nio.charset.StandardCharsets;"),
    ("Files.", "import java.nio.file.Files;"),
    ("Paths.", "import java.nio.file.Paths;"),
    ("GeneralSecurityException", "import java.security.GeneralSecurityException;"),
    ("X509Certificate", "import java.security.cert.X509Certificate;"),
    ("MessageDigest", "import java.security.MessageDigest;"),
    ("SecureRandom", "import java.security.SecureRandom;"),
    ("Connection ", "import java.sql.Connection;"),
    ("DriverManager", "import java.sql.DriverManager;"),
    ("PreparedStatement", "import java.sql.PreparedStatement;"),
    ("ResultSet ", "import java.sql.ResultSet;"),
    ("SQLException", "import java.sql.SQLException;"),
    ("Statement ", "import java.sql.Statement;"),
    ("Duration.", "import java.time.Duration;"),
    ("ArrayList", "import java.util.ArrayList;"),
    ("Base64", "import java.util.Base64;"),
    ("HexFormat", "import java.util.HexFormat;"),
    ("List<", "import java.util.List;"),
    ("List.of(", "import java.util.List;"),
    ("Map<", "import java.util.Map;"),
    ("Map.of(", "import java.util.Map;"),
    ("Map.class", "import java.util.Map;"),
    ("Random(", "import java.util.Random;"),
    ("Set<", "import java.util.Set;"),
    ("Set.of(", "import java.util.Set;"),
    ("UUID", "import java.util.UUID;"),
    ("ZipEntry", "import java.util.zip.ZipEntry;"),
    ("ZipInputStream", "import java.util.zip.ZipInputStream;"),
    ("ThreadLocalRandom", "import java.util.concurrent.ThreadLocalRandom;"),
    ("Supplier<", "import java.util.function.Supplier;"),
    ("Mac ", "import javax.crypto.Mac;"),
    ("Cipher", "import javax.crypto.Cipher;"),
    ("SecretKeyFactory", "import javax.crypto.SecretKeyFactory;"),
    ("GCMParameterSpec", "import javax.crypto.spec.GCMParameterSpec;"),
    ("PBEKeySpec", "import javax.crypto.spec.PBEKeySpec;"),
    ("SecretKeySpec", "import javax.crypto.spec.SecretKeySpec;"),
    ("NamingException", "import javax.naming.NamingException;"),
    ("DirContext", "import javax.naming.directory.DirContext;"),
    ("SearchControls", "import javax.naming.directory.SearchControls;"),
    ("HttpsURLConnection", "import javax.net.ssl.HttpsURLConnection;"),
    ("TrustManager[", "import javax.net.ssl.TrustManager;"),
    ("X509TrustManager", "import javax.net.ssl.X509TrustManager;"),
    ("SSLContext", "import javax.net.ssl.SSLContext;"),
    ("ScriptEngine", "import javax.script.ScriptEngine;"),
    ("ScriptEngineManager", "import javax.script.ScriptEngineManager;"),
    ("ScriptException", "import javax.script.ScriptException;"),
    ("HttpServletRequest", "import javax.servlet.http.HttpServletRequest;"),
    ("HttpServletResponse", "import javax.servlet.http.HttpServletResponse;"),
    ("POST\n", "import javax.ws.rs.POST;"),
    ("Path(", "import javax.ws.rs.Path;"),
    ("CookieParam", "import javax.ws.rs.CookieParam;"),
    ("FormParam", "import javax.ws.rs.FormParam;"),
    ("QueryParam", "import javax.ws.rs.QueryParam;"),
    ("Response.", "import javax.ws.rs.core.Response;"),
    ("XMLConstants", "import javax.xml.XMLConstants;"),
    ("DocumentBuilderFactory", "import javax.xml.parsers.DocumentBuilderFactory;"),
    ("SAXParserFactory", "import javax.xml.parsers.SAXParserFactory;"),
    ("XMLInputFactory", "import javax.xml.stream.XMLInputFactory;"),
    ("XMLStreamReader", "import javax.xml.stream.XMLStreamReader;"),
    ("XMLStreamException", "import javax.xml.stream.XMLStreamException;"),
    ("ObjectMapper", "import com.fasterxml.jackson.databind.ObjectMapper;"),
    ("StringEscapeUtils", "import org.apache.commons.text.StringEscapeUtils;"),
    ("FilenameUtils", "import org.apache.commons.io.FilenameUtils;"),
    ("TrustAllStrategy", "import org.apache.http.conn.ssl.TrustAllStrategy;"),
    ("SSLContextBuilder", "import org.apache.http.ssl.SSLContextBuilder;"),
    ("ConsumerRecord", "import org.apache.kafka.clients.consumer.ConsumerRecord;"),
    ("VelocityException", "import org.apache.velocity.exception.VelocityException;"),
    ("Velocity.", "import org.apache.velocity.app.Velocity;"),
    ("VelocityContext", "import org.apache.velocity.VelocityContext;"),
    ("Encode.", "import org.owasp.encoder.Encode;"),
    ("SpelExpressionParser", "import org.springframework.expression.spel.standard.SpelExpressionParser;"),
    (
        "SimpleEvaluationContext",
        "import org.springframework.expression.spel.support.SimpleEvaluationContext;",
    ),
    (
        "StandardEvaluationContext",
        "import org.springframework.expression.spel.support.StandardEvaluationContext;",
    ),
    ("HttpStatus", "import org.springframework.http.HttpStatus;"),
    ("MediaType.", "import org.springframework.http.MediaType;"),
    ("ResponseEntity", "import org.springframework.http.ResponseEntity;"),
    ("KafkaListener", "import org.springframework.kafka.annotation.KafkaListener;"),
    ("LdapEncoder", "import org.springframework.ldap.support.LdapEncoder;"),
    ("BCrypt.", "import org.springframework.security.crypto.bcrypt.BCrypt;"),
    ("CookieValue", "import org.springframework.web.bind.annotation.CookieValue;"),
    ("RequestMapping", "import org.springframework.web.bind.annotation.RequestMapping;"),
    ("PostMapping", "import org.springframework.web.bind.annotation.PostMapping;"),
    ("RequestBody", "import org.springframework.web.bind.annotation.RequestBody;"),
    ("RequestHeader", "import org.springframework.web.bind.annotation.RequestHeader;"),
    ("RequestParam", "import org.springframework.web.bind.annotation.RequestParam;"),
    ("HtmlUtils", "import org.springframework.web.util.HtmlUtils;"),
    ("Document ", "import org.w3c.dom.Document;"),
    ("NodeList", "import org.w3c.dom.NodeList;"),
    ("Yaml(", "import org.yaml.snakeyaml.Yaml;"),
    ("LoaderOptions", "import org.yaml.snakeyaml.LoaderOptions;"),
    ("YAMLException", "import org.yaml.snakeyaml.error.YAMLException;"),
    ("XStream ", "import com.thoughtworks.xstream.XStream;"),
    ("XStreamException", "import com.thoughtworks.xstream.XStreamException;"),
    ("AnyTypePermission", "import com.thoughtworks.xstream.security.AnyTypePermission;"),
    ("Template ", "import freemarker.template.Template;"),
    ("PersistenceException", "import javax.persistence.PersistenceException;"),
    ("DataAccessException", "import org.springframework.dao.DataAccessException;"),
    ("EvaluationException", "import org.springframework.expression.EvaluationException;"),
    ("RestClientException", "import org.springframework.web.client.RestClientException;"),
    ("SafeConstructor", "import org.yaml.snakeyaml.constructor.SafeConstructor;"),
];
