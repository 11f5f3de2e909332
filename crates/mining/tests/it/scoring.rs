//! Remedies of every weakness, bystanders, and hostile code.

// Functions that a fix changes without being part of it.
mod exclusions;

use std::time::{Duration, Instant};

use streamguard_mining::message::MessageScorer;
use streamguard_mining::scoring::{ChangedFunction, FixScore, FixScorer};

/// A weakness, a line that the fix removes ("" for none), and a line that it adds.
const REMEDIES: &[(&str, &str, &str)] = &[
    (
        "sql_injection",
        r#"cur.execute("SELECT * FROM users WHERE name = '%s'" % name)"#,
        r#"cur.execute("SELECT * FROM users WHERE name = %s", (name,))"#,
    ),
    ("sql_injection", r#"$q = "SELECT * FROM t WHERE id = $id";"#, "$stmt->bindParam(1, $id);"),
    ("xss", "echo $_GET['name'];", "echo htmlspecialchars($_GET['name']);"),
    ("xss", "node.innerHTML = text;", "node.textContent = text;"),
    (
        "command_injection",
        "subprocess.call(cmd, shell=True)",
        "subprocess.call([\"git\", name], shell=False)",
    ),
    ("command_injection", "os.system('ping ' + host)", "run('ping ' + shlex.quote(host))"),
    ("code_injection", "value = eval(text)", "value = ast.literal_eval(text)"),
    ("template_injection", "return render_template_string(text)", "env = SandboxedEnvironment()"),
    ("format_string", "printf(text);", "printf(\"%s\", text);"),
    (
        "path_traversal",
        "path = os.path.join(root, name)",
        "path = os.path.realpath(os.path.join(root, name))",
    ),
    ("ssrf", "return requests.get(url)", "if ipaddress.ip_address(host).is_private: raise ValueError(host)"),
    (
        "xxe",
        "parser = etree.XMLParser(resolve_entities=True)",
        "parser = etree.XMLParser(resolve_entities=False)",
    ),
    ("deserialization", "data = yaml.load(text)", "data = yaml.safe_load(text)"),
    ("deserialization", "return pickle.loads(text)", "return json.loads(text)"),
    (
        "open_redirect",
        "return redirect(target)",
        "if not url_has_allowed_host_and_scheme(target): target = '/'",
    ),
    ("request_smuggling", "value = lines.strip()", "if transfer_encoding != 'chunked': raise ParsingError()"),
    ("header_injection", "self.headers[name] = value", "if '\\r\\n' in value: raise ValueError(value)"),
    ("log_injection", "logger.info(name)", "logger.info(name.inspect)"),
    ("ldap_injection", "query = '(uid=' + name + ')'", "query = '(uid=' + escape_filter_chars(name) + ')'"),
    ("weak_hash", "digest = hashlib.md5(password)", "digest = hashlib.sha256(password)"),
    ("weak_cryptography", "Cipher.getInstance(\"DES\")", "Cipher.getInstance(\"AES/GCM/NoPadding\")"),
    ("hardcoded_secret", "password = 'hunter2'", "password = os.environ['PASSWORD']"),
    ("insecure_random", "token = random.randint(0, 9)", "token = secrets.token_hex(16)"),
    ("insecure_random", "id = Math.random()", "id = crypto.randomBytes(16)"),
    ("timing_attack", "return mac == given", "return hmac.compare_digest(mac, given)"),
    ("certificate_validation", "verify=False", "verify=True"),
    ("csrf", "", "protect_from_forgery with: :exception"),
    ("authentication_bypass", "", "if not current_user.is_authenticated: abort(401)"),
    ("access_control", "", "if (!hasPermission(user, doc)) throw new AccessDenied();"),
    ("privilege_escalation", "", "if (setresuid(uid, uid, uid) != 0) abort();"),
    (
        "information_disclosure",
        "log.debug('password ' + password)",
        "log.debug('password ' + redact(password))",
    ),
    ("buffer_overflow", "strcpy(to, from);", "snprintf(to, sizeof(to), \"%s\", from);"),
    ("out_of_bounds_read", "", "if (offset + 4 > size) return -1;"),
    ("out_of_bounds_write", "memcpy(to, from, n);", "if (n > sizeof(to)) return -1;"),
    ("memory_corruption", "", "if (count >= MAX_COUNT) goto fail;"),
    ("integer_overflow", "int len = a * b;", "if (a > SIZE_MAX / b) return NULL;"),
    ("use_after_free", "", "self->node = NULL;"),
    ("double_free", "free(p);", "p = NULL;"),
    ("null_dereference", "", "if (entry == NULL) return;"),
    ("race_condition", "if (access(path, W_OK) == 0)", "fd = open(path, O_CREAT | O_EXCL | O_NOFOLLOW);"),
    ("redos", "re.compile(r'(a+)+$')", "re.compile(r'a{0,100}$')"),
    ("denial_of_service", "body = stream.read()", "if len(body) > max_size: raise TooLarge()"),
    ("prototype_pollution", "", "if (key === '__proto__') return;"),
    ("unrestricted_upload", "file.save(name)", "if extension not in allowed_extensions: raise BadFile()"),
];

/// Returns a message that names the weakness.
fn message(weakness: &str) -> String {
    let words = match weakness {
        "xss" | "csrf" | "ssrf" | "xxe" | "redos" => format!("{weakness} vulnerability"),
        "deserialization" => "insecure deserialization".to_owned(),
        "certificate_validation" => "certificate verification vulnerability".to_owned(),
        "access_control" => "missing permission checks".to_owned(),
        "format_string" => "format string vulnerability".to_owned(),
        "weak_cryptography" => "weak encryption".to_owned(),
        "weak_hash" => "weak hashes".to_owned(),
        "hardcoded_secret" => "hard-coded password".to_owned(),
        "race_condition" => "security issue: race condition".to_owned(),
        "unrestricted_upload" => "unrestricted file upload".to_owned(),
        other => other.replace('_', " "),
    };
    format!("Fix {words}")
}

fn function<'a>(name: &'a str, removed: &'a [&'a str], added: &'a [&'a str]) -> ChangedFunction<'a> {
    ChangedFunction { name: Some(name), path: "src/part.c", before: "", after: "", removed, added }
}

fn score(message: &str, functions: &[ChangedFunction<'_>]) -> Vec<FixScore> {
    static BUILT: std::sync::OnceLock<(MessageScorer, FixScorer)> = std::sync::OnceLock::new();
    let (message_scorer, scorer) = BUILT.get_or_init(|| (MessageScorer::new(), FixScorer::new()));
    scorer.score(&message_scorer.score(message, 1), message, functions)
}

#[test]
fn the_remedy_of_every_weakness_stands_out_from_bystanders() {
    for (weakness, removed, added) in REMEDIES {
        let removed: &[&str] = if removed.is_empty() { &[] } else { &[removed] };
        let (width, title, color) = (["width = 3"], ["title = draw(width)"], ["color = shade(width, 2)"]);
        let functions = [
            function("one", &width, &title),
            function("two", &[], &color),
            function("remedy", removed, std::slice::from_ref(added)),
            function("three", &title, &color),
        ];
        let scores = score(&message(weakness), &functions);
        let fixes: Vec<_> = scores.iter().map(FixScore::is_fix).collect();
        assert_eq!(fixes, [false, false, true, false], "{weakness} {added}: {scores:?}");
        assert_eq!(scores[2].weakness.map(|one| one.name), Some(*weakness), "{added}");
        assert!(scores[2].evidence.iter().any(|one| one.contains(weakness)), "{scores:?}");
    }
}

#[test]
fn a_strong_indicator_names_the_weakness_where_the_message_does_not() {
    for (weakness, removed, added) in [
        ("deserialization", "data = yaml.load(text)", "data = yaml.safe_load(text)"),
        ("timing_attack", "return mac == given", "return hmac.compare_digest(mac, given)"),
        ("xss", "node.innerHTML = text;", "node.textContent = text;"),
        ("insecure_random", "id = Math.random()", "id = crypto.randomBytes(16)"),
    ] {
        let scores = score("Rework this", &[function("part", &[removed], &[added])]);
        assert_eq!(scores[0].weakness.map(|one| one.name), Some(weakness), "{scores:?}");
    }
    let scores = score("Rework this", &[function("part", &["a = b"], &["a = draw(b)"])]);
    assert_eq!(scores[0].weakness, None);
}

#[test]
fn the_only_function_is_the_fix() {
    let scores = score("Fix CVE-2021-12345", &[function("part", &["a = b"], &["a = draw(b)"])]);
    assert!(scores[0].confidence >= 0.6);
    assert_eq!(scores[0].evidence, ["function:only change"]);
}

#[test]
fn a_named_function_is_the_fix_and_the_others_are_not() {
    let (removed, added) = (["a = b"], ["a = draw(b)"]);
    let functions = [
        function("Reader.read_chunk", &removed, &added),
        function("parse", &removed, &added),
        function("Writer.flush", &removed, &added),
    ];
    let fixes = |message| score(message, &functions).iter().map(FixScore::is_fix).collect::<Vec<_>>();
    assert_eq!(fixes("Fix CVE-2021-12345 in read_chunk"), [true, false, false]);
    // A plain word is not a name unless it is written as code.
    assert_eq!(fixes("Fix CVE-2021-12345, do not parse it"), [true, true, true]);
    assert_eq!(fixes("Fix CVE-2021-12345 in parse()"), [false, true, false]);
    assert_eq!(fixes("Fix CVE-2021-12345 in `Writer.flush`"), [false, false, true]);
}

#[test]
fn equals_of_a_small_commit_are_kept_and_those_of_a_large_one_are_not() {
    let (removed, added) = (["a = b"; 5], ["a = draw(b)"; 5]);
    let functions = [function("part", &removed, &added); 40];
    assert!(score("Fix XSS", &functions[..3]).iter().all(FixScore::is_fix));
    assert!(!score("Fix XSS", &functions).iter().any(FixScore::is_fix));
}

#[test]
fn cosmetic_changes_are_not_fixes() {
    for (removed, added, evidence) in [
        (vec!["a = b;"], vec!["    a=b ;"], "function:no effect"),
        (vec!["# old words"], vec!["# new words"], "function:no effect"),
        (vec![], vec!["// why", "log.debug(\"here\");", "import os"], "function:no effect"),
        (vec!["a = b + a"], vec!["size = b + size"], "function:only renamed"),
        (vec!["def part(a):"], vec!["def part(a, b=None):"], "function:only its signature"),
    ] {
        let change = ["x = quote(y)"];
        let functions = [function("part", &removed, &added), function("other", &change, &[])];
        let scores = score("Fix XSS", &functions);
        assert!(!scores[0].is_fix(), "{scores:?}");
        assert!(scores[0].evidence.iter().any(|one| one == evidence), "{scores:?}");
        assert!(scores[1].is_fix(), "{scores:?}");
        assert!(!score("Fix XSS", &functions[..1])[0].is_fix());
    }
    // A call of another function is not a new name.
    assert!(score("Fix it", &[function("part", &["strcpy(a, b);"], &["copy(a, b);"])])[0].is_fix());
}

/// Returns a function with its whole text on both sides.
fn whole<'a>(
    name: &'a str,
    path: &'a str,
    sides: [&'a str; 2],
    diff: &'a streamguard_code::LineDiff<'a>,
) -> ChangedFunction<'a> {
    let [before, after] = sides;
    ChangedFunction { name: Some(name), path, before, after, removed: &diff.removed, added: &diff.added }
}

/// Scores functions of one commit, each given by name, path, and text on both sides.
fn score_whole(message: &str, functions: &[(&str, &str, [&str; 2])]) -> Vec<FixScore> {
    let diffs: Vec<_> =
        functions.iter().map(|(.., [before, after])| streamguard_code::line_diff(before, after)).collect();
    let changed: Vec<_> = functions
        .iter()
        .zip(&diffs)
        .map(|((name, path, sides), diff)| whole(name, path, *sides, diff))
        .collect();
    score(message, &changed)
}

#[test]
fn changes_that_look_cosmetic_and_are_not_are_fixes() {
    for (what, sides) in [
        (
            "the other variable was there before",
            [
                "void f(int a, int size)\n{\n    g(a);\n    h(a, 1);\n    k(size);\n}",
                "void f(int a, int size)\n{\n    g(size);\n    h(size, 1);\n    k(size);\n}",
            ],
        ),
        (
            "the line moved in front of the use",
            [
                "void f(struct s *p)\n{\n    release(p);\n    use(p);\n}",
                "void f(struct s *p)\n{\n    use(p);\n    release(p);\n}",
            ],
        ),
        (
            "the line moved and was wrapped",
            [
                "void f(struct s *p)\n{\n    release(p, now);\n    use(p);\n}",
                "void f(struct s *p)\n{\n    use(p);\n    release(p,\n            now);\n}",
            ],
        ),
        (
            "the log no longer holds the secret",
            [
                "func (r *rotator) rotate() {\n\tr.log.Debug(\"token %s\", token)\n}",
                "func (r *rotator) rotate() {\n\tr.log.Debug(\"Token refreshed\")\n}",
            ],
        ),
        (
            "the default is safe now",
            [
                "def f(url, verify=False):\n    get(url, verify)",
                "def f(url, verify=True):\n    get(url, verify)",
            ],
        ),
    ] {
        let scores = score_whole("Fix CVE-2021-12345", &[("f", "src/part.c", sides)]);
        assert!(scores[0].is_fix(), "{what}: {scores:?}");
    }
    // The words of a log alone are not a fix.
    let words = ["func f() {\n\tlog.Debug(\"token\")\n}", "func f() {\n\tlog.Debug(\"Token refreshed\")\n}"];
    assert!(!score_whole("Fix CVE-2021-12345", &[("f", "f.go", words)])[0].is_fix());
}

#[test]
fn a_line_that_only_moved_is_no_indicator() {
    let line = ["node.textContent = text;"];
    let moved = score("Fix XSS", &[function("part", &line, &["draw(node);", line[0]])]);
    assert!(!moved[0].evidence.iter().any(|one| one.contains("remedy")), "{moved:?}");
}

#[test]
fn hostile_code_is_bounded() {
    let start = Instant::now();
    for unit in ["a", "(", "\0", "\u{202e}", "\x1b[2J", "a+", "select ", "\"'", "if "] {
        let line = unit.repeat((4 << 20) / unit.len());
        let lines = vec![line.as_str(); 3];
        let many = vec![&line[..line.floor_char_boundary(100)]; 50_000];
        let functions = [function(&line, &lines, &lines[..2]), function("many", &many[..1], &many)];
        for found in score(&format!("Fix XSS {line}"), &functions) {
            assert!((0.0..=1.0).contains(&found.confidence));
            assert!(found.evidence.iter().all(|one| one.len() < 100 && !one.contains(char::is_control)));
        }
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn nothing_and_nameless_code_are_scored() {
    assert!(score("Fix XSS", &[]).is_empty());
    let nameless = ChangedFunction { name: None, path: "", before: "", after: "", removed: &[], added: &[] };
    assert!(!score("", &[nameless])[0].is_fix());
}

#[test]
fn scoring_is_deterministic() {
    let functions: Vec<_> = REMEDIES
        .iter()
        .map(|(name, removed, added)| {
            function(name, std::slice::from_ref(removed), std::slice::from_ref(added))
        })
        .collect();
    let (message_scorer, message) =
        (MessageScorer::new(), "Fix XSS, SQL injection and a buffer overflow in double_free");
    let message_score = message_scorer.score(message, 1);
    let first = FixScorer::new().score(&message_score, message, &functions);
    assert_eq!(first, FixScorer::new().score(&message_score, message, &functions));
    assert_eq!(first.len(), functions.len());
}

#[test]
fn code_in_the_line_that_declares_a_function_is_a_change() {
    let cases = [
        ("a.py", "def item_at(items, i): return items[i] if i <= len(items) else None", "i <= ", "i < "),
        (
            "a.go",
            "func (d Data) At(i int) int { if i <= len(d.items) { return d.items[i] }; return 0 }",
            "i <= ",
            "i < ",
        ),
        ("a.js", "function at(items, i) { return i <= items.length ? items[i] : 0; }", "i <= ", "i < "),
        (
            "a.php",
            "    public function title($x) { return \"<h1>\" . $x . \"</h1>\"; }",
            ". $x .",
            ". h($x) .",
        ),
        ("a.rb", "  def find(n, i) = i <= n ? data.fetch(i) : raise(ArgumentError)", "i <= ", "i < "),
        (
            "a.rs",
            "    pub fn at(&self, i: usize) -> u8 { if i <= self.len { self.get(i) } else { 0 } }",
            "i <= ",
            "i < ",
        ),
        ("b.js", "export function render(html, scripts = true) {", "true", "false"),
        ("b.php", "function parse_doc($text, $entities = true) {", "true", "false"),
        ("b.rb", "  def render(html, scripts: true)", "true", "false"),
        ("c.ts", "  f(url: string, file = true): Doc {", "true", "false"),
        ("c.cpp", "    int f(const char *s, bool d = true)", "true", "false"),
        ("c.kt", "    override suspend fun f(s: String, trust: Boolean = true): Doc {", "true", "false"),
        (
            "c.php",
            "    final protected static function f(string $s, bool $d = true): ?Doc {",
            "true",
            "false",
        ),
        ("d.dart", "String f(String text) => '<b>' + text + '</b>';", "+ text +", "+ escape(text) +"),
        (
            "d.cs",
            "class X { public static string f(string text) => Wrap(text); }",
            "(text);",
            "(Encode(text));",
        ),
        ("d.kt", "fun f(text: String) = wrap(text)", "p(text)", "p(escape(text))"),
        ("d.lua", "local function f(p) return root .. '/static/' .. p end", ".. p", ".. clean(p)"),
        ("d.rb", "def self.f(n) User.where(\"name = '#{n}'\") end", "\"name = '#{n}'\"", "name: n"),
    ];
    for (path, before, old, new) in cases {
        let (removed, added) = ([before], before.replacen(old, new, 1));
        let function = ChangedFunction {
            name: Some("f"),
            path,
            before,
            after: &added,
            removed: &removed,
            added: &[&added],
        };
        let message = "Fix CVE-2024-1000";
        let score = FixScorer::new().score(&MessageScorer::new().score(message, 1), message, &[function]);
        assert!(score[0].is_fix(), "{path}: {score:?}");
        assert_eq!(score[0].evidence[0], "function:only change", "{path}");
    }
}
