//! The formats of log lines, by name.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::file_format::FileFormat;

/// Format of the lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineFormat {
    /// Detected for each file from its first lines
    #[default]
    Auto,
    /// `[METHOD] /path, status=200, time=1.662137ms user-agent=...`
    Simple,
    /// Common Log Format
    Common,
    /// Combined Log Format: the Common one with referrer and user agent
    Combined,
    /// One JSON object per line, or an array of them
    Json,
    /// Keys and values joined by =: the router of Heroku, lograge
    Logfmt,
    /// Labels and values joined by :, between tabs
    Ltsv,
    /// Values between commas, below a line with the names of the columns
    Csv,
    /// W3C Extended Log Format by its #Fields: IIS, CloudFront
    W3c,
    /// Comma-separated format of IIS
    Iis,
    /// Application Load Balancer of AWS
    Alb,
    /// Classic Load Balancer of AWS
    Elb,
    /// Server access log of Amazon S3
    S3,
    /// HTTP log of HAProxy
    Haproxy,
    /// Envoy and Istio
    Envoy,
    /// Squid's own format
    Squid,
    /// Common Log Format of Traefik
    Traefik,
    /// ingress-nginx of Kubernetes
    IngressNginx,
    /// nginx-proxy-manager and NPMplus
    NginxProxyManager,
    /// uWSGI
    Uwsgi,
    /// Uvicorn
    Uvicorn,
    /// Gin
    Gin,
    /// Development server of Django
    Django,
    /// morgan of Express: dev, short, tiny
    Morgan,
    /// Tornado and Jupyter
    Tornado,
    /// Sanic
    Sanic,
    /// PHP-FPM
    PhpFpm,
    /// Development server of PHP
    PhpServer,
    /// Actix Web
    Actix,
    /// chi
    Chi,
    /// Fiber
    Fiber,
    /// Services of OpenStack
    Openstack,
    /// koa-logger
    Koa,
    /// Ktor
    Ktor,
    /// Serilog of ASP.NET Core as text
    Serilog,
    /// Hosting log of ASP.NET Core
    AspNet,
    /// That of --pattern
    #[value(skip)]
    Pattern,
}

/// Lines from which a format is detected.
pub(crate) const SAMPLE_LINES: usize = 100;

impl LineFormat {
    /// Returns the format of most of the first lines, [`LineFormat::Simple`] if no line has any format.
    /// `head` is the beginning of a file in whole lines.
    pub fn detect(head: &[u8]) -> Self {
        FileFormat::detect(head).map_or(Self::Simple, |format| format.name)
    }

    /// Returns the name of the format, as the command line has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Simple => "simple",
            Self::Common => "common",
            Self::Combined => "combined",
            Self::Json => "json",
            Self::Logfmt => "logfmt",
            Self::Ltsv => "ltsv",
            Self::Csv => "csv",
            Self::W3c => "w3c",
            Self::Iis => "iis",
            Self::Alb => "alb",
            Self::Elb => "elb",
            Self::S3 => "s3",
            Self::Haproxy => "haproxy",
            Self::Envoy => "envoy",
            Self::Squid => "squid",
            Self::Traefik => "traefik",
            Self::IngressNginx => "ingress-nginx",
            Self::NginxProxyManager => "nginx-proxy-manager",
            Self::Uwsgi => "uwsgi",
            Self::Uvicorn => "uvicorn",
            Self::Gin => "gin",
            Self::Django => "django",
            Self::Morgan => "morgan",
            Self::Tornado => "tornado",
            Self::Sanic => "sanic",
            Self::PhpFpm => "php-fpm",
            Self::PhpServer => "php-server",
            Self::Actix => "actix",
            Self::Chi => "chi",
            Self::Fiber => "fiber",
            Self::Openstack => "openstack",
            Self::Koa => "koa",
            Self::Ktor => "ktor",
            Self::Serilog => "serilog",
            Self::AspNet => "asp-net",
            Self::Pattern => "pattern",
        }
    }
}
