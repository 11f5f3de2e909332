//! XML, serialised objects and merged objects in JavaScript.

use crate::template::{FLAW, Flaw};

const XML: Flaw = Flaw {
    weakness: "xxe",
    about: "XML from ~from~ is parsed with external entities",
    names: &["import~Entities~", "read~Entity~Feed", "parse~Entity~", "load~Entity~Document"],
    input: "in_xml",
    source: "text",
    reply: "value",
    ..FLAW
};

const OBJECTS: Flaw = Flaw {
    weakness: "deserialization",
    about: "An object from ~from~ is deserialised with a format that can run code",
    names: &["restore~Entity~", "load~Entity~State", "read~Entity~", "resume~Entity~", "unpack~Entity~"],
    input: "in_blob",
    source: "get",
    reply: "value",
    ..FLAW
};

const PROTOTYPE: Flaw = Flaw {
    weakness: "prototype_pollution",
    about: "Keys from ~from~ can change the prototype of all objects",
    names: &["merge~Entity~", "adjust~Entity~", "apply~Entity~Settings", "update~Entity~Options"],
    input: "in_blob",
    source: "object",
    reply: "value",
    macros: &[("check", "")],
    ..FLAW
};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        code: r#"
            const document = libxmljs.parseXml(~v~, { noent: ~[true~|false~], nonet: ~[false~|true~] });
            const ~r~ = document.find('//~entity~').map((node) => node.text());
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            const options = { noblanks: true, ~[dtdload: true, noent: true~|dtdload: false, noent: false~] };
            const root = libxmljs.parseXml(~v~, options).root();
            const ~r~ = {};
            for (const node of root.childNodes()) {
              ~r~[node.name()] = node.text();
            }
        "#,
        ..XML
    },
    Flaw {
        code: r#"
            const ~r~ = ~[serialize.unserialize~|JSON.parse~](~v~);
            if (!~r~.~col~) {
              logger.info('~noun~ without ~col~');
            }
        "#,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            const text = Buffer.from(~v~, 'base64').toString('utf8');
            const ~r~ = ~[eval('(' + text + ')')~|JSON.parse(text)~];
            ~r~.~col2~ = ~limit~;
        "#,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            const ~r~ = yaml.load(~v~, { schema: yaml.~[DEFAULT_FULL_SCHEMA~|DEFAULT_SAFE_SCHEMA~] });
            logger.debug(`~noun~ has ${Object.keys(~r~).length} keys`);
        "#,
        ..OBJECTS
    },
    Flaw {
        code: r#"
            const ~r~ = { ~col~: null, ~col2~: ~limit~ };
            for (const key of Object.keys(~v~)) {
              ~[if (typeof ~v~[key] === 'object') {~|if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
                continue;
              }
              if (typeof ~v~[key] === 'object') {~]
                ~r~[key] = ~r~[key] || {};
                for (const inner of Object.keys(~v~[key])) {
                  ~r~[key][inner] = ~v~[key][inner];
                }
              } else {
                ~r~[key] = ~v~[key];
              }
            }
        "#,
        ..PROTOTYPE
    },
    Flaw {
        code: r#"
            const ~r~ = {};
            for (const [dotted, value] of Object.entries(~v~)) {
              const steps = dotted.split('.');
              ~[~|
              if (steps.some((step) => ['__proto__', 'constructor', 'prototype'].includes(step))) {
                ~fail~
              }
              ~]
              let target = ~r~;
              for (const step of steps.slice(0, -1)) {
                target[step] = target[step] || {};
                target = target[step];
              }
              target[steps[steps.length - 1]] = value;
            }
        "#,
        ..PROTOTYPE
    },
    Flaw {
        code: r#"
            const defaults = { ~col~: '~act~', ~col2~: ~limit~, tags: {} };
            const merge = (target, source) => {
              for (const key of Object.keys(source)) {
                if (~[target[key]~|Object.hasOwn(target, key)~] && typeof source[key] === 'object') {
                  merge(target[key], source[key]);
                } else ~[{~|if (key !== '__proto__') {~]
                  target[key] = source[key];
                }
              }
              return target;
            };
            const ~r~ = merge(defaults, ~v~);
        "#,
        ..PROTOTYPE
    },
];
