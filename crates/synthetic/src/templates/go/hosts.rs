//! Where Go code lives, and how data arrives there.

use crate::template::{Host, SOURCE, Source};

pub(super) const ALL: &[Host] = &[HTTP, GIN, ECHO, NATS, PLAIN];

const NONE: Source = Source { gives: "none", ..SOURCE };

const HTTP: Host = Host {
    name: "http",
    frame: r#"
        func ~name~(w http.ResponseWriter, r *http.Request) {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source {
            gives: "get",
            from: "the query string",
            code: r#"~v~ := r.URL.Query().Get("~v~")"#,
            ..SOURCE
        },
        Source { gives: "get", from: "a request parameter", code: r#"~v~ := r.FormValue("~v~")"#, ..SOURCE },
        Source { gives: "get", from: "a posted form", code: r#"~v~ := r.PostFormValue("~v~")"#, ..SOURCE },
        Source {
            gives: "get",
            from: "the path of the request",
            code: r#"~v~ := r.PathValue("~v~")"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a request header",
            code: r#"~v~ := r.Header.Get("X-~Entity~")"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a JSON body",
            code: r#"
                var fields map[string]string
                if err := json.NewDecoder(r.Body).Decode(&fields); err != nil {
                    ~fail~
                }
                ~v~ := fields["~v~"]
            "#,
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "the request body",
            code: r#"
                ~v~, err := io.ReadAll(r.Body)
                if err != nil {
                    ~fail~
                }
            "#,
            ..SOURCE
        },
        Source { gives: "stream", from: "the request body", code: "~v~ := r.Body", ..SOURCE },
    ],
    macros: &[
        ("many", r#"r.URL.Query()["~v~"]"#),
        ("many", r#"r.Form["~v~"]"#),
        ("other", r#"r.URL.Query().Get("~opt~")"#),
        ("db", "db"),
        (
            "fail",
            r#"
            http.Error(w, "bad ~noun~ request", http.StatusBadRequest)
            return
        "#,
        ),
        (
            "fail",
            r#"
            w.WriteHeader(http.StatusBadRequest)
            return
        "#,
        ),
        (
            "broken",
            r#"
            http.Error(w, "~act~ failed", http.StatusInternalServerError)
            return
        "#,
        ),
        (
            "broken",
            r#"
            slog.Error("~noun~ ~act~ failed", "error", err)
            w.WriteHeader(http.StatusInternalServerError)
            return
        "#,
        ),
        ("value", "json.NewEncoder(w).Encode(~result~)"),
        (
            "value",
            r#"
            w.Header().Set("Content-Type", "application/json")
            json.NewEncoder(w).Encode(map[string]any{"~entities~": ~result~})
        "#,
        ),
        (
            "html",
            r#"
            w.Header().Set("Content-Type", "text/html")
            io.WriteString(w, ~result~)
        "#,
        ),
        ("redirect", "http.Redirect(w, r, ~result~, http.StatusFound)"),
        ("redirect", "http.Redirect(w, r, ~result~, http.StatusSeeOther)"),
        ("bytes", "w.Write(~result~)"),
        ("done", "w.WriteHeader(http.StatusNoContent)"),
    ],
};

const GIN: Host = Host {
    name: "gin",
    frame: r#"
        func ~name~(c *gin.Context) {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "get", from: "the query string", code: r#"~v~ := c.Query("~v~")"#, ..SOURCE },
        Source { gives: "get", from: "a posted form", code: r#"~v~ := c.PostForm("~v~")"#, ..SOURCE },
        Source { gives: "get", from: "the path of the request", code: r#"~v~ := c.Param("~v~")"#, ..SOURCE },
        Source {
            gives: "get",
            from: "the query string",
            code: r#"~v~ := c.DefaultQuery("~v~", "")"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a request header",
            code: r#"~v~ := c.GetHeader("X-~Entity~")"#,
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "the request body",
            code: r#"
                ~v~, err := c.GetRawData()
                if err != nil {
                    ~fail~
                }
            "#,
            ..SOURCE
        },
        Source { gives: "stream", from: "the request body", code: "~v~ := c.Request.Body", ..SOURCE },
    ],
    macros: &[
        ("many", r#"c.QueryArray("~v~")"#),
        ("many", r#"c.PostFormArray("~v~")"#),
        ("other", r#"c.Query("~opt~")"#),
        ("db", "db"),
        (
            "fail",
            r#"
            c.AbortWithStatus(http.StatusBadRequest)
            return
        "#,
        ),
        (
            "fail",
            r#"
            c.JSON(http.StatusBadRequest, gin.H{"error": "bad ~noun~ request"})
            return
        "#,
        ),
        (
            "broken",
            r#"
            c.AbortWithError(http.StatusInternalServerError, err)
            return
        "#,
        ),
        (
            "broken",
            r#"
            c.JSON(http.StatusInternalServerError, gin.H{"error": "~act~ failed"})
            return
        "#,
        ),
        ("value", r#"c.JSON(http.StatusOK, gin.H{"~entities~": ~result~})"#),
        ("value", "c.JSON(http.StatusOK, ~result~)"),
        ("html", r#"c.Data(http.StatusOK, "text/html", []byte(~result~))"#),
        ("redirect", "c.Redirect(http.StatusFound, ~result~)"),
        ("bytes", r#"c.Data(http.StatusOK, "application/octet-stream", ~result~)"#),
        ("done", "c.Status(http.StatusNoContent)"),
    ],
};

const ECHO: Host = Host {
    name: "echo",
    frame: r#"
        func ~name~(c echo.Context) error {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "get", from: "the query string", code: r#"~v~ := c.QueryParam("~v~")"#, ..SOURCE },
        Source { gives: "get", from: "a posted form", code: r#"~v~ := c.FormValue("~v~")"#, ..SOURCE },
        Source { gives: "get", from: "the path of the request", code: r#"~v~ := c.Param("~v~")"#, ..SOURCE },
        Source {
            gives: "get",
            from: "a request header",
            code: r#"~v~ := c.Request().Header.Get("X-~Entity~")"#,
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "the request body",
            code: r#"
                ~v~, err := io.ReadAll(c.Request().Body)
                if err != nil {
                    ~fail~
                }
            "#,
            ..SOURCE
        },
        Source { gives: "stream", from: "the request body", code: "~v~ := c.Request().Body", ..SOURCE },
    ],
    macros: &[
        ("many", r#"c.QueryParams()["~v~"]"#),
        ("other", r#"c.QueryParam("~opt~")"#),
        ("db", "db"),
        ("fail", r#"return echo.NewHTTPError(http.StatusBadRequest, "bad ~noun~ request")"#),
        ("fail", "return c.NoContent(http.StatusBadRequest)"),
        ("broken", "return err"),
        ("broken", r#"return fmt.Errorf("~act~ ~noun~: %w", err)"#),
        ("value", "return c.JSON(http.StatusOK, ~result~)"),
        ("html", "return c.HTML(http.StatusOK, ~result~)"),
        ("redirect", "return c.Redirect(http.StatusFound, ~result~)"),
        ("bytes", r#"return c.Blob(http.StatusOK, "application/octet-stream", ~result~)"#),
        ("done", "return c.NoContent(http.StatusNoContent)"),
    ],
};

const NATS: Host = Host {
    name: "nats",
    frame: r#"
        func ~name~(msg *nats.Msg) {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "get", from: "a queued message", code: "~v~ := string(msg.Data)", ..SOURCE },
        Source {
            gives: "get",
            from: "a header of a queued message",
            code: r#"~v~ := msg.Header.Get("~v~")"#,
            ..SOURCE
        },
        Source { gives: "bytes", from: "a queued message", code: "~v~ := msg.Data", ..SOURCE },
    ],
    macros: &[
        ("many", r#"strings.Split(string(msg.Data), ",")"#),
        ("other", "msg.Reply"),
        ("db", "db"),
        (
            "fail",
            r#"
            msg.Term()
            return
        "#,
        ),
        (
            "broken",
            r#"
            slog.Error("~noun~ ~act~ failed", "error", err)
            msg.Nak()
            return
        "#,
        ),
        ("value", "msg.Respond([]byte(fmt.Sprint(~result~)))"),
        ("done", "msg.Ack()"),
    ],
};

const PLAIN: Host = Host {
    name: "plain",
    frame: r#"
        func ~name~(~handle~~param~) (~T~, error) {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        Source { gives: "none", param: "~entity~ID int64", ..SOURCE },
        Source { gives: "none", param: "~entity~ string", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "~v~ string", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "~v~, ~opt~ string", ..SOURCE },
        Source {
            gives: "get",
            from: "a form of the caller",
            param: "form map[string]string",
            code: r#"~v~ := form["~v~"]"#,
        },
        Source { gives: "bytes", from: "the caller", param: "~v~ []byte", ..SOURCE },
        Source { gives: "stream", from: "the caller", param: "~v~ io.Reader", ..SOURCE },
    ],
    macros: &[
        ("T", "~R~"),
        ("db", "db"),
        ("fail", r#"return ~Z~, errors.New("bad ~noun~ request")"#),
        ("fail", r#"return ~Z~, fmt.Errorf("bad ~noun~ %s request", "~act~")"#),
        ("broken", "return ~Z~, err"),
        ("broken", r#"return ~Z~, fmt.Errorf("~act~ ~noun~: %w", err)"#),
        ("value", "return ~result~, nil"),
        ("html", "return ~result~, nil"),
        ("redirect", "return ~result~, nil"),
        ("bytes", "return ~result~, nil"),
        ("done", "return true, nil"),
    ],
};
