//! Hashes, ciphers, secrets, random numbers, comparisons and certificates in C.

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
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const CIPHER: Flaw = Flaw {
    weakness: "weak_cryptography",
    about: "Data from ~from~ is encrypted with a broken cipher or mode",
    names: &["seal_~entity~", "encrypt_~entity~", "protect_~entity~_note", "~entity~_ciphertext"],
    input: "in_markup",
    source: "get",
    reply: "done",
    macros: super::STRING,
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
    reply: "done",
    ..FLAW
};

const RANDOM: Flaw = Flaw {
    weakness: "insecure_random",
    about: "A secret value comes from a generator that can be predicted",
    names: &["new_~entity~_token", "issue_~entity~_code", "~entity~_session_key", "create_~entity~_key"],
    source: "none",
    reply: "done",
    ..FLAW
};

const TIMING: Flaw = Flaw {
    weakness: "timing_attack",
    about: "A secret is compared with text from ~from~ in a time that depends on both",
    names: &["verify_~entity~", "check_~entity~_signature", "authorize_~entity~", "accept_~entity~_hook"],
    input: "in_token",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const TLS: Flaw = Flaw {
    weakness: "certificate_validation",
    about: "The certificate of the other side is not checked",
    names: &["fetch_~entities~", "pull_~entity~", "sync_~entity~", "upload_~entities~", "~entity~_upstream"],
    source: "none",
    reply: "done",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            char setting[64];
            snprintf(setting, sizeof(setting), "~[$1$~|$6$rounds=600000$~]%s$", store_salt("~table~"));
            const char *hashed = crypt(~v~, setting);
            if (hashed == NULL) {
                ~fail~
            }
            store_text("~table~", hashed);
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            unsigned char salt[16];
            unsigned char key[32];
            if (RAND_bytes(salt, sizeof(salt)) != 1) {
                ~fail~
            }
            ~[memset(key, 0, sizeof(key));
            MD5((const unsigned char *)~v~, strlen(~v~), key);~|PKCS5_PBKDF2_HMAC(~v~, (int)strlen(~v~), salt, sizeof(salt), 600000, EVP_sha256(), sizeof(key), key);~]
            store_bytes("~table~", salt, sizeof(salt));
            store_bytes("~table~", key, sizeof(key));
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            unsigned char seal[EVP_MAX_MD_SIZE];
            unsigned int seal_length = 0;
            EVP_MD_CTX *hasher = EVP_MD_CTX_new();
            EVP_DigestInit_ex(hasher, ~[EVP_md5()~|EVP_sha256()~], NULL);
            EVP_DigestUpdate(hasher, ~v~, strlen(~v~));
            EVP_DigestFinal_ex(hasher, seal, &seal_length);
            EVP_MD_CTX_free(hasher);
            store_bytes("~table~", seal, seal_length);
        "#,
        about: "Data from ~from~ is sealed with a broken hash function",
        names: &["seal_~entity~", "stamp_~entity~", "~entity~_checksum", "mark_~entity~_content"],
        input: "in_markup",
        ..HASH
    },
    Flaw {
        code: r#"
            unsigned char vector[16];
            unsigned char sealed[8192];
            int sealed_length = 0;
            if (strlen(~v~) >= 4096 || RAND_bytes(vector, sizeof(vector)) != 1) {
                ~fail~
            }
            EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
            EVP_EncryptInit_ex(context, EVP_~[aes_256_ecb~|aes_256_ctr~](), NULL, store_key("~table~"), vector);
            EVP_EncryptUpdate(context, sealed, &sealed_length, (const unsigned char *)~v~, (int)strlen(~v~));
            EVP_CIPHER_CTX_free(context);
            store_bytes("~table~", sealed, (size_t)sealed_length);
        "#,
        ..CIPHER
    },
    Flaw {
        code: r#"
            unsigned char sealed[4096];
            int sealed_length = 0;
            const EVP_CIPHER *cipher = ~[EVP_rc4()~|EVP_chacha20()~];
            EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
            if (context == NULL || strlen(~v~) > sizeof(sealed)) {
                EVP_CIPHER_CTX_free(context);
                ~fail~
            }
            EVP_EncryptInit_ex(context, cipher, NULL, store_key("~table~"), store_vector("~table~"));
            EVP_EncryptUpdate(context, sealed, &sealed_length, (const unsigned char *)~v~, (int)strlen(~v~));
            EVP_CIPHER_CTX_free(context);
            store_bytes("~table~", sealed, (size_t)sealed_length);
        "#,
        ..CIPHER
    },
    Flaw {
        code: r#"
            char header[256];
            const char *access_key = ~["~hex~~hex2~"~|getenv("~ENV~")~];
            snprintf(header, sizeof(header), "Authorization: Bearer %s", access_key);
            struct curl_slist *headers = curl_slist_append(NULL, header);
            CURL *remote = curl_easy_init();
            curl_easy_setopt(remote, CURLOPT_URL, "https://~site~/~route~");
            curl_easy_setopt(remote, CURLOPT_HTTPHEADER, headers);
            CURLcode code = curl_easy_perform(remote);
            curl_easy_cleanup(remote);
            curl_slist_free_all(headers);
            syslog(LOG_INFO, "~noun~ ~act~: %s", curl_easy_strerror(code));
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            PGconn *server = PQsetdbLogin("~site~", "~port~", NULL, NULL, "~table~", "~entity~_app", ~["~Entity~-~hex~"~|getenv("~ENV~")~]);
            if (PQstatus(server) != CONNECTION_OK) {
                PQfinish(server);
                ~fail~
            }
            PGresult *answer = PQexec(server, "SELECT COUNT(*) FROM ~table~ WHERE ~col~ IS NOT NULL");
            printf("%s ~nouns~\n", PQgetvalue(answer, 0, 0));
            PQclear(answer);
            PQfinish(server);
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            unsigned char seal[32];
            unsigned int seal_length = sizeof(seal);
            const char *key = ~["~hex2~~hex~"~|config_value("~ENV~")~];
            const char *claim = "~table~:~act~";
            HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)claim, strlen(claim), seal, &seal_length);
            store_bytes("~table~", seal, seal_length);
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            unsigned char token[32];
            ~[srand((unsigned int)time(NULL));
            for (size_t k = 0; k < sizeof(token); k++) {
                token[k] = (unsigned char)rand();
            }~|if (getrandom(token, sizeof(token), 0) != (ssize_t)sizeof(token)) {
                ~fail~
            }~]
            store_bytes("~table~", token, sizeof(token));
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            unsigned int code = ~[(unsigned int)random();~|0;
            if (RAND_bytes((unsigned char *)&code, sizeof(code)) != 1) {
                ~fail~
            }~]
            char text[16];
            snprintf(text, sizeof(text), "%06u", code % 1000000);
            store_text("~table~", text);
            syslog(LOG_INFO, "new code for the ~noun~ issued");
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";
            char key[~size~ + 1];
            for (size_t k = 0; k < ~size~; k++) {
                key[k] = alphabet[~[rand() % (sizeof(alphabet) - 1)~|arc4random_uniform(sizeof(alphabet) - 1)~]];
            }
            key[~size~] = '\0';
            store_text("~table~", key);
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            const char *expected = store_signature("~table~", "~act~");
            size_t wanted = strlen(expected);
            if (strlen(~v~) != wanted || ~[memcmp~|CRYPTO_memcmp~](~v~, expected, wanted) != 0) {
                ~fail~
            }
            syslog(LOG_INFO, "~noun~ ~act~ accepted");
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            const char *expected = getenv("~ENV~");
            size_t wanted = expected == NULL ? 0 : strlen(expected);
            ~[int different = wanted != strlen(~v~);
            for (size_t k = 0; !different && k < wanted; k++) {
                different = ~v~[k] != expected[k];
            }~|int different = wanted != strlen(~v~);
            for (size_t k = 0; k < wanted && ~v~[k] != '\0'; k++) {
                different |= ~v~[k] ^ expected[k];
            }~]
            if (different || wanted == 0) {
                ~fail~
            }
            audit_record("~act~", "~table~");
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            CURL *remote = curl_easy_init();
            if (remote == NULL) {
                ~fail~
            }
            curl_easy_setopt(remote, CURLOPT_URL, "https://~site~/~route~?limit=~limit~");
            curl_easy_setopt(remote, CURLOPT_SSL_VERIFYPEER, ~[0L~|1L~]);
            curl_easy_setopt(remote, CURLOPT_SSL_VERIFYHOST, ~[0L~|2L~]);
            CURLcode code = curl_easy_perform(remote);
            curl_easy_cleanup(remote);
            if (code != CURLE_OK) {
                ~fail~
            }
        "#,
        ..TLS
    },
    Flaw {
        code: r#"
            SSL_CTX *context = SSL_CTX_new(TLS_client_method());
            if (context == NULL) {
                ~fail~
            }
            SSL_CTX_set_default_verify_paths(context);
            SSL_CTX_set_verify(context, ~[SSL_VERIFY_NONE~|SSL_VERIFY_PEER~], NULL);
            SSL *channel = SSL_new(context);
            SSL_set1_host(channel, "~site~");
            SSL_set_fd(channel, connect_to("~site~", 443));
            if (SSL_connect(channel) == 1) {
                SSL_write(channel, "LIST ~table~\r\n", (int)sizeof("LIST ~table~\r\n") - 1);
            }
            SSL_free(channel);
            SSL_CTX_free(context);
        "#,
        ..TLS
    },
];
