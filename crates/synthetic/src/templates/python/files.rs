//! Files and archives in Python.

use crate::template::{FLAW, Flaw};

const PATH: Flaw = Flaw {
    weakness: "path_traversal",
    about: "A file name from ~from~ can lead out of the folder of files",
    names: &[
        "download_~entity~",
        "read_~entity~_file",
        "~entity~_attachment",
        "open_~entity~",
        "fetch_~entity~_document",
    ],
    input: "in_file",
    source: "get",
    raises: "OSError",
    reply: "bytes",
    ..FLAW
};

const ARCHIVE: Flaw = Flaw {
    weakness: "path_traversal",
    about: "Names inside an archive from ~from~ can lead out of the target folder",
    names: &["unpack_~entities~", "import_~entity~_archive", "restore_~entities~", "extract_~entity~_files"],
    input: "in_blob",
    source: "bytes",
    raises: "OSError",
    reply: "done",
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            path = os.path.join("~dir~", ~[~v~~|os.path.basename(~v~)~|secure_filename(~v~)~])
            with open(path, "rb") as handle:
                ~r~ = handle.read()
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            root = os.path.realpath("~dir~")
            path = os.path.~[join(root, ~v~)~|realpath(os.path.join(root, ~v~))~]
            if not ~[os.path.exists(path)~|path.startswith(root + os.sep)~]:
                ~fail~
            with open(path, "rb") as handle:
                ~r~ = handle.read()
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            folder = Path("~dir~") / "~table~"
            path = ~[folder / ~v~~|(folder / ~v~).resolve()~]
            if ~[not path.is_file()~|not path.is_relative_to(folder.resolve())~]:
                ~fail~
            ~r~ = path.read_bytes()
            logger.info("~noun~ file has %d bytes", len(~r~))
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            name = ~[~v~.replace("../", "")~|secure_filename(~v~)~]
            with open("~dir~/~table~/" + name, "rb") as handle:
                ~r~ = handle.read(~limit~ * 1024)
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            path = os.path.join("~dir~", "~table~", ~[~v~~|os.path.basename(~v~)~])
            if os.path.isfile(path):
                os.remove(path)
                logger.info("removed a ~noun~ file")
        "#,
        names: &[
            "delete_~entity~_file",
            "remove_~entity~_document",
            "discard_~entity~",
            "clear_~entity~_upload",
        ],
        reply: "done",
        ..PATH
    },
    Flaw {
        code: r#"
            ~[~|
            if not re.fullmatch(r"[\w-]{1,64}\.(txt|csv|pdf)", ~v~):
                ~fail~
            ~]
            with open(f"~dir~/{~v~}", encoding="utf-8") as handle:
                ~r~ = [line.rstrip() for line in handle]
        "#,
        names: &["~entity~_lines", "show_~entity~_text", "read_~entity~_log", "tail_~entity~_file"],
        reply: "value",
        ..PATH
    },
    Flaw {
        code: r#"
            with tarfile.open(fileobj=io.BytesIO(~v~)) as archive:
                logger.info("archive holds %d ~nouns~", len(archive.getnames()))
                archive.extractall("~dir~"~[~|, filter="data"~])
        "#,
        raises: "tarfile.TarError",
        ..ARCHIVE
    },
    Flaw {
        code: r#"
            with zipfile.ZipFile(io.BytesIO(~v~)) as archive:
                for member in archive.infolist():
                    ~[target = os.path.join("~dir~", member.filename)~|target = os.path.join("~dir~", os.path.basename(member.filename))~]
                    with open(target, "wb") as handle:
                        handle.write(archive.read(member))
        "#,
        ..ARCHIVE
    },
    Flaw {
        weakness: "unrestricted_upload",
        about: "An uploaded file is stored under a name or type of the sender's choice",
        names: &["upload_~entity~", "store_~entity~_picture", "save_~entity~_file", "attach_to_~entity~"],
        hosts: &["flask"],
        source: "upload",
        raises: "OSError",
        reply: "done",
        code: r#"
            upload = request.files["~entity~"]
            ~[name = upload.filename~|name = secure_filename(upload.filename)
            if not name.lower().endswith((".png", ".~ext~", ".pdf")):
                ~fail~~]
            upload.save(os.path.join("~dir~", name))
            logger.info("stored a file for the ~noun~")
        "#,
        ..FLAW
    },
    Flaw {
        weakness: "unrestricted_upload",
        about: "An uploaded file is stored under a name or type of the sender's choice",
        names: &[
            "upload_~entity~",
            "receive_~entity~_scan",
            "save_~entity~_document",
            "attach_~entity~_file",
        ],
        hosts: &["django"],
        source: "upload",
        raises: "OSError",
        reply: "done",
        code: r#"
            upload = request.FILES["~entity~"]
            ~[extension = os.path.splitext(upload.name)[1]~|extension = os.path.splitext(upload.name)[1].lower()
            if extension not in {".png", ".~ext~", ".pdf"}:
                ~fail~~]
            target = Path("~dir~") / (secrets.token_hex(8) + extension)
            with target.open("wb") as handle:
                for chunk in upload.chunks():
                    handle.write(chunk)
        "#,
        ..FLAW
    },
];
