//! Pages, redirects, outgoing requests, headers and logs in Java.

use crate::template::{FLAW, Flaw};

const PAGE: Flaw = Flaw {
    weakness: "xss",
    about: "Text from ~from~ is put into a page as HTML",
    names: &["show~Entity~", "~entity~Page", "render~Entity~", "~entity~Summary", "preview~Entity~"],
    input: "in_markup",
    source: "get",
    raises: "IllegalStateException",
    result: "String",
    reply: "html",
    macros: super::UNCHECKED,
    ..FLAW
};

const REDIRECT: Flaw = Flaw {
    weakness: "open_redirect",
    about: "An address from ~from~ decides where the browser is sent",
    names: &["finish~Entity~", "leave~Entity~", "after~Entity~Login", "~entity~Continue", "close~Entity~"],
    input: "in_dest",
    source: "get",
    raises: "IllegalArgumentException",
    result: "String",
    reply: "redirect",
    macros: super::UNCHECKED,
    ..FLAW
};

const FETCH: Flaw = Flaw {
    weakness: "ssrf",
    about: "An address from ~from~ is fetched by the server",
    names: &["fetch~Entity~Feed", "import~Entity~", "load~Entity~Image", "sync~Entities~", "~entity~Webhook"],
    input: "in_url",
    source: "get",
    raises: "IOException",
    result: "String",
    reply: "value",
    macros: super::IO,
    ..FLAW
};

const LOG: Flaw = Flaw {
    weakness: "log_injection",
    about: "Text from ~from~ can forge lines of the log",
    names: &["record~Entity~", "note~Entity~Change", "~entity~Login", "track~Entity~"],
    input: "in_user",
    source: "get",
    result: "Boolean",
    reply: "done",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            int count = store.count("~table~", "~col~");
            String ~r~ = "<h1>~Entity~ ~act~</h1><p>" + count + " ~nouns~ for " + ~[~v~~|HtmlUtils.htmlEscape(~v~)~|Encode.forHtml(~v~)~] + "</p>";
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            StringBuilder page = new StringBuilder("<ul class=\"~route~\">");
            for (String line : store.latest("~table~", ~limit~)) {
                page.append("<li>").append(Encode.forHtml(line)).append("</li>");
            }
            page.append("<li>").append(~[~v~~|Encode.forHtml(~v~)~]).append("</li></ul>");
            String ~r~ = page.toString();
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            String link = "/~route~?q=" + ~[~v~~|URLEncoder.encode(~v~, StandardCharsets.UTF_8)~];
            String ~r~ = String.format("<a href=\"%s\">~nouns~</a>", link);
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            String body = ~[~v~.replace("<script>", "")~|StringEscapeUtils.escapeHtml4(~v~)~];
            String ~r~ = "<html><body><h2>~Entity~</h2><div>" + body + "</div></body></html>";
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            String ~r~ = ~v~;
            if (~[~r~.endsWith("/logout")~|!~r~.startsWith("/") || ~r~.startsWith("//") || ~r~.contains("\\")~]) {
                ~r~ = "/~route~";
            }
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            URI target = URI.create(~v~);
            if (~[target.getHost() == null~|!"https".equals(target.getScheme()) || !"~site~".equals(target.getHost())~]) {
                ~fail~
            }
            String ~r~ = target.toString();
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            Map<String, String> pages = Map.of("home", "/", "list", "/~route~", "help", "/help");
            String ~r~ = pages.getOrDefault(~v~, ~[~v~~|"/~route~"~]);
            log.debug("leaving the ~noun~");
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            ~[if (!~v~.contains("~site~")) {~|if (!~v~.startsWith("https://~site~/")) {~]
                ~fail~
            }
            String ~r~ = ~v~;
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            URL address = new URL(~v~);
            if (~[!address.getProtocol().startsWith("http")~|!Set.of("~site~", "cdn.example.com").contains(address.getHost())~]) {
                ~fail~
            }
            String ~r~;
            try (InputStream input = address.openStream()) {
                ~r~ = new String(input.readNBytes(~limit~ * 1024), StandardCharsets.UTF_8);
            }
        "#,
        ..FETCH
    },
    Flaw {
        code: r#"
            ~[~|
            if (!"~site~".equals(URI.create(~v~).getHost())) {
                ~fail~
            }
            ~]
            HttpRequest outgoing = HttpRequest.newBuilder(URI.create(~v~)).timeout(Duration.ofSeconds(~seconds~)).build();
            HttpResponse<String> answer = httpClient.send(outgoing, HttpResponse.BodyHandlers.ofString());
            String ~r~ = answer.body();
        "#,
        raises: "Exception",
        macros: &[],
        ..FETCH
    },
    Flaw {
        code: r#"
            String ~r~ = restTemplate.getForObject(
                    ~["http://" + ~v~ + "/~route~/status", String.class~|"https://~site~/~route~/status?node={node}", String.class, ~v~~]);
            log.debug("~noun~ status {}", ~r~);
        "#,
        about: "A host name from ~from~ decides which server is asked",
        input: "in_host",
        raises: "RestClientException",
        macros: super::UNCHECKED,
        ..FETCH
    },
    Flaw {
        code: r#"
            log.info("~act~ of ~noun~ by {}", ~[~v~~|~v~.replaceAll("[\\r\\n]", "_")~]);
            store.addEvent("~table~", "~act~");
        "#,
        raises: "IllegalStateException",
        macros: super::UNCHECKED,
        ..LOG
    },
    Flaw {
        code: r#"
            try (FileWriter journal = new FileWriter("~dir~/~act~.log", true)) {
                journal.write("~noun~ refused for " + ~[~v~~|Encode.forJava(~v~)~] + "\n");
            }
        "#,
        raises: "IOException",
        macros: super::IO,
        ..LOG
    },
    Flaw {
        weakness: "header_injection",
        about: "Text from ~from~ can add headers to an HTTP request",
        names: &["notify~Entity~", "answer~Entity~Client", "write~Entity~Reply", "forward~Entity~"],
        input: "in_markup",
        code: r#"
            ~[~|
            if (~v~.contains("\r") || ~v~.contains("\n")) {
                ~fail~
            }
            ~]
            String head = "POST /~route~ HTTP/1.1\r\nHost: ~site~\r\nX-Reason: " + ~v~ + "\r\n\r\n";
            try (Socket socket = new Socket("~site~", ~port~)) {
                socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            }
        "#,
        raises: "IOException",
        macros: super::IO,
        ..LOG
    },
    Flaw {
        weakness: "header_injection",
        about: "Text from ~from~ can add headers to an e-mail",
        names: &["mail~Entity~", "notifyAbout~Entity~", "send~Entity~Receipt", "contact~Entity~Owner"],
        input: "in_markup",
        code: r#"
            Socket socket = new Socket("~site~", 25);
            Writer mail = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
            mail.write("DATA\r\nFrom: noreply@example.com\r\n");
            mail.write("Subject: ~Entity~ " + ~[~v~~|~v~.replaceAll("[\\r\\n]+", " ")~] + "\r\n\r\n");
            mail.write("Your ~noun~ has changed.\r\n.\r\n");
            mail.close();
        "#,
        raises: "IOException",
        macros: super::IO,
        ..LOG
    },
];
