//! Where JavaScript code lives, and how data arrives there.

use crate::template::{Host, SOURCE, Source};

pub(super) const ALL: &[Host] = &[EXPRESS, KOA, FASTIFY, LAMBDA, PLAIN];

const NONE: Source = Source { gives: "none", ..SOURCE };

const EXPRESS: Host = Host {
    name: "express",
    frame: r#"
        ~(async function ~name~(req, res) {
          ~body~
        }~|const ~name~ = async (req, res) => {
          ~body~
        };~|async function ~name~(req, res, next) {
          ~body~
        }~)
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "get", from: "the query string", code: "const ~v~ = req.query.~v~;", ..SOURCE },
        Source { gives: "get", from: "the query string", code: "const { ~v~ } = req.query;", ..SOURCE },
        Source { gives: "get", from: "a JSON body", code: "const { ~v~ } = req.body;", ..SOURCE },
        Source { gives: "get", from: "a posted form", code: "const ~v~ = String(req.body.~v~);", ..SOURCE },
        Source {
            gives: "get",
            from: "the path of the request",
            code: "const ~v~ = req.params.~v~;",
            ..SOURCE
        },
        Source { gives: "get", from: "a cookie", code: "const ~v~ = req.cookies.~v~;", ..SOURCE },
        Source {
            gives: "get",
            from: "a request header",
            code: "const ~v~ = req.get('x-~route~') || '';",
            ..SOURCE
        },
        Source { gives: "object", from: "a JSON body", code: "const ~v~ = req.body;", ..SOURCE },
        Source {
            gives: "text",
            from: "the request body",
            code: "const ~v~ = req.body.toString('utf8');",
            ..SOURCE
        },
    ],
    macros: &[
        ("many", "[].concat(req.query.~v~)"),
        ("many", "req.body.~entities~"),
        ("other", "req.query.~opt~"),
        ("fail", "return res.sendStatus(400);"),
        ("fail", "return res.status(400).json({ error: 'bad ~noun~ request' });"),
        ("fail", "return res.status(422).send('bad ~noun~ request');"),
        ("broken", "return res.sendStatus(500);"),
        ("broken", "return res.status(500).json({ error: '~act~ failed' });"),
        ("value", "return res.json({ ~entities~: ~result~ });"),
        ("value", "return res.json(~result~);"),
        ("html", "return res.type('html').send(~result~);"),
        ("html", "return res.send(~result~);"),
        ("redirect", "return res.redirect(~result~);"),
        ("redirect", "return res.redirect(303, ~result~);"),
        ("bytes", "return res.type('application/octet-stream').send(~result~);"),
        ("done", "return res.sendStatus(204);"),
        ("done", "return res.json({ ok: true });"),
    ],
};

const KOA: Host = Host {
    name: "koa",
    frame: r#"
        ~(async function ~name~(ctx) {
          ~body~
        }~|const ~name~ = async (ctx) => {
          ~body~
        };~)
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "get", from: "the query string", code: "const ~v~ = ctx.query.~v~;", ..SOURCE },
        Source { gives: "get", from: "a JSON body", code: "const { ~v~ } = ctx.request.body;", ..SOURCE },
        Source {
            gives: "get",
            from: "the path of the request",
            code: "const { ~v~ } = ctx.params;",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a cookie",
            code: "const ~v~ = ctx.cookies.get('~v~') || '';",
            ..SOURCE
        },
        Source { gives: "object", from: "a JSON body", code: "const ~v~ = ctx.request.body;", ..SOURCE },
        Source {
            gives: "text",
            from: "the request body",
            code: "const ~v~ = ctx.request.rawBody;",
            ..SOURCE
        },
    ],
    macros: &[
        ("leave", "return;"),
        ("many", "ctx.request.body.~entities~"),
        ("other", "ctx.query.~opt~"),
        ("fail", "return ctx.throw(400, 'bad ~noun~ request');"),
        (
            "fail",
            r#"
            ctx.status = 400;
            return;
        "#,
        ),
        ("broken", "return ctx.throw(500, '~act~ failed');"),
        ("value", "ctx.body = { ~entities~: ~result~ };"),
        ("value", "ctx.body = ~result~;"),
        (
            "html",
            r#"
            ctx.type = 'html';
            ctx.body = ~result~;
        "#,
        ),
        ("redirect", "ctx.redirect(~result~);"),
        ("bytes", "ctx.body = ~result~;"),
        ("done", "ctx.status = 204;"),
    ],
};

const FASTIFY: Host = Host {
    name: "fastify",
    frame: r#"
        async function ~name~(request, reply) {
          ~body~
        }
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "get", from: "the query string", code: "const { ~v~ } = request.query;", ..SOURCE },
        Source { gives: "get", from: "a JSON body", code: "const { ~v~ } = request.body;", ..SOURCE },
        Source {
            gives: "get",
            from: "the path of the request",
            code: "const ~v~ = request.params.~v~;",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a request header",
            code: "const ~v~ = request.headers['x-~route~'] || '';",
            ..SOURCE
        },
        Source { gives: "object", from: "a JSON body", code: "const ~v~ = request.body;", ..SOURCE },
        Source {
            gives: "text",
            from: "the request body",
            code: "const ~v~ = String(request.body);",
            ..SOURCE
        },
    ],
    macros: &[
        ("many", "request.body.~entities~"),
        ("other", "request.query.~opt~"),
        ("fail", "return reply.code(400).send({ error: 'bad ~noun~ request' });"),
        ("fail", "return reply.badRequest();"),
        ("broken", "return reply.code(500).send({ error: '~act~ failed' });"),
        ("value", "return reply.send({ ~entities~: ~result~ });"),
        ("value", "return ~result~;"),
        ("html", "return reply.type('text/html').send(~result~);"),
        ("redirect", "return reply.redirect(~result~);"),
        ("bytes", "return reply.type('application/octet-stream').send(~result~);"),
        ("done", "return reply.code(204).send();"),
    ],
};

const LAMBDA: Host = Host {
    name: "lambda",
    frame: r#"
        ~(exports.~name~ = async (event) => {
          ~body~
        };~|async function ~name~(event, context) {
          ~body~
        }~)
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source {
            gives: "get",
            from: "the query string",
            code: "const { ~v~ } = event.queryStringParameters || {};",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a JSON body",
            code: "const { ~v~ } = JSON.parse(event.body);",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "the path of the request",
            code: "const ~v~ = event.pathParameters.~v~;",
            ..SOURCE
        },
        Source {
            gives: "object",
            from: "a JSON body",
            code: "const ~v~ = JSON.parse(event.body);",
            ..SOURCE
        },
        Source { gives: "text", from: "the request body", code: "const ~v~ = event.body;", ..SOURCE },
    ],
    macros: &[
        ("many", "JSON.parse(event.body).~entities~"),
        ("fail", "return { statusCode: 400, body: 'bad ~noun~ request' };"),
        ("broken", "return { statusCode: 500, body: '~act~ failed' };"),
        ("value", "return { statusCode: 200, body: JSON.stringify(~result~) };"),
        ("html", "return { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: ~result~ };"),
        ("redirect", "return { statusCode: 302, headers: { Location: ~result~ } };"),
        ("bytes", "return { statusCode: 200, isBase64Encoded: true, body: ~result~.toString('base64') };"),
        ("done", "return { statusCode: 204 };"),
    ],
};

const PLAIN: Host = Host {
    name: "plain",
    frame: r#"
        ~(async function ~name~(~param~) {
          ~body~
        }~|const ~name~ = async (~param~) => {
          ~body~
        };~)
    "#,
    in_class: false,
    sources: &[
        Source { gives: "none", param: "~entity~Id", ..SOURCE },
        Source { gives: "none", param: "~entity~", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "~v~", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "~v~, ~opt~ = 'full'", ..SOURCE },
        Source { gives: "get", from: "a form of the caller", param: "form", code: "const { ~v~ } = form;" },
        Source {
            gives: "get",
            from: "a queued message",
            param: "message",
            code: "const { ~v~ } = JSON.parse(message.content.toString());",
        },
        Source {
            gives: "object",
            from: "a queued message",
            param: "message",
            code: "const ~v~ = JSON.parse(message.content);",
        },
        Source { gives: "object", from: "the caller", param: "~v~", ..SOURCE },
        Source { gives: "text", from: "the caller", param: "~v~", ..SOURCE },
        Source {
            gives: "text",
            from: "a queued message",
            param: "message",
            code: "const ~v~ = message.content.toString();",
        },
    ],
    macros: &[
        ("fail", "throw new Error('bad ~noun~ request');"),
        ("fail", "throw new TypeError('bad ~noun~ request');"),
        ("fail", "return null;"),
        ("broken", "return null;"),
        ("broken", "throw new Error('~act~ failed');"),
        ("value", "return ~result~;"),
        ("html", "return ~result~;"),
        ("redirect", "return ~result~;"),
        ("bytes", "return ~result~;"),
        ("done", "return true;"),
    ],
};
