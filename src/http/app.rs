//! What every handler has at hand.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use uuid::Uuid;

use super::render::Pages;
use crate::actions::intake::{Intake, Receipt};
use crate::actions::{Service, Tx, lookup};
use crate::config::Config;
use crate::domain::error::Problem;
use crate::domain::submission::Submission;

/// The application, shared by all threads of a server.
pub struct App {
    /// Where transactions are opened.
    pub service: Arc<Service>,
    /// The one writer for submissions.
    pub intake: Arc<Intake>,
    /// Templates.
    pub pages: Pages,
    /// Settings.
    pub config: Arc<Config>,
    /// Metrics, when they are collected.
    pub metrics: Option<PrometheusHandle>,
}

/// The application as handlers get it.
pub type Shared = actix_web::web::Data<App>;

impl App {
    /// Hands a checked submission to the writer. One that does not fit today may be stored already,
    /// and its sender did not hear of it: they get their receipt, not the refusal.
    pub async fn submit(&self, id: &str, checked: Result<Submission, Problem>) -> Result<Receipt, Problem> {
        let problem = match checked {
            Ok(submission) => return self.intake.submit(submission).await,
            Err(problem) => problem,
        };
        let Ok(id) = Uuid::parse_str(id.trim()) else { return Err(problem) };
        let service = self.service.clone();
        block(move || service.read_kept(|tx| lookup::earlier(tx, id))).await?.ok_or(problem)
    }

    /// Runs queries on a thread that may block.
    pub async fn read<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
        let service = self.service.clone();
        block(move || service.read(f)).await
    }

    /// Runs one write transaction on a thread that may block.
    pub async fn write<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
        let service = self.service.clone();
        block(move || service.write(f)).await
    }

    /// Changes reference data: one at a time, after the writers that still work with the old.
    pub async fn administer<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
        let service = self.service.clone();
        block(move || service.write_reference(f)).await
    }
}

/// Runs what may block away from the threads that serve.
pub async fn block<T: Send + 'static>(f: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    actix_web::web::block(f).await.unwrap_or_else(|_| Err(Problem::Unavailable("the service is stopping".to_owned())))
}
