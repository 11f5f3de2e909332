//! Hashes, ciphers, secrets, random numbers, comparisons and certificates in Go.

use crate::template::{FLAW, Flaw};

const HASH: Flaw = Flaw {
    weakness: "weak_hash",
    about: "A password from ~from~ is hashed with a fast, broken function",
    names: &["set~Entity~Password", "Register~Entity~", "hash~Entity~Login", "Store~Entity~Credentials"],
    input: "in_pass",
    source: "get",
    result: "string",
    reply: "value",
    macros: super::TEXT,
    ..FLAW
};

const CIPHER: Flaw = Flaw {
    weakness: "weak_cryptography",
    about: "Data from ~from~ is encrypted with a broken cipher",
    names: &["seal~Entity~", "Encrypt~Entity~", "protect~Entity~Note", "~entity~Ciphertext"],
    input: "in_blob",
    source: "bytes",
    result: "[]byte",
    reply: "bytes",
    macros: super::BYTES,
    ..FLAW
};

const SECRET: Flaw = Flaw {
    weakness: "hardcoded_secret",
    about: "A secret stands in the source code",
    names: &["connect~Entity~", "~entity~Client", "Sign~Entity~", "open~Entity~Store", "Push~Entities~"],
    source: "none",
    result: "string",
    reply: "value",
    macros: super::TEXT,
    ..FLAW
};

const RANDOM: Flaw = Flaw {
    weakness: "insecure_random",
    about: "A secret value comes from a generator that can be predicted",
    names: &["new~Entity~Token", "Issue~Entity~Code", "~entity~SessionKey", "create~Entity~Link"],
    source: "none",
    result: "string",
    reply: "value",
    macros: super::TEXT,
    ..FLAW
};

const TIMING: Flaw = Flaw {
    weakness: "timing_attack",
    about: "A secret is compared with text from ~from~ in a time that depends on both",
    names: &["verify~Entity~", "Check~Entity~Signature", "authorize~Entity~", "Accept~Entity~Hook"],
    input: "in_token",
    source: "get",
    result: "bool",
    reply: "value",
    macros: super::BOOL,
    ..FLAW
};

const TLS: Flaw = Flaw {
    weakness: "certificate_validation",
    about: "The certificate of the other side is not checked",
    names: &["fetch~Entities~", "Pull~Entity~", "sync~Entity~", "Upload~Entities~", "~entity~Upstream"],
    source: "none",
    result: "string",
    reply: "value",
    macros: super::TEXT,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            ~[~hasher~ := md5.Sum([]byte(~v~))
            ~r~ := hex.EncodeToString(~hasher~[:])~|~hasher~, err := bcrypt.GenerateFromPassword([]byte(~v~), bcrypt.DefaultCost)
            if err != nil {
                ~broken~
            }
            ~r~ := string(~hasher~)~]
            store.SaveLogin("~table~", ~r~)
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            salt := make([]byte, 16)
            if _, err := rand.Read(salt); err != nil {
                ~broken~
            }
            ~[~hasher~ := sha1.New()
            ~hasher~.Write(salt)
            ~hasher~.Write([]byte(~v~))
            key := ~hasher~.Sum(nil)~|key := pbkdf2.Key([]byte(~v~), salt, 600_000, 32, sha256.New)~]
            ~r~ := hex.EncodeToString(salt) + ":" + hex.EncodeToString(key)
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            ~hasher~ := hmac.New(~[md5~|sha256~].New, []byte(os.Getenv("APP_KEY")))
            ~hasher~.Write([]byte("~table~:" + ~v~))
            ~r~ := hex.EncodeToString(~hasher~.Sum(nil))
        "#,
        about: "Data from ~from~ is signed with a broken hash function",
        names: &["sign~Entity~", "Seal~Entity~", "~entity~Checksum", "stamp~Entity~"],
        input: "in_blob",
        ..HASH
    },
    Flaw {
        code: r#"
            ~[block, err := des.NewTripleDESCipher~|block, err := aes.NewCipher~](store.Key("~table~"))
            if err != nil {
                ~broken~
            }
            vector := make([]byte, block.BlockSize())
            if _, err := rand.Read(vector); err != nil {
                ~broken~
            }
            ~r~ := make([]byte, len(~v~))
            cipher.NewCTR(block, vector).XORKeyStream(~r~, ~v~)
            store.SaveVector("~table~", vector)
        "#,
        ..CIPHER
    },
    Flaw {
        code: r#"
            block, err := aes.NewCipher(store.Key("~table~"))
            if err != nil {
                ~broken~
            }
            ~[~r~ := make([]byte, len(~v~)/block.BlockSize()*block.BlockSize())
            for at := 0; at < len(~r~); at += block.BlockSize() {
                block.Encrypt(~r~[at:], ~v~[at:])
            }~|sealer, err := cipher.NewGCM(block)
            if err != nil {
                ~broken~
            }
            nonce := make([]byte, sealer.NonceSize())
            rand.Read(nonce)
            ~r~ := sealer.Seal(nonce, nonce, ~v~, nil)~]
            slog.Debug("~noun~ sealed", "bytes", len(~r~))
        "#,
        about: "Data from ~from~ is encrypted block by block, so that equal blocks show",
        ..CIPHER
    },
    Flaw {
        code: r#"
            accessKey := ~["~hex~~hex2~"~|os.Getenv("~ENV~")~]
            request, err := http.NewRequest(http.MethodGet, "https://~site~/~route~", nil)
            if err != nil {
                ~broken~
            }
            request.Header.Set("Authorization", "Bearer "+accessKey)
            answer, err := client.Do(request)
            if err != nil {
                ~broken~
            }
            answer.Body.Close()
            ~r~ := answer.Status
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            source := fmt.Sprintf("postgres://~entity~:%s@~site~:~port~/~table~", ~["~Entity~-~hex~"~|url.QueryEscape(os.Getenv("~ENV~"))~])
            database, err := sql.Open("postgres", source)
            if err != nil {
                ~broken~
            }
            defer database.Close()
            var ~r~ string
            if err := database.QueryRow("SELECT MAX(~col~)::text FROM ~table~").Scan(&~r~); err != nil {
                ~broken~
            }
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            claims := jwt.MapClaims{"sub": "~table~", "exp": time.Now().Add(~limit~ * time.Minute).Unix()}
            token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
            ~r~, err := token.SignedString([]byte(~["~hex2~~hex~"~|os.Getenv("~ENV~")~]))
            if err != nil {
                ~broken~
            }
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            token := make([]byte, 32)
            if _, err := ~[mathrand~|rand~].Read(token); err != nil {
                ~broken~
            }
            ~r~ := base64.RawURLEncoding.EncodeToString(token)
            store.SaveToken("~table~", ~r~)
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            ~[source := mathrand.New(mathrand.NewSource(time.Now().UnixNano()))
            code := 100000 + source.Intn(900000)~|code, err := rand.Int(rand.Reader, big.NewInt(900000))
            if err != nil {
                ~broken~
            }~]
            slog.Info("new code for the ~noun~ issued")
            ~r~ := fmt.Sprintf("%06d", code)
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            const alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
            key := make([]byte, ~size~)
            ~[for i := range key {
                key[i] = alphabet[mathrand.Intn(len(alphabet))]
            }~|rand.Read(key)
            for i := range key {
                key[i] = alphabet[int(key[i])%len(alphabet)]
            }~]
            ~r~ := "https://~site~/~route~/reset?key=" + string(key)
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            mac := hmac.New(sha256.New, []byte(os.Getenv("APP_KEY")))
            mac.Write([]byte("~table~:~act~"))
            expected := hex.EncodeToString(mac.Sum(nil))
            if ~[~v~ != expected~|!hmac.Equal([]byte(~v~), []byte(expected))~] {
                ~fail~
            }
            ~r~ := true
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            expected := store.APIKey("~table~")
            ~r~ := ~[expected == ~v~~|subtle.ConstantTimeCompare([]byte(expected), []byte(~v~)) == 1~]
            slog.Info("~noun~ ~act~", "granted", ~r~)
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            expected := []byte(store.Signature("~table~", "~act~"))
            ~[~r~ := len(expected) == len(~v~)
            for i := 0; ~r~ && i < len(expected); i++ {
                ~r~ = expected[i] == ~v~[i]
            }~|~r~ := hmac.Equal(expected, []byte(~v~))~]
            if !~r~ {
                ~fail~
            }
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            transport := &http.Transport{
                TLSClientConfig: &tls.Config{~[InsecureSkipVerify: true~|MinVersion: tls.VersionTLS12~]},
            }
            remote := &http.Client{Transport: transport, Timeout: ~seconds~ * time.Second}
            answer, err := remote.Get("https://~site~/~route~?limit=~limit~")
            if err != nil {
                ~broken~
            }
            defer answer.Body.Close()
            ~r~ := answer.Status
        "#,
        ..TLS
    },
    Flaw {
        code: r#"
            settings := &tls.Config{ServerName: "~site~", InsecureSkipVerify: ~[true~|false~]}
            channel, err := tls.Dial("tcp", "~site~:443", settings)
            if err != nil {
                ~broken~
            }
            defer channel.Close()
            fmt.Fprintf(channel, "LIST ~table~\r\n")
            answer := make([]byte, ~size~)
            count, err := channel.Read(answer)
            if err != nil {
                ~broken~
            }
            ~r~ := string(answer[:count])
        "#,
        ..TLS
    },
];
