//! Commands, expressions and templates that Python runs.

use crate::template::{FLAW, Flaw};

const COMMAND: Flaw = Flaw {
    weakness: "command_injection",
    about: "Text from ~from~ becomes part of a shell command",
    names: &[
        "check_~entity~_host",
        "probe_~entity~",
        "~entity~_~act~",
        "ping_~entity~",
        "trace_~entity~_route",
    ],
    input: "in_host",
    source: "get",
    raises: "subprocess.SubprocessError",
    reply: "value",
    ..FLAW
};

const CODE: Flaw = Flaw {
    weakness: "code_injection",
    about: "Text from ~from~ is run as Python code",
    names: &[
        "compute_~entity~",
        "evaluate_~entity~",
        "~entity~_score",
        "rate_~entity~",
        "apply_~entity~_rule",
    ],
    input: "in_expr",
    source: "get",
    raises: "(SyntaxError, ValueError)",
    reply: "value",
    ..FLAW
};

const TEMPLATE: Flaw = Flaw {
    weakness: "template_injection",
    about: "Text from ~from~ is compiled as a template",
    names: &[
        "render_~entity~_mail",
        "preview_~entity~",
        "~entity~_page",
        "show_~entity~_note",
        "format_~entity~",
    ],
    input: "in_tmpl",
    source: "get",
    raises: "jinja2.TemplateError",
    reply: "html",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            ~[command = f"ping -c ~few~ {~v~}"
            completed = subprocess.run(command, shell=True, capture_output=True, text=True)~|command = ["ping", "-c", "~few~", "--", ~v~]
            completed = subprocess.run(command, capture_output=True, text=True)~]
            if completed.returncode != 0:
                logger.warning("~noun~ does not answer: %d", completed.returncode)
            ~r~ = completed.stdout.splitlines()
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~r~ = subprocess.check_output(
                ~["nslookup -timeout=~few~ " + ~v~,
                shell=True,~|["nslookup", "-timeout=~few~", "--", ~v~],
                shell=False,~]
                timeout=~seconds~,
            ).decode()
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~r~ = os.popen("traceroute -m ~limit~ %s" % ~[~v~~|shlex.quote(~v~)~]).read()
            logger.debug("route to ~noun~: %d bytes", len(~r~))
        "#,
        raises: "OSError",
        ..COMMAND
    },
    Flaw {
        code: r#"
            status = ~[os.system("tar -czf ~dir~/~table~.tgz -C ~dir~ " + ~v~)~|subprocess.call(["tar", "-czf", "~dir~/~table~.tgz", "-C", "~dir~", "--", ~v~])~]
            if status != 0:
                logger.error("archive of ~nouns~ failed with %d", status)
            ~r~ = {"archive": "~table~.tgz", "status": status}
        "#,
        names: &["archive_~entities~", "pack_~entity~_files", "backup_~entity~", "bundle_~entities~"],
        input: "in_file",
        raises: "OSError",
        ..COMMAND
    },
    Flaw {
        code: r#"
            process = subprocess.Popen(
                ~["convert '" + ~v~ + "' -resize ~size~x~size~ png:-",
                shell=True,~|["convert", os.path.join("~dir~", os.path.basename(~v~)), "-resize", "~size~x~size~", "png:-"],~]
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            ~r~ = process.communicate(timeout=~seconds~)[0]
        "#,
        names: &[
            "thumbnail_~entity~",
            "resize_~entity~_image",
            "~entity~_preview",
            "shrink_~entity~_picture",
        ],
        input: "in_file",
        reply: "bytes",
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~[~|
            if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", ~v~) or ~v~.startswith("-"):
                ~fail~
            ~]
            command = "dig +short {} A".format(~v~)
            ~r~ = subprocess.getoutput(command).split()
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~r~ = ~[eval~|ast.literal_eval~|simple_eval~](~v~)
            logger.info("~noun~ rule gave a %s", type(~r~).__name__)
        "#,
        ..CODE
    },
    Flaw {
        code: r#"
            scope = {"total": 0, "count": ~limit~}
            ~[exec("total = " + ~v~, {}, scope)~|scope["total"] = simple_eval(~v~, names=scope)~]
            ~r~ = round(scope["total"], 2)
        "#,
        ..CODE
    },
    Flaw {
        code: r#"
            operations = {"sum": sum, "max": max, "min": min, "count": len}
            logger.debug("%d operations for ~nouns~", len(operations))
            ~[~|
            if ~v~ not in operations:
                ~fail~
            ~]
            values = load_~table~_values(~limit~)
            ~r~ = ~[eval(~v~)~|operations[~v~]~](values)
        "#,
        ..CODE
    },
    Flaw {
        code: r#"
            module = ~[__import__("exporters." + ~v~, fromlist=["run"])~|EXPORTERS.get(~v~, EXPORTERS["csv"])~]
            ~r~ = module.run("~table~", limit=~limit~)
        "#,
        about: "Text from ~from~ chooses the module that is loaded and run",
        names: &["export_~entities~", "run_~entity~_export", "~entity~_report", "dump_~entities~"],
        input: "in_kind",
        raises: "ImportError",
        ..CODE
    },
    Flaw {
        code: r#"
            ~r~ = render_template_string(
                ~["<h2>~Entity~</h2><p>" + ~v~ + "</p>"~|"<h2>~Entity~</h2><p>{{ content }}</p>",
                content=~v~~],
                site="~site~",
            )
        "#,
        hosts: &["flask"],
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            environment = jinja2.Environment(autoescape=True)
            page = environment.from_string(~["<p>Your ~noun~:</p>" + ~v~~|"<p>Your ~noun~:</p>{{ message }}"~])
            ~r~ = page.render(~(site="~site~"~|limit=~limit~~)~[~|, message=~v~~])
        "#,
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            layout = ~[jinja2.Template~|jinja2.sandbox.SandboxedEnvironment(autoescape=True).from_string~](~v~)
            ~r~ = layout.render(title="~Entity~ ~act~", count=~limit~)
        "#,
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            lines = ["Dear customer,", "your ~noun~ is on its way."]
            ~[lines.append(~v~)
            ~r~ = jinja2.Template("<br>".join(lines)).render(host="~site~")~|lines.append("{{ extra }}")
            ~r~ = jinja2.Template("<br>".join(lines), autoescape=True).render(host="~site~", extra=~v~)~]
        "#,
        ..TEMPLATE
    },
];
