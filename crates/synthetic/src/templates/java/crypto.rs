//! Hashes, ciphers, secrets, random numbers, comparisons and certificates in Java.

use crate::template::{FLAW, Flaw};

const HASH: Flaw = Flaw {
    weakness: "weak_hash",
    about: "A password from ~from~ is hashed with a fast, broken function",
    names: &["set~Entity~Password", "register~Entity~", "hash~Entity~Login", "store~Entity~Credentials"],
    input: "in_pass",
    source: "get",
    raises: "GeneralSecurityException",
    result: "String",
    reply: "value",
    ..FLAW
};

const CIPHER: Flaw = Flaw {
    weakness: "weak_cryptography",
    about: "Data from ~from~ is encrypted with a broken cipher or mode",
    names: &["seal~Entity~", "encrypt~Entity~", "protect~Entity~Note", "~entity~Ciphertext"],
    input: "in_markup",
    source: "get",
    raises: "GeneralSecurityException",
    result: "String",
    reply: "value",
    ..FLAW
};

const SECRET: Flaw = Flaw {
    weakness: "hardcoded_secret",
    about: "A secret stands in the source code",
    names: &["connect~Entity~", "~entity~Client", "sign~Entity~", "open~Entity~Store", "push~Entities~"],
    source: "none",
    reply: "value",
    ..FLAW
};

const RANDOM: Flaw = Flaw {
    weakness: "insecure_random",
    about: "A secret value comes from a generator that can be predicted",
    names: &["new~Entity~Token", "issue~Entity~Code", "~entity~SessionKey", "create~Entity~Link"],
    source: "none",
    raises: "IllegalStateException",
    result: "String",
    reply: "value",
    macros: super::UNCHECKED,
    ..FLAW
};

const TIMING: Flaw = Flaw {
    weakness: "timing_attack",
    about: "A secret is compared with text from ~from~ in a time that depends on both",
    names: &["verify~Entity~", "check~Entity~Signature", "authorize~Entity~", "accept~Entity~Hook"],
    input: "in_token",
    source: "get",
    raises: "IllegalStateException",
    result: "Boolean",
    reply: "value",
    macros: super::UNCHECKED,
    ..FLAW
};

const TLS: Flaw = Flaw {
    weakness: "certificate_validation",
    about: "The certificate of the other side is not checked",
    names: &["fetch~Entities~", "pull~Entity~", "sync~Entity~", "upload~Entities~", "~entity~Upstream"],
    source: "none",
    raises: "Exception",
    result: "String",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            ~[byte[] digest = MessageDigest.getInstance("MD5").digest(~v~.getBytes(StandardCharsets.UTF_8));
            String ~r~ = HexFormat.of().formatHex(digest);~|String ~r~ = BCrypt.hashpw(~v~, BCrypt.gensalt(12));~]
            store.saveLogin("~table~", ~r~);
        "#,
        raises: "Exception",
        ..HASH
    },
    Flaw {
        code: r#"
            byte[] salt = new byte[16];
            new SecureRandom().nextBytes(salt);
            ~[MessageDigest hasher = MessageDigest.getInstance("SHA-1");
            hasher.update(salt);
            byte[] key = hasher.digest(~v~.getBytes(StandardCharsets.UTF_8));~|PBEKeySpec settings = new PBEKeySpec(~v~.toCharArray(), salt, 600_000, 256);
            byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(settings).getEncoded();~]
            String ~r~ = HexFormat.of().formatHex(salt) + ":" + HexFormat.of().formatHex(key);
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            MessageDigest hasher = MessageDigest.getInstance("~[MD5~|SHA-256~]");
            hasher.update("~table~".getBytes(StandardCharsets.UTF_8));
            String ~r~ = Base64.getEncoder().encodeToString(hasher.digest(~v~.getBytes(StandardCharsets.UTF_8)));
        "#,
        about: "Data from ~from~ is sealed with a broken hash function",
        names: &["sign~Entity~", "seal~Entity~", "~entity~Checksum", "stamp~Entity~"],
        input: "in_blob",
        ..HASH
    },
    Flaw {
        code: r#"
            byte[] nonce = SecureRandom.getSeed(12);
            ~[Cipher cipher = Cipher.getInstance("AES/ECB/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, keys.aes("~table~"));~|Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, keys.aes("~table~"), new GCMParameterSpec(128, nonce));~]
            byte[] sealed = cipher.doFinal(~v~.getBytes(StandardCharsets.UTF_8));
            String ~r~ = HexFormat.of().formatHex(nonce) + HexFormat.of().formatHex(sealed);
        "#,
        ..CIPHER
    },
    Flaw {
        code: r#"
            Cipher cipher = Cipher.getInstance("~[DESede/CBC/PKCS5Padding~|AES/GCM/NoPadding~]");
            cipher.init(Cipher.ENCRYPT_MODE, keys.load("~table~", "~[DESede~|AES~]"));
            byte[] sealed = cipher.doFinal(~v~.getBytes(StandardCharsets.UTF_8));
            store.saveNonce("~table~", cipher.getIV());
            String ~r~ = Base64.getEncoder().encodeToString(sealed);
        "#,
        ..CIPHER
    },
    Flaw {
        code: r#"
            String accessKey = ~["~hex~~hex2~"~|System.getenv("~ENV~")~];
            HttpRequest outgoing = HttpRequest.newBuilder(URI.create("https://~site~/~route~"))
                    .header("Authorization", "Bearer " + accessKey)
                    .timeout(Duration.ofSeconds(~seconds~))
                    .build();
            String ~r~ = httpClient.send(outgoing, HttpResponse.BodyHandlers.ofString()).body();
        "#,
        raises: "Exception",
        result: "String",
        ..SECRET
    },
    Flaw {
        code: r#"
            String address = "jdbc:postgresql://~site~:~port~/~table~";
            int ~r~ = 0;
            try (Connection connection = DriverManager.getConnection(address, "~entity~-app", ~["~Entity~-~hex~"~|System.getenv("~ENV~")~]);
                    Statement ~stmt~ = connection.createStatement();
                    ResultSet ~rs~ = ~stmt~.executeQuery("SELECT COUNT(*) FROM ~table~ WHERE ~col~ IS NOT NULL")) {
                if (~rs~.next()) {
                    ~r~ = ~rs~.getInt(1);
                }
            }
        "#,
        raises: "SQLException",
        result: "Integer",
        ..SECRET
    },
    Flaw {
        code: r#"
            SecretKeySpec key = new SecretKeySpec(~["~hex2~~hex~".getBytes(StandardCharsets.UTF_8)~|Base64.getDecoder().decode(System.getenv("~ENV~"))~], "HmacSHA256");
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            byte[] signature = mac.doFinal("~table~:~act~".getBytes(StandardCharsets.UTF_8));
            String ~r~ = Base64.getUrlEncoder().encodeToString(signature);
        "#,
        raises: "GeneralSecurityException",
        result: "String",
        ..SECRET
    },
    Flaw {
        code: r#"
            ~[Random~|SecureRandom~] source = new ~[Random~|SecureRandom~]();
            byte[] bytes = new byte[32];
            source.nextBytes(bytes);
            String ~r~ = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            store.saveToken("~table~", ~r~);
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            int code = 100000 + ~[(int) (Math.random() * 900000)~|secureRandom.nextInt(900000)~];
            log.info("new code for the ~noun~ issued");
            String ~r~ = Integer.toString(code);
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            String alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
            StringBuilder key = new StringBuilder();
            for (int i = 0; i < ~size~; i++) {
                key.append(alphabet.charAt(~[ThreadLocalRandom.current()~|secureRandom~].nextInt(alphabet.length())));
            }
            String ~r~ = "https://~site~/~route~/reset?key=" + key;
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            String expected = keys.signature("~table~", "~act~");
            boolean ~r~ = ~[expected.equals(~v~)~|MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), ~v~.getBytes(StandardCharsets.UTF_8))~];
            log.info("~noun~ ~act~ accepted: {}", ~r~);
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            byte[] expected = keys.mac("~table~:~act~");
            byte[] given = Base64.getDecoder().decode(~v~);
            ~[boolean ~r~ = given.length == expected.length;
            for (int i = 0; ~r~ && i < expected.length; i++) {
                ~r~ = given[i] == expected[i];
            }~|boolean ~r~ = MessageDigest.isEqual(given, expected);~]
            if (!~r~) {
                ~fail~
            }
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            HttpsURLConnection remote = (HttpsURLConnection) new URL("https://~site~/~route~").openConnection();
            remote.setConnectTimeout(~seconds~000);
            remote.setHostnameVerifier(~[(host, session) -> true~|HttpsURLConnection.getDefaultHostnameVerifier()~]);
            String ~r~ = new String(remote.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        "#,
        raises: "IOException",
        macros: super::IO,
        ..TLS
    },
    Flaw {
        code: r#"
            SSLContext tls = SSLContextBuilder.create()
                    .loadTrustMaterial(trustStore, ~[TrustAllStrategy.INSTANCE~|null~])
                    .build();
            HttpClient client = HttpClient.newBuilder().sslContext(tls).build();
            HttpRequest outgoing = HttpRequest.newBuilder(URI.create("https://~site~/~route~?limit=~limit~")).build();
            String ~r~ = client.send(outgoing, HttpResponse.BodyHandlers.ofString()).body();
        "#,
        ..TLS
    },
    Flaw {
        code: r#"
            TrustManager[] trust = ~[new TrustManager[] {new X509TrustManager() {
                public void checkClientTrusted(X509Certificate[] chain, String type) {}
                public void checkServerTrusted(X509Certificate[] chain, String type) {}
                public X509Certificate[] getAcceptedIssuers() {
                    return new X509Certificate[0];
                }
            }}~|trustManagersFor("~site~")~];
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust, new SecureRandom());
            String ~r~ = readFrom("https://~site~/~route~", tls.getSocketFactory(), ~seconds~);
        "#,
        ..TLS
    },
];
