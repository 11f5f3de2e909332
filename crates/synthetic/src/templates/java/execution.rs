//! Commands, expressions and templates that Java runs.

use crate::template::{FLAW, Flaw};

const COMMAND: Flaw = Flaw {
    weakness: "command_injection",
    about: "Text from ~from~ becomes part of a shell command",
    names: &["check~Entity~Host", "probe~Entity~", "~entity~Reachable", "ping~Entity~", "trace~Entity~Route"],
    input: "in_host",
    source: "get",
    raises: "IOException",
    result: "String",
    reply: "value",
    macros: super::IO,
    ..FLAW
};

const CODE: Flaw = Flaw {
    weakness: "code_injection",
    about: "Text from ~from~ is run as an expression that can call any method",
    names: &["compute~Entity~", "evaluate~Entity~", "~entity~Score", "rate~Entity~", "apply~Entity~Rule"],
    input: "in_expr",
    source: "get",
    result: "Object",
    reply: "value",
    ..FLAW
};

const TEMPLATE: Flaw = Flaw {
    weakness: "template_injection",
    about: "Text from ~from~ is compiled as a template",
    names: &["render~Entity~Mail", "preview~Entity~", "~entity~Page", "show~Entity~Note", "format~Entity~"],
    input: "in_tmpl",
    source: "get",
    raises: "IOException",
    result: "String",
    reply: "html",
    macros: super::IO,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            Process process = ~[Runtime.getRuntime().exec(new String[] {"sh", "-c", "ping -c ~few~ " + ~v~})~|new ProcessBuilder("ping", "-c", "~few~", "--", ~v~).start()~];
            String ~r~ = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            List<String> command = new ArrayList<>(List.of(~["/bin/sh", "-c"~|"nslookup", "-timeout=~few~"~]));
            command.add(~["nslookup -timeout=~few~ " + ~v~~|"--");
            command.add(~v~~]);
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String ~r~;
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
                ~r~ = reader.readLine();
            }
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~[~|
            if (!~v~.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,252}")) {
                ~fail~
            }
            ~]
            ProcessBuilder builder = new ProcessBuilder("bash", "-c", "traceroute -m ~limit~ " + ~v~);
            builder.environment().put("LC_ALL", "C");
            String ~r~ = new String(builder.start().getInputStream().readNBytes(~size~ * 1024));
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            ScriptEngine engine = new ScriptEngineManager().getEngineByName("javascript");
            engine.put("limit", ~limit~);
            ~[Object ~r~ = engine.eval(~v~);~|if (!~v~.matches("[0-9+*/ ().-]{1,~max~}")) {
                ~fail~
            }
            Object ~r~ = engine.eval(~v~);~]
        "#,
        raises: "ScriptException",
        ..CODE
    },
    Flaw {
        code: r#"
            var parser = new SpelExpressionParser();
            var scope = ~[new StandardEvaluationContext(load~Entity~(~limit~))~|SimpleEvaluationContext.forReadOnlyDataBinding().withRootObject(load~Entity~(~limit~)).build()~];
            Object ~r~ = parser.parseExpression(~v~).getValue(scope);
            log.debug("~noun~ rule gave {}", ~r~);
        "#,
        raises: "EvaluationException",
        macros: super::UNCHECKED,
        ..CODE
    },
    Flaw {
        code: r#"
            Map<String, Supplier<Exporter>> exporters = Map.of("csv", CsvExporter::new, "pdf", PdfExporter::new);
            log.debug("{} kinds of ~noun~ export", exporters.size());
            Exporter exporter = ~[(Exporter) Class.forName("com.example.export." + ~v~).getDeclaredConstructor().newInstance()~|exporters.getOrDefault(~v~, CsvExporter::new).get()~];
            Object ~r~ = exporter.run("~table~", ~limit~);
        "#,
        about: "Text from ~from~ chooses the class that is loaded and run",
        names: &["export~Entities~", "run~Entity~Export", "~entity~Report", "dump~Entities~"],
        input: "in_kind",
        raises: "Exception",
        ..CODE
    },
    Flaw {
        code: r#"
            VelocityContext context = new VelocityContext();
            context.put("site", "~site~");
            ~[~|context.put("content", Encode.forHtml(~v~));~]
            StringWriter page = new StringWriter();
            Velocity.evaluate(context, page, "~entity~", ~["<h2>~Entity~</h2><p>" + ~v~ + "</p>"~|"<h2>~Entity~</h2><p>$content</p>"~]);
            String ~r~ = page.toString();
        "#,
        raises: "VelocityException",
        macros: super::UNCHECKED,
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            Map<String, Object> model = Map.of("host", "~site~", ~["limit", ~limit~~|"text", ~v~~]);
            Template page = new Template("~entity~", ~["<p>Your ~noun~: " + ~v~ + "</p>"~|"<p>Your ~noun~: ${text?html}</p>"~], freemarker);
            StringWriter writer = new StringWriter();
            page.process(model, writer);
            String ~r~ = writer.toString();
        "#,
        raises: "Exception",
        macros: &[],
        ..TEMPLATE
    },
];
