//! Where Python code lives, and how data arrives there.

use crate::template::{Host, SOURCE, Source};

pub(super) const ALL: &[Host] = &[FLASK, DJANGO, FASTAPI, LAMBDA, QUEUE, TASK, PLAIN];

const NONE: Source = Source { gives: "none", ..SOURCE };

const FLASK: Host = Host {
    name: "flask",
    frame: r#"
        @app.route("/~route~/~act~"~param~)
        def ~name~():
            ~body~
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "upload", from: "a posted form", param: r#", methods=["POST"]"#, ..SOURCE },
        Source {
            gives: "get",
            from: "the query string",
            code: r#"~v~ = request.args.get("~v~", "")"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a posted form",
            param: r#", methods=["POST"]"#,
            code: r#"~v~ = request.form.get("~v~", "")"#,
        },
        Source { gives: "get", from: "a cookie", code: r#"~v~ = request.cookies.get("~v~", "")"#, ..SOURCE },
        Source {
            gives: "get",
            from: "a JSON body",
            param: r#", methods=["PUT"]"#,
            code: r#"~v~ = (request.get_json(silent=True) or {}).get("~v~", "")"#,
        },
        Source {
            gives: "get",
            from: "a request header",
            code: r#"~v~ = request.headers.get("X-~Entity~", "")"#,
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "the request body",
            param: r#", methods=["POST"]"#,
            code: "~v~ = request.get_data()",
        },
        Source {
            gives: "bytes",
            from: "an uploaded file",
            param: r#", methods=["POST"]"#,
            code: r#"~v~ = request.files["~v~"].read()"#,
        },
    ],
    macros: &[
        ("many", r#"request.args.getlist("~v~")"#),
        ("many", r#"request.form.getlist("~v~")"#),
        ("other", r#"request.args.get("~opt~", "full")"#),
        ("conn", "get_db()"),
        ("conn", "g.db"),
        ("fail", "abort(400)"),
        ("fail", r#"abort(400, "~noun~ request is not valid")"#),
        ("fail", r#"return jsonify(error="bad ~noun~ request"), 400"#),
        ("broken", "abort(500)"),
        ("broken", r#"return jsonify(error="~act~ failed"), 500"#),
        ("value", "return jsonify(~result~)"),
        ("value", "return jsonify({\"~entities~\": ~result~})"),
        ("html", r#"return Response(~result~, mimetype="text/html")"#),
        ("html", "return make_response(~result~, 200)"),
        ("redirect", "return redirect(~result~)"),
        ("redirect", "return redirect(~result~, code=303)"),
        ("bytes", r#"return Response(~result~, mimetype="application/octet-stream")"#),
        ("bytes", r#"return send_file(io.BytesIO(~result~), mimetype="application/octet-stream")"#),
        ("done", r#"return "", 204"#),
        ("done", "return jsonify(ok=True)"),
    ],
};

const DJANGO: Host = Host {
    name: "django",
    frame: r#"
        def ~name~(request):
            ~body~
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "upload", from: "a posted form", ..SOURCE },
        Source {
            gives: "get",
            from: "the query string",
            code: r#"~v~ = request.GET.get("~v~", "")"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a posted form",
            code: r#"~v~ = request.POST.get("~v~", "")"#,
            ..SOURCE
        },
        Source { gives: "get", from: "a cookie", code: r#"~v~ = request.COOKIES.get("~v~", "")"#, ..SOURCE },
        Source {
            gives: "get",
            from: "a JSON body",
            code: r#"~v~ = json.loads(request.body).get("~v~", "")"#,
            ..SOURCE
        },
        Source { gives: "bytes", from: "the request body", code: "~v~ = request.body", ..SOURCE },
        Source {
            gives: "bytes",
            from: "an uploaded file",
            code: r#"~v~ = request.FILES["~v~"].read()"#,
            ..SOURCE
        },
    ],
    macros: &[
        ("many", r#"request.GET.getlist("~v~")"#),
        ("many", r#"request.POST.getlist("~v~")"#),
        ("other", r#"request.GET.get("~opt~", "full")"#),
        ("conn", "connection"),
        ("fail", r#"return HttpResponseBadRequest("bad ~noun~ request")"#),
        ("fail", r#"return JsonResponse({"error": "bad ~noun~ request"}, status=400)"#),
        ("broken", "return HttpResponse(status=500)"),
        ("broken", r#"return JsonResponse({"error": "~act~ failed"}, status=500)"#),
        ("value", r#"return JsonResponse({"~entities~": ~result~})"#),
        ("value", "return JsonResponse(~result~, safe=False)"),
        ("html", "return HttpResponse(~result~)"),
        ("html", r#"return HttpResponse(~result~, content_type="text/html")"#),
        ("redirect", "return HttpResponseRedirect(~result~)"),
        ("bytes", r#"return HttpResponse(~result~, content_type="application/octet-stream")"#),
        ("done", "return HttpResponse(status=204)"),
    ],
};

const FASTAPI: Host = Host {
    name: "fastapi",
    frame: r#"
        @router.~(post~|put~)("/~route~/~act~")
        def ~name~(~param~):
            ~body~
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "get", from: "the query string", param: "~v~: str", ..SOURCE },
        Source { gives: "get", from: "the query string", param: r#"~v~: str = Query("")"#, ..SOURCE },
        Source { gives: "get", from: "a cookie", param: r#"~v~: str = Cookie("")"#, ..SOURCE },
        Source { gives: "get", from: "a posted form", param: r#"~v~: str = Form("")"#, ..SOURCE },
        Source {
            gives: "get",
            from: "a JSON body",
            param: "body: dict = Body(...)",
            code: r#"~v~ = str(body.get("~v~", ""))"#,
        },
        Source { gives: "bytes", from: "the request body", param: "~v~: bytes = Body(...)", ..SOURCE },
    ],
    macros: &[
        ("conn", "get_connection()"),
        ("conn", "pool.getconn()"),
        ("fail", r#"raise HTTPException(status_code=400, detail="bad ~noun~ request")"#),
        ("fail", "raise HTTPException(status_code=422)"),
        ("broken", r#"raise HTTPException(status_code=500, detail="~act~ failed")"#),
        ("value", r#"return {"~entities~": ~result~}"#),
        ("value", "return ~result~"),
        ("html", "return HTMLResponse(~result~)"),
        ("redirect", "return RedirectResponse(~result~)"),
        ("bytes", "return StreamingResponse(io.BytesIO(~result~))"),
        ("done", r#"return {"status": "ok"}"#),
    ],
};

const LAMBDA: Host = Host {
    name: "lambda",
    frame: r#"
        def ~name~(event, context):
            ~body~
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source {
            gives: "get",
            from: "the query string",
            code: r#"~v~ = (event.get("queryStringParameters") or {}).get("~v~", "")"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a JSON body",
            code: r#"~v~ = json.loads(event["body"]).get("~v~", "")"#,
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a request header",
            code: r#"~v~ = event["headers"].get("x-~route~", "")"#,
            ..SOURCE
        },
        Source {
            gives: "bytes",
            from: "the request body",
            code: r#"~v~ = base64.b64decode(event["body"])"#,
            ..SOURCE
        },
    ],
    macros: &[
        ("many", r#"json.loads(event["body"]).get("~v~", [])"#),
        ("conn", "open_connection()"),
        ("fail", r#"return {"statusCode": 400, "body": "bad ~noun~ request"}"#),
        ("broken", r#"return {"statusCode": 500, "body": "~act~ failed"}"#),
        ("value", r#"return {"statusCode": 200, "body": json.dumps(~result~, default=str)}"#),
        ("html", r#"return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": ~result~}"#),
        ("redirect", r#"return {"statusCode": 302, "headers": {"Location": ~result~}}"#),
        (
            "bytes",
            r#"return {"statusCode": 200, "isBase64Encoded": True, "body": base64.b64encode(~result~).decode()}"#,
        ),
        ("done", r#"return {"statusCode": 204}"#),
    ],
};

const QUEUE: Host = Host {
    name: "queue",
    frame: r#"
        def ~name~(channel, method, properties, body):
            ~body~
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source {
            gives: "get",
            from: "a queued message",
            code: r#"
                message = json.loads(body)
                ~v~ = message.get("~v~", "")
            "#,
            ..SOURCE
        },
        Source { gives: "bytes", from: "a queued message", code: "~v~ = bytes(body)", ..SOURCE },
    ],
    macros: &[
        ("many", r#"json.loads(body)["~entities~"]"#),
        ("conn", "open_connection()"),
        (
            "fail",
            r#"
            channel.basic_nack(method.delivery_tag, requeue=False)
            return
        "#,
        ),
        (
            "broken",
            r#"
            channel.basic_nack(method.delivery_tag)
            return
        "#,
        ),
        (
            "value",
            r#"
            channel.basic_publish("", "~table~.done", json.dumps(~result~, default=str))
            channel.basic_ack(method.delivery_tag)
        "#,
        ),
        (
            "done",
            r#"
            channel.basic_ack(method.delivery_tag)
        "#,
        ),
    ],
};

const TASK: Host = Host {
    name: "task",
    frame: r#"
        @shared_task~(~|(ignore_result=False)~|(acks_late=True)~)
        def ~name~(job):
            ~body~
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source {
            gives: "get",
            from: "a task of the job queue",
            code: r#"~v~ = job.get("~v~", "")"#,
            ..SOURCE
        },
        Source { gives: "get", from: "a task of the job queue", code: r#"~v~ = str(job["~v~"])"#, ..SOURCE },
        Source {
            gives: "bytes",
            from: "a task of the job queue",
            code: r#"~v~ = base64.b64decode(job["~v~"])"#,
            ..SOURCE
        },
    ],
    macros: &[
        ("many", r#"job["~entities~"]"#),
        ("other", r#"job.get("~opt~", "full")"#),
        ("conn", r#"connect_database("~table~")"#),
        ("fail", r#"raise Reject("bad ~noun~ task", requeue=False)"#),
        ("fail", r#"return {"error": "bad ~noun~ task"}"#),
        ("broken", r#"raise Reject("~act~ failed", requeue=True)"#),
        ("value", "return ~result~"),
        ("value", r#"return {"~entities~": ~result~}"#),
        ("done", "return None"),
        ("done", r#"return {"done": "~act~"}"#),
    ],
};

const PLAIN: Host = Host {
    name: "plain",
    frame: r#"
        def ~name~(~handle~~param~):
            ~body~
    "#,
    in_class: false,
    sources: &[
        Source { gives: "none", param: "~entity~_id", ..SOURCE },
        Source { gives: "none", param: "~entity~", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "~v~", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "~v~, *, ~opt~=None", ..SOURCE },
        Source { gives: "get", from: "a form of the caller", param: "form", code: r#"~v~ = form["~v~"]"# },
        Source { gives: "bytes", from: "the caller", param: "~v~", ..SOURCE },
        Source { gives: "bytes", from: "a socket", param: "peer", code: "~v~ = peer.recv(65536)" },
    ],
    macros: &[
        ("conn", "conn"),
        ("fail", r#"raise ValueError("bad ~noun~ request")"#),
        ("fail", "return None"),
        ("broken", "raise"),
        ("broken", "return None"),
        ("value", "return ~result~"),
        ("html", "return ~result~"),
        ("redirect", "return ~result~"),
        ("bytes", "return ~result~"),
        ("done", "return True"),
    ],
};
