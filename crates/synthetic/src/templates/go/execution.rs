//! Commands, scripts and templates that Go runs.

use crate::template::{FLAW, Flaw};

const COMMAND: Flaw = Flaw {
    weakness: "command_injection",
    about: "Text from ~from~ becomes part of a shell command",
    names: &["check~Entity~Host", "Probe~Entity~", "~entity~Reachable", "ping~Entity~", "Trace~Entity~Route"],
    input: "in_host",
    source: "get",
    result: "string",
    reply: "value",
    macros: super::TEXT,
    ..FLAW
};

const CODE: Flaw = Flaw {
    weakness: "code_injection",
    about: "Text from ~from~ is run as a script",
    names: &["compute~Entity~", "Evaluate~Entity~", "~entity~Score", "rate~Entity~", "Apply~Entity~Rule"],
    input: "in_expr",
    source: "get",
    result: "string",
    reply: "value",
    macros: super::TEXT,
    ..FLAW
};

const TEMPLATE: Flaw = Flaw {
    weakness: "template_injection",
    about: "Text from ~from~ is compiled as a template",
    names: &["render~Entity~Mail", "Preview~Entity~", "~entity~Page", "show~Entity~Note", "Format~Entity~"],
    input: "in_tmpl",
    source: "get",
    result: "string",
    reply: "html",
    macros: super::TEXT,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            stdout, err := exec.Command(~["sh", "-c", "ping -c ~few~ "+~v~~|"ping", "-c", "~few~", "--", ~v~~]).Output()
            if err != nil {
                ~broken~
            }
            ~r~ := strings.TrimSpace(string(stdout))
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            command := ~[exec.Command("/bin/bash", "-c", fmt.Sprintf("nslookup -timeout=~few~ %s", ~v~))~|exec.Command("nslookup", "-timeout=~few~", "--", ~v~)~]
            command.Env = append(os.Environ(), "LC_ALL=C")
            stdout, err := command.CombinedOutput()
            if err != nil {
                ~broken~
            }
            ~r~ := string(stdout)
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~[~|
            if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$`).MatchString(~v~) {
                ~fail~
            }
            ~]
            var stdout bytes.Buffer
            command := exec.Command("sh", "-c", "traceroute -m ~limit~ "+~v~)
            command.Stdout = &stdout
            if err := command.Run(); err != nil {
                ~broken~
            }
            ~r~ := stdout.String()
        "#,
        ..COMMAND
    },
    Flaw {
        code: r#"
            steps := ~[[]string{"sh", "-c", "tar -czf ~dir~/~table~.tgz " + ~v~}~|[]string{"tar", "-czf", "~dir~/~table~.tgz", "--", ~v~}~]
            command := exec.Command(steps[0], steps[1:]...)
            if err := command.Run(); err != nil {
                ~broken~
            }
            ~r~ := "~table~.tgz"
        "#,
        names: &["archive~Entities~", "Pack~Entity~Files", "backup~Entity~", "Bundle~Entities~"],
        input: "in_file",
        ..COMMAND
    },
    Flaw {
        code: r#"
            ~[vm := otto.New()
            vm.Set("limit", ~limit~)
            value, err := vm.Run(~v~)~|env := map[string]any{"limit": ~limit~}
            value, err := expr.Eval(~v~, env)~]
            if err != nil {
                ~broken~
            }
            ~r~ := fmt.Sprint(value)
        "#,
        ..CODE
    },
    Flaw {
        code: r#"
            state := lua.NewState()
            defer state.Close()
            rules := map[string]string{"total": "score = 2 * ~few~", "mean": "score = ~limit~ / 2"}
            ~[script, ok := rules[~v~]
            if !ok {
                script = "score = " + ~v~
            }~|script, ok := rules[~v~]
            if !ok {
                ~fail~
            }~]
            if err := state.DoString(script); err != nil {
                ~broken~
            }
            ~r~ := state.GetGlobal("score").String()
        "#,
        ..CODE
    },
    Flaw {
        code: r#"
            page, err := template.New("~entity~").Parse(~["<h2>~Entity~</h2><p>" + ~v~ + "</p>"~|"<h2>~Entity~</h2><p>{{.}}</p>"~])
            if err != nil {
                ~broken~
            }
            var body strings.Builder
            if err := page.Execute(&body, ~[config.Site~|~v~~]); err != nil {
                ~broken~
            }
            ~r~ := body.String()
        "#,
        ..TEMPLATE
    },
    Flaw {
        code: r#"
            values := map[string]any{"Site": config.Site, "Limit": ~limit~~[~|, "Text": ~v~~]}
            layout := template.Must(template.New("page").Parse("<html>{{template \"body\" .}}</html>"))
            if _, err := layout.New("body").Parse(~[fmt.Sprintf("<p>Your ~noun~: %s</p>", ~v~)~|"<p>Your ~noun~: {{.Text}}</p>"~]); err != nil {
                ~broken~
            }
            var body bytes.Buffer
            if err := layout.Execute(&body, values); err != nil {
                ~broken~
            }
            ~r~ := body.String()
        "#,
        ..TEMPLATE
    },
];
