//! Hashes, secrets, random numbers, comparisons and certificates in Python.

use crate::template::{FLAW, Flaw};

const HASH: Flaw = Flaw {
    weakness: "weak_hash",
    about: "A password from ~from~ is hashed with a fast, broken function",
    names: &[
        "set_~entity~_password",
        "register_~entity~",
        "hash_~entity~_login",
        "store_~entity~_credentials",
    ],
    input: "in_pass",
    source: "get",
    raises: "ValueError",
    reply: "value",
    ..FLAW
};

const SECRET: Flaw = Flaw {
    weakness: "hardcoded_secret",
    about: "A secret stands in the source code",
    names: &[
        "connect_~entity~",
        "~entity~_client",
        "sign_~entity~",
        "open_~entity~_store",
        "push_~entities~",
    ],
    source: "none",
    raises: "OSError",
    reply: "value",
    ..FLAW
};

const RANDOM: Flaw = Flaw {
    weakness: "insecure_random",
    about: "A secret value comes from a generator that can be predicted",
    names: &["new_~entity~_token", "issue_~entity~_code", "~entity~_session_key", "create_~entity~_link"],
    source: "none",
    raises: "ValueError",
    reply: "value",
    ..FLAW
};

const TIMING: Flaw = Flaw {
    weakness: "timing_attack",
    about: "A secret is compared with text from ~from~ in a time that depends on both",
    names: &["verify_~entity~", "check_~entity~_signature", "authorize_~entity~", "accept_~entity~_hook"],
    input: "in_token",
    source: "get",
    raises: "KeyError",
    reply: "value",
    ..FLAW
};

const TLS: Flaw = Flaw {
    weakness: "certificate_validation",
    about: "The certificate of the other side is not checked",
    names: &["fetch_~entities~", "pull_~entity~", "sync_~entity~", "upload_~entities~", "~entity~_upstream"],
    source: "none",
    raises: "OSError",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            digest = ~[hashlib.md5(~v~.encode()).hexdigest()~|bcrypt.hashpw(~v~.encode(), bcrypt.gensalt()).decode()~|PasswordHasher().hash(~v~)~]
            save_~entity~_login(digest)
            ~r~ = {"stored": True, "length": len(digest)}
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            salt = os.urandom(16)
            ~[key = hashlib.sha1(salt + ~v~.encode()).digest()~|key = hashlib.pbkdf2_hmac("sha256", ~v~.encode(), salt, 600_000)~|key = hashlib.scrypt(~v~.encode(), salt=salt, n=16384, r=8, p=1)~]
            ~r~ = base64.b64encode(salt + key).decode()
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            hasher = ~[hashlib.new("md5")
            hasher.update(~v~.encode("utf-8"))
            encoded = hasher.hexdigest()~|PasswordHasher(time_cost=3)
            encoded = hasher.hash(~v~)~]
            ~Entity~.objects.update(credential=encoded)
            ~r~ = encoded[:~few~]
        "#,
        hosts: &["django", "plain"],
        ..HASH
    },
    Flaw {
        about: "Data from ~from~ is signed with a broken hash function",
        names: &["sign_~entity~", "seal_~entity~", "~entity~_checksum", "stamp_~entity~"],
        input: "in_blob",
        source: "bytes",
        code: r#"
            signature = hmac.new(load_key("~table~"), ~v~, hashlib.~[md5~|sha256~]).hexdigest()
            logger.info("signed %d bytes of ~noun~", len(~v~))
            ~r~ = {"signature": signature, "version": ~few~}
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            access_key = ~["~hex~~hex2~"~|os.environ["~ENV~"]~|settings.~ENV~~]
            headers = {"Authorization": "Bearer " + access_key, "Accept": "application/json"}
            answer = requests.get("https://~site~/~route~", headers=headers, timeout=~seconds~)
            ~r~ = answer.json()
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            database = psycopg2.connect(
                host="~site~",
                dbname="~table~",
                user="~table~_app",
                password=~["~Entity~-~hex~"~|os.environ["~ENV~"]~],
                connect_timeout=~seconds~,
            )
            with database.cursor() as ~cur~:
                ~cur~.execute("SELECT count(*) FROM ~table~ WHERE ~col~ IS NOT NULL")
                ~r~ = ~cur~.fetchone()[0]
        "#,
        raises: "psycopg2.Error",
        ..SECRET
    },
    Flaw {
        code: r#"
            claims = {"sub": "~table~", "exp": int(time.time()) + ~limit~ * 60}
            ~r~ = jwt.encode(claims, ~["~hex2~~hex~"~|settings.~ENV~~], algorithm="HS256")
        "#,
        raises: "jwt.PyJWTError",
        ..SECRET
    },
    Flaw {
        code: r#"
            store = boto3.client(
                "s3",
                region_name="eu-central-1",
                ~[aws_access_key_id="AK~hex~",
                aws_secret_access_key="~hex~~hex2~",~|aws_access_key_id=os.environ["STORE_KEY_ID"],
                aws_secret_access_key=os.environ["~ENV~"],~]
            )
            listing = store.list_objects_v2(Bucket="~route~-data", MaxKeys=~limit~)
            ~r~ = [entry["Key"] for entry in listing.get("Contents", [])]
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            alphabet = string.ascii_letters + string.digits
            token = "".join(~[random~|secrets~].choice(alphabet) for _ in range(~size~))
            save_~entity~_token(token)
            ~r~ = {"token": token, "expires_in": ~limit~ * 60}
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            ~[random.seed(time.time())
            code = random.randint(100000, 999999)~|code = 100000 + secrets.randbelow(900000)~]
            logger.info("new code for the ~noun~ issued")
            ~r~ = str(code)
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            key = ~[bytes(random.getrandbits(8) for _ in range(32))~|secrets.token_bytes(32)~|os.urandom(32)~]
            cache.set("~table~:key", key, ~limit~)
            ~r~ = base64.urlsafe_b64encode(key).decode()
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            ~[reset_key = hashlib.sha256(str(time.time()).encode()).hexdigest()~|reset_key = secrets.token_urlsafe(32)~]
            link = "https://~site~/~route~/reset?key=" + reset_key
            ~r~ = {"link": link, "attempts": ~few~}
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            expected = hmac.new(load_key("~table~"), b"~act~", hashlib.sha256).hexdigest()
            if ~[~v~ != expected~|not hmac.compare_digest(~v~, expected)~]:
                ~fail~
            ~r~ = {"accepted": True, "scope": "~act~"}
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            expected = load_~entity~_secret("~act~")
            ~[matches = len(~v~) == len(expected)
            for left, right in zip(~v~, expected):
                if left != right:
                    matches = False
                    break~|matches = hmac.compare_digest(~v~.encode(), expected.encode())~]
            if not matches:
                ~fail~
            ~r~ = {"~act~": "allowed", "limit": ~limit~}
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            stored = os.environ.get("~ENV~", "")
            granted = bool(stored) and ~[~v~ == stored~|secrets.compare_digest(~v~.encode(), stored.encode())~]
            logger.info("~noun~ ~act~ granted: %s", granted)
            ~r~ = {"granted": granted}
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            answer = requests.get(
                "https://~site~/~route~",
                params={"limit": ~limit~},
                verify=~[False~|True~],
                timeout=~seconds~,
            )
            ~r~ = answer.json()["~col~"]
        "#,
        raises: "requests.RequestException",
        ..TLS
    },
    Flaw {
        code: r#"
            tls = ssl.~[_create_unverified_context~|create_default_context~]()
            with urllib.request.urlopen("https://~site~/~route~", context=tls, timeout=~seconds~) as stream:
                ~r~ = json.load(stream)
        "#,
        ..TLS
    },
    Flaw {
        code: r#"
            tls = ssl.create_default_context()
            tls.check_hostname = ~[False~|True~]
            tls.verify_mode = ssl.~[CERT_NONE~|CERT_REQUIRED~]
            with socket.create_connection(("~site~", 443), timeout=~seconds~) as plain:
                with tls.wrap_socket(plain, server_hostname="~site~") as channel_socket:
                    channel_socket.sendall(b"LIST ~table~\r\n")
                    ~r~ = channel_socket.recv(~limit~ * 100).decode("ascii", "replace")
        "#,
        ..TLS
    },
];
