//! Patterns of changed lines that tell the fix of a weakness from other changes.
//!
//! A new weakness is a new row. Patterns are matched against one line at a time, so that one line cannot
//! begin a match that another line completes.

/// Patterns over single changed lines for weaknesses that share a remedy. Case does not count.
pub(super) struct WeaknessIndicator {
    /// Names in [`streamguard_dataset::weakness::ALL_WEAKNESSES`], the likeliest first.
    pub(super) weaknesses: &'static [&'static str],
    /// Remedy in an added line that is hardly written for any other purpose.
    pub(super) strong: &'static str,
    /// Code in an added line that is usual in such a fix, but also elsewhere.
    pub(super) hint: &'static str,
    /// Code in a removed line that made the function vulnerable.
    pub(super) danger: &'static str,
}

/// The table. Rows go from specific to general weaknesses: of rows with equal points the first one
/// counts.
pub(super) const WEAKNESS_INDICATORS: &[WeaknessIndicator] = &[
    WeaknessIndicator {
        weaknesses: &["sql_injection"],
        strong: r"(?:execute\w*|query|prepare)\(\s*['\x22`].*['\x22`]\s*,\s*[\[({\w]|bind_?(?:param|value)|setString\(|PreparedStatement|prepareStatement|parameteri[sz]e|mysqli?_real_escape|quote_?(?:name|ident|literal)|sqlalchemy\.text|\$wpdb->prepare|SqlParameter|AddWithValue",
        hint: r"->prepare\(|\.prepare\(|\.query\([^)]*,\s*\[|%s\b|values?\s*\(\s*\?|=\s*\?|=\s*\$\d|escape\w*\(|intval\(|\(int\)",
        danger: r#"(?:select|insert|update|delete|where|from|order\s+by)\b.*(?:["']\s*[+.%]|\$\{|#\{|\{\w*\}|'%s'|\$\w)|f["'].*\b(?:select|where)\b|format!?\(.*\b(?:select|where)\b|execute\(\s*f?["'].*["']\s*[%+]"#,
    },
    WeaknessIndicator {
        weaknesses: &["xss"],
        strong: r"htmlspecialchars|htmlentities|escape_?html|html_?escape|html\.escape|markupsafe|bleach|dompurify|textContent|createTextNode|encodeForHTML|HtmlEncode|strip_tags|sanitize_?html|esc_(?:html|attr|url|js)\(|template\.HTMLEscape|rack::utils\.escape|CGI\.escape|ERB::Util|noopener",
        hint: r"escape\w*\s*\(|\bescape\b|sanitiz\w+|encodeURI\w*|quote=True|innerText|javascript|data:|protocol|scheme|allowed_(?:tags|attr\w*|protocols|uri)|safe_?list|white_?list|allow_?list|cdata|attribute|&lt;|&amp;|&quot;|filter_var",
        danger: r"innerHTML|outerHTML|document\.write|dangerouslySetInnerHTML|\|\s*safe\b|mark_safe|Markup\(|\braw\(|html_safe|v-html|\.html\(|echo\s+\$_|unescape\w*",
    },
    WeaknessIndicator {
        weaknesses: &["command_injection"],
        strong: r"shlex|shell\s*[=:]\s*false|execFile\w*|escapeshell(?:arg|cmd)|shellescape|Shellwords|subprocess\.(?:run|call|check_\w+|Popen)\(\s*\[|spawn(?:Sync)?\([^,]+,\s*\[|ProcessBuilder\(|Open3",
        hint: r"subprocess|spawn\w*\(|args|argv|execv\w*|--['\x22]|exec\.Command",
        danger: r"shell\s*[=:]\s*true|os\.system|os\.popen|popen\(|\bsystem\(|\bexec(?:Sync)?\(|shell_exec|passthru|`[^`]*[#$]\{|\bsh['\x22]?,\s*['\x22]-c|Kernel\.open|\bopen\(",
    },
    WeaknessIndicator {
        weaknesses: &["code_injection"],
        strong: r"literal_eval|JSON\.parse|simpleeval|RestrictedPython|Object\.freeze|new\s+Proxy|instanceof\s+Function|isolated",
        hint: r"__class__|constructor|prototype|allow\w*|sandbox\w*|safe_\w+|deny\w*|forbid\w*|black_?list|white_?list",
        danger: r"\beval\s*\(|\bexec\s*\(|new\s+Function|Function\(|create_function|instance_eval|class_eval|vm\.run\w*|__import__|getattr\(|\bsend\(|assert\(\s*\$|preg_replace\(.*/e",
    },
    WeaknessIndicator {
        weaknesses: &["template_injection"],
        strong: r"SandboxedEnvironment|ImmutableSandbox|autoescape\s*=?\s*true|select_autoescape",
        hint: r"render_template\(|autoescape|sandbox\w*|is_safe",
        danger: r"render_template_string|from_string|Template\(|str\.format|\.format\(",
    },
    WeaknessIndicator {
        weaknesses: &["format_string"],
        strong: r#"(?:printf|syslog|err|warn|log|print|error|mprintf)\w*\s*\([^"]*"%s""#,
        hint: r#"format_map|SandboxedFormatter|is_safe_attribute|formatter"#,
        danger: r#"\b(?:f|s|sn|v|vs|vsn|w)?printf\s*\((?:\w+\s*,\s*)?\w+\s*\)|\bsyslog\s*\(\w+\s*,\s*\w+\s*\)|\.format\("#,
    },
    WeaknessIndicator {
        weaknesses: &["path_traversal"],
        strong: r"realpath|secure_filename|safe_join|commonp(?:ath|refix)|filepath\.Clean|path\.Clean|is_relative_to|getCanonical\w+|toRealPath|EvalSymlinks|SecureJoin|O_NOFOLLOW|openat|mkstemp|O_EXCL|lstat|clean_path|isPathInside|strip_components",
        hint: r"starts_?with|has_?prefix|basename|normpath|normaliz\w+|path\.resolve|abspath|relative|\.\.[/\\'\x22]|isabs\w*|expand_path|canonicali[sz]e|symlink|umask|fdopen|containment",
        danger: r"path\.join|os\.path\.join|File\.join|\bopen\(|sendFile|readFile\w*|fopen\(|include\s*\$|extractall|\.extract\(|\+\s*file_?name",
    },
    WeaknessIndicator {
        weaknesses: &["ssrf"],
        strong: r"ipaddress|is_private|is_loopback|is_link_local|isPrivate|169\.254|getaddrinfo|allowed_hosts|InetAddress|ssrf",
        hint: r"urlparse|url_?parse|hostname|\.host\b|new\s+URL|scheme|redirect\w*|allow_?list|white_?list|localhost|127\.0|resolve",
        danger: r"requests\.(?:get|post|request)|urlopen|fetch\(|http\.Get|curl_exec|file_get_contents|axios|open-uri",
    },
    WeaknessIndicator {
        weaknesses: &["xxe"],
        strong: r"resolve_entities\s*=\s*false|disallow-doctype|defusedxml|external-(?:general|parameter)-entities|FEATURE_SECURE_PROCESSING|libxml_disable_entity_loader|ACCESS_EXTERNAL|DtdProcessing|XmlResolver\s*=\s*null|SUPPORT_DTD|no_network|LIBXML_NO|NONET|setExpandEntityReferences|IS_SUPPORTING_EXTERNAL",
        hint: r"setFeature|doctype|entit\w+|dtd",
        danger: r"LIBXML_NOENT|xml\.etree|xml\.sax|xml\.dom|resolve_entities\s*=\s*true|noent|loadXML|simplexml_load|XMLReader",
    },
    WeaknessIndicator {
        weaknesses: &["deserialization"],
        strong: r"yaml\.safe_load|SafeLoader|safe_load|ObjectInputFilter|allowed_classes|json\.loads|JSON\.parse|ValidatingObjectInputStream|setRegisterClass|resolveClass|weights_only\s*=\s*true|permitted_classes|TypeNameHandling\.None|SerializationBinder",
        hint: r"json|allow\w*|whitelist|safe",
        danger: r"pickle|yaml\.load\b|yaml\.unsafe|unserialize\(|Marshal\.load|YAML\.load\b|ObjectInputStream|readObject|BinaryFormatter|jsonpickle|TypeNameHandling|dill\.|shelve|marshal\.",
    },
    WeaknessIndicator {
        weaknesses: &["open_redirect"],
        strong: r"url_has_allowed_host|is_safe_url|isLocalUrl|allow_other_host|same_?origin|valid_redirect",
        hint: r"netloc|hostname|\.host\b|urlparse|new\s+URL|starts_?with|//|encode_?url|scheme|origin",
        danger: r"redirect\w*\s*\(|sendRedirect|Location|referr?er|redirect_to",
    },
    WeaknessIndicator {
        weaknesses: &["request_smuggling", "header_injection"],
        strong: r"\\r\\n|\[\\r\\n\]|content-length|transfer-encoding|chunked|HEXDIG|field_?name|bad\s*request|CRLF",
        hint: r"header\w*|\\r|\\n|strip\(|valid\w*|ParsingError|illegal|invalid",
        danger: r"setHeader|addHeader|header\(|headers\[|\.strip\(\)|lf\b",
    },
    WeaknessIndicator {
        weaknesses: &["log_injection"],
        strong: r"\.inspect|repr\(|%q|%r\b|\{!r\}|\[\^?\\x20|\[\^?\[:print:\]|non-?printable|\\x1b|\[\[:cntrl",
        hint: r"escape\w*|gsub|replace\w*\(|\\n|\\r|quote",
        danger: r"log\w*[.(]|printf|write\(|<<",
    },
    WeaknessIndicator {
        weaknesses: &["ldap_injection"],
        strong: r"escape_filter|escape_dn|ldap_escape|filter_format|encodeForLDAP|EscapeFilter|escapeLDAP\w*|LdapEncoder",
        hint: r"escape\w*",
        danger: r"\(\s*&?\(?(?:uid|cn|mail|sAMAccountName)\s*=|search_s?\(|ldap_search",
    },
    WeaknessIndicator {
        weaknesses: &["weak_hash", "weak_cryptography"],
        strong: r"sha-?(?:256|384|512)|sha3|bcrypt|scrypt|argon2|pbkdf2|password_hash|hkdf|blake2|AES/GCM|aes[_-]?(?:128|192|256)?[_-]?gcm|MODE_GCM|chacha20|OAEP|Fernet",
        hint: r"algorithms?|cipher|digest|hmac|nonce|\biv\b|salt|verify|signature|none",
        danger: r"\bmd[245]\b|md5\(|sha-?1\b|\bdes\b|3des|\brc4\b|arcfour|MODE_ECB|/ECB/|crypt\(|blowfish|PKCS1v15",
    },
    WeaknessIndicator {
        weaknesses: &["hardcoded_secret"],
        strong: r"os\.environ|getenv|process\.env|ENV\[|env::var|System\.getenv|GetEnvironmentVariable|secrets?_?manager|keyring|vault|config\.get",
        hint: r"config\w*|settings|environ",
        danger: r#"(?:password|passwd|secret|token|api_?key|private_?key|credential)\w*['"]?\s*[:=]+\s*['"][^'"]+['"]"#,
    },
    WeaknessIndicator {
        weaknesses: &["insecure_random"],
        strong: r"\bsecrets\.|SystemRandom|os\.urandom|crypto\.random|randomBytes|getRandomValues|SecureRandom|random_bytes|random_int|crypto/rand|OsRng|RandomNumberGenerator|arc4random|getrandom|randomUUID",
        hint: r"rand\w*",
        danger: r"\brandom\.(?:random|rand\w+|choice|sample)|Math\.random|\brand\(|mt_rand|srand|uniqid|new\s+Random\(|math/rand",
    },
    WeaknessIndicator {
        weaknesses: &["timing_attack"],
        strong: r"compare_digest|timingSafeEqual|timing_?safe|hash_equals|ConstantTime\w*|constant_time\w*|secure_?compare|MessageDigest\.isEqual|CRYPTO_memcmp|fixed_time|subtle\.|ct_eq|safe_str_cmp",
        hint: r"hmac|\^=|\|=|\bxor\b|blind\w*",
        danger: r"memcmp|strcmp|\.equals\(|==|!=",
    },
    WeaknessIndicator {
        weaknesses: &["certificate_validation"],
        strong: r"CERT_REQUIRED|check_hostname\s*=\s*true|verify\s*[=:]\s*true|rejectUnauthorized\s*:\s*true|SSL_VERIFY_PEER|VERIFY_PEER|CURLOPT_SSL_VERIFY\w+|X509_check_host|set_verify|HostnameVerifier|create_default_context|CertificateVerify|VerifyPeerCertificate",
        hint: r"verif\w+|certificat\w*|hostname|x509|\bca_?\w*",
        danger: r"CERT_NONE|verify\s*[=:]\s*false|rejectUnauthorized\s*:\s*false|VERIFY_NONE|InsecureSkipVerify|_create_unverified|ALLOW_ALL|TrustAll|check_hostname\s*=\s*false",
    },
    WeaknessIndicator {
        weaknesses: &["csrf"],
        strong: r"csrf|xsrf|same_?site|authenticity_token|protect_from_forgery|anti_?forgery",
        hint: r"token|origin|referer|referrer|nonce|method|cookie",
        danger: r"csrf_exempt|skip_before_action|disable\w*csrf|methods=.*get",
    },
    WeaknessIndicator {
        weaknesses: &["authentication_bypass", "access_control", "privilege_escalation"],
        strong: r"login_required|is_authenticated|permission_required|has_?perm\w*|authorize!?|PreAuthorize|check_?(?:permission|access|auth)\w*|require_?(?:login|auth\w*|admin)|current_user|isAdmin|unauthorized|forbidden|PermissionDenied|AccessDenied|setresuid|setgroups|trusted\w*",
        hint: r"permission\w*|auth\w*|role|owner|user_id|session|allow\w*|deny|40[13]|signature|verify|password|origin|proxy|remote_?(?:ip|addr)",
        danger: r"AllowAny|permit_all|skip_\w*auth\w*|public|allow_anonymous|x-forwarded\w*",
    },
    WeaknessIndicator {
        weaknesses: &["information_disclosure"],
        strong: r"redact\w*|mask_?(?:password|secret|token|credential)\w*|filter_param\w*|zeroize|memset_s|explicit_bzero|OPENSSL_cleanse|no-store|[\x22\x27]Vary\b|delete.*(?:authorization|cookie)|(?:authorization|cookie)\w*['\x22\])]*\s*(?:,|\)|del|pop|delete|remove)",
        hint: r"authorization|cookie|password|secret|sensitive|strip\w*|memset|del\b|delete|remove\w*|hide|private|sequence",
        danger: r"log\w*\(.*(?:password|secret|token|key)|print\w*\(.*(?:password|secret|token)|stack_?trace|debug\s*=\s*true|phpinfo|getMessage\(\)",
    },
    WeaknessIndicator {
        weaknesses: &[
            "buffer_overflow",
            "out_of_bounds_read",
            "out_of_bounds_write",
            "memory_corruption",
            "integer_overflow",
        ],
        strong: r"snprintf|strn(?:cpy|cat|len|cmp|dup)|strl(?:cpy|cat)|memcpy_s|__builtin_\w+_overflow|checked_(?:add|sub|mul)|saturating_|(?:SIZE|U?INT\w*|LONG|SSIZE|S?OFF)_MAX|OVERFLOW|overflow|std::numeric_limits|CHECKSIZE|get\([^)]*\.\.|out\s*of\s*(?:bounds|range)",
        hint: r"if\s*\(?.*(?:<=?|>=?)|\b(?:size|len|length|count|bufsiz\w*|limit|remain\w*|offset|end|max)\w*\b.*(?:<=?|>=?)|(?:<=?|>=?).*\b(?:size\w*|len\w*|length|count|limit|remain\w*|offset|end|max)\b|sizeof|size_t|uint\d+_t|unsigned|calloc|min\(|bounds|wrapping_|assert",
        danger: r"\b(?:strcpy|strcat|sprintf|vsprintf|gets|alloca|memcpy|memmove)\s*\(|\bint\s+\w*(?:len|size|off|count)|get_unchecked|from_raw_parts|set_len|uninitialized\(|unsafe",
    },
    WeaknessIndicator {
        weaknesses: &["use_after_free", "double_free"],
        strong: r"=\s*NULL\s*;|=\s*nullptr|_ref\(|refcount\w*|get_ref|shared_ptr|weak_ptr|SAFE_FREE|FREE_AND_NULL|Arc::|Rc::|list_del_init|cancel_work_sync|kref_get|retain",
        hint: r"free\w*\(|NULL|nullptr|lock|unlock|release|break;|return",
        danger: r"free\w*\s*\(|delete\s|release\(|mem::forget|ptr::read",
    },
    WeaknessIndicator {
        weaknesses: &["null_dereference"],
        strong: r"(?-i:[!=]=\s*(?:NULL|nullptr)\b|\(NULL\s*[!=]=)",
        hint: r"\bNULL\b|nullptr|\bnil\b|null|if\s*\(\s*!\s*\w|is\s+(?:not\s+)?None|\?\.|unwrap_or|ok_or",
        danger: r"->|\.unwrap\(\)|\*\w+\s*=|\[0\]",
    },
    WeaknessIndicator {
        weaknesses: &["race_condition"],
        strong: r"mutex|lock\(|synchronized|atomic\w*|O_EXCL|O_NOFOLLOW|openat|unlinkat|flock|mkstemp|sync\.|compare_exchange|\bfstat|os\.open\(",
        hint: r"lock\w*|volatile|once|try_?lock|guard",
        danger: r"\bstat\(|access\(|exists\(|mktemp|tmpnam|static\s+(?:mut|int)",
    },
    WeaknessIndicator {
        weaknesses: &["redos"],
        strong: r"\{0,\d+\}|\[\^[^\]]+\]\{|\(\?>|possessive|re2|backtrack\w*",
        hint: r"/[^/]+/[gimsuy]*|re\.compile|RegExp|Regex\w*|regex\w*|preg_\w+|\.match\(|\.test\(|=~|\.split\(|indexOf|include\?|\br['\x22]",
        danger: r"[*+]\)?[*+]|\([^)]*[*+]\)[*+]|\.\*|\.\+|\\s\*|\\s\+|\\w\+|\\d\+|re\.compile|RegExp|/[^/]+/[gimsuy]*",
    },
    WeaknessIndicator {
        weaknesses: &["denial_of_service"],
        strong: r"max_?(?:depth|size|length|len|count|recursion|nest\w*|fields|parts|params|items|entries|body|bytes|memory|iterations|alloc\w*)|too\s+(?:many|large|long|deep|big)|(?:depth|size|length|recursion|nesting|bytesize|param\w*)_?limit|limit_?(?:depth|size|length)|exceed\w*|413|MaxBytesReader|setTimeout\(|deadline|LimitReader",
        hint: r"limit\w*|max\w*|depth|timeout|level|count\w*|break|bound\w*|quota|\bread\(",
        danger: r"while\s*\(?\s*(?:1|true)|for\s*\(;;\)|\.gets\b|\.read\(\)|readall|ReadAll|loop\s*\{|unwrap\(\)|panic!?",
    },
    WeaknessIndicator {
        weaknesses: &["prototype_pollution"],
        strong: r"__proto__|hasOwn\w*|Object\.create\(null\)|setPrototypeOf|isConstructorOrProto|isPrototypePolluted|Object\.prototype|new\s+Map\(",
        hint: r"constructor|prototype|own\w*|defineProperty",
        danger: r"for\s*\(.*\bin\b|\[\w+\]\s*=|=\s*\{\}|Object\.assign",
    },
    WeaknessIndicator {
        weaknesses: &["unrestricted_upload"],
        strong: r"allowed_?extensions?|secure_filename|content_?type|mime\w*|getimagesize|finfo|pathinfo|magic_bytes",
        hint: r"extension|filename|upload\w*|allow\w*",
        danger: r"move_uploaded_file|\.save\(|transferTo|originalname",
    },
];
