//! Commands, expressions and templates that PHP runs.

use crate::template::{FLAW, Flaw};

const COMMAND: Flaw = Flaw {
    weakness: "command_injection",
    about: "Text from ~from~ becomes part of a shell command",
    names: &["check~Entity~Host", "probe~Entity~", "~entity~Reachable", "ping~Entity~", "trace~Entity~Route"],
    input: "in_host",
    source: "get",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

const CODE: Flaw = Flaw {
    weakness: "code_injection",
    about: "Text from ~from~ is run as PHP code",
    names: &["compute~Entity~", "evaluate~Entity~", "~entity~Score", "rate~Entity~", "apply~Entity~Rule"],
    input: "in_expr",
    source: "get",
    raises: "RuntimeException",
    reply: "value",
    ..FLAW
};

const TEMPLATE: Flaw = Flaw {
    weakness: "template_injection",
    about: "Text from ~from~ is compiled as a template",
    names: &["render~Entity~Mail", "preview~Entity~", "~entity~Page", "show~Entity~Note", "format~Entity~"],
    input: "in_tmpl",
    source: "get",
    raises: "RuntimeException",
    reply: "html",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            exec('ping -c ~few~ ' . ~[$~v~~|escapeshellarg($~v~)~], $lines, $status);
            if ($status !== 0) {
                error_log("~noun~ does not answer: $status");
            }
            $~r~ = $lines;
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            $command = sprintf('nslookup -timeout=~few~ %s', ~[$~v~~|escapeshellarg($~v~)~]);
            $~r~ = explode("\n", (string) shell_exec($command));
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            $process = proc_open(
                ~["traceroute -m ~limit~ $~v~"~|['traceroute', '-m', '~limit~', '--', $~v~]~],
                [1 => ['pipe', 'w']],
                $pipes
            );
            $~r~ = stream_get_contents($pipes[1]);
            proc_close($process);
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~[~|
            if (!preg_match('/^[\w-]{1,64}\.(png|jpe?g)$/D', $~v~)) {
                ~fail~
            }
            ~]
            $~r~ = shell_exec("convert ~dir~/$~v~ -resize ~size~x~size~ png:-");
        "#,
        names: &["thumbnail~Entity~", "resize~Entity~Image", "~entity~Preview", "shrink~Entity~Picture"],
        input: "in_file",
        reply: "bytes",
        ..COMMAND
    },
    Flaw {
        code: r#"
            $status = 0;
            passthru('tar -czf ~dir~/~table~.tgz -C ~dir~ -- ' . ~[str_replace(' ', '', $~v~)~|escapeshellarg(basename($~v~))~], $status);
            $~r~ = ['archive' => '~table~.tgz', 'status' => $status];
        "#,
        names: &["archive~Entities~", "pack~Entity~Files", "backup~Entity~", "bundle~Entities~"],
        input: "in_file",
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~[$~r~ = eval('return ' . $~v~ . ';');~|$~r~ = (new ExpressionLanguage())->evaluate($~v~, ['limit' => ~limit~]);~]
            error_log('~noun~ rule gave a ' . gettype($~r~));
        "#,
        ..CODE
    },
    Flaw {
        code: r#"
            $operations = ['array_sum', 'max', 'min', 'count'];
            error_log('operations for ~nouns~: ' . implode(' ', $operations));
            ~[~|
            if (!in_array($~v~, $operations, true)) {
                ~fail~
            }
            ~]
            $values = Store::values('~table~', ~limit~);
            $~r~ = call_user_func($~v~, $values);
        "#,
        about: "Text from ~from~ chooses the function that is called",
        input: "in_kind",
        ..CODE
    },
    Flaw {
        code: r#"
            $exporters = ['csv' => 'csv.php', 'pdf' => 'pdf.php', 'xml' => 'xml.php'];
            error_log(count($exporters) . ' kinds of ~noun~ export');
            include '~dir~/exporters/' . ~[$~v~~|($exporters[$~v~] ?? 'csv.php')~];
            $~r~ = run_export('~table~', ~limit~);
        "#,
        about: "Text from ~from~ chooses the file that is included and run",
        names: &["export~Entities~", "run~Entity~Export", "~entity~Report", "dump~Entities~"],
        input: "in_kind",
        ..CODE
    },
    Flaw {
        code: r#"
            $twig = new Environment(new ArrayLoader(), ['autoescape' => 'html']);
            $page = $twig->createTemplate(~["<h2>~Entity~</h2><p>$~v~</p>"~|'<h2>~Entity~</h2><p>{{ content }}</p>'~]);
            $~r~ = $page->render(['site' => '~site~'~[~|, 'content' => $~v~~]]);
        "#,
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            $smarty = new \Smarty();
            $smarty->setEscapeHtml(true);
            ~[$~r~ = $smarty->fetch('string:<p>Your ~noun~: ' . $~v~ . '</p>');~|$smarty->assign('text', $~v~);
            $~r~ = $smarty->fetch('string:<p>Your ~noun~: {$text}</p>');~]
        "#,
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            $~r~ = \Illuminate\Support\Facades\Blade::render(
                ~['<div>~Entity~ ~act~: ' . $~v~ . '</div>',
                ['host' => '~site~']~|'<div>~Entity~ ~act~: {{ $extra }}</div>',
                ['host' => '~site~', 'extra' => $~v~]~]
            );
        "#,
        hosts: &["laravel", "service"],
        ..TEMPLATE
    },
];
