//! Files in PHP.

use crate::template::{FLAW, Flaw};

const PATH: Flaw = Flaw {
    weakness: "path_traversal",
    about: "A file name from ~from~ can lead out of the folder of files",
    names: &[
        "download~Entity~",
        "read~Entity~File",
        "~entity~Attachment",
        "open~Entity~",
        "fetch~Entity~Document",
    ],
    input: "in_file",
    source: "get",
    raises: "RuntimeException",
    reply: "bytes",
    ..FLAW
};

const UPLOAD: Flaw = Flaw {
    weakness: "unrestricted_upload",
    about: "An uploaded file is stored under a name or type of the sender's choice",
    names: &["upload~Entity~", "store~Entity~Picture", "save~Entity~File", "attachTo~Entity~"],
    source: "none",
    raises: "RuntimeException",
    reply: "done",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            $file = '~dir~/' . ~[$~v~~|basename($~v~)~];
            $~r~ = file_get_contents($file);
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            $root = realpath('~dir~');
            $file = ~[$root . '/' . $~v~~|realpath($root . '/' . $~v~)~];
            if (~[!is_readable($file)~|$file === false || !str_starts_with($file, $root . '/')~]) {
                ~fail~
            }
            $~r~ = file_get_contents($file);
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            $name = ~[str_replace('../', '', $~v~)~|preg_replace('/[^\w.-]/', '_', $~v~)~];
            $~r~ = file_get_contents('~dir~/~table~/' . $name);
            error_log('~noun~ file has ' . strlen($~r~) . ' bytes');
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            ~[~|
            if (!preg_match('/^[\w-]{1,64}\.(txt|csv|pdf)$/D', $~v~)) {
                ~fail~
            }
            ~]
            $~r~ = array_slice(file("~dir~/$~v~", FILE_IGNORE_NEW_LINES), 0, ~limit~);
        "#,
        names: &["~entity~Lines", "show~Entity~Text", "read~Entity~Log", "tail~Entity~File"],
        reply: "value",
        ..PATH
    },
    Flaw {
        code: r#"
            $file = '~dir~/~table~/' . ~[$~v~~|basename($~v~)~];
            if (is_file($file)) {
                unlink($file);
                error_log('removed a ~noun~ file');
            }
        "#,
        names: &["delete~Entity~File", "remove~Entity~Document", "discard~Entity~", "clear~Entity~Upload"],
        reply: "done",
        ..PATH
    },
    Flaw {
        code: r#"
            $upload = $_FILES['~entity~'];
            $extension = strtolower(pathinfo($upload['name'], PATHINFO_EXTENSION));
            ~[error_log("storing a $extension file");~|if (!in_array($extension, ['png', '~ext~', 'pdf'], true)) {
                ~fail~
            }~]
            move_uploaded_file($upload['tmp_name'], '~dir~/' . bin2hex(random_bytes(8)) . '.' . $extension);
        "#,
        hosts: &["script", "service"],
        ..UPLOAD
    },
    Flaw {
        code: r#"
            $name = ~[basename($_FILES['~entity~']['name'])~|bin2hex(random_bytes(16)) . '.bin'~];
            if (!move_uploaded_file($_FILES['~entity~']['tmp_name'], '~dir~/' . $name)) {
                ~fail~
            }
            error_log('stored a file for the ~noun~');
        "#,
        hosts: &["script", "service"],
        ..UPLOAD
    },
    Flaw {
        code: r#"
            $upload = $request->file('~entity~');
            ~[$name = $upload->getClientOriginalName();~|$name = $upload->hashName();
            if (!in_array($upload->guessExtension(), ['png', '~ext~', 'pdf'], true)) {
                ~fail~
            }~]
            $upload->move('~dir~', $name);
            error_log('stored a file for the ~noun~');
        "#,
        hosts: &["laravel"],
        ..UPLOAD
    },
];
