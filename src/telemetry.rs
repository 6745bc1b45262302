//! Logs and metrics. Never logged: paths (one can hold a receipt code), bodies,
//! addresses, names, contacts. What is logged names routes and request ids.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// Starts logging, once for the process.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // A second start, in a test, keeps the first.
    let _ = if config.log_format == "json" { builder.json().try_init() } else { builder.with_target(false).try_init() };
}

/// The metrics of the process; the first call starts collecting.
pub fn metrics() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    const SECONDS: &[f64] = &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];
    HANDLE
        .get_or_init(|| {
            PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS).ok().and_then(|b| b.install_recorder().ok())
        })
        .clone()
}
