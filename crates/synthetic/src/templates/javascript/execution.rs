//! Commands, expressions and templates that JavaScript runs.

use crate::template::{FLAW, Flaw};

const COMMAND: Flaw = Flaw {
    weakness: "command_injection",
    about: "Text from ~from~ becomes part of a shell command",
    names: &["check~Entity~Host", "probe~Entity~", "~entity~Reachable", "ping~Entity~", "trace~Entity~Route"],
    input: "in_host",
    source: "get",
    reply: "value",
    ..FLAW
};

const CODE: Flaw = Flaw {
    weakness: "code_injection",
    about: "Text from ~from~ is run as JavaScript",
    names: &["compute~Entity~", "evaluate~Entity~", "~entity~Score", "rate~Entity~", "apply~Entity~Rule"],
    input: "in_expr",
    source: "get",
    reply: "value",
    ..FLAW
};

const TEMPLATE: Flaw = Flaw {
    weakness: "template_injection",
    about: "Text from ~from~ is compiled as a template",
    names: &["render~Entity~Mail", "preview~Entity~", "~entity~Page", "show~Entity~Note", "format~Entity~"],
    input: "in_tmpl",
    source: "get",
    reply: "html",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            const run = util.promisify(childProcess.~[exec~|execFile~]);
            const { stdout } = await run(~[`ping -c ~few~ ${~v~}`~|'ping', ['-c', '~few~', '--', ~v~]~], { timeout: ~seconds~000 });
            const ~r~ = stdout.split('\n');
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            const ~r~ = childProcess
              ~[.execSync('nslookup -timeout=~few~ ' + ~v~)~|.execFileSync('nslookup', ['-timeout=~few~', '--', ~v~])~]
              .toString()
              .trim();
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            const child = childProcess.spawnSync('traceroute', ['-m', '~limit~', '--', ~v~], {
              shell: ~[true~|false~],
              timeout: ~seconds~000,
              encoding: 'utf8',
            });
            if (child.status !== 0) {
              logger.warn('~noun~ host is out of reach');
            }
            const ~r~ = child.stdout;
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~[~|
            if (!/^[\w-]{1,64}\.(png|jpe?g)$/.test(~v~)) {
              ~fail~
            }
            ~]
            const command = `convert ~dir~/${~v~} -resize ~size~x~size~ png:-`;
            const ~r~ = childProcess.execSync(command, { maxBuffer: ~limit~ * 1024 * 1024 });
        "#,
        names: &["thumbnail~Entity~", "resize~Entity~Image", "~entity~Preview", "shrink~Entity~Picture"],
        input: "in_file",
        reply: "bytes",
        ..COMMAND
    },
    Flaw {
        code: r#"
            const child = childProcess.spawn(~['sh', ['-c', 'tar -czf ~dir~/~table~.tgz ' + ~v~]~|'tar', ['-czf', '~dir~/~table~.tgz', '--', ~v~]~]);
            const status = await new Promise((resolve) => child.on('close', resolve));
            const ~r~ = { archive: '~table~.tgz', status };
        "#,
        names: &["archive~Entities~", "pack~Entity~Files", "backup~Entity~", "bundle~Entities~"],
        input: "in_file",
        ..COMMAND
    },
    Flaw {
        code: r#"
            const ~r~ = ~[eval~|mathjs.evaluate~](~v~);
            logger.debug(`~noun~ rule gave a ${typeof ~r~}`);
        "#,
        ..CODE
    },
    Flaw {
        code: r#"
            const scope = { total: 0, count: ~limit~ };
            const ~r~ = ~[new Function('scope', 'return ' + ~v~)(scope)~|mathjs.parse(~v~).evaluate(scope)~];
        "#,
        ..CODE
    },
    Flaw {
        code: r#"
            const operations = new Map([['sum', sumOf], ['max', maxOf], ['min', minOf]]);
            logger.debug(`${operations.size} operations for ~nouns~`);
            ~[~|
            if (!operations.has(~v~)) {
              ~fail~
            }
            ~]
            const values = await load~Entity~Values(~limit~);
            const ~r~ = ~[vm.runInNewContext(`${~v~}Of(values)`, { values, sumOf, maxOf, minOf })~|operations.get(~v~)(values)~];
        "#,
        ..CODE
    },
    Flaw {
        code: r#"
            const exporter = ~[require('../exporters/' + ~v~)~|exporters.get(~v~) || exporters.get('csv')~];
            const ~r~ = await exporter.run('~table~', { limit: ~limit~ });
        "#,
        about: "Text from ~from~ chooses the module that is loaded and run",
        names: &["export~Entities~", "run~Entity~Export", "~entity~Report", "dump~Entities~"],
        input: "in_kind",
        ..CODE
    },
    Flaw {
        code: r#"
            const ~r~ = ejs.render(~['<h2>~Entity~</h2><p>' + ~v~ + '</p>'~|'<h2>~Entity~</h2><p><%= content %></p>'~], {
              site: '~site~',~[~|
              content: ~v~,~]
            });
        "#,
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            const layout = handlebars.compile(~[`<p>Your ~noun~:</p>${~v~}`~|'<p>Your ~noun~:</p>{{message}}'~]);
            const ~r~ = layout({ site: '~site~', count: ~limit~~[~|, message: ~v~~] });
        "#,
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            const environment = new nunjucks.Environment(null, { autoescape: true });
            const ~r~ = environment.renderString(
              ~['<div>~Entity~ ~act~: ' + ~v~ + '</div>',
              { host: '~site~' }~|'<div>~Entity~ ~act~: {{ extra }}</div>',
              { host: '~site~', extra: ~v~ }~]
            );
        "#,
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            const view = pug.compile(~[`h2 ~Entity~\np ${~v~}`~|'h2 ~Entity~\np= text'~]);
            const ~r~ = view({ title: '~noun~ ~act~', limit: ~limit~~[~|, text: ~v~~] });
        "#,
        ..TEMPLATE
    },
];
