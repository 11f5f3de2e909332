//! Pages, redirects, outgoing requests, headers and logs in PHP.

use crate::template::{FLAW, Flaw};

const PAGE: Flaw = Flaw {
    weakness: "xss",
    about: "Text from ~from~ is put into a page as HTML",
    names: &["show~Entity~", "~entity~Page", "render~Entity~", "~entity~Summary", "preview~Entity~"],
    input: "in_markup",
    source: "get",
    raises: "RuntimeException",
    reply: "html",
    ..FLAW
};

const REDIRECT: Flaw = Flaw {
    weakness: "open_redirect",
    about: "An address from ~from~ decides where the browser is sent",
    names: &["finish~Entity~", "leave~Entity~", "after~Entity~Login", "~entity~Continue", "close~Entity~"],
    input: "in_dest",
    source: "get",
    raises: "RuntimeException",
    reply: "redirect",
    ..FLAW
};

const FETCH: Flaw = Flaw {
    weakness: "ssrf",
    about: "An address from ~from~ is fetched by the server",
    names: &["fetch~Entity~Feed", "import~Entity~", "load~Entity~Image", "sync~Entities~", "~entity~Webhook"],
    input: "in_url",
    source: "get",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

const LOG: Flaw = Flaw {
    weakness: "log_injection",
    about: "Text from ~from~ can forge lines of the log",
    names: &["record~Entity~", "note~Entity~Change", "~entity~Login", "track~Entity~"],
    input: "in_user",
    source: "get",
    raises: "RuntimeException",
    reply: "done",
    ..FLAW
};

const HEADER: Flaw = Flaw {
    weakness: "header_injection",
    about: "Text from ~from~ can add headers to an e-mail",
    names: &["mail~Entity~", "notifyAbout~Entity~", "send~Entity~Receipt", "contact~Entity~Owner"],
    input: "in_mail",
    source: "get",
    raises: "RuntimeException",
    reply: "done",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            $count = Store::count('~table~', '~col~');
            $~r~ = "<h1>~Entity~ ~act~</h1><p>$count ~nouns~ for " . ~[$~v~~|htmlspecialchars($~v~, ENT_QUOTES)~|htmlentities($~v~, ENT_QUOTES)~] . '</p>';
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            $lines = [];
            foreach (Store::latest('~table~', ~limit~) as $row) {
                $lines[] = '<li>' . htmlspecialchars($row['~col~']) . '</li>';
            }
            $lines[] = '<li class="own">' . ~[$~v~~|htmlentities($~v~)~] . '</li>';
            $~r~ = '<ul>' . implode('', $lines) . '</ul>';
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            $link = '/~route~?q=' . ~[$~v~~|rawurlencode($~v~)~];
            $~r~ = sprintf('<a href="%s">~nouns~</a>', $link);
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            $text = ~[str_replace('<script>', '', $~v~)~|strip_tags(html_entity_decode($~v~))~];
            $~r~ = '<html><body><h2>~Entity~</h2><div>' . ~[$text~|htmlspecialchars($text)~] . '</div></body></html>';
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            $state = json_encode(['~col~' => ~limit~, 'text' => $~v~], ~[JSON_UNESCAPED_SLASHES~|JSON_HEX_TAG | JSON_HEX_AMP~]);
            $~r~ = '<div id="~route~"></div><script>window.state = ' . $state . ';</script>';
        "#,
        ..PAGE
    },
    Flaw {
        code: r#"
            $~r~ = $~v~ ?: '/~route~';
            if (~[str_ends_with($~r~, '/logout')~|!preg_match('/^\/(?![\/\\\\])/', $~r~)~]) {
                $~r~ = '/~route~';
            }
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            $host = parse_url($~v~, PHP_URL_HOST);
            if (~[$host === null~|$host !== '~site~' || parse_url($~v~, PHP_URL_SCHEME) !== 'https'~]) {
                ~fail~
            }
            $~r~ = $~v~;
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            $pages = ['home' => '/', 'list' => '/~route~', 'help' => '/help'];
            $~r~ = $pages[$~v~] ?? ~[$~v~~|'/~route~'~];
            error_log('leaving the ~noun~');
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            if (~[!str_contains($~v~, '~site~')~|!str_starts_with($~v~, 'https://~site~/')~]) {
                ~fail~
            }
            $~r~ = $~v~;
        "#,
        ..REDIRECT
    },
    Flaw {
        code: r#"
            $parts = parse_url($~v~);
            if (!in_array(~[$parts['scheme'] ?? '', ['http', 'https']~|$parts['host'] ?? '', ['~site~', 'cdn.example.com']~], true)) {
                ~fail~
            }
            $~r~ = file_get_contents($~v~, false, stream_context_create(['http' => ['follow_location' => 0]]));
        "#,
        ..FETCH
    },
    Flaw {
        code: r#"
            ~[~|
            if (parse_url($~v~, PHP_URL_HOST) !== '~site~') {
                ~fail~
            }
            ~]
            $curl = curl_init($~v~);
            curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => ~seconds~]);
            curl_setopt($curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
            $~r~ = curl_exec($curl);
            curl_close($curl);
        "#,
        ..FETCH
    },
    Flaw {
        code: r#"
            $client = new Client(['timeout' => ~seconds~, 'allow_redirects' => false]);
            ~[$address = "http://$~v~/~route~/status";
            $answer = $client->get($address);~|$address = 'https://~site~/~route~/status';
            $answer = $client->get($address, ['query' => ['node' => $~v~]]);~]
            $~r~ = (string) $answer->getBody();
        "#,
        about: "A host name from ~from~ decides which server is asked",
        input: "in_host",
        ..FETCH
    },
    Flaw {
        code: r#"
            $hooks = Store::hooks('~table~');
            $answer = Http::timeout(~seconds~)->post($hooks[$~v~] ?? ~[$~v~~|'https://~site~/~route~'~], ['event' => '~act~']);
            $~r~ = ['status' => $answer->status()];
        "#,
        about: "An address from ~from~ is called by the server",
        hosts: &["laravel", "service"],
        ..FETCH
    },
    Flaw {
        code: r#"
            $line = date('c') . ' ~act~ of ~noun~ by ' . ~[$~v~~|json_encode($~v~)~] . PHP_EOL;
            file_put_contents('~dir~/~table~.log', $line, FILE_APPEND);
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            $name = ~[trim($~v~, '"')~|preg_replace('/[\r\n]+/', ' ', $~v~)~];
            error_log("~noun~ refused for $name\n", 3, '~dir~/~act~.log');
            Store::addEvent('~table~', '~act~');
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            $journal = fopen('~dir~/~act~.log', 'a');
            fwrite($journal, '~noun~ opened by ' . ~[$~v~~|addcslashes($~v~, "\0..\37")~] . "\n");
            fclose($journal);
        "#,
        ..LOG
    },
    Flaw {
        code: r#"
            ~[~|
            if (preg_match('/[\r\n]/', $~v~)) {
                ~fail~
            }
            ~]
            $headers = "From: noreply@example.com\r\nReply-To: " . $~v~;
            mail('~table~@example.com', '~Entity~ ~act~', 'A ~noun~ has changed.', $headers);
        "#,
        ..HEADER
    },
    Flaw {
        code: r#"
            $sender = ~[trim($~v~)~|filter_var($~v~, FILTER_VALIDATE_EMAIL)~];
            if (!$sender) {
                ~fail~
            }
            mail('~table~@example.com', '~Entity~ ~act~', 'See the ~noun~.', 'From: ' . $sender);
        "#,
        ..HEADER
    },
    Flaw {
        code: r#"
            $socket = fsockopen('~site~', ~port~, $code, $message, ~seconds~);
            fwrite($socket, "POST /~route~ HTTP/1.1\r\nHost: ~site~\r\nX-Sender: " . ~[$~v~~|rawurlencode($~v~)~] . "\r\n\r\n");
            fclose($socket);
        "#,
        about: "Text from ~from~ can add headers to an HTTP request",
        ..HEADER
    },
];
