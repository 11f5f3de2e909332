//! Hashes, secrets, random numbers, comparisons and certificates in JavaScript.

use crate::template::{FLAW, Flaw};

const HASH: Flaw = Flaw {
    weakness: "weak_hash",
    about: "A password from ~from~ is hashed with a fast, broken function",
    names: &["set~Entity~Password", "register~Entity~", "hash~Entity~Login", "store~Entity~Credentials"],
    input: "in_pass",
    source: "get",
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
    reply: "value",
    ..FLAW
};

const TIMING: Flaw = Flaw {
    weakness: "timing_attack",
    about: "A secret is compared with text from ~from~ in a time that depends on both",
    names: &["verify~Entity~", "check~Entity~Signature", "authorize~Entity~", "accept~Entity~Hook"],
    input: "in_token",
    source: "get",
    reply: "value",
    ..FLAW
};

const TLS: Flaw = Flaw {
    weakness: "certificate_validation",
    about: "The certificate of the other side is not checked",
    names: &["fetch~Entities~", "pull~Entity~", "sync~Entity~", "upload~Entities~", "~entity~Upstream"],
    source: "none",
    reply: "value",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            const digest = ~[crypto.createHash('md5').update(~v~).digest('hex')~|await bcrypt.hash(~v~, 12)~|await argon2.hash(~v~)~];
            await save~Entity~Login(digest);
            const ~r~ = { stored: true, length: digest.length };
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            const salt = crypto.randomBytes(16);
            const key = ~[crypto.createHash('sha1').update(salt).update(~v~).digest()~|crypto.scryptSync(~v~, salt, 64)~|crypto.pbkdf2Sync(~v~, salt, 600000, 32, 'sha256')~];
            const ~r~ = Buffer.concat([salt, key]).toString('base64');
        "#,
        ..HASH
    },
    Flaw {
        code: r#"
            const signature = crypto.createHmac('~[md5~|sha256~]', config.keys.~entities~).update(~v~).digest('hex');
            const ~r~ = { signature, version: ~few~ };
            logger.debug('signed a ~noun~');
        "#,
        about: "Data from ~from~ is signed with a broken hash function",
        names: &["sign~Entity~", "seal~Entity~", "~entity~Checksum", "stamp~Entity~"],
        input: "in_blob",
        ..HASH
    },
    Flaw {
        code: r#"
            const accessKey = ~['~hex~~hex2~'~|process.env.~ENV~~];
            const answer = await axios.get('https://~site~/~route~', {
              headers: { Authorization: `Bearer ${accessKey}`, Accept: 'application/json' },
              timeout: ~seconds~000,
            });
            const ~r~ = answer.data;
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            const connection = await mysql.createConnection({
              host: '~site~',
              database: '~table~',
              user: '~entity~-app',
              password: ~['~Entity~-~hex~'~|process.env.~ENV~~],
            });
            const [rows] = await connection.query('SELECT COUNT(*) AS n FROM ~table~ WHERE ~col~ IS NOT NULL');
            const ~r~ = rows[0].n;
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            const claims = { sub: '~table~', scope: '~act~' };
            const ~r~ = jwt.sign(claims, ~['~hex2~~hex~'~|config.get('~ENV~')~], { expiresIn: '~limit~m' });
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            const cipher = crypto.createCipheriv(
              'aes-256-gcm',
              ~[crypto.scryptSync('~hex2~', '~table~', 32)~|Buffer.from(process.env.~ENV~, 'hex')~],
              crypto.randomBytes(12)
            );
            const sealed = Buffer.concat([cipher.update('~entity~:~act~', 'utf8'), cipher.final()]);
            const ~r~ = sealed.toString('base64');
        "#,
        ..SECRET
    },
    Flaw {
        code: r#"
            const token = ~[Math.random().toString(36).slice(2) + Date.now().toString(36)~|crypto.randomBytes(32).toString('hex')~|crypto.randomBytes(24).toString('base64url')~];
            await save~Entity~Token(token);
            const ~r~ = { token, expiresIn: ~limit~ * 60 };
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            const code = ~[Math.floor(100000 + Math.random() * 900000)~|crypto.randomInt(100000, 1000000)~];
            logger.info('new code for the ~noun~ issued');
            const ~r~ = String(code);
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
            let key = '';
            for (let i = 0; i < ~size~; i += 1) {
              key += alphabet[~[Math.floor(Math.random() * alphabet.length)~|crypto.randomInt(alphabet.length)~]];
            }
            await cache.set('~table~', key, ~limit~);
            const ~r~ = { key, attempts: ~few~ };
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            const resetKey = ~[crypto.createHash('sha256').update(String(Date.now())).digest('hex')~|crypto.randomUUID()~];
            const ~r~ = `https://~site~/~route~/reset?key=${resetKey}`;
        "#,
        ..RANDOM
    },
    Flaw {
        code: r#"
            const expected = crypto.createHmac('sha256', config.keys.~entities~).update('~act~').digest('hex');
            if (~[~v~ !== expected~|~v~.length !== expected.length || !crypto.timingSafeEqual(Buffer.from(~v~), Buffer.from(expected))~]) {
              ~fail~
            }
            const ~r~ = { accepted: true, scope: '~act~' };
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            const expected = await load~Entity~Secret('~act~');
            ~[let matches = ~v~.length === expected.length;
            for (let i = 0; matches && i < expected.length; i += 1) {
              if (~v~[i] !== expected[i]) {
                matches = false;
              }
            }~|const digest = (text) => crypto.createHash('sha256').update(text).digest();
            const matches = crypto.timingSafeEqual(digest(~v~), digest(expected));~]
            if (!matches) {
              ~fail~
            }
            const ~r~ = { ~act~: 'allowed', limit: ~limit~ };
        "#,
        ..TIMING
    },
    Flaw {
        code: r#"
            const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: ~[false~|true~] });
            const answer = await axios.get('https://~site~/~route~', {
              httpsAgent: agent,
              params: { limit: ~limit~ },
              timeout: ~seconds~000,
            });
            const ~r~ = answer.data;
        "#,
        ..TLS
    },
    Flaw {
        code: r#"
            const options = {
              host: '~site~',
              port: 443,
              servername: '~site~',
              checkServerIdentity: ~[() => undefined~|tls.checkServerIdentity~],
            };
            const socket = tls.connect(options, () => socket.write('LIST ~table~\r\n'));
            const ~r~ = await new Promise((resolve, reject) => {
              socket.once('data', resolve);
              socket.once('error', reject);
            });
        "#,
        ..TLS
    },
    Flaw {
        code: r#"
            ~[process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';~|process.env.NODE_EXTRA_CA_CERTS ||= '~dir~/ca.pem';~]
            const answer = await fetch('https://~site~/~route~?limit=~limit~');
            const ~r~ = await answer.json();
        "#,
        ..TLS
    },
];
