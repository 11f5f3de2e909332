//! Python.

use streamguard_dataset::Language;

use crate::template::{Case, Dialect, FLOW, Flow, Macros};

mod crypto;
mod database;
mod documents;
mod execution;
mod files;
mod hosts;
mod web;

/// Python with Flask, Django, FastAPI, AWS Lambda, message queues and plain functions.
pub(super) const DIALECT: Dialect = Dialect {
    language: Language::Python,
    case: Case::Snake,
    tabs: false,
    words: &[("cur", "cursor cur db_cursor sql_cursor"), ("exc", "exc err failure problem")],
    hosts: hosts::ALL,
    flows: FLOWS,
    flaws: &[crypto::FLAWS, database::FLAWS, documents::FLAWS, execution::FLAWS, files::FLAWS, web::FLAWS],
    macros: MACROS,
    prelude: PRELUDE,
};

const FLOWS: &[Flow] = &[
    Flow {
        body: r#"
            ~doc~
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
            if not ~v~:
                ~fail~
            ~note~
            ~core~
            ~after~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~doc~
            ~source~
            ~check~
            try:
                ~core~
            except ~E~ as ~exc~:
                logger.warning("~noun~ ~act~ failed: %s", ~exc~)
                ~broken~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            if ~v~:
                ~note~
                ~core~
                ~reply~
            else:
                logger.info("no ~v~ given for ~noun~ ~act~")
                ~fail~
        "#,
        ..FLOW
    },
    Flow {
        source: "get",
        reply: "value",
        body: r#"
            ~doc~
            ~out~ = []
            for ~v~ in ~many~:
                ~check~
                ~core~
                ~out~.append(~r~)
            ~after~
            ~reply~
        "#,
        macros: &[("result", "~out~"), ("from", "a received list")],
    },
    Flow {
        body: r#"
            ~started~ = time.monotonic()
            try:
                ~source~
                ~note~
                ~core~
                ~reply~
            finally:
                logger.info("~noun~ ~act~ took %.3f s", time.monotonic() - ~started~)
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            for attempt in range(~few~):
                try:
                    ~core~
                    break
                except ~E~ as ~exc~:
                    logger.warning("~act~ attempt %d failed: %s", attempt, ~exc~)
            else:
                ~broken~
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~source~
            ~opt~ = ~other~
            if ~opt~ not in ("summary", "full"):
                ~fail~
            ~core~
            if ~opt~ == "summary":
                logger.info("~noun~ ~act~ in short form")
            ~reply~
        "#,
        ..FLOW
    },
    Flow {
        body: r#"
            ~doc~
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
    ("doc", ""),
    ("doc", r#""""Handle one ~noun~ ~act~.""""#),
    ("doc", r#""""Part of the ~noun~ ~act~.""""#),
    // Statements that have nothing to do with any flaw, so that no construct tells the side.
    ("note", ""),
    ("note", r#"logger.info("~noun~ ~act~ requested")"#),
    ("note", r#"logger.debug("handling %s in %s", "~act~", __name__)"#),
    (
        "note",
        r#"
        ~tmp~ = hashlib.sha256(b"~table~:~act~").hexdigest()[:~size~]
        logger.debug("~act~ trace %s", ~tmp~)
    "#,
    ),
    (
        "note",
        r#"
        ~tmp~ = secrets.token_hex(8)
        logger.debug("~act~ %s started", ~tmp~)
    "#,
    ),
    (
        "note",
        r#"
        ~tmp2~ = int(os.environ.get("~table~_limit", "~limit~"))
        logger.debug("at most %d ~nouns~", ~tmp2~)
    "#,
    ),
    (
        "note",
        r#"
        ~tmp~ = html.escape("~Entity~ <~act~>")
        logger.debug("page title %s", ~tmp~)
    "#,
    ),
    (
        "note",
        r#"
        ~tmp~ = os.path.realpath("~dir~")
        logger.debug("~nouns~ live in %s", ~tmp~)
    "#,
    ),
    (
        "note",
        r#"
        if "~table~" not in settings.ENABLED_MODULES:
            ~fail~
    "#,
    ),
    (
        "note",
        r#"
        if urlparse(settings.BASE_URL).scheme != "https":
            logger.warning("~act~ without TLS")
    "#,
    ),
    (
        "note",
        r#"
        if random.random() < 0.01:
            metrics.increment("~table~.sampled")
    "#,
    ),
    ("check", ""),
    ("check", r#"logger.debug("~v~ has length %d", len(~v~))"#),
    (
        "check",
        r#"
        if len(~v~) > ~max~:
            ~fail~
    "#,
    ),
    ("check", "~v~ = ~v~.strip()"),
    ("after", ""),
    ("after", r#"logger.info("~noun~ ~act~ done")"#),
    ("after", r#"metrics.increment("~table~.~act~")"#),
    ("after", r#"audit.record("~act~", "~table~")"#),
];

const PRELUDE: Macros = &[
    ("ast.", "import ast"),
    ("base64.", "import base64"),
    ("hashlib.", "import hashlib"),
    ("hmac.", "import hmac"),
    ("html.", "import html"),
    ("io.", "import io"),
    ("json.", "import json"),
    ("logger.", "import logging"),
    ("marshal.", "import marshal"),
    ("os.", "import os"),
    ("pickle.", "import pickle"),
    ("random.", "import random"),
    ("re.", "import re"),
    ("secrets.", "import secrets"),
    ("shlex.", "import shlex"),
    ("smtplib.", "import smtplib"),
    ("socket.", "import socket"),
    ("sqlite3.", "import sqlite3"),
    ("ssl.", "import ssl"),
    ("string.", "import string"),
    ("subprocess.", "import subprocess"),
    ("tarfile.", "import tarfile"),
    ("time.", "import time"),
    ("urllib.request", "import urllib.request"),
    ("xml.sax", "import xml.sax"),
    ("zipfile.", "import zipfile"),
    ("Path(", "from pathlib import Path"),
    ("urlparse(", "from urllib.parse import urlparse"),
    ("urlsplit(", "from urllib.parse import urlsplit"),
    ("quote(", "from urllib.parse import quote"),
    ("bcrypt.", "import bcrypt"),
    ("bleach.", "import bleach"),
    ("boto3.", "import boto3"),
    ("defusedxml.", "import defusedxml.ElementTree"),
    ("httpx.", "import httpx"),
    ("jinja2.", "import jinja2"),
    ("jinja2.sandbox", "import jinja2.sandbox"),
    ("jsonpickle.", "import jsonpickle"),
    ("ldap.filter", "import ldap.filter"),
    ("escape_filter_chars(", "from ldap.filter import escape_filter_chars"),
    ("PasswordHasher(", "from argon2 import PasswordHasher"),
    ("simple_eval(", "from simpleeval import simple_eval"),
    ("Reject(", "from celery.exceptions import Reject"),
    ("shared_task", "from celery import shared_task"),
    ("LDAPException", "from ldap3.core.exceptions import LDAPException"),
    ("SQLAlchemyError", "from sqlalchemy.exc import SQLAlchemyError"),
    ("DatabaseError", "from django.db import DatabaseError"),
    ("settings.", "from django.conf import settings"),
    ("jwt.", "import jwt"),
    ("ldap.", "import ldap"),
    ("psycopg2.", "import psycopg2"),
    ("requests.", "import requests"),
    ("yaml.", "import yaml"),
    ("connection.", "from django.db import connection"),
    ("HttpResponse(", "from django.http import HttpResponse"),
    ("HttpResponseBadRequest(", "from django.http import HttpResponseBadRequest"),
    ("HttpResponseRedirect(", "from django.http import HttpResponseRedirect"),
    ("JsonResponse(", "from django.http import JsonResponse"),
    ("router.", "from fastapi import APIRouter"),
    ("Body(", "from fastapi import Body"),
    ("Cookie(", "from fastapi import Cookie"),
    ("Form(", "from fastapi import Form"),
    ("HTTPException(", "from fastapi import HTTPException"),
    ("Query(", "from fastapi import Query"),
    ("HTMLResponse(", "from fastapi.responses import HTMLResponse"),
    ("RedirectResponse(", "from fastapi.responses import RedirectResponse"),
    ("StreamingResponse(", "from fastapi.responses import StreamingResponse"),
    ("abort(", "from flask import abort"),
    ("jsonify(", "from flask import jsonify"),
    ("make_response(", "from flask import make_response"),
    ("redirect(", "from flask import redirect"),
    ("render_template_string(", "from flask import render_template_string"),
    ("request.args", "from flask import request"),
    ("request.form", "from flask import request"),
    ("request.files", "from flask import request"),
    ("request.headers", "from flask import request"),
    ("request.values", "from flask import request"),
    ("request.cookies", "from flask import request"),
    ("request.get_", "from flask import request"),
    ("send_file(", "from flask import send_file"),
    ("Response(", "from flask import Response"),
    ("etree.", "from lxml import etree"),
    ("escape(", "from markupsafe import escape"),
    ("text(", "from sqlalchemy import text"),
    ("secure_filename(", "from werkzeug.utils import secure_filename"),
    ("logger.", "logger = logging.getLogger(__name__)"),
    ("router.", "router = APIRouter()"),
];
