//! JavaScript.

use streamguard_dataset::Language;

use crate::template::{Case, Dialect, FLOW, Flow, Macros};

mod crypto;
mod database;
mod execution;
mod files;
mod hosts;
mod objects;
mod web;

/// JavaScript for Node.js: Express, Koa, Fastify, AWS Lambda and plain functions.
pub(super) const DIALECT: Dialect = Dialect {
    language: Language::JavaScript,
    case: Case::Camel,
    tabs: false,
    words: &[("exc", "err error failure problem"), ("row", "row entry record item")],
    hosts: hosts::ALL,
    flows: FLOWS,
    flaws: &[crypto::FLAWS, database::FLAWS, execution::FLAWS, files::FLAWS, objects::FLAWS, web::FLAWS],
    macros: MACROS,
    prelude: PRELUDE,
};

const FLOWS: &[Flow] = &[
    Flow {
        body: r#"
            ~source~
            ~note~
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            if (!~v~) {
              ~fail~
            }
            ~note~
            ~core~
            ~after~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            ~check~
            try {
              ~core~
              ~after~
              ~reply~
            } catch (~exc~) {
              logger.warn('~noun~ ~act~ failed', ~exc~.message);
              ~broken~
            }
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            if (~v~) {
              ~note~
              ~core~
              ~reply~
            } else {
              logger.info('no ~v~ given for ~noun~ ~act~');
              ~fail~
            }
        "#,
        ..FLOW
    },
    Flow {
        source: "get",
        reply: "value",
        body: r#"
            const ~out~ = [];
            for (const ~v~ of ~many~) {
              ~check~
              ~core~
              ~out~.push(~r~);
            }
            ~after~
            ~reply~
        "#,
        macros: &[("result", "~out~"), ("from", "a received list")],
    },
    Flow {
        body: r#"
            const ~started~ = Date.now();
            try {
              ~source~
              ~note~
              ~core~
              ~reply~
            } finally {
              logger.info(`~noun~ ~act~ took ${Date.now() - ~started~} ms`);
            }
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            for (let attempt = 1; attempt <= ~few~; attempt += 1) {
              try {
                ~core~
                ~reply~
                ~leave~
              } catch (~exc~) {
                logger.warn(`~act~ attempt ${attempt} failed`, ~exc~.message);
              }
            }
            ~broken~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            const ~opt~ = ~other~;
            switch (~opt~) {
              case 'summary':
                logger.info('~noun~ ~act~ in short form');
                break;
              case 'full':
                break;
              default:
                ~fail~
            }
            ~core~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            ~check~
            ~note~
            ~core~
            ~after~
            ~reply~
        "#,
        ..FLOW
    },
];

const MACROS: Macros = &[
    ("result", "~r~"),
    // What ends the function after a reply that does not.
    ("leave", ""),
    // Statements that have nothing to do with any flaw, so that no construct tells the side.
    ("note", ""),
    ("note", "logger.info('~noun~ ~act~ requested');"),
    (
        "note",
        r#"
        const ~tmp~ = crypto.createHash('sha256').update('~table~:~act~').digest('hex');
        logger.debug(`~act~ trace ${~tmp~}`);
    "#,
    ),
    (
        "note",
        r#"
        const ~tmp~ = crypto.randomUUID();
        logger.debug(`~act~ ${~tmp~} started`);
    "#,
    ),
    (
        "note",
        r#"
        const ~tmp2~ = Number.parseInt(process.env.MAX_ROWS || '~limit~', 10);
        logger.debug(`at most ${~tmp2~} ~nouns~`);
    "#,
    ),
    (
        "note",
        r#"
        const ~tmp~ = escapeHtml('~Entity~ <~act~>');
        logger.debug(`page title ${~tmp~}`);
    "#,
    ),
    (
        "note",
        r#"
        const ~tmp~ = path.resolve('~dir~');
        logger.debug(`~nouns~ live in ${~tmp~}`);
    "#,
    ),
    (
        "note",
        r#"
        if (!config.modules.includes('~table~')) {
          ~fail~
        }
    "#,
    ),
    (
        "note",
        r#"
        if (new URL(config.baseUrl).protocol !== 'https:') {
          logger.warn('~act~ without TLS');
        }
    "#,
    ),
    (
        "note",
        r#"
        if (Math.random() < 0.01) {
          metrics.increment('~table~.sampled');
        }
    "#,
    ),
    (
        "note",
        r#"
        const ~tmp~ = encodeURIComponent('~noun~ ~act~');
        logger.debug(`help page ${~tmp~}`);
    "#,
    ),
    ("check", ""),
    ("check", "logger.debug(`~v~ has length ${~v~.length}`);"),
    (
        "check",
        r#"
        if (~v~.length > ~max~) {
          ~fail~
        }
    "#,
    ),
    ("after", ""),
    ("after", "logger.info('~noun~ ~act~ done');"),
    ("after", "metrics.increment('~table~.~act~');"),
    ("after", "await audit.record('~act~', '~table~');"),
];

const PRELUDE: Macros = &[
    ("crypto.", "const crypto = require('crypto');"),
    ("childProcess", "const childProcess = require('child_process');"),
    ("fs.", "const fs = require('fs').promises;"),
    ("fsSync.", "const fsSync = require('fs');"),
    ("https.", "const https = require('https');"),
    ("net.", "const net = require('net');"),
    ("path.", "const path = require('path');"),
    ("tls.", "const tls = require('tls');"),
    ("util.", "const util = require('util');"),
    ("vm.", "const vm = require('vm');"),
    ("axios.", "const axios = require('axios');"),
    ("bcrypt.", "const bcrypt = require('bcrypt');"),
    ("ejs.", "const ejs = require('ejs');"),
    ("escapeHtml(", "const escapeHtml = require('escape-html');"),
    ("fetch(", "const fetch = require('node-fetch');"),
    ("handlebars.", "const handlebars = require('handlebars');"),
    ("jwt.", "const jwt = require('jsonwebtoken');"),
    ("ldap.", "const ldap = require('ldapjs');"),
    ("ldapEscape.", "const ldapEscape = require('ldap-escape');"),
    ("libxmljs.", "const libxmljs = require('libxmljs2');"),
    ("mathjs.", "const mathjs = require('mathjs');"),
    ("mysql.", "const mysql = require('mysql2/promise');"),
    ("nunjucks.", "const nunjucks = require('nunjucks');"),
    ("pug.", "const pug = require('pug');"),
    ("sanitizeHtml(", "const sanitizeHtml = require('sanitize-html');"),
    ("serialize.", "const serialize = require('node-serialize');"),
    ("yaml.", "const yaml = require('js-yaml');"),
    ("_.", "const _ = require('lodash');"),
    ("argon2.", "const argon2 = require('argon2');"),
    ("config.", "const config = require('../config');"),
    ("db.", "const db = require('../db');"),
    ("audit.", "const audit = require('../audit');"),
    ("metrics.", "const metrics = require('../metrics');"),
    ("logger.", "const logger = require('../logger');"),
];
