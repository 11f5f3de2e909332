//! Files in JavaScript.

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
    reply: "bytes",
    ..FLAW
};

const UPLOAD: Flaw = Flaw {
    weakness: "unrestricted_upload",
    about: "An uploaded file is stored under a name or type of the sender's choice",
    names: &["upload~Entity~", "store~Entity~Picture", "save~Entity~File", "attachTo~Entity~"],
    hosts: &["express"],
    source: "none",
    reply: "done",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            const file = path.join('~dir~', ~[~v~~|path.basename(~v~)~|~v~.replace(/[^\w.-]/g, '_')~]);
            const ~r~ = await fs.readFile(file);
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            const root = path.resolve('~dir~');
            const file = path.resolve(root, ~v~);
            if (~[!fsSync.existsSync(file)~|!file.startsWith(root + path.sep)~]) {
              ~fail~
            }
            const ~r~ = await fs.readFile(file);
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            const name = ~[~v~.replace('../', '')~|~v~.replace(/[^\w.-]/g, '_')~];
            const ~r~ = await fs.readFile(`~dir~/~table~/${name}`);
            logger.debug(`~noun~ file has ${~r~.length} bytes`);
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            ~[~|
            if (!/^[\w-]{1,64}\.(txt|csv|pdf)$/.test(~v~)) {
              ~fail~
            }
            ~]
            const content = await fs.readFile('~dir~/' + ~v~, 'utf8');
            const ~r~ = content.split('\n').slice(0, ~limit~);
        "#,
        names: &["~entity~Lines", "show~Entity~Text", "read~Entity~Log", "tail~Entity~File"],
        reply: "value",
        ..PATH
    },
    Flaw {
        code: r#"
            const file = path.join('~dir~', '~table~', ~[~v~~|path.basename(~v~)~]);
            await fs.unlink(file);
            logger.info('removed a ~noun~ file');
        "#,
        names: &["delete~Entity~File", "remove~Entity~Document", "discard~Entity~", "clear~Entity~Upload"],
        reply: "done",
        ..PATH
    },
    Flaw {
        code: r#"
            ~[return res.sendFile(path.join('~dir~', ~v~));~|return res.sendFile(~v~, { root: '~dir~' });~]
        "#,
        hosts: &["express"],
        reply: "nothing",
        macros: &[("nothing", "")],
        ..PATH
    },
    Flaw {
        code: r#"
            const upload = req.files.~entity~;
            const extension = path.extname(upload.name).toLowerCase();
            ~[logger.debug(`storing a ${extension} file`);~|if (!['.png', '.~ext~', '.pdf'].includes(extension)) {
              ~fail~
            }~]
            await upload.mv(path.join('~dir~', crypto.randomUUID() + extension));
        "#,
        ..UPLOAD
    },
    Flaw {
        code: r#"
            const { originalname, buffer } = req.file;
            ~[const name = path.basename(originalname);~|const name = path.parse(originalname).name.replace(/\W/g, '_') + '.bin';~]
            await fs.writeFile(path.join('~dir~', name), buffer);
            logger.info(`stored ${buffer.length} bytes for the ~noun~`);
        "#,
        ..UPLOAD
    },
];
