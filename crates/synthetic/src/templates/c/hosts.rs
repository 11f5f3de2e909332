//! Where C code lives, and how data arrives there.

use crate::template::{Host, SOURCE, Source};

pub(super) const ALL: &[Host] = &[PLAIN, SOCKET, FILE, ARGUMENTS, CGI];

const PLAIN: Host = Host {
    name: "plain",
    frame: r#"
        ~(~|static ~)int ~name~(~handle~~param~)
        {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        Source { gives: "none", param: "int ~entity~_id", ..SOURCE },
        Source { gives: "none", param: "const char *~entity~", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "const char *~v~", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "char *~v~, int ~entity~_id", ..SOURCE },
        Source {
            gives: "bytes",
            from: "the caller",
            param: "const unsigned char *~v~, size_t ~n~",
            ..SOURCE
        },
        Source { gives: "count", from: "the caller", param: "size_t ~v~", ..SOURCE },
        Source { gives: "index", from: "the caller", param: "int ~v~", ..SOURCE },
    ],
    macros: &[],
};

const SOCKET: Host = Host {
    name: "socket",
    frame: r#"
        ~(~|static ~)int ~name~(int client)
        {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        Source { gives: "none", ..SOURCE },
        Source {
            gives: "get",
            from: "a socket",
            code: r#"
                char ~v~[2048];
                ssize_t received = recv(client, ~v~, sizeof(~v~) - 1, 0);
                if (received <= 0) {
                    ~fail~
                }
                ~v~[received] = '\0';
            "#,
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "a socket",
            code: r#"
                unsigned char ~v~[4096];
                ssize_t received = recv(client, ~v~, sizeof(~v~), 0);
                if (received <= 0) {
                    ~fail~
                }
                size_t ~n~ = (size_t)received;
            "#,
            ..SOURCE
        },
        Source {
            gives: "count",
            from: "a socket",
            code: r#"
                uint32_t wire = 0;
                if (recv(client, &wire, sizeof(wire), MSG_WAITALL) != (ssize_t)sizeof(wire)) {
                    ~fail~
                }
                uint32_t ~v~ = ntohl(wire);
            "#,
            ..SOURCE
        },
        Source {
            gives: "index",
            from: "a socket",
            code: r#"
                uint32_t wire = 0;
                if (recv(client, &wire, sizeof(wire), MSG_WAITALL) != (ssize_t)sizeof(wire)) {
                    ~fail~
                }
                int ~v~ = (int)ntohl(wire);
            "#,
            ..SOURCE
        },
    ],
    macros: &[],
};

const FILE: Host = Host {
    name: "file",
    frame: r#"
        ~(~|static ~)int ~name~(FILE *input)
        {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        Source { gives: "none", ..SOURCE },
        Source {
            gives: "get",
            from: "a file",
            code: r#"
                char ~v~[4096];
                if (fgets(~v~, sizeof(~v~), input) == NULL) {
                    ~fail~
                }
                ~v~[strcspn(~v~, "\n")] = '\0';
            "#,
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "a file",
            code: r#"
                unsigned char ~v~[4096];
                size_t ~n~ = fread(~v~, 1, sizeof(~v~), input);
            "#,
            ..SOURCE
        },
        Source {
            gives: "count",
            from: "a file",
            code: r#"
                size_t ~v~ = 0;
                if (fscanf(input, "%zu", &~v~) != 1) {
                    ~fail~
                }
            "#,
            ..SOURCE
        },
        Source {
            gives: "index",
            from: "a file",
            code: r#"
                int ~v~ = 0;
                if (fscanf(input, "%d", &~v~) != 1) {
                    ~fail~
                }
            "#,
            ..SOURCE
        },
    ],
    macros: &[(
        "each",
        r#"
            char ~v~[4096];
            while (fgets(~v~, sizeof(~v~), input) != NULL) {
        "#,
    )],
};

const ARGUMENTS: Host = Host {
    name: "arguments",
    frame: r#"
        ~(~|static ~)int ~name~(int argc, char **argv)
        {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        Source { gives: "none", ..SOURCE },
        Source {
            gives: "get",
            from: "the command line",
            code: r#"
                if (argc < 2) {
                    ~fail~
                }
                const char *~v~ = argv[1];
            "#,
            ..SOURCE
        },
        Source {
            gives: "count",
            from: "the command line",
            code: r#"
                if (argc != 2) {
                    ~fail~
                }
                size_t ~v~ = strtoul(argv[1], NULL, 10);
            "#,
            ..SOURCE
        },
        Source {
            gives: "index",
            from: "the command line",
            code: "int ~v~ = argc > 1 ? atoi(argv[1]) : 0;",
            ..SOURCE
        },
    ],
    macros: &[(
        "each",
        r#"
            for (int i = 1; i < argc; i++) {
                const char *~v~ = argv[i];
        "#,
    )],
};

const CGI: Host = Host {
    name: "cgi",
    frame: r#"
        ~(~|static ~)int ~name~(void)
        {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        Source { gives: "none", ..SOURCE },
        Source {
            gives: "get",
            from: "the query string",
            code: r#"
                const char *~v~ = getenv("QUERY_STRING");
                if (~v~ == NULL) {
                    ~fail~
                }
            "#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a cookie",
            code: r#"
                const char *~v~ = getenv("HTTP_COOKIE");
                if (~v~ == NULL) {
                    ~fail~
                }
            "#,
            ..SOURCE
        },
        Source {
            gives: "count",
            from: "a request header",
            code: r#"
                const char *header = getenv("CONTENT_LENGTH");
                size_t ~v~ = header != NULL ? strtoul(header, NULL, 10) : 0;
            "#,
            ..SOURCE
        },
        Source {
            gives: "index",
            from: "the query string",
            code: r#"
                const char *query_text = getenv("QUERY_STRING");
                int ~v~ = query_text != NULL ? atoi(query_text) : 0;
            "#,
            ..SOURCE
        },
    ],
    macros: &[],
};
