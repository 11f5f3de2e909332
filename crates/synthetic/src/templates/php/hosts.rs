//! Where PHP code lives, and how data arrives there.

use crate::template::{Host, SOURCE, Source};

pub(super) const ALL: &[Host] = &[SCRIPT, LARAVEL, SYMFONY, PSR, SERVICE];

const NONE: Source = Source { gives: "none", ..SOURCE };

const SCRIPT: Host = Host {
    name: "script",
    frame: r#"
        function ~name~(~(~|array $options = []~|~))~(~|: void~)
        {
            ~body~
        }
    "#,
    in_class: false,
    sources: &[
        NONE,
        Source { gives: "get", from: "the query string", code: "$~v~ = $_GET['~v~'] ?? '';", ..SOURCE },
        Source { gives: "get", from: "a posted form", code: "$~v~ = $_POST['~v~'] ?? '';", ..SOURCE },
        Source { gives: "get", from: "a cookie", code: "$~v~ = $_COOKIE['~v~'] ?? '';", ..SOURCE },
        Source { gives: "get", from: "the request", code: "$~v~ = (string) $_REQUEST['~v~'];", ..SOURCE },
        Source {
            gives: "get",
            from: "a request header",
            code: "$~v~ = $_SERVER['HTTP_X_INPUT'] ?? '';",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a JSON body",
            code: r#"
                $body = json_decode(file_get_contents('php://input'), true);
                $~v~ = $body['~v~'] ?? '';
            "#,
            ..SOURCE
        },
        Source {
            gives: "text",
            from: "the request body",
            code: "$~v~ = file_get_contents('php://input');",
            ..SOURCE
        },
        Source {
            gives: "text",
            from: "a cookie",
            code: "$~v~ = base64_decode($_COOKIE['~v~'] ?? '');",
            ..SOURCE
        },
    ],
    macros: &[
        ("leave", "return;"),
        ("many", "(array) ($_GET['~v~'] ?? [])"),
        ("many", "$_POST['~entities~'] ?? []"),
        ("other", "$_GET['~opt~'] ?? 'full'"),
        ("pdo", "db()"),
        ("pdo", "get_connection()"),
        (
            "fail",
            r#"
            http_response_code(400);
            return;
        "#,
        ),
        (
            "fail",
            r#"
            header('HTTP/1.1 400 Bad Request');
            exit;
        "#,
        ),
        ("broken", "http_response_code(500);"),
        ("value", "echo json_encode(~result~);"),
        (
            "value",
            r#"
            header('Content-Type: application/json');
            echo json_encode(['~entities~' => ~result~]);
        "#,
        ),
        ("html", "echo ~result~;"),
        ("html", "print ~result~;"),
        (
            "redirect",
            r#"
            header('Location: ' . ~result~);
            exit;
        "#,
        ),
        (
            "bytes",
            r#"
            header('Content-Type: application/octet-stream');
            echo ~result~;
        "#,
        ),
        ("done", "http_response_code(204);"),
    ],
};

const LARAVEL: Host = Host {
    name: "laravel",
    frame: r#"
        public function ~name~(Request $request)
        {
            ~body~
        }
    "#,
    in_class: true,
    sources: &[
        NONE,
        Source { gives: "get", from: "the request", code: "$~v~ = $request->input('~v~', '');", ..SOURCE },
        Source {
            gives: "get",
            from: "the query string",
            code: "$~v~ = $request->query('~v~', '');",
            ..SOURCE
        },
        Source { gives: "get", from: "a cookie", code: "$~v~ = $request->cookie('~v~', '');", ..SOURCE },
        Source {
            gives: "get",
            from: "the path of the request",
            code: "$~v~ = $request->route('~v~');",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a request header",
            code: "$~v~ = $request->header('X-~Entity~', '');",
            ..SOURCE
        },
        Source { gives: "text", from: "the request body", code: "$~v~ = $request->getContent();", ..SOURCE },
    ],
    macros: &[
        ("many", "(array) $request->input('~v~')"),
        ("other", "$request->query('~opt~', 'full')"),
        ("pdo", "DB::getPdo()"),
        ("fail", "abort(400);"),
        ("fail", "return response()->json(['error' => 'bad ~noun~ request'], 422);"),
        ("broken", "abort(500);"),
        ("broken", "return response()->json(['error' => '~act~ failed'], 500);"),
        ("value", "return response()->json(~result~);"),
        ("value", "return response()->json(['~entities~' => ~result~]);"),
        ("html", "return response(~result~);"),
        ("redirect", "return redirect()->away(~result~);"),
        ("redirect", "return redirect(~result~);"),
        ("bytes", "return response(~result~)->header('Content-Type', 'application/octet-stream');"),
        ("done", "return response()->noContent();"),
    ],
};

const SYMFONY: Host = Host {
    name: "symfony",
    frame: r#"
        #[Route('/~route~/~act~')]
        public function ~name~(Request $request): Response
        {
            ~body~
        }
    "#,
    in_class: true,
    sources: &[
        NONE,
        Source {
            gives: "get",
            from: "the query string",
            code: "$~v~ = $request->query->get('~v~', '');",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a posted form",
            code: "$~v~ = $request->request->get('~v~', '');",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a cookie",
            code: "$~v~ = $request->cookies->get('~v~', '');",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a request header",
            code: "$~v~ = $request->headers->get('x-~route~', '');",
            ..SOURCE
        },
        Source { gives: "text", from: "the request body", code: "$~v~ = $request->getContent();", ..SOURCE },
    ],
    macros: &[
        ("many", "$request->query->all('~v~')"),
        ("other", "$request->query->get('~opt~', 'full')"),
        ("pdo", "$this->connection->getNativeConnection()"),
        ("fail", "throw new BadRequestHttpException('bad ~noun~ request');"),
        ("fail", "return new Response('bad ~noun~ request', 400);"),
        ("broken", "return new Response('~act~ failed', 500);"),
        ("value", "return new JsonResponse(~result~);"),
        ("value", "return $this->json(['~entities~' => ~result~]);"),
        ("html", "return new Response(~result~);"),
        ("redirect", "return new RedirectResponse(~result~);"),
        ("redirect", "return $this->redirect(~result~);"),
        ("bytes", "return new Response(~result~, 200, ['Content-Type' => 'application/octet-stream']);"),
        ("done", "return new Response('', 204);"),
    ],
};

const PSR: Host = Host {
    name: "psr",
    frame: r#"
        public function ~name~(ServerRequestInterface $request, ResponseInterface $response): ResponseInterface
        {
            ~body~
        }
    "#,
    in_class: true,
    sources: &[
        NONE,
        Source {
            gives: "get",
            from: "the query string",
            code: "$~v~ = $request->getQueryParams()['~v~'] ?? '';",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "a posted form",
            code: "$~v~ = $request->getParsedBody()['~v~'] ?? '';",
            ..SOURCE
        },
        Source {
            gives: "get",
            from: "the path of the request",
            code: "$~v~ = $request->getAttribute('~v~', '');",
            ..SOURCE
        },
        Source {
            gives: "text",
            from: "the request body",
            code: "$~v~ = (string) $request->getBody();",
            ..SOURCE
        },
    ],
    macros: &[
        ("many", "$request->getParsedBody()['~entities~'] ?? []"),
        ("other", "$request->getQueryParams()['~opt~'] ?? 'full'"),
        ("pdo", "$this->pdo"),
        ("fail", "return $response->withStatus(400);"),
        ("fail", "return $response->withStatus(422, 'bad ~noun~ request');"),
        ("broken", "return $response->withStatus(500);"),
        (
            "value",
            r#"
            $response->getBody()->write(json_encode(~result~));
            return $response->withHeader('Content-Type', 'application/json');
        "#,
        ),
        (
            "html",
            r#"
            $response->getBody()->write(~result~);
            return $response;
        "#,
        ),
        ("redirect", "return $response->withStatus(302)->withHeader('Location', ~result~);"),
        (
            "bytes",
            r#"
            $response->getBody()->write(~result~);
            return $response->withHeader('Content-Type', 'application/octet-stream');
        "#,
        ),
        ("done", "return $response->withStatus(204);"),
    ],
};

const SERVICE: Host = Host {
    name: "service",
    frame: r#"
        ~(public~|private~|public static~) function ~name~(~handle~~param~)
        {
            ~body~
        }
    "#,
    in_class: true,
    sources: &[
        Source { gives: "none", param: "int $~entity~Id", ..SOURCE },
        Source { gives: "none", param: "string $~entity~", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "string $~v~", ..SOURCE },
        Source { gives: "get", from: "the caller", param: "string $~v~, string $~opt~ = 'full'", ..SOURCE },
        Source {
            gives: "get",
            from: "a form of the caller",
            param: "array $form",
            code: "$~v~ = $form['~v~'] ?? '';",
        },
        Source { gives: "text", from: "the caller", param: "string $~v~", ..SOURCE },
    ],
    macros: &[
        ("pdo", "$pdo"),
        ("fail", "throw new \\InvalidArgumentException('bad ~noun~ request');"),
        ("fail", "return null;"),
        ("broken", "return null;"),
        ("broken", "throw new \\LogicException('~act~ failed');"),
        ("value", "return ~result~;"),
        ("html", "return ~result~;"),
        ("redirect", "return ~result~;"),
        ("bytes", "return ~result~;"),
        ("done", "return true;"),
    ],
};
