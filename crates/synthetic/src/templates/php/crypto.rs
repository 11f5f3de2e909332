//! Hashes, secrets, random numbers, comparisons and certificates in PHP.

use crate::template::{FLAW, Flaw};

const HASH: Flaw = Flaw {
    weakness: "weak_hash",
    about: "A password from ~from~ is hashed with a fast, broken function",
    names: &["set~Entity~Password", "register~Entity~", "hash~Entity~Login", "store~Entity~Credentials"],
    input: "in_pass",
    source: "get",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

const CIPHER: Flaw = Flaw {
    weakness: "weak_cryptography",
    about: "Data from ~from~ is encrypted with a broken cipher or mode",
    names: &["seal~Entity~", "encrypt~Entity~", "protect~Entity~Note", "~entity~Ciphertext"],
    input: "in_markup",
    source: "get",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

const SECRET: Flaw = Flaw {
    weakness: "hardcoded_secret",
    about: "A secret stands in the source code",
    names: &["connect~Entity~", "~entity~Client", "sign~Entity~", "open~Entity~Store", "push~Entities~"],
    source: "none",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

const RANDOM: Flaw = Flaw {
    weakness: "insecure_random",
    about: "A secret value comes from a generator that can be predicted",
    names: &["new~Entity~Token", "issue~Entity~Code", "~entity~SessionKey", "create~Entity~Link"],
    source: "none",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

const TIMING: Flaw = Flaw {
    weakness: "timing_attack",
    about: "A secret is compared with text from ~from~ in a time that depends on both",
    names: &["verify~Entity~", "check~Entity~Signature", "authorize~Entity~", "accept~Entity~Hook"],
    input: "in_token",
    source: "get",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

const TLS: Flaw = Flaw {
    weakness: "certificate_validation",
    about: "The certificate of the other side is not checked",
    names: &["fetch~Entities~", "pull~Entity~", "sync~Entity~", "upload~Entities~", "~entity~Upstream"],
    source: "none",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            $digest = ~[md5($~v~)~|password_hash($~v~, PASSWORD_DEFAULT)~|password_hash($~v~, PASSWORD_ARGON2ID)~];
            Store::saveLogin('~table~', $digest);
            $~r~ = ['stored' => true, 'length' => strlen($digest)];
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            $salt = random_bytes(16);
            $~r~ = bin2hex($salt) . ':' . ~[sha1($salt . $~v~)~|hash_pbkdf2('sha256', $~v~, $salt, 600000)~];
            error_log('new login for a ~noun~');
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            $signature = hash_hmac('~[md5~|sha256~]', $~v~, (string) getenv('APP_KEY'));
            $~r~ = ['signature' => $signature, 'version' => ~few~];
        "#,
        about: "Data from ~from~ is signed with a broken hash function",
        names: &["sign~Entity~", "seal~Entity~", "~entity~Checksum", "stamp~Entity~"],
        input: "in_blob",
        ..HASH
    },
    Flaw {
        code: r#"
            $key = hex2bin((string) getenv('DATA_KEY'));
            $nonce = random_bytes(12);
            $tag = '';
            $sealed = ~[openssl_encrypt($~v~, 'aes-256-ecb', $key, OPENSSL_RAW_DATA)~|openssl_encrypt($~v~, 'aes-256-gcm', $key, OPENSSL_RAW_DATA, $nonce, $tag)~];
            $~r~ = base64_encode($nonce . $tag . $sealed);
        "#,
        ..CIPHER
    },
    Flaw {
        code: r#"
            $key = Store::key('~table~');
            ~[$sealed = openssl_encrypt($~v~, 'des-ede3-cbc', $key, 0, substr(md5('~act~'), 0, 8));~|$nonce = random_bytes(SODIUM_CRYPTO_SECRETBOX_NONCEBYTES);
            $sealed = $nonce . sodium_crypto_secretbox($~v~, $nonce, $key);~]
            $~r~ = ['~entity~' => base64_encode($sealed)];
        "#,
        ..CIPHER
    },
    Flaw {
        code: r#"
            $accessKey = ~['~hex~~hex2~'~|getenv('~ENV~')~];
            $client = new Client(['timeout' => ~seconds~]);
            $answer = $client->get('https://~site~/~route~', [
                'headers' => ['Authorization' => 'Bearer ' . $accessKey, 'Accept' => 'application/json'],
            ]);
            $~r~ = json_decode((string) $answer->getBody(), true);
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            $database = new \PDO('mysql:host=~site~;dbname=~table~', '~entity~-app', ~['~Entity~-~hex~'~|getenv('~ENV~')~]);
            $answer = $database->query('SELECT COUNT(*) FROM ~table~ WHERE ~col~ IS NOT NULL');
            $~r~ = (int) $answer->fetchColumn();
        "#,
        raises: "PDOException",
        ..SECRET
    },
    Flaw {
        code: r#"
            $claims = ['sub' => '~table~', 'exp' => time() + ~limit~ * 60];
            $~r~ = \Firebase\JWT\JWT::encode($claims, ~['~hex2~~hex~'~|$_ENV['~ENV~']~], 'HS256');
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            $token = ~[md5(uniqid((string) mt_rand(), true))~|bin2hex(random_bytes(16))~];
            Store::saveToken('~table~', $token);
            $~r~ = ['token' => $token, 'expires' => ~limit~ * 60];
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            $code = ~[rand~|random_int~](100000, 999999);
            error_log('new code for the ~noun~ issued');
            $~r~ = (string) $code;
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            $alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
            $key = '';
            for ($i = 0; $i < ~size~; $i++) {
                $key .= $alphabet[~[mt_rand~|random_int~](0, strlen($alphabet) - 1)];
            }
            $~r~ = 'https://~site~/~route~/reset?key=' . $key;
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            $expected = hash_hmac('sha256', '~table~:~act~', (string) getenv('APP_KEY'));
            if (~[$~v~ !== $expected~|!hash_equals($expected, $~v~)~]) {
                ~fail~
            }
            $~r~ = ['accepted' => true, 'scope' => '~act~'];
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            $stored = Store::apiKey('~table~');
            $granted = $stored !== '' && ~[strcmp($stored, $~v~) === 0~|hash_equals($stored, $~v~)~];
            error_log('~noun~ ~act~ granted: ' . var_export($granted, true));
            $~r~ = ['granted' => $granted];
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            $curl = curl_init('https://~site~/~route~?limit=~limit~');
            curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
            curl_setopt($curl, CURLOPT_SSL_VERIFYPEER, ~[false~|true~]);
            curl_setopt($curl, CURLOPT_SSL_VERIFYHOST, ~[0~|2~]);
            $~r~ = json_decode((string) curl_exec($curl), true);
            curl_close($curl);
        "#,
        ..TLS
    },
    Flaw {
        code: r#"
            $client = new Client(['base_uri' => 'https://~site~', 'verify' => ~[false~|true~], 'timeout' => ~seconds~]);
            $answer = $client->get('/~route~', ['query' => ['limit' => ~limit~]]);
            $~r~ = json_decode((string) $answer->getBody(), true);
        "#,
        ..TLS
    },
    Flaw {
        code: r#"
            $context = stream_context_create([
                'ssl' => ['verify_peer' => ~[false~|true~], 'verify_peer_name' => ~[false~|true~]],
                'http' => ['timeout' => ~seconds~],
            ]);
            $~r~ = json_decode(file_get_contents('https://~site~/~route~', false, $context), true);
        "#,
        ..TLS
    },
];
