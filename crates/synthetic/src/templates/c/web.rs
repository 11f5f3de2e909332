//! Pages, requests, headers, logs and XML in C.

use crate::template::{FLAW, Flaw};

const PAGE: Flaw = Flaw {
    weakness: "xss",
    about: "Text from ~from~ is put into a page as HTML",
    names: &["show_~entity~", "~entity~_page", "render_~entity~", "~entity~_summary", "preview_~entity~"],
    input: "in_markup",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const HEADER: Flaw = Flaw {
    weakness: "header_injection",
    about: "Text from ~from~ can add headers to an HTTP message",
    names: &["redirect_~entity~", "answer_~entity~_client", "write_~entity~_reply", "send_~entity~_header"],
    input: "in_dest",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const FETCH: Flaw = Flaw {
    weakness: "ssrf",
    about: "An address from ~from~ is fetched by the server",
    names: &["fetch_~entity~_feed", "import_~entity~", "load_~entity~_image", "sync_~entities~"],
    input: "in_url",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const LOG: Flaw = Flaw {
    weakness: "log_injection",
    about: "Text from ~from~ can forge lines of the log",
    names: &["record_~entity~", "note_~entity~_change", "~entity~_login", "track_~entity~"],
    input: "in_user",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

const XML: Flaw = Flaw {
    weakness: "xxe",
    about: "XML from ~from~ is parsed with external entities",
    names: &["import_~entities~", "read_~entity~_feed", "parse_~entity~", "load_~entity~_document"],
    input: "in_xml",
    source: "get",
    reply: "done",
    macros: super::STRING,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            printf("Content-Type: text/html\r\n\r\n");
            printf("<h1>~Entity~ ~act~</h1><p>");
            ~[fputs~|put_escaped~](~v~, stdout);
            printf("</p><p>at most ~limit~ ~nouns~</p>");
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            printf("Content-Type: text/html\r\n\r\n<ul class='~route~'><li>");
            for (const char *c = ~v~; *c != '\0'; c++) {
                switch (*c) {
                ~[~|
                case '<':
                    fputs("&lt;", stdout);
                    break;
                ~]
                case '&':
                    fputs("&amp;", stdout);
                    break;
                default:
                    putchar(*c);
                }
            }
            printf("</li></ul>");
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            char *shown = ~[strdup(~v~)~|escape_html(~v~)~];
            if (shown == NULL) {
                ~fail~
            }
            printf("Content-Type: text/html\r\n\r\n<h2>~Entity~</h2><div>%s</div>", shown);
            free(shown);
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            ~[~|
            if (strpbrk(~v~, "\r\n") != NULL) {
                ~fail~
            }
            ~]
            printf("Status: 303 See Other\r\nX-Reason: ~act~\r\n");
            printf("X-Origin: %s\r\n\r\n", ~v~);
        "#,
        ..HEADER
    },
    Flaw {
        code: r#"
            char head[~size~ + 256];
            snprintf(head, sizeof(head), "POST /~route~ HTTP/1.1\r\nHost: ~site~\r\nX-Reason: %s\r\n\r\n", ~v~);
            ~[~|
            if (strcspn(~v~, "\r\n") != strlen(~v~)) {
                ~fail~
            }
            ~]
            int peer = connect_to("~site~", ~port~);
            if (peer < 0 || write(peer, head, strlen(head)) < 0) {
                ~fail~
            }
            close(peer);
        "#,
        ..HEADER
    },
    Flaw {
        weakness: "open_redirect",
        about: "An address from ~from~ decides where the browser is sent",
        names: &["finish_~entity~", "leave_~entity~", "after_~entity~_login", "~entity~_continue"],
        code: r#"
            const char *target = ~v~;
            if (~[strpbrk(target, "\r\n") != NULL~|strpbrk(target, "\r\n\\") != NULL || target[0] != '/' || target[1] == '/'~]) {
                target = "/~route~";
            }
            printf("Status: 302 Found\r\nLocation: %s\r\n\r\n", target);
        "#,
        ..HEADER
    },
    Flaw {
        weakness: "open_redirect",
        about: "An address from ~from~ decides where the browser is sent",
        names: &["close_~entity~", "go_to_~entity~", "forward_~entity~", "~entity~_done"],
        code: r#"
            if (strpbrk(~v~, "\r\n") != NULL || ~[strstr(~v~, "~site~") == NULL~|strncmp(~v~, "https://~site~/", strlen("https://~site~/")) != 0~]) {
                ~fail~
            }
            printf("Status: 303 See Other\r\n");
            printf("Location: %s\r\n\r\n", ~v~);
        "#,
        ..HEADER
    },
    Flaw {
        code: r#"
            ~[~|
            if (strncmp(~v~, "https://~site~/", strlen("https://~site~/")) != 0) {
                ~fail~
            }
            ~]
            CURL *remote = curl_easy_init();
            if (remote == NULL) {
                ~fail~
            }
            curl_easy_setopt(remote, CURLOPT_URL, ~v~);
            curl_easy_setopt(remote, CURLOPT_TIMEOUT, ~seconds~L);
            CURLcode code = curl_easy_perform(remote);
            curl_easy_cleanup(remote);
            syslog(LOG_INFO, "~noun~ feed: %s", curl_easy_strerror(code));
        "#,
        ..FETCH
    },
    Flaw {
        code: r#"
            char address[1024];
            CURL *remote = curl_easy_init();
            if (remote == NULL) {
                ~fail~
            }
            ~[snprintf(address, sizeof(address), "http://%s/~route~/status", ~v~);~|char *escaped = curl_easy_escape(remote, ~v~, 0);
            snprintf(address, sizeof(address), "https://~site~/~route~/status?node=%s", escaped);
            curl_free(escaped);~]
            curl_easy_setopt(remote, CURLOPT_URL, address);
            CURLcode code = curl_easy_perform(remote);
            curl_easy_cleanup(remote);
            syslog(LOG_INFO, "~noun~ status: %s", curl_easy_strerror(code));
        "#,
        about: "A host name from ~from~ decides which server is asked",
        input: "in_host",
        ..FETCH
    },
    Flaw {
        code: r#"
            FILE *journal = fopen("~dir~/~table~.log", "a");
            if (journal == NULL) {
                ~fail~
            }
            fprintf(journal, "%ld ~act~ ", (long)time(NULL));
            for (const char *c = ~v~; *c != '\0'; c++) {
                fputc(~[*c~|iscntrl((unsigned char)*c) ? '.' : *c~], journal);
            }
            fputc('\n', journal);
            fclose(journal);
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            char line[~size~ + 64];
            snprintf(line, sizeof(line), "~noun~ ~act~ by %s", ~v~);
            ~[line[strcspn(line, "\t")] = ' ';~|for (char *c = strpbrk(line, "\r\n"); c != NULL; c = strpbrk(c, "\r\n")) {
                *c = ' ';
            }~]
            fprintf(stderr, "%s\n", line);
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            xmlDocPtr document = xmlReadMemory(~v~, (int)strlen(~v~), "~table~.xml", NULL, ~[XML_PARSE_NOENT | XML_PARSE_DTDLOAD~|XML_PARSE_NONET | XML_PARSE_NOBLANKS~]);
            if (document == NULL) {
                ~fail~
            }
            xmlNodePtr root = xmlDocGetRootElement(document);
            printf("~noun~: %s\n", root->name);
            xmlFreeDoc(document);
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            xmlParserCtxtPtr parser = xmlNewParserCtxt();
            if (parser == NULL) {
                ~fail~
            }
            int options = ~[XML_PARSE_NOENT~|XML_PARSE_NONET~] | XML_PARSE_NOWARNING;
            xmlDocPtr document = xmlCtxtReadDoc(parser, (const xmlChar *)~v~, NULL, NULL, options);
            xmlFreeParserCtxt(parser);
            if (document == NULL) {
                ~fail~
            }
            store_document("~table~", document);
            xmlFreeDoc(document);
        "#,
        ..XML
    },
];
