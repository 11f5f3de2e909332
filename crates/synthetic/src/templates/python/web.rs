//! Pages, redirects, outgoing requests, headers and logs in Python.

use crate::template::{FLAW, Flaw};

const PAGE: Flaw = Flaw {
    weakness: "xss",
    about: "Text from ~from~ is put into a page as HTML",
    names: &["show_~entity~", "~entity~_page", "render_~entity~", "~entity~_summary", "preview_~entity~"],
    input: "in_markup",
    source: "get",
    raises: "(TypeError, ValueError)",
    reply: "html",
    ..FLAW
};

const REDIRECT: Flaw = Flaw {
    weakness: "open_redirect",
    about: "An address from ~from~ decides where the browser is sent",
    names: &[
        "finish_~entity~",
        "leave_~entity~",
        "after_~entity~_login",
        "~entity~_continue",
        "close_~entity~",
    ],
    input: "in_dest",
    source: "get",
    raises: "ValueError",
    reply: "redirect",
    ..FLAW
};

const FETCH: Flaw = Flaw {
    weakness: "ssrf",
    about: "An address from ~from~ is fetched by the server",
    names: &[
        "fetch_~entity~_feed",
        "import_~entity~",
        "load_~entity~_image",
        "sync_~entities~",
        "~entity~_webhook",
    ],
    input: "in_url",
    source: "get",
    raises: "requests.RequestException",
    reply: "value",
    ..FLAW
};

const LOG: Flaw = Flaw {
    weakness: "log_injection",
    about: "Text from ~from~ can forge lines of the log",
    names: &["record_~entity~", "note_~entity~_change", "~entity~_login", "track_~entity~"],
    input: "in_user",
    source: "get",
    raises: "KeyError",
    reply: "done",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            count = ~Entity~.count_since("~col~")
            ~r~ = f"<h1>~Entity~ ~act~</h1><p>{count} ~nouns~ for {~[~v~~|html.escape(~v~)~|escape(~v~)~]}</p>"
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            parts = ["<ul class='~route~'>"]
            for row in load_~table~(~limit~):
                parts.append("<li>%s</li>" % html.escape(str(row)))
            parts.append("<li class='own'>%s</li></ul>" % ~[~v~~|escape(~v~)~])
            ~r~ = "".join(parts)
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            ~r~ = "<a href='/~route~?q={}'>~nouns~</a>".format(~[~v~~|quote(~v~, safe="")~])
            logger.debug("page has %d characters", len(~r~))
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            ~[page = ~v~.replace("<script>", "")~|page = bleach.clean(~v~, tags=["b", "i"])~|page = html.escape(~v~)~]
            ~r~ = "<html><body><h2>~Entity~</h2><div>" + page + "</div></body></html>"
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            ~r~ = "<script>var ~entity~ = " + ~[repr(~v~)~|json.dumps(~v~).replace("<", "\\u003c")~] + ";</script>"
            ~r~ += "<div id='~route~'></div>"
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            ~r~ = ~v~ or "/~route~"
            ~[if ~r~.endswith("/logout"):~|if not ~r~.startswith("/") or ~r~.startswith(("//", "/\\")):~]
                ~r~ = "/~route~"
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            parts = urlsplit(~v~)
            logger.info("leaving ~noun~ for %r", parts.path)
            ~[~r~ = ~v~~|~r~ = ~v~ if parts.scheme == "https" and parts.hostname == "~site~" else "/~route~"~]
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            pages = {"home": "/", "list": "/~route~", "help": "/help/~route~"}
            ~r~ = pages.get(~v~, ~[~v~~|"/~route~"~])
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            ~[if "~site~" not in ~v~:~|if urlparse(~v~).scheme != "https" or urlparse(~v~).hostname != "~site~":~]
                ~fail~
            ~r~ = ~v~
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            ~[~|
            if urlparse(~v~).scheme != "https" or urlparse(~v~).hostname != "~site~":
                ~fail~
            ~]
            answer = requests.get(~v~, timeout=~seconds~~[~|, allow_redirects=False~])
            ~r~ = answer.json()
        "#,
        ..FETCH
    },
    Flaw {
        code: r#"
            ~[if not ~v~.startswith("http"):~|if urlsplit(~v~).hostname not in {"~site~", "cdn.example.com"}:~]
                ~fail~
            with urllib.request.urlopen(~v~, timeout=~seconds~) as stream:
                ~r~ = stream.read(~limit~ * 1024).decode("utf-8", "replace")
        "#,
        raises: "OSError",
        ..FETCH
    },
    Flaw {
        code: r#"
            with httpx.Client(timeout=~seconds~, follow_redirects=False) as client:
                reply = client.post(~[~v~~|WEBHOOKS.get(~v~, "https://~site~/~route~")~], json={"event": "~act~", "type": "~noun~"})
            ~r~ = {"status": reply.status_code}
        "#,
        about: "An address from ~from~ is called by the server",
        raises: "httpx.HTTPError",
        ..FETCH
    },
    Flaw {
        code: r#"
            reply = requests.get(~[f"http://{~v~}/~route~/status"~|"https://~site~/~route~/status", params={"node": ~v~}~], timeout=~seconds~)
            reply.raise_for_status()
            ~r~ = reply.text[:~size~]
        "#,
        about: "A host name from ~from~ decides which server is asked",
        input: "in_host",
        ..FETCH
    },
    Flaw {
        code: r#"
            logger.info(~["~act~ of ~noun~ by " + ~v~~|"~act~ of ~noun~ by %r", ~v~~])
            store_~entity~_event("~act~")
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            with open("~dir~/~table~.log", "a", encoding="utf-8") as journal:
                journal.write(f"{time.time():.0f} ~act~ {~[~v~~|json.dumps(~v~)~]}\n")
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            line = ~[~v~~|~v~.replace("\r", " ").replace("\n", " ")~]
            audit_log.warning("~noun~ ~act~ refused for " + line)
            notify_owner("~table~")
        "#,
        ..LOG
    },
    Flaw {
        weakness: "header_injection",
        about: "Text from ~from~ can add headers to an e-mail",
        names: &["mail_~entity~", "notify_about_~entity~", "send_~entity~_receipt", "contact_~entity~_owner"],
        input: "in_markup",
        source: "get",
        raises: "smtplib.SMTPException",
        reply: "done",
        code: r#"
            ~[~|
            if "\r" in ~v~ or "\n" in ~v~:
                ~fail~
            ~]
            mail = "From: noreply@example.com\r\nSubject: ~Entity~ " + ~v~ + "\r\n\r\nYour ~noun~ has changed."
            with smtplib.SMTP("~site~", timeout=~seconds~) as server:
                server.sendmail("noreply@example.com", ["~table~@example.com"], mail)
        "#,
        ..FLAW
    },
    Flaw {
        weakness: "header_injection",
        about: "Text from ~from~ can add headers to an HTTP response",
        names: &[
            "send_~entity~_header",
            "answer_~entity~_client",
            "write_~entity~_reply",
            "reply_to_~entity~",
        ],
        input: "in_markup",
        source: "get",
        raises: "OSError",
        reply: "done",
        code: r#"
            client = socket.create_connection(("~site~", ~port~), timeout=~seconds~)
            head = "POST /~route~ HTTP/1.1\r\nHost: ~site~\r\nX-Reason: " + ~[~v~~|quote(~v~)~] + "\r\n\r\n"
            client.sendall(head.encode("latin-1", "replace"))
            client.close()
        "#,
        ..FLAW
    },
];
