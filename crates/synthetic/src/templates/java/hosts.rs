//! Where Java code lives, and how data arrives there.

use crate::template::{Host, SOURCE, Source};

pub(super) const ALL: &[Host] = &[SERVLET, SPRING, JAXRS, KAFKA, SERVICE];

const NONE: Source = Source { gives: "none", ..SOURCE };

const SERVLET: Host = Host {
    name: "servlet",
    frame: r#"
        ~(private~|protected~|public~) void ~name~(HttpServletRequest request, HttpServletResponse response)~throws_io~ {
            ~body~
        }
    "#,
    in_class: true,
    sources: &[
        NONE,
        Source {
            gives: "get",
            from: "a request parameter",
            code: r#"String ~v~ = request.getParameter("~v~");"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a request header",
            code: r#"String ~v~ = request.getHeader("X-~Entity~");"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "the path of the request",
            code: "String ~v~ = request.getPathInfo().substring(1);",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a request parameter",
            code: r#"
                String ~v~ = request.getParameter("~v~");
                if (~v~ == null) {
                    ~v~ = "";
                }
            "#,
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "the request body",
            code: "byte[] ~v~ = request.getInputStream().readAllBytes();",
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "a request parameter",
            code: r#"byte[] ~v~ = Base64.getDecoder().decode(request.getParameter("~v~"));"#,
            ..SOURCE
        },
    ],
    macros: &[
        ("leave", "return;"),
        ("many", r#"request.getParameterValues("~v~")"#),
        ("other", r#"request.getParameter("~opt~")"#),
        ("conn", "dataSource.getConnection()"),
        (
            "fail",
            r#"
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            return;
        "#,
        ),
        (
            "fail",
            r#"
            response.sendError(400, "bad ~noun~ request");
            return;
        "#,
        ),
        ("broken", "response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);"),
        ("value", "response.getWriter().println(~result~);"),
        (
            "value",
            r#"
            response.setContentType("application/json");
            mapper.writeValue(response.getWriter(), ~result~);
        "#,
        ),
        (
            "html",
            r#"
            response.setContentType("text/html");
            response.getWriter().write(~result~);
        "#,
        ),
        ("redirect", "response.sendRedirect(~result~);"),
        ("bytes", "response.getOutputStream().write(~result~);"),
        ("done", "response.setStatus(HttpServletResponse.SC_NO_CONTENT);"),
    ],
};

const SPRING: Host = Host {
    name: "spring",
    frame: r#"
        @~(Post~|Request~)Mapping("/~route~/~act~")
        public ResponseEntity<~T~> ~name~(~param~)~throws~ {
            ~body~
        }
    "#,
    in_class: true,
    sources: &[
        NONE,
        Source { gives: "get", from: "a request parameter", param: "@RequestParam String ~v~", ..SOURCE },
        Source {
            gives: "get",
            from: "a request parameter",
            param: r#"@RequestParam(defaultValue = "") String ~v~"#,
            ..SOURCE
        },
        Source { gives: "get", from: "a cookie", param: r#"@CookieValue("~v~") String ~v~"#, ..SOURCE },
        Source {
            gives: "get",
            from: "a request header",
            param: r#"@RequestHeader("X-~Entity~") String ~v~"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a JSON body",
            param: "@RequestBody Map<String, String> fields",
            code: r#"String ~v~ = fields.get("~v~");"#,
        },
        Source { gives: "bytes", from: "the request body", param: "@RequestBody byte[] ~v~", ..SOURCE },
    ],
    macros: &[
        ("conn", "dataSource.getConnection()"),
        ("fail", "return ResponseEntity.badRequest().build();"),
        ("fail", r#"throw new IllegalArgumentException("bad ~noun~ request");"#),
        ("broken", "return ResponseEntity.status(500).build();"),
        ("broken", "return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).build();"),
        ("value", "return ResponseEntity.ok(~result~);"),
        ("html", "return ResponseEntity.ok().contentType(MediaType.TEXT_HTML).body(~result~);"),
        (
            "redirect",
            "return ResponseEntity.status(HttpStatus.FOUND).location(URI.create(~result~)).build();",
        ),
        (
            "bytes",
            "return ResponseEntity.ok().contentType(MediaType.APPLICATION_OCTET_STREAM).body(~result~);",
        ),
        ("done", "return ResponseEntity.noContent().build();"),
    ],
};

const JAXRS: Host = Host {
    name: "jaxrs",
    frame: r#"
        @POST
        @Path("/~route~/~act~")
        public Response ~name~(~param~)~throws~ {
            ~body~
        }
    "#,
    in_class: true,
    sources: &[
        NONE,
        Source {
            gives: "get",
            from: "the query string",
            param: r#"@QueryParam("~v~") String ~v~"#,
            ..SOURCE
        },
        Source { gives: "get", from: "a posted form", param: r#"@FormParam("~v~") String ~v~"#, ..SOURCE },
        Source { gives: "get", from: "a cookie", param: r#"@CookieParam("~v~") String ~v~"#, ..SOURCE },
        Source { gives: "bytes", from: "the request body", param: "byte[] ~v~", ..SOURCE },
    ],
    macros: &[
        ("conn", "dataSource.getConnection()"),
        ("fail", "return Response.status(400).build();"),
        ("fail", r#"return Response.status(422).entity("bad ~noun~ request").build();"#),
        ("broken", "return Response.serverError().build();"),
        ("value", "return Response.ok(~result~).build();"),
        ("html", r#"return Response.ok(~result~, "text/html").build();"#),
        ("redirect", "return Response.seeOther(URI.create(~result~)).build();"),
        ("bytes", r#"return Response.ok(~result~, "application/octet-stream").build();"#),
        ("done", "return Response.noContent().build();"),
    ],
};

const KAFKA: Host = Host {
    name: "kafka",
    frame: r#"
        @KafkaListener(topics = "~route~")
        public void ~name~(ConsumerRecord<String, String> record)~throws~ {
            ~body~
        }
    "#,
    in_class: true,
    sources: &[
        NONE,
        Source { gives: "get", from: "a queued message", code: "String ~v~ = record.value();", ..SOURCE },
        Source {
            gives: "get",
            from: "a header of a queued message",
            code: r#"String ~v~ = new String(record.headers().lastHeader("~v~").value(), StandardCharsets.UTF_8);"#,
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "a queued message",
            code: "byte[] ~v~ = Base64.getDecoder().decode(record.value());",
            ..SOURCE
        },
    ],
    macros: &[
        ("leave", "return;"),
        ("many", r#"record.value().split(",")"#),
        ("other", "record.key()"),
        ("conn", "pool.getConnection()"),
        (
            "fail",
            r#"
            log.warn("bad ~noun~ message");
            return;
        "#,
        ),
        ("broken", r#"throw new IllegalStateException("~act~ failed");"#),
        ("value", r#"results.send("~route~-done", String.valueOf(~result~));"#),
        ("done", r#"log.info("~noun~ message handled");"#),
    ],
};

const SERVICE: Host = Host {
    name: "service",
    frame: r#"
        ~(public~|protected~|public static~) ~T~ ~name~(~handle~~param~)~throws~ {
            ~body~
        }
    "#,
    in_class: true,
    sources: &[
        Source { gives: "none", param: "long ~entity~Id", ..SOURCE },
        Source { gives: "none", param: "String ~entity~", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "String ~v~", ..SOURCE },
        Source {
            gives: "get",
            from: "a form of the caller",
            param: "Map<String, String> form",
            code: r#"String ~v~ = form.getOrDefault("~v~", "");"#,
        },
        Source { gives: "bytes", from: "the caller", param: "byte[] ~v~", ..SOURCE },
    ],
    macros: &[
        ("conn", "connection"),
        ("fail", r#"throw new IllegalArgumentException("bad ~noun~ request");"#),
        ("fail", "return null;"),
        ("broken", r#"throw new IllegalStateException("~act~ failed");"#),
        ("broken", "return null;"),
        ("value", "return ~result~;"),
        ("html", "return ~result~;"),
        ("redirect", "return ~result~;"),
        ("bytes", "return ~result~;"),
        ("done", "return true;"),
    ],
};
