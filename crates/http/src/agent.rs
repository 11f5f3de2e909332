//! HTTP connections with the certificates and the proxies of the system.

use std::sync::Arc;

use thiserror::Error;
use ureq::config::{Config, ConfigBuilder};
use ureq::http::{Request, Response, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::typestate::AgentScope;
use ureq::{Agent, AsSendBody, Body};

use crate::connector::{AddressFilter, ConnectError, StrictConnector, StrictResolver};
use crate::proxies::{ProxySetting, SystemProxies};

/// Reason why no connection can be made at all.
#[derive(Debug, Error)]
pub enum AgentError {
    /// Without certificates of authorities, no server can prove its identity.
    #[error(
        "no certificate of an authority was found{reason}: are the system's certificates installed (package \
         ca-certificates)?"
    )]
    NoCertificates {
        /// Errors of files and folders that were looked at, each after `"; "`.
        reason: String,
    },
}

/// A ureq agent for each way out: direct, and through the proxy of each scheme. Its clones share connections.
///
/// It follows no redirect, decompresses nothing, and returns answers of any status.
#[derive(Clone, Debug)]
pub struct SystemAgent {
    direct: Agent,
    http: Option<ProxyRoute>,
    https: Option<ProxyRoute>,
    proxies: Arc<SystemProxies>,
}

/// A way through a proxy.
#[derive(Clone, Debug)]
enum ProxyRoute {
    Through(Agent),
    Unusable(&'static str),
}

impl SystemAgent {
    /// Makes an agent from the environment: certificates are the system's, or those that `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` name; proxies are those of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    /// `configure` adds further settings, such as timeouts.
    ///
    /// # Errors
    /// [`AgentError`], if there are no certificates.
    pub fn new(
        configure: impl Fn(ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope>,
    ) -> Result<Self, AgentError> {
        Self::with_proxies(SystemProxies::from_environment(), configure)
    }

    fn with_proxies(
        proxies: SystemProxies,
        configure: impl Fn(ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope>,
    ) -> Result<Self, AgentError> {
        let tls = TlsConfig::builder()
            .root_certs(system_certificates()?)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = |proxy| {
            let config = Config::builder()
                .tls_config(tls.clone())
                // Redirects are the caller's to judge: followed blindly, one could carry a
                // credential to another host.
                .max_redirects(0)
                // The body of a refusal says what went wrong.
                .http_status_as_error(false)
                .proxy(proxy);
            let config = configure(config).build();
            Agent::with_parts(config, StrictConnector::default(), StrictResolver::default())
        };
        let route = |setting: &Option<ProxySetting>| {
            Some(match setting.as_ref()? {
                ProxySetting::Http(proxy) => ProxyRoute::Through(agent(Some(proxy.clone()))),
                ProxySetting::Unusable(variable) => ProxyRoute::Unusable(variable),
            })
        };
        Ok(Self {
            direct: agent(None),
            http: route(&proxies.http),
            https: route(&proxies.https),
            proxies: Arc::new(proxies),
        })
    }

    /// Sends a request and returns its answer, whose body is yet to be read. Blocks as long as the timeouts
    /// of the configuration allow.
    ///
    /// # Errors
    /// ureq's error, whose text may hold the URL.
    pub fn run(&self, request: Request<impl AsSendBody>) -> Result<Response<Body>, ureq::Error> {
        let agent = self.agent_for(request.uri())?;
        if let Some(proxy) = agent.config().proxy() {
            // It looks names up itself.
            return agent.run(request).map_err(|error| ConnectError::through(error, proxy));
        }
        match request.extensions().get::<AddressFilter>() {
            // Such requests are few, and need no connection that is kept.
            Some(filter) => {
                let resolver = StrictResolver::filtered(*filter);
                Agent::with_parts(agent.config().clone(), StrictConnector::default(), resolver).run(request)
            }
            None => agent.run(request),
        }
    }

    fn agent_for(&self, uri: &Uri) -> Result<&Agent, ureq::Error> {
        let route = if uri.scheme_str() == Some("https") { &self.https } else { &self.http };
        match route {
            Some(_) if self.proxies.is_exempt(uri.host().unwrap_or_default()) => Ok(&self.direct),
            None => Ok(&self.direct),
            Some(ProxyRoute::Through(agent)) => Ok(agent),
            // Its value is not quoted: it may hold a password.
            Some(ProxyRoute::Unusable(variable)) => Err(ureq::Error::ConnectProxyFailed(format!(
                "the value of {variable} is not an http or https proxy, such as http://proxy.example.org:3128"
            ))),
        }
    }
}

fn system_certificates() -> Result<RootCerts, AgentError> {
    let found = rustls_native_certs::load_native_certs();
    // Only asked if nothing was found: stores may hold single files that cannot be read, beside
    // many that can.
    if found.certs.is_empty() {
        let reason = found.errors.iter().map(|error| format!("; {error}")).collect();
        return Err(AgentError::NoCertificates { reason });
    }
    let certificates: Vec<_> = found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    Ok(RootCerts::new_with_certs(&certificates))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use url::Url;

    use super::*;
    use crate::failure::Failure;
    use crate::transport_error::failure_of;

    #[test]
    fn a_proxy_that_is_not_reached_is_named_without_its_password() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let variable = |name: &str| (name == "HTTP_PROXY").then(|| format!("http://user:secret@{closed}"));
        let proxies = SystemProxies::from_variables(&variable);
        let agent = SystemAgent::with_proxies(proxies, |config| config).unwrap();
        let url = Url::parse("http://a.test/").unwrap();
        let error = agent.run(Request::get(url.as_str()).body(()).unwrap()).unwrap_err();
        match failure_of(error, &url, url.as_str()) {
            Failure::Unreachable(reason) => {
                assert!(reason.ends_with(&format!(" (through the proxy {closed})")), "{reason}");
                assert!(!reason.contains("secret"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
}
