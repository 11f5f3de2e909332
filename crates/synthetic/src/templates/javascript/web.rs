//! Pages, redirects, outgoing requests, headers and logs in JavaScript.

use crate::template::{FLAW, Flaw};

const PAGE: Flaw = Flaw {
    weakness: "xss",
    about: "Text from ~from~ is put into a page as HTML",
    names: &["show~Entity~", "~entity~Page", "render~Entity~", "~entity~Summary", "preview~Entity~"],
    input: "in_markup",
    source: "get",
    reply: "html",
    ..FLAW
};

const REDIRECT: Flaw = Flaw {
    weakness: "open_redirect",
    about: "An address from ~from~ decides where the browser is sent",
    names: &["finish~Entity~", "leave~Entity~", "after~Entity~Login", "~entity~Continue", "close~Entity~"],
    input: "in_dest",
    source: "get",
    reply: "redirect",
    ..FLAW
};

const FETCH: Flaw = Flaw {
    weakness: "ssrf",
    about: "An address from ~from~ is fetched by the server",
    names: &["fetch~Entity~Feed", "import~Entity~", "load~Entity~Image", "sync~Entities~", "~entity~Webhook"],
    input: "in_url",
    source: "get",
    reply: "value",
    ..FLAW
};

const LOG: Flaw = Flaw {
    weakness: "log_injection",
    about: "Text from ~from~ can forge lines of the log",
    names: &["record~Entity~", "note~Entity~Change", "~entity~Login", "track~Entity~"],
    input: "in_user",
    source: "get",
    reply: "done",
    ..FLAW
};

const MAIL: Flaw = Flaw {
    weakness: "header_injection",
    about: "Text from ~from~ can add lines to a message head",
    names: &["mail~Entity~", "notifyAbout~Entity~", "send~Entity~Receipt", "contact~Entity~Owner"],
    input: "in_markup",
    source: "get",
    reply: "done",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            const count = await count~Entities~('~col~');
            const ~r~ = `<h1>~Entity~ ~act~</h1><p>${count} ~nouns~ for ${~[~v~~|escapeHtml(~v~)~|_.escape(~v~)~]}</p>`;
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            const rows = await load~Entities~(~limit~);
            const lines = rows.map((~row~) => `<li>${escapeHtml(~row~.~col~)}</li>`);
            lines.push('<li class="own">' + ~[~v~~|escapeHtml(~v~)~] + '</li>');
            const ~r~ = '<ul>' + lines.join('') + '</ul>';
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            const link = '/~route~?q=' + ~[~v~~|encodeURIComponent(~v~)~];
            const ~r~ = `<a href="${link}">~nouns~</a>`;
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            const body = ~[~v~.replace('<script>', '')~|sanitizeHtml(~v~, { allowedTags: ['b', 'i'] })~];
            const ~r~ = '<html><body><h2>~Entity~</h2><div>' + body + '</div></body></html>';
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            const state = JSON.stringify({ ~col~: ~limit~, text: ~v~ })~[~|.replace(/</g, '\\u003c')~];
            const ~r~ = `<div id="~route~"></div><script>window.state = ${state};</script>`;
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            const ~r~ = ~[~v~ || '/~route~'~|/^\/(?![\/\\])/.test(~v~) ? ~v~ : '/~route~'~];
            logger.debug('leaving the ~noun~');
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            const target = new URL(~v~, 'https://~site~');
            if (~[target.protocol !== 'https:'~|target.origin !== 'https://~site~'~]) {
              ~fail~
            }
            const ~r~ = target.href;
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            const pages = new Map([['home', '/'], ['list', '/~route~'], ['help', '/help']]);
            const ~r~ = pages.get(~v~) || ~[~v~~|'/~route~'~];
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            ~[if (!~v~.includes('~site~')) {~|if (!~v~.startsWith('https://~site~/')) {~]
              ~fail~
            }
            const ~r~ = ~v~;
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            ~[~|
            if (new URL(~v~).origin !== 'https://~site~') {
              ~fail~
            }
            ~]
            const answer = await axios.get(~v~, { timeout: ~seconds~000, maxRedirects: ~[5~|0~] });
            const ~r~ = answer.data;
        "#,
        ..FETCH
    },
    Flaw {
        code: r#"
            const { ~[protocol~|hostname~] } = new URL(~v~);
            if (!~[['http:', 'https:'].includes(protocol)~|['~site~', 'cdn.example.com'].includes(hostname)~]) {
              ~fail~
            }
            const answer = await fetch(~v~, { redirect: 'manual' });
            const ~r~ = await answer.text();
        "#,
        ..FETCH
    },
    Flaw {
        code: r#"
            const hooks = await load~Entity~Hooks(~limit~);
            const target = ~[hooks[~v~] || ~v~~|Object.hasOwn(hooks, ~v~) ? hooks[~v~] : 'https://~site~/~route~'~];
            const answer = await axios.post(target, { event: '~act~', type: '~noun~' });
            const ~r~ = { status: answer.status };
        "#,
        about: "An address from ~from~ is called by the server",
        ..FETCH
    },
    Flaw {
        code: r#"
            const answer = await fetch(~[`http://${~v~}/~route~/status`~|`https://~site~/~route~/status?node=${encodeURIComponent(~v~)}`~]);
            if (!answer.ok) {
              ~broken~
            }
            const ~r~ = await answer.json();
        "#,
        about: "A host name from ~from~ decides which server is asked",
        input: "in_host",
        ..FETCH
    },
    Flaw {
        code: r#"
            await fs.appendFile('~dir~/~table~.log', `${Date.now()} ~act~ ${~[~v~~|JSON.stringify(~v~)~]}\n`);
            await store~Entity~Event('~act~');
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            const line = ~[`~act~ of ~noun~ by ${~v~}`~|`~act~ of ~noun~ by ${~v~.replace(/[\r\n]/g, ' ')}`~];
            console.log(line);
            await notifyOwner('~table~');
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            const journal = fsSync.createWriteStream('~dir~/~act~.log', { flags: 'a' });
            journal.write('~noun~ refused for ' + ~[~v~~|encodeURIComponent(~v~)~] + '\n');
            journal.end();
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            ~[~|
            if (/[\r\n]/.test(~v~)) {
              ~fail~
            }
            ~]
            const mail = `From: noreply@example.com\r\nSubject: ~Entity~ ${~v~}\r\n\r\nYour ~noun~ has changed.`;
            const socket = net.connect(25, '~site~');
            socket.end(`DATA\r\n${mail}\r\n.\r\n`);
        "#,
        ..MAIL
    },
    Flaw {
        code: r#"
            const socket = net.connect(~port~, '~site~');
            const head = ['POST /~route~ HTTP/1.1', 'Host: ~site~', 'X-Reason: ' + ~[~v~~|encodeURIComponent(~v~)~], '', ''];
            socket.end(head.join('\r\n'));
        "#,
        ..MAIL
    },
];
