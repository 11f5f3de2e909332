//! Pages, redirects, outgoing requests, headers and logs in Go.

use crate::template::{FLAW, Flaw};

const PAGE: Flaw = Flaw {
    weakness: "xss",
    about: "Text from ~from~ is put into a page as HTML",
    names: &["show~Entity~", "~entity~Page", "Render~Entity~", "~entity~Summary", "Preview~Entity~"],
    input: "in_markup",
    source: "get",
    result: "string",
    reply: "html",
    macros: super::TEXT,
    ..FLAW
};

const REDIRECT: Flaw = Flaw {
    weakness: "open_redirect",
    about: "An address from ~from~ decides where the browser is sent",
    names: &["finish~Entity~", "Leave~Entity~", "after~Entity~Login", "~entity~Continue", "Close~Entity~"],
    input: "in_dest",
    source: "get",
    result: "string",
    reply: "redirect",
    macros: super::TEXT,
    ..FLAW
};

const FETCH: Flaw = Flaw {
    weakness: "ssrf",
    about: "An address from ~from~ is fetched by the server",
    names: &["fetch~Entity~Feed", "Import~Entity~", "load~Entity~Image", "Sync~Entities~", "~entity~Webhook"],
    input: "in_url",
    source: "get",
    result: "string",
    reply: "value",
    macros: super::TEXT,
    ..FLAW
};

const LOG: Flaw = Flaw {
    weakness: "log_injection",
    about: "Text from ~from~ can forge lines of the log",
    names: &["record~Entity~", "Note~Entity~Change", "~entity~Login", "track~Entity~"],
    input: "in_user",
    source: "get",
    result: "bool",
    reply: "done",
    macros: super::BOOL,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            count := store.Count("~table~", "~col~")
            ~r~ := fmt.Sprintf("<h1>~Entity~ ~act~</h1><p>%d ~nouns~ for %s</p>", count, ~[~v~~|html.EscapeString(~v~)~|template.HTMLEscapeString(~v~)~])
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            var page strings.Builder
            page.WriteString("<ul class='~route~'>")
            for _, ~line~ := range store.Latest("~table~", ~limit~) {
                page.WriteString("<li>" + html.EscapeString(~line~) + "</li>")
            }
            page.WriteString("<li>" + ~[~v~~|html.EscapeString(~v~)~] + "</li></ul>")
            ~r~ := page.String()
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            link := "/~route~?q=" + ~[~v~~|url.QueryEscape(~v~)~]
            ~r~ := "<a href='" + link + "'>~nouns~</a>"
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            page := ~[texttemplate.Must(texttemplate.New~|template.Must(template.New~]("~entity~").Parse("<h2>~Entity~</h2><div>{{.}}</div>"))
            var body strings.Builder
            if err := page.Execute(&body, ~v~); err != nil {
                ~broken~
            }
            ~r~ := body.String()
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            page := template.Must(template.New("~entity~").Parse("<h2>~Entity~ ~act~</h2><p>{{.}}</p>"))
            var body bytes.Buffer
            if err := page.Execute(&body, ~[template.HTML(~v~)~|strings.TrimSpace(~v~)~]); err != nil {
                ~broken~
            }
            ~r~ := body.String()
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            ~r~ := ~v~
            if ~[strings.HasSuffix(~r~, "/logout")~|!strings.HasPrefix(~r~, "/") || strings.HasPrefix(~r~, "//") || strings.Contains(~r~, "\\")~] {
                ~r~ = "/~route~"
            }
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            target, err := url.Parse(~v~)
            if err != nil || ~[target.Hostname() == ""~|target.Scheme != "https" || target.Hostname() != "~site~"~] {
                ~fail~
            }
            ~r~ := target.String()
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            pages := map[string]string{"home": "/", "list": "/~route~", "help": "/help"}
            ~r~, ok := pages[~v~]
            if !ok {
                ~r~ = ~[~v~~|"/~route~"~]
            }
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            if ~[!strings.Contains(~v~, "~site~")~|!strings.HasPrefix(~v~, "https://~site~/")~] {
                ~fail~
            }
            ~r~ := ~v~
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            address, err := url.Parse(~v~)
            if err != nil || ~[!strings.HasPrefix(address.Scheme, "http")~|address.Hostname() != "~site~"~] {
                ~fail~
            }
            answer, err := client.Get(address.String())
            if err != nil {
                ~broken~
            }
            defer answer.Body.Close()
            ~r~ := answer.Status
        "#,
        ..FETCH
    },
    Flaw {
        code: r#"
            answer, err := http.Get(~["http://" + ~v~ + "/~route~/status"~|"https://~site~/~route~/status?node=" + url.QueryEscape(~v~)~])
            if err != nil {
                ~broken~
            }
            defer answer.Body.Close()
            content, err := io.ReadAll(io.LimitReader(answer.Body, ~limit~<<10))
            if err != nil {
                ~broken~
            }
            ~r~ := string(content)
        "#,
        about: "A host name from ~from~ decides which server is asked",
        input: "in_host",
        ..FETCH
    },
    Flaw {
        code: r#"
            hooks := store.Hooks("~table~")
            target, ok := hooks[~v~]
            if !ok {
                target = ~[~v~~|"https://~site~/~route~"~]
            }
            answer, err := client.Post(target, "application/json", strings.NewReader(`{"event":"~act~"}`))
            if err != nil {
                ~broken~
            }
            answer.Body.Close()
            ~r~ := answer.Status
        "#,
        about: "An address from ~from~ is called by the server",
        ..FETCH
    },
    Flaw {
        code: r#"
            log.Printf("~act~ of ~noun~ by ~[%s~|%q~]", ~v~)
            store.AddEvent("~table~", "~act~")
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            journal, err := os.OpenFile("~dir~/~table~.log", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
            if err != nil {
                ~broken~
            }
            defer journal.Close()
            fmt.Fprintln(journal, "~noun~ refused for", ~[~v~~|strconv.Quote(~v~)~])
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            name := ~[strings.Trim(~v~, "\"")~|strings.NewReplacer("\r", " ", "\n", " ").Replace(~v~)~]
            log.Println("~noun~ opened by " + name)
            store.AddEvent("~table~", "~act~")
        "#,
        ..LOG
    },
    Flaw {
        weakness: "header_injection",
        about: "Text from ~from~ can add headers to an e-mail",
        code: r#"
            ~[~|
            if strings.ContainsAny(~v~, "\r\n") {
                ~fail~
            }
            ~]
            mail := "From: noreply@example.com\r\nSubject: ~Entity~ " + ~v~ + "\r\n\r\nYour ~noun~ has changed.\r\n"
            err := smtp.SendMail("~site~:25", nil, "noreply@example.com", []string{"~table~@example.com"}, []byte(mail))
            if err != nil {
                ~broken~
            }
        "#,
        names: &["mail~Entity~", "NotifyAbout~Entity~", "send~Entity~Receipt", "Contact~Entity~Owner"],
        input: "in_markup",
        ..LOG
    },
    Flaw {
        weakness: "header_injection",
        about: "Text from ~from~ can add headers to an HTTP request",
        code: r#"
            socket, err := net.Dial("tcp", "~site~:~port~")
            if err != nil {
                ~broken~
            }
            defer socket.Close()
            fmt.Fprintf(socket, "POST /~route~ HTTP/1.1\r\nHost: ~site~\r\nX-Reason: %s\r\n\r\n", ~[~v~~|url.QueryEscape(~v~)~])
        "#,
        names: &["forward~Entity~", "Answer~Entity~Client", "write~Entity~Reply", "Notify~Entity~"],
        input: "in_markup",
        ..LOG
    },
];
