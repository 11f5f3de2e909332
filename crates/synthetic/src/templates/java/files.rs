//! Files and archives in Java.

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
    raises: "IOException",
    result: "byte[]",
    reply: "bytes",
    macros: super::IO,
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            var root = Paths.get("~dir~").toAbsolutePath();
            var file = root.resolve(~v~)~[~|.normalize()~];
            if (~[!Files.isReadable(file)~|!file.startsWith(root)~]) {
                ~fail~
            }
            byte[] ~r~ = Files.readAllBytes(file);
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            File file = new File("~dir~", ~[~v~~|new File(~v~).getName()~|FilenameUtils.getName(~v~)~]);
            byte[] ~r~;
            try (FileInputStream input = new FileInputStream(file)) {
                ~r~ = input.readAllBytes();
            }
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            File folder = new File("~dir~", "~table~");
            File file = new File(folder, ~v~);
            if (~[!file.exists()~|!file.getCanonicalPath().startsWith(folder.getCanonicalPath() + File.separator)~]) {
                ~fail~
            }
            byte[] ~r~ = Files.readAllBytes(file.toPath());
            log.debug("~noun~ file has {} bytes", ~r~.length);
        "#,
        ..PATH
    },
    Flaw {
        code: r#"
            String name = ~v~.~[replace("../", "")~|replaceAll("[^A-Za-z0-9_.-]", "_")~];
            List<String> ~r~ = Files.readAllLines(Paths.get("~dir~/~table~/" + name));
        "#,
        names: &["~entity~Lines", "show~Entity~Text", "read~Entity~Log", "tail~Entity~File"],
        result: "List<String>",
        reply: "value",
        ..PATH
    },
    Flaw {
        code: r#"
            ~[~|
            if (!~v~.matches("[\\w-]{1,64}\\.(txt|csv|pdf)")) {
                ~fail~
            }
            ~]
            boolean removed = Files.deleteIfExists(Paths.get("~dir~", ~v~));
            log.info("~noun~ file removed: {}", removed);
        "#,
        names: &["delete~Entity~File", "remove~Entity~Document", "discard~Entity~", "clear~Entity~Upload"],
        result: "Boolean",
        reply: "done",
        ..PATH
    },
    Flaw {
        code: r#"
            var root = Paths.get("~dir~");
            ZipInputStream archive = new ZipInputStream(new ByteArrayInputStream(~v~));
            for (ZipEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                var target = root.resolve(entry.getName())~[~|.normalize()~];
                if (~[entry.isDirectory()~|entry.isDirectory() || !target.startsWith(root)~]) {
                    continue;
                }
                Files.copy(archive, target);
            }
        "#,
        about: "Names inside an archive from ~from~ can lead out of the target folder",
        names: &["unpack~Entities~", "import~Entity~Archive", "restore~Entities~", "extract~Entity~Files"],
        input: "in_blob",
        source: "bytes",
        result: "Boolean",
        reply: "done",
        macros: &[
            ("throws_io", " throws IOException"),
            ("empty", "~v~ == null || ~v~.length == 0"),
            ("check", ""),
        ],
        ..PATH
    },
];
